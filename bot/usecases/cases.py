"""What a person may do with a case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from inspect import isawaitable
from typing import NamedTuple

from bot.cards.case_status import JOINED_SHOWN
from bot.clock import Clock
from bot.domain.assessment import Assessment
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinReason, derive_case_id
from bot.domain.case_requests import CaseRequest
from bot.domain.cases import transitions
from bot.domain.cases.correction_transitions import ScoreUrgency, reopen_with_correction, resolve_with_correction
from bot.domain.cases.follow_up_transitions import answer_follow_up
from bot.domain.cases.merge_transitions import TARGET_OF_ANOTHER, merge_case, refuse_merge, take_back_posts
from bot.domain.cases.request_transitions import answer_request
from bot.domain.cases.snooze_transitions import SnoozeChoice, check_can_snooze, snooze_case
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.persons.claim_questions import ClaimQuestion, find_claim_question
from bot.domain.persons.etiquette import find_caution
from bot.domain.persons.person import NO_CONTEXT, AuthorContext, OpenCase
from bot.domain.routing import Route, find_route
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.store.cases import CaseGoneError, CaseStore
from bot.store.keys import JOINED_MOST
from bot.store.outbox import Outbox
from bot.store.pages import PageStore
from bot.store.persons import PersonStore
from bot.usecases.staff import StaffDirectory

MAX_ASSIGNEES = 100
"""Slack's limit for the options of a menu."""

DecideCase = Callable[[Case, Context], CaseDecision]
DecideIfNeeded = Callable[[Case, Context], CaseDecision | None]
"""Returns None where nothing changes."""
AsyncDecideCase = Callable[[Case, Context], Awaitable[CaseDecision]]
"""Reads something that its commit guards, each time that it decides."""


class CaseView(NamedTuple):
    """A case with all that its card is rendered from."""

    case: Case
    department: Department
    at: datetime
    page: Page | None = None
    author: AuthorContext = NO_CONTEXT


@dataclass(frozen=True, slots=True)
class CaseUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: CaseStore
    _outbox: Outbox
    _pages: PageStore
    _persons: PersonStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _score_urgency: ScoreUrgency
    _clock: Clock

    async def get(self, case_id: str) -> CaseView:
        return await self.build_view(await self._store.get(case_id))

    async def check_transition(self, case_id: str, by: str, transition: CaseTransition) -> CaseView:
        """Raise `NotAllowed` if the transition would be refused: checked before a form opens."""
        case = await self._store.get(case_id)
        check_transition(case, transition, await self._load_context(case, by))
        return await self.build_view(case)

    async def list_assignees(self, case: Case) -> list[tuple[str, str]]:
        """Return ids and names of possible owners; empty if there are too many, or not all are known."""
        staff = await self._staff.load_staff(self._find_department(case), self._rules.managers)
        people = staff.deputies - {case.owner}
        return [] if staff.unsure or len(people) > MAX_ASSIGNEES else await self._staff.list_names(people)

    async def check_separation(self, case_id: str, by: str) -> CaseView:
        """As `check_transition`; there must be a mention to separate, too."""
        case = await self._store.get(case_id)
        transitions.check_can_separate(case, await self._load_context(case, by))
        return await self.build_view(case)

    async def load_joined_words(self, case: Case) -> dict[str, str]:
        """Return what the newest posts that joined a case say, by the id of each, but for copies: that is the same."""
        shown = [one.mention for one in case.joined[-JOINED_SHOWN:] if one.why is not JoinReason.COPY]
        return {name: post.text for name, post in (await self._store.find_joined_each(case.id, shown)).items()}

    async def check_snooze(self, case_id: str, by: str) -> CaseView:
        case = await self._store.get(case_id)
        check_can_snooze(case, await self._load_context(case, by))
        return await self.build_view(case)

    async def check_store(self) -> None:
        """Raise `StoreUnavailable` before a form is closed, so that its content is not lost."""
        await self._store.check_writable()

    def list_departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def apply(self, case_id: str, by: str, decide: DecideIfNeeded | AsyncDecideCase) -> CaseView:
        """Apply a transition of a button, or of one of the methods below."""

        async def decide_case(case: Case) -> CaseDecision | None:
            decision = decide(case, await self._load_context(case, by))
            return await decision if isawaitable(decision) else decision

        decision = await self._store.change_if_needed(case_id, decide_case, self._clock.now())
        return await self.build_view(decision.case) if decision else await self.get(case_id)

    async def find_claim_question(self, case_id: str, by: str) -> tuple[CaseView, ClaimQuestion] | None:
        """Return the case with what to ask before it is claimed; None if nothing.

        Raises `NotAllowed` if the case cannot be claimed anyway.
        """
        view = await self.check_transition(case_id, by, CaseTransition.CLAIM)
        question = find_claim_question(view.case, view.department, view.author, by, view.at)
        return (view, question) if question else None

    async def claim(self, case_id: str, by: str) -> CaseView:
        async def decide(case: Case, context: Context) -> CaseDecision:
            author = case.mention.author_key
            person = (await self._persons.load([author])).get(author)
            caution = find_caution(case, person, context.department.etiquette, context.at, by)
            return transitions.claim_case(case, context, caution)

        return await self.apply(case_id, by, decide)

    async def renew_lease(self, case_id: str, by: str) -> CaseView:
        return await self.apply(case_id, by, transitions.renew_lease)

    async def release(self, case_id: str, by: str) -> CaseView:
        return await self.apply(case_id, by, transitions.release_case)

    async def snooze(self, case_id: str, by: str, choice: SnoozeChoice) -> CaseView:
        return await self.apply(case_id, by, lambda case, context: snooze_case(case, context, choice))

    async def resolve(self, case_id: str, by: str, resolution: CaseResolution, note: str = "") -> CaseView:
        """Resolve a case; *spam* and *not about us* are corrections, too."""
        return await self.apply(
            case_id, by, lambda case, context: self.decide_resolution(case, context, resolution, note)
        )

    def decide_resolution(self, case: Case, context: Context, resolution: CaseResolution, note: str) -> CaseDecision:
        return resolve_with_correction(case, context, resolution, note, self._score_urgency)

    async def reopen(self, case_id: str, by: str) -> CaseView:
        """Reopen a case; one that was merged has its posts back."""

        async def decide(case: Case, context: Context) -> CaseDecision:
            decision = reopen_with_correction(case, context, self._score_urgency, self._match_route)
            holder = await self._find_holder(case)
            if holder is None:
                return decision
            posts, held = [await self._store.load_joined(one, JOINED_MOST) for one in (case.id, holder.id)]
            ids = {one.id for one in held}
            return take_back_posts(decision, posts, holder, ids, context, self._find_department(holder))

        return await self.apply(case_id, by, decide)

    async def _find_holder(self, case: Case) -> Case | None:
        """Return the case that has the posts of a merged one; that may be merged, too. None if it is no longer kept."""
        holder = None
        while case.merged_into:
            try:
                holder = case = await self._store.get(case.merged_into)
            except CaseGoneError:
                return None
        return holder

    async def answer_follow_up(self, case_id: str, by: str, outcome: FollowUpOutcome) -> CaseView:
        return await self.apply(case_id, by, lambda case, context: answer_follow_up(case, context, outcome))

    async def answer_request(self, ref: str, by: str, *, is_allowed: bool) -> tuple[Case, CaseRequest]:
        """Answer what somebody was asked, by the button of the direct message."""
        case_id, _, number = ref.partition("/")
        view = await self.apply(
            case_id, by, lambda case, context: answer_request(case, context, int(number), is_allowed=is_allowed)
        )
        asked = view.case.find_request(int(number))
        assert asked is not None
        return view.case, asked

    async def confirm_crisis(self, case_id: str, by: str) -> CaseView:
        return await self.apply(case_id, by, transitions.confirm_crisis)

    async def hand_to_person(self, case_id: str, by: str, to: str) -> CaseView:
        return await self.apply(case_id, by, lambda case, ctx: transitions.hand_to_person(case, ctx, to))

    async def hand_to_department(self, case_id: str, by: str, to: str) -> CaseView:
        target = require_department(self._rules, to)
        return await self.apply(case_id, by, lambda case, ctx: transitions.hand_to_department(case, ctx, target))

    async def correct_route(self, case_id: str, by: str, to: str | None, reason: str = "") -> CaseView:
        """`to` is the right department; None: nobody's."""
        target = require_department(self._rules, to) if to else None
        return await self.apply(case_id, by, lambda case, ctx: transitions.correct_route(case, ctx, target, reason))

    async def separate_mention(self, case_id: str, by: str, mention: str) -> tuple[CaseView, CaseView]:
        """Open a case of its own for a joined mention; return the case it left, and its own.

        `mention` is its id, or the id of its own case: a form's option has no room for long ids.
        """
        joined = await self._store.load_joined(case_id, JOINED_MOST)
        ids = {name: one for one in joined for name in (one.id, derive_case_id(one.id))}
        if mention not in ids:
            raise NotAllowed("That post is no longer part of this case. Reopen the form to see which are.")

        async def decide(case: Case) -> CaseDecision:
            said = ids[mention]
            former = (await self._store.find([derive_case_id(said.id)])).get(derive_case_id(said.id))
            return transitions.separate_mention(case, await self._load_context(case, by), said, former)

        left = await self._store.change(case_id, decide, self._clock.now())
        assert left.opened_decision is not None
        return await self.build_view(left.case), await self.build_view(left.opened_decision.case)

    async def list_merge_targets(self, view: CaseView, by: str) -> tuple[OpenCase, ...]:
        """Return the claimed cases of the same person into which somebody may merge this one, which is claimed, too."""
        case = view.case
        if case.status is not CaseStatus.CLAIMED or case.is_urgent or not view.author.open_cases:
            return ()
        try:
            check_transition(case, CaseTransition.RESOLVE, await self._load_context(case, by))
        except NotAllowed:
            return ()
        return view.author.open_cases

    async def merge(self, case_id: str, by: str, target_id: str) -> CaseView:
        """Merge a case into another of the same person; return that one."""

        async def decide(case: Case) -> CaseDecision:
            target, author = await self._store.get(target_id), await self._persons.load_context(case, self._clock.now())
            posts, context = await self._store.load_joined(case_id, JOINED_MOST), await self._load_context(case, by)
            merged = merge_case(case, target, posts, context, self._find_department(target))
            if target_id not in {one.case_id for one in author.open_cases}:
                raise refuse_merge(case, TARGET_OF_ANOTHER)
            return merged

        decision = await self._store.change(case_id, decide, self._clock.now())
        assert decision.target_decision is not None
        return await self.build_view(decision.target_decision.case)

    async def record_card_response(
        self, case: Case, page: Page | None = None, author: AuthorContext = NO_CONTEXT
    ) -> None:
        """Record that a click's response has updated the card, so that delivery need not."""
        record = (await self._outbox.load_cards([case.id]))[case.id]
        channel = self._find_department(case).channel
        if record.reminded or (channel and record.channel != channel):
            return  # delivery updates the reminder, or moves the card
        if await self._outbox.load_claim_requests(case.id):
            return  # delivery updates the messages that asked for an owner
        if page is None and case.is_confirmed_crisis:
            return  # the response may have been rendered without the page
        await self._outbox.record_card_response(case, record, self._clock.now(), page, author.shown_key)

    async def build_view(self, case: Case) -> CaseView:
        """Return the case with all that its card shows at this moment."""
        department = self._find_department(case)
        if case.status is CaseStatus.NEW:
            department = await self._staff.resolve_point(department)
        page = await self._pages.find_for_case(case)
        author = await self._persons.load_context(case, self._clock.now(), self._staff.find_display_name)
        return CaseView(case, department, self._clock.now(), page, author)

    def _match_route(self, mention: Mention, assessment: Assessment) -> Route:
        return find_route(self._rules.list_routes(), mention, assessment)

    async def _load_context(self, case: Case, by: str) -> Context:
        department = self._find_department(case)
        staff = await self._staff.load_staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)

    def _find_department(self, case: Case) -> Department:
        return get_department_or_lost(self._rules, case.department)
