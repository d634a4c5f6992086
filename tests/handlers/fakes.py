"""Fake use cases that record their calls, and answer or raise as configured."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards import crisis_modals
from bot.cards.block_kit import RenderedMessage, make_mrkdwn, make_section
from bot.cards.case_search import SearchQuery, SearchResult
from bot.cards.charts import make_line_chart
from bot.cards.home_view import AS_OPENED, DepartmentSummary, HomeState, HomeView
from bot.cards.ledger_entries import LedgerCases
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.oncall import OnCallSummary
from bot.cards.owner_brief import OwnerBrief
from bot.cards.reply import ReplyForm
from bot.cards.roll_ups import RollUpView
from bot.cards.storms import ClaimedCases, OwnCases, ResolvedCases
from bot.domain.adoption import UnfinishedWork
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.queues import CasePage, QueueCounts
from bot.domain.cases.roll_ups import RollUp
from bot.domain.commits import StoreUnavailable
from bot.domain.crises import transitions
from bot.domain.crisis import CrisisDeclaration, CrisisPlan
from bot.domain.crisis import CrisisOrigin as Began
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.ledger.entry import EntryKind, LedgerEntry, open_entry
from bot.domain.lifecycle import CaseTransition
from bot.domain.offers import OfferUse
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.paging import escalation
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, open_page
from bot.domain.persons.person import AuthorContext, OpenCase, PersonLabel
from bot.domain.replies.lengths import ReplyLength
from bot.domain.reports.preview import PostMatches, PreviewQuery, SubjectPreview
from bot.domain.spikes.episode import Episode
from bot.store.spam import SpamEntry
from bot.usecases.cases import CaseView, DecideCase
from bot.usecases.colleagues import RerouteView
from bot.usecases.corrections import CorrectionResult
from bot.usecases.digests import DigestView
from bot.usecases.persons import PersonHistory
from bot.usecases.spam import SpamPage
from tests.cards.samples import AT, CARE, PR, build_claimed_case, build_new_case
from tests.store.samples import EPISODE


class Fake:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.raises: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def ask(self, *words: Any) -> None:
        self.asked.append(words)
        if self.gate is not None:
            await self.gate.wait()
        if self.raises is not None:
            raise self.raises


class FakeCampaigns(Fake):
    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        await self.ask("campaign", by, words)
        return RenderedMessage("Spring sale runs now", [])


class FakeReportSchedules(Fake):
    async def answer_command(self, by: str, words: str, channel: str) -> RenderedMessage:
        await self.ask("digest", by, words, channel)
        return RenderedMessage("Daily digest, every day at 08:00", [])

    async def stop(self, by: str, schedule_id: str) -> RenderedMessage:
        await self.ask("stop digest", by, schedule_id)
        return RenderedMessage("Stopped", [])


class FakeLedger(Fake):
    async def can_change(self, department: str, by: str) -> bool:  # noqa: ARG002 - everybody may, here
        return True

    async def list_entries(self, kind: EntryKind, by: str) -> RenderedMessage:
        await self.ask("list", kind, by)
        return RenderedMessage("Quiet carriage", [])

    async def find_cases(self, value: str, by: str) -> LedgerCases:
        await self.ask("find", value, by)
        return LedgerCases(EntryKind.NEED, (build_new_case(),), "", ())

    async def add(self, value: str, entry_id: str, title: str, by: str) -> LedgerEntry:
        await self.ask("add", value, entry_id, title, by)
        return open_entry(EntryKind.NEED, "Quiet carriage", "care", by, AT, ())

    async def get(self, entry_id: str, by: str) -> tuple[LedgerEntry, list[LedgerEntry], list[Case], datetime]:
        await self.ask("get", entry_id, by)
        return open_entry(EntryKind.NEED, "Quiet carriage", "care", by, AT, ()), [], [], AT

    async def remove_case(self, value: str, by: str) -> LedgerEntry:
        await self.ask("remove", value, by)
        return open_entry(EntryKind.NEED, "Quiet carriage", "care", by, AT, ())


class FakeThemes(Fake):
    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        await self.ask("themes", by, words)
        return RenderedMessage("What posts are about", [])

    async def add_theme(self, by: str, name: str, words: Sequence[str]) -> RenderedMessage:
        await self.ask("add", by, name, *words)
        return RenderedMessage("It begins now", [])


class FakeEpisodes(Fake):
    async def list_episodes(self) -> RenderedMessage:
        await self.ask("list")
        return RenderedMessage("Episodes and campaigns", [])

    async def show_episode(self, words: str) -> RenderedMessage:
        await self.ask("show", words)
        return RenderedMessage("Spring sale: 40 mentions", [])


class FakeCases(Fake):
    """Answers everything with the same case; `drawn` notes what need not be drawn again."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case = build_claimed_case()
        self.department = CARE
        self.noted: list[Case] = []
        self.raises_when_drawn: Exception | None = None
        self.asleep = False

    async def list_merge_targets(self, _view: CaseView, _by: str) -> tuple[OpenCase, ...]:
        return ()

    async def load_joined_words(self, _case: Case) -> dict[str, str]:
        return {}

    async def _answer(self, *words: Any) -> CaseView:
        await self.ask(*words)
        return CaseView(self.case, self.department, AT)

    def list_departments(self) -> tuple[Department, ...]:
        return (CARE, PR)

    async def get(self, case_id: str) -> CaseView:
        return await self._answer("get", case_id)

    async def check_transition(self, case_id: str, by: str, transition: str) -> CaseView:
        return await self._answer("may", case_id, by, str(transition))

    async def apply(self, case_id: str, by: str, decide: DecideCase) -> CaseView:
        return await self._answer(decide.__name__.removesuffix("_case"), case_id, by)

    async def claim(self, case_id: str, by: str) -> CaseView:
        return await self._answer("claim", case_id, by)

    async def find_claim_question(self, _case_id: str, _by: str) -> None:
        return

    async def merge(self, case_id: str, by: str, target_id: str) -> CaseView:
        return await self._answer("merge", case_id, by, target_id)

    async def release(self, case_id: str, by: str) -> CaseView:
        return await self._answer("release", case_id, by)

    async def renew_lease(self, case_id: str, by: str) -> CaseView:
        return await self._answer("keep", case_id, by)

    async def reopen(self, case_id: str, by: str) -> CaseView:
        return await self._answer("reopen", case_id, by)

    async def resolve(self, case_id: str, by: str, resolution: str, note: str) -> CaseView:
        return await self._answer("resolve", case_id, by, str(resolution), note)

    async def hand_to_person(self, case_id: str, by: str, to: str) -> CaseView:
        return await self._answer("hand to person", case_id, by, to)

    async def hand_to_department(self, case_id: str, by: str, to: str) -> CaseView:
        return await self._answer("hand to department", case_id, by, to)

    async def correct_route(self, case_id: str, by: str, to: str | None) -> CaseView:
        return await self._answer("not for us", case_id, by, to)

    async def separate_mention(self, case_id: str, by: str, mention: str) -> tuple[CaseView, CaseView]:
        answer = await self._answer("separate", case_id, by, mention)
        return answer, answer

    async def list_assignees(self, case: Case) -> list[tuple[str, str]]:  # noqa: ARG002 - no name is known
        return []

    async def check_separation(self, case_id: str, by: str) -> CaseView:
        return await self._answer("may separate", case_id, by)

    async def check_snooze(self, case_id: str, by: str) -> CaseView:
        return await self._answer("may snooze", case_id, by)

    async def snooze(self, case_id: str, by: str, choice: str) -> CaseView:
        return await self._answer("snooze", case_id, by, str(choice))

    async def check_store(self) -> None:
        if self.asleep:
            raise StoreUnavailable("Redis does not answer.")

    async def record_card_response(self, case: Case, *_: object) -> None:
        self.noted.append(case)
        if self.raises_when_drawn is not None:
            raise self.raises_when_drawn


class FakeDigests(Fake):
    async def get(self, digest_id: str) -> DigestView:
        await self.ask("digest", digest_id)
        return DigestView(digest_id, CARE, (build_claimed_case(id="CASE0001"), build_new_case(id="CASE0002")), AT)


class FakeRollUps(Fake):
    async def get(self, value: str) -> RollUpView:
        await self.ask("roll-up", value)
        return RollUpView(
            RollUp("care", ToPerson("U0RAJ")), CARE, (build_new_case(), build_new_case(id="CASE0002")), {}, 12, AT, AT
        )


class FakeReports(Fake):
    async def answer_question(self, by: str, words: str) -> RenderedMessage:
        await self.ask("answer", by, words)
        blocks = [make_section(make_mrkdwn("Today: 3 posts")), make_line_chart("Mentions", ["a"], {"negative": [3]})]
        return RenderedMessage("Today: 3 posts", blocks)

    async def share_report(self, by: str, words: str, channel: str, message: str) -> RenderedMessage:
        await self.ask("share", by, words, channel, message)
        return RenderedMessage("Today: 3 posts, shared", [make_section(make_mrkdwn("Today: 3 posts, shared"))])

    async def confirm_share(self, by: str, words: str, channel: str, message: str) -> None:
        await self.ask("confirm share", by, words, channel, message)


class FakeExports(Fake):
    async def request_export(self, by: str, words: str) -> RenderedMessage:
        await self.ask("export", by, words)
        return RenderedMessage("You get a file", [])


class FakePreviews(Fake):
    async def build_preview(self, words: str) -> SubjectPreview:
        await self.ask("preview", words)
        return SubjectPreview(PreviewQuery(terms=("northwind",)), 0, AT, AT, PostMatches())


class FakeStaffPosts(Fake):
    async def render_newest(self, by: str) -> RenderedMessage:
        await self.ask("staff posts", by)
        return RenderedMessage("two posts", [])


class FakeTempo(Fake):
    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        await self.ask("tempo", by, words)
        return RenderedMessage("how long it took", [])


class FakeRecognition(Fake):
    async def choose(self, by: str, words: str) -> RenderedMessage:
        await self.ask("recognition", by, words)
        return RenderedMessage("Reports don't name you.", [])


class FakeColleagues(Fake):
    """Asks the fake of cases; `is_colleague` is whether whoever asks has no role."""

    def __init__(self, cases: FakeCases) -> None:
        super().__init__()
        self._cases = cases
        self.is_colleague = False

    async def check_reroute(self, case_id: str, by: str) -> RerouteView:
        return RerouteView(
            await self._cases.check_transition(case_id, by, CaseTransition.HAND_OVER), is_colleague=self.is_colleague
        )

    async def reroute(self, case_id: str, by: str, to: str | None, reason: str) -> RerouteView:
        if reason:
            await self.ask("why", reason)
        moved = await self._cases.correct_route(case_id, by, to)
        return RerouteView(moved, is_colleague=self.is_colleague, moved_from="sales")

    async def undo_reroute(self, case_id: str, by: str, back: str) -> CaseView:
        await self.ask("undo", case_id, by, back)
        return CaseView(build_new_case(), CARE, AT)


class FakeOffers(Fake):
    async def load_brief(self, view: CaseView, by: str) -> OwnerBrief:
        await self.ask("brief", view.case.id, by)
        return OwnerBrief(view.department)

    async def load_briefs(self, cases: list[Case], by: str) -> list[OwnerBrief]:
        return [await self.load_brief(CaseView(case, CARE, AT), by) for case in cases[:1]]

    async def list_uses(self, case: Case, department: Department, by: str) -> tuple[OfferUse, ...]:
        await self.ask("uses", case.id, department.name, by)
        return ()


class FakeFlags(Fake):
    def list_departments(self) -> tuple[Department, ...]:
        return (CARE, PR)

    async def flag_message(self, by: str, flag: Any) -> CaseView:
        await self.ask("flag", by, flag)
        return CaseView(build_new_case(), CARE, AT)


class FakeHome(Fake):
    async def load_view(self, person: str, state: HomeState = AS_OPENED) -> HomeView:
        await self.ask("home", person)
        one = CasePage((build_claimed_case(),), 0, 1, 1)
        summary = DepartmentSummary(CARE, QueueCounts(3, 1, 2), OnCallSummary(CARE, OnCallSnapshot(), None))
        return HomeView(person, AT, is_staff=True, state=state, departments=(summary,), assigned=one)

    def list_departments(self) -> tuple[Department, ...]:
        return (CARE, PR)

    async def search(self, by: str, query: SearchQuery) -> SearchResult:
        await self.ask("search", by, query)
        return SearchResult(CasePage((build_claimed_case(),), 0, 1, 1), AT)

    async def load_activity(self, name: str) -> RenderedMessage | None:
        await self.ask("activity", name)
        return RenderedMessage("Spike", [make_section(make_mrkdwn("Spike"))])


class FakeCorrections(Fake):
    """Answers with a new case; `offer` is where it leads now."""

    def __init__(self) -> None:
        super().__init__()
        self.offer = ""

    async def check_correction(self, case_id: str, kind: str, by: str) -> CaseView:
        await self.ask("may", case_id, str(kind), by)
        return CaseView(build_new_case(), CARE, AT)

    def list_other_subjects(self, case: Case) -> tuple[str, ...]:  # noqa: ARG002 - of every case the same
        return ("Northwind Go", "Skylark Airways")

    async def correct_case(self, case_id: str, kind: str, now: str, by: str) -> CorrectionResult:
        await self.ask("correct", case_id, str(kind), now, by)
        return CorrectionResult(CaseView(build_new_case(), CARE, AT), self.offer)

    async def reroute_case(self, case_id: str, by: str) -> CaseView:
        await self.ask("move", case_id, by)
        return CaseView(build_new_case(department="pr"), PR, AT)


class FakeSpam(Fake):
    """One entry, `17-0`, that leads to care or nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.leads = "care"

    def list_departments(self) -> tuple[Department, ...]:
        return (CARE, PR)

    async def list_spam(self, before: str = "") -> SpamPage:
        await self.ask("page", before)
        return SpamPage((await self.get("17-0"),), 9, more=True, zone=ZoneInfo("Europe/Lisbon"))

    async def get(self, entry: str) -> SpamEntry:
        case = build_new_case()
        return SpamEntry(entry, case.mention, case.assessment, AT)

    async def find_destination(self, entry: str) -> str:
        await self.ask("leads to", entry)
        return self.leads

    async def restore_mention(self, entry: str, by: str, department: str = "") -> CaseView:
        await self.ask("bring back", entry, by, department)
        return CaseView(build_new_case(), CARE, AT)


class FakeOnCall(Fake):
    """Says back what it was asked."""

    async def _say(self, *words: str) -> RenderedMessage:
        await self.ask(*words)
        said = " ".join(words)
        return RenderedMessage(said, [make_section(make_mrkdwn(said))])

    async def show_on_call(self, by: str, words: str) -> RenderedMessage:
        return await self._say("show", by, words)

    async def take_shift(self, by: str, words: str) -> RenderedMessage:
        return await self._say("take", by, words)

    async def swap_shifts(self, by: str, words: str) -> RenderedMessage:
        return await self._say("swap", by, words)

    async def cover_shift(self, by: str, words: str) -> RenderedMessage:
        return await self._say("cover", by, words)

    async def answer_cover_request(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("answer", by, thing)

    async def accept_request(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("accept", by, thing)

    async def decline_request(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("decline", by, thing)

    async def fill_gap(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("fill", by, thing)

    async def undo_change(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("undo", by, thing)


DECLARED = transitions.declare_crisis(
    CrisisDeclaration(Severity.SEV1, "Smoke in <one> cabin", "pr", "U0LEA"), Began(AT), CrisisPlan(), "U0MIA", AT
).after


class FakeRoles(FakeOnCall):
    async def deputize(self, by: str, words: str) -> RenderedMessage:
        return await self._say("deputize", by, words)

    async def dismiss(self, by: str, words: str) -> RenderedMessage:
        return await self._say("dismiss", by, words)

    async def list_deputies(self, by: str, words: str) -> RenderedMessage:
        return await self._say("deputies", by, words)

    async def set_point(self, by: str, words: str) -> RenderedMessage:
        return await self._say("point", by, words)

    async def accept_policy(self, by: str, grant: str) -> RenderedMessage:
        return await self._say("accept", by, grant)


class FakeThanks(Fake):
    async def thank(self, case_id: str, by: str) -> tuple[CaseView, list[ReplyForm]]:
        await self.ask("thank", case_id, by)
        return CaseView(build_new_case(), CARE, AT), []

    async def mark_shareworthy(self, case_id: str, by: str) -> tuple[Case, list[ReplyForm]]:
        await self.ask("mark", case_id, by)
        return build_new_case(shared_by=by), []

    async def unmark_shareworthy(self, case_id: str, by: str) -> Case:
        await self.ask("unmark", case_id, by)
        return build_new_case()

    async def list_unthanked(self) -> RenderedMessage:
        await self.ask("unthanked")
        return RenderedMessage("To thank", [])

    async def list_shareworthy(self, by: str) -> RenderedMessage:
        await self.ask("shareworthy", by)
        return RenderedMessage("Worth sharing", [])


class FakeDayMessages(FakeOnCall):
    async def set_message(self, by: str, words: str) -> RenderedMessage:
        return await self._say("say", by, words)

    async def undo(self, by: str, ref: str) -> RenderedMessage:
        return await self._say("undo say", by, ref)


class FakeMutes(FakeOnCall):
    async def mute(self, by: str, words: str) -> RenderedMessage:
        return await self._say("mute", by, words)

    async def list_mutes(self, by: str, words: str) -> RenderedMessage:
        return await self._say("mutes", by, words)

    async def unmute(self, by: str, words: str) -> RenderedMessage:
        return await self._say("unmute", by, words)

    async def mute_case_author(self, by: str, case_id: str) -> RenderedMessage:
        return await self._say("mute author", by, case_id)

    async def render_author_mute(self, _by: str, _case: Case) -> RenderedMessage | None:
        return None

    async def undo_mute(self, by: str, mute: str) -> RenderedMessage:
        return await self._say("undo mute", by, mute)


class FakeCrises(Fake):
    async def _say(self, *words: str) -> RenderedMessage:
        await self.ask(*words)
        return RenderedMessage(" ".join(words), [make_section(make_mrkdwn(" ".join(words)))])

    async def build_form(self, opened: ModalMetadata) -> dict[str, Any]:
        await self.ask("form", opened.case)
        return crisis_modals.render_crisis_modal((CARE, PR), opened)

    async def declare(self, by: str, declaration: CrisisDeclaration) -> RenderedMessage:
        return await self._say("declare", by, declaration.headline, declaration.lead)

    async def update(self, by: str, words: str, channel: str) -> RenderedMessage:
        return await self._say("update", by, words, channel)

    unfinished: UnfinishedWork = UnfinishedWork()

    async def request_close(self, by: str, channel: str, opened: ModalMetadata) -> RenderedMessage | dict[str, Any]:
        said = await self._say("ask to close", by, channel)
        return crisis_modals.render_close_crisis_modal(DECLARED, self.unfinished, opened) if self.unfinished else said

    async def close(self, by: str, name: str) -> RenderedMessage:
        return await self._say("close", by, name)

    async def complete_checklist_item(self, by: str, thing: str) -> RenderedMessage:
        return await self._say("done", by, thing)

    async def add_pinned_message(self, by: str, channel: str, ts: str, words: str) -> None:
        await self.ask("pinned", by, channel, ts, words)

    async def show_open_crises(self) -> RenderedMessage:
        return await self._say("show")


class FakeDrills(Fake):
    async def start_drill(self, by: str, words: str) -> RenderedMessage:
        await self.ask("drill", by, words)
        said = f"drill {by} {words}"
        return RenderedMessage(said, [make_section(make_mrkdwn(said))])


class FakePages(Fake):
    async def acknowledge_in_slack(self, page_id: str, by: str) -> Page:
        await self.ask("acknowledge", page_id, by)
        page = open_page(PageCause(CauseKind.CASE, "ABCDEFGH"), Severity.SEV1, "care", AT)
        return escalation.acknowledge_page(page, by, "Slack", AT).after

    async def load_context(self, page: Page) -> PageContext | None:
        return PageContext(
            "Crisis on X",
            "",
            AT,
            location=page.department,
            quote="smoke",
            card_link="https://c.example",
            case_id=page.cause.id,
        )


class FakeFeeds(Fake):
    async def create_link(self, by: str, words: str) -> RenderedMessage:
        await self.ask("address", by, words)
        return RenderedMessage(
            "https://earshot.example/oncall/x.ics", [make_section(make_mrkdwn("https://earshot.example"))]
        )


class FakePersons(Fake):
    """Marta wrote once; nothing else is known about her."""

    async def load_history(self, case_id: str, by: str, start: int = 0) -> PersonHistory:
        await self.ask("load", case_id, by, *([start] if start else []))
        case = build_new_case()
        page = CasePage((case,), start, start + 1, 30)
        return PersonHistory(case, CARE, AuthorContext(), {case.mention.author_key: "marta"}, page, {}, {}, ())

    async def save_history(
        self, case_id: str, by: str, note: str, chosen: list[PersonLabel], shown: list[PersonLabel]
    ) -> PersonHistory:
        await self.ask("save", case_id, by, note, chosen, shown)
        return await self.load_history(case_id, by)

    async def search_accounts(self, case_id: str, by: str, words: str) -> list[Case]:
        await self.ask("search", case_id, by, words)
        return [build_new_case()]

    async def link_account(self, case_id: str, by: str, other_case_id: str) -> PersonHistory:
        await self.ask("link", case_id, by, other_case_id)
        return await self.load_history(case_id, by)

    async def unlink_account(self, case_id: str, by: str, person_id: str) -> PersonHistory:
        await self.ask("unlink", case_id, by, person_id)
        return await self.load_history(case_id, by)


class FakeStorms(Fake):
    async def take_cases(self, list_id: str, by: str) -> ClaimedCases:
        await self.ask("take", list_id, by)
        return ClaimedCases(list_id, [build_claimed_case()], "", AT)

    async def claim_alike(self, list_id: str, first: str, by: str) -> ClaimedCases:
        await self.ask("claim alike", list_id, first, by)
        return ClaimedCases(list_id, [build_claimed_case()], "", AT)

    async def list_groups(self, list_id: str, by: str) -> tuple[str, list[tuple[Case, ...]]]:
        await self.ask("groups", list_id, by)
        return "", [(build_new_case(), build_new_case(id="CASE0002"))]

    async def list_own(self, list_id: str, by: str) -> OwnCases:
        await self.ask("own", list_id, by)
        return OwnCases([build_claimed_case()], "", AT)

    async def resolve_many(
        self, case_ids: list[str], by: str, resolution: CaseResolution, note: str, list_id: str = ""
    ) -> ResolvedCases:
        await self.ask("resolve many", tuple(case_ids), by, str(resolution), note, list_id)
        return ResolvedCases([build_claimed_case()], resolution, [])

    async def load_episode(self, episode_id: str, by: str) -> Episode:
        await self.ask("episode", episode_id, by)
        return EPISODE

    async def set_facts(self, episode_id: str, facts: str, by: str) -> Episode:
        await self.ask("facts", episode_id, facts, by)
        return EPISODE

    async def find_facts(self, case: Case) -> str:
        await self.ask("find facts", case.id)
        return ""


class FakeReplies(Fake):
    async def request_draft(self, case_id: str, by: str, text: str) -> ReplyForm:
        await self.ask("draft", case_id, by, text)
        return await self.revise(case_id, by, text)

    async def open_form(self, case_id: str, by: str) -> ReplyForm:
        return await self.revise(case_id, by)

    async def revise(self, case_id: str, by: str, text: str = "", reply_id: str = "") -> ReplyForm:
        await self.ask("revise", case_id, by, text, reply_id)
        return ReplyForm(build_claimed_case(), text, text, ReplyLength(len(text), 280))

    async def stop(self, case_id: str, by: str) -> None:
        await self.ask("stop", case_id, by)

    async def save(self, case_id: str, by: str, name: str, text: str) -> None:
        await self.ask("save", case_id, by, name, text)

    async def delete(self, reply_id: str, by: str) -> None:
        await self.ask("delete", reply_id, by)
