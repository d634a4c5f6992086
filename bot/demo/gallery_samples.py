"""Sample records for the gallery: assessed, routed and changed as the application does it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

from bot.cards.reply import ReplyForm
from bot.demo.panel.sample_posts import sample_mention
from bot.domain.assessment import Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, JoinReason, PublicReply, derive_case_id
from bot.domain.cases.deletion_transitions import decide_deletion
from bot.domain.cases.edit_transitions import PostEdit, edit_case
from bot.domain.cases.follow_up_transitions import answer_follow_up
from bot.domain.cases.intake import join_case, open_case
from bot.domain.cases.public_reply_transitions import answer_case
from bot.domain.cases.transitions import claim_case, reopen_case, resolve_case
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.crisis import (
    ChecklistItem,
    Crisis,
    CrisisDeclaration,
    CrisisOrigin,
    CrisisUpdate,
    MentionCounts,
    TimelineEntry,
)
from bot.domain.department import Department, DepartmentStaff
from bot.domain.follow_up import POSITIVE, FollowUp, FollowUpOutcome
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.oncall.schedule import CoverRequest, Override, OverrideKind
from bot.domain.paging.case_page import build_case_pages
from bot.domain.paging.page import AttemptStatus, ContactMethod, Page, PageAttempt, Severity
from bot.domain.persons.person import AuthorContext, Person
from bot.domain.replies.checks import ReplyContext, check_reply
from bot.domain.replies.composer import build_composer_url
from bot.domain.replies.lengths import measure_reply
from bot.domain.replies.saved_replies import SavedReply
from bot.domain.reports.preview import PostMatches, PreviewQuery, RecentPost, SpellingCount, SubjectPreview
from bot.domain.roles import RoleGrant, RoleKind
from bot.domain.routing import find_route
from bot.domain.spikes.detector import SpikeKind
from bot.domain.spikes.episode import Episode, SamplePost, SpikePeak
from bot.live_rules import ReloadableRules

AT = datetime(2026, 3, 10, 9, 15, tzinfo=UTC)
ANA, BEN, MIA, RAJ = "U0ANA", "U0BEN", "U0MIA", "U0RAJ"
COMPLAINT = "third flight this month and my suitcase is gone AGAIN @northwindair. two hours at the desk, awful service"
CRISIS = "@northwindair smoke in the cabin of NW331, people are injured and we are evacuated onto the runway"


class GallerySamples:
    def __init__(self, rules: ReloadableRules) -> None:
        self._rules = rules
        self.care, self.pr = self._get_department("care"), self._get_department("pr")
        self.departments: Sequence[Department] = rules.list_departments()
        self.new = self.open("marta_flies", COMPLAINT, 3_400, timedelta(minutes=2))
        self.overdue = self.open("kofi", "@northwindair still no refund, this is unacceptable", 90, timedelta(hours=1))
        self.question = self.open("rui", "@northwindair can I take a guitar on board?", 12, timedelta(minutes=5))
        self.praise = self.open("tess", "@northwindair best crew ever, thank you!", 800, timedelta(minutes=9))
        self.crisis_case = self.open("night_traveller", CRISIS, 5_200, timedelta(minutes=1))
        self.claimed = claim_case(self.new, self._build_context(ANA, timedelta())).case
        self.joined = self._join(self.claimed)
        self.resolved = resolve_case(
            self.joined, self._build_context(ANA, timedelta(minutes=40)), CaseResolution.ANSWERED, "Bag is on NW 118."
        ).case
        self.reopened = reopen_case(self.resolved, self._build_context(RAJ, timedelta(hours=1))).case
        [self.page] = build_case_pages(self.crisis_case, AT)
        self.paged = self.page.copy_with(count=2, attempts=self._list_attempts())
        self.acknowledged = self.paged.copy_with(
            acknowledged_by=MIA, acknowledged_at=AT + timedelta(minutes=8), acknowledged_way="Slack"
        )
        self.declared = self._declare_crisis()
        self.updated = self.declared.copy_with(
            status="All passengers are safe.", updates=(CrisisUpdate(AT, BEN, "All passengers are safe."),)
        )
        self.closed = self.updated.copy_with(closed_by=BEN, closed_at=AT + timedelta(hours=3))
        self.spike = self._open_episode()
        self.storm = [
            self.open(f"author{number}", f"@northwindair bag {number} lost, awful", 40 * number, timedelta(minutes=3))
            for number in range(1, 13)
        ]
        self.on_call = OnCallSnapshot((RAJ, MIA), until=AT + timedelta(hours=9), schedule="care-day-and-night")
        self.override = Override(
            id="o1",
            schedule="care-day-and-night",
            person=ANA,
            start=AT,
            end=AT + timedelta(hours=3),
            how=OverrideKind.TAKE,
            by=ANA,
            at=AT,
            instead=RAJ,
        )
        self.cover = CoverRequest(
            id="c1", schedule="care-day-and-night", person=RAJ, start=AT, end=AT + timedelta(hours=3), at=AT, to=ANA
        )

    @property
    def answered_in_public(self) -> tuple[Case, Case]:
        """A case with an owner, and one without."""
        return self._answer(self.claimed), self._answer(self.new)

    @property
    def review(self) -> Case:
        """A review of a shop, by somebody of whom the outlet tells no more than a name."""
        written = self.question.mention
        mention = Mention.model_validate(
            {
                "id": "reviews:1",
                "text": "Two hours at the desk and nobody came, terrible.",
                "created_at": written.created_at,
                "url": written.url,
                "author": {"id": "ines", "name": "Inês"},
                "rating": 1,
                "place": "Porto, Rua das Flores",
            }
        )
        return self._open_case(mention)

    @property
    def reply(self) -> Case:
        """A reply with two pictures, of which one is described."""
        details = {
            "parent": {"author": "@northwindair", "text": "All bags of NW331 arrive today. Thank you for waiting."},
            "media": [{"kind": "image", "alt": "A suitcase without its wheels"}, {"kind": "image"}],
            "engagement": {"likes": 412, "replies": 38, "shares": 57, "views": 90_300},
        }
        return self._open_case(Mention.model_validate({**self.new.mention.model_dump(), **details, "id": "x:reply"}))

    @property
    def author(self) -> AuthorContext:
        """Somebody who wrote five times in twelve days."""
        person = Person(
            contacts=5,
            first_at=AT - timedelta(days=12),
            last_at=AT,
            answered=4,
            answered_by=ANA,
            answered_at=AT - timedelta(days=2),
            praised=1,
        )
        return AuthorContext(person, names={ANA: "ana"})

    @property
    def reply_forms(self) -> tuple[tuple[str, ReplyForm], ...]:
        """One that is empty, and one with a reply that a colleague saved."""
        name, text = (
            "Lost bag",
            "Hi Marta, I'm sorry your bag isn't with you. Send me its tag number in a message. – Ana",
        )
        saved = SavedReply(name=name, text=text, intents=(Intent.COMPLAINT,), language="en", by=ANA)
        empty = ReplyForm(self.claimed, "", "", measure_reply("x", ""), replies=(saved,))
        url = build_composer_url(self.claimed.mention, text, {})
        written = empty._replace(text=text, public_text=text, length=measure_reply("x", text), composer_url=url)
        risky = "SORRY, THIS IS OUR FAULT, and I'm sorry. We owe you 200 EUR, please call +351 912 345 678."
        context = ReplyContext(risky, authority=self.care.authority, brand="Northwind Air")
        warned = written._replace(text=risky, public_text=risky, findings=check_reply(context))
        return (
            ("", empty),
            (": with warnings", warned),
            (": a saved one", written._replace(chosen=saved, is_inserted=True, can_delete=True)),
        )

    @property
    def flagged(self) -> Case:
        """A crisis that a colleague without a role has flagged."""
        event = AuditEvent(self.crisis_case.opened_at, "U0JOE", AuditAction.FLAGGED)
        return self.crisis_case.copy_with(history=(event,))

    @property
    def case_after_edit(self) -> Case:
        return self._edit(self.new, f"{COMPLAINT} Edit: three hours now, and still nobody.")

    @property
    def case_after_deletion(self) -> Case:
        return decide_deletion(self.case_after_edit.mention, self.case_after_edit, AT).case

    @property
    def grants(self) -> tuple[RoleGrant, RoleGrant, RoleGrant]:
        """A deputy, one without an end who accepted, and a point person."""
        until = AT + timedelta(days=3, hours=8, minutes=45)
        deputy = RoleGrant(
            id="g1", kind=RoleKind.DEPUTY, department="care", person="U0JOE", by=MIA, since=AT, until=until
        )
        point = deputy.copy_with(id="g2", kind=RoleKind.POINT, person=RAJ)
        return deputy, deputy.copy_with(person="U0TOM", until=None, accepted_at=AT), point

    @property
    def previews(self) -> tuple[SubjectPreview, SubjectPreview]:
        """One that finds posts, and one whose term has a typing error."""
        query = PreviewQuery(terms=("northwind",), exclude=("northwind traders",))
        posts = [RecentPost(one.mention, "Northwind Air", one.department) for one in self.storm]
        traders = sample_mention("Northwind Traders has a new sample database", "sql_sisters", 90, "x", AT)
        spellings, near = [SpellingCount("nortwind", 3)], [SpellingCount("northwynd air", 1)]
        matches = PostMatches(posts, [RecentPost(traders)], spellings, near)
        found = SubjectPreview(query, 1_840, AT - timedelta(days=7), AT, matches)
        typo = PostMatches(near_misses=[SpellingCount("northwind", 14)])
        query = PreviewQuery(terms=("notrhwnd",))
        return found, SubjectPreview(query, 1_840, AT - timedelta(days=7), AT, typo)

    def open(self, who: str, text: str, followers: int, ago: timedelta) -> Case:
        """Assess and route a post as today, and return the case that it opens."""
        mention = sample_mention(text, who, followers, "x", AT - ago)
        return self._open_case(mention.copy_with(id=f"x:{derive_case_id(who)}"))

    def _open_case(self, mention: Mention) -> Case:
        [assessment] = self._rules.get_assessor().assess([mention])
        route = find_route(self._rules.list_routes(), mention, assessment)
        return open_case(mention, assessment, route, self._get_department(route.to), mention.created_at).case

    def _edit(self, case: Case, text: str) -> Case:
        mention = case.mention.copy_with(text=text, edited_at=AT)
        [assessment] = self._rules.get_assessor().assess([mention])
        edit = PostEdit(mention, assessment, find_route(self._rules.list_routes(), mention, assessment))
        return edit_case(case, edit, self._get_department, AT).case

    def _get_department(self, name: str) -> Department:
        found = self._rules.find_department(name)
        assert found is not None, f"The sample playbook has no department {name}."
        return found

    @cached_property
    def follow_up(self) -> Case:
        return self.resolved.copy_with(follow_up=FollowUp(AT, offered_to=RAJ, wrote_later=POSITIVE))

    @cached_property
    def answered(self) -> Case:
        context = self._build_context(RAJ, timedelta(hours=1))
        return answer_follow_up(self.follow_up, context, FollowUpOutcome.SATISFIED).case

    @cached_property
    def reopened_follow_up(self) -> Case:
        context = self._build_context(RAJ, timedelta(hours=1))
        return answer_follow_up(self.follow_up, context, FollowUpOutcome.NOT_SATISFIED).case

    @cached_property
    def expired(self) -> Case:
        ended = FollowUp(AT, offered_to=RAJ, outcome=FollowUpOutcome.NO_ANSWER)
        return self.resolved.copy_with(follow_up=ended)

    def _build_context(self, by: str, later: timedelta) -> Context:
        staff = DepartmentStaff(department="care", deputies=frozenset({ANA, RAJ}), managers=frozenset({MIA}))
        return Context(by, AT + later, staff, self.care)

    def _join(self, case: Case) -> Case:
        again = case.mention.copy_with(id="x:again", text="hello?? anybody there", created_at=AT)
        return join_case(case, again, case.assessment, JoinReason.SAME_PERSON, self.care, AT).case

    def _answer(self, case: Case) -> Case:
        url = "https://x.com/northwindair/status/2"
        reply = PublicReply("@northwindair", AT + timedelta(minutes=7), url, "x:answer", case.mention.id)
        processed = ProcessedMention(case.mention, case.assessment, "care", MentionOutcome.TALLIED, AT)
        return answer_case(case, reply, processed, self.care, AT + timedelta(minutes=8)).case

    def _list_attempts(self) -> tuple[PageAttempt, ...]:
        later = AT + timedelta(minutes=5)
        return (
            PageAttempt(1, 1, ContactMethod.SLACK, BEN, AT, AttemptStatus.DELIVERED, begun_at=AT, ended_at=AT),
            PageAttempt(2, 1, ContactMethod.SLACK, MIA, later, AttemptStatus.DELIVERED, begun_at=later, ended_at=later),
        )

    def _declare_crisis(self) -> Crisis:
        told = CrisisDeclaration(Severity.SEV1, "Smoke on board NW 331", "pr", BEN, comms=MIA)
        steps = ("Stop what is scheduled to be posted.", "Say in public that you know.")
        return Crisis(
            id="20260310-smoke",
            told=told,
            origin=CrisisOrigin(AT - timedelta(minutes=6), AT, "Northwind Air"),
            declared_by=BEN,
            declared_at=AT,
            page=self.page.id,
            update_due=AT + timedelta(minutes=30),
            checklist=(ChecklistItem(steps[0], BEN, AT), ChecklistItem(steps[1])),
            timeline=(TimelineEntry(AT, BEN, "declared the crisis"),),
            channel=self.pr.channel,
            numbers=MentionCounts(84, 61),
            counted_at=AT,
        )

    def _open_episode(self) -> Episode:
        post = SamplePost("x:1", "@kofi", "https://x.example/1", "@northwindair my bag is lost again", AT)
        peak = SpikePeak(120, 96, 15, 4.5, AT, SpikeKind.NEGATIVE)
        return Episode(
            id="e1",
            subject="Northwind Air",
            department="care",
            kind=SpikeKind.NEGATIVE,
            words=("bags", "lost", "desk"),
            started_at=AT - timedelta(minutes=20),
            opened_at=AT,
            unusual_at=AT,
            written_at=AT,
            begun=peak,
            peak=peak,
            posts=120,
            as_cases=88,
            firsts=(post,),
            samples=(post,),
            paged_at=AT,
        )


def list_pages(samples: GallerySamples) -> tuple[tuple[str, Page], ...]:
    return (("open", samples.paged), ("acknowledged", samples.acknowledged), ("first call", samples.page))
