"""What a person may do with a case."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from bot.clock import Clock
from bot.domain.assessment import Assessment
from bot.domain.case import Case, CaseResolution
from bot.domain.case import derive_case_id as own_id
from bot.domain.cases import correction_transitions, transitions
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.routing import Route, find_route
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.store.cases import CaseStore
from bot.store.outbox import Outbox
from bot.store.paging import PageStore
from bot.usecases.staff import StaffDirectory

MAX_ASSIGNEES = 100
"""Slack's limit for the options of a menu."""

DecideCase = Callable[[Case, Context], CaseDecision]


class CaseView(NamedTuple):
    """A case after what was asked of it, the department that has it, when, its page: what its card is drawn from."""

    case: Case
    department: Department
    at: datetime
    page: Page | None = None


class CaseUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: CaseStore,
        outbox: Outbox,
        pages: PageStore,
        rules: PlaybookRules,
        team: StaffDirectory,
        weigh: correction_transitions.ScoreUrgency,
        clock: Clock,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._pages = pages
        self._rules = rules
        self._staff = team
        self._weigh = weigh
        self._clock = clock

    async def get(self, case_id: str) -> CaseView:
        return await self._build_view(await self._store.get(case_id))

    async def check_transition(self, case_id: str, by: str, transition: CaseTransition) -> CaseView:
        """Refuses what would be refused: asked before a form opens, so that nobody fills one in for nothing."""
        case = await self._store.get(case_id)
        check_transition(case, transition, await self._context(case, by))
        return await self._build_view(case)

    async def list_assignees(self, case: Case) -> list[tuple[str, str]]:
        """Ids and names of whom it may be handed to; empty where they are too many, or not all known."""
        staff = await self._staff.load_staff(self._find_department(case), self._rules.managers)
        people = staff.deputies - {case.owner}
        return [] if staff.unsure or len(people) > MAX_ASSIGNEES else await self._staff.list_names(people)

    async def check_separation(self, case_id: str, by: str) -> CaseView:
        """As `check_transition`; there has to be something to choose from, too."""
        case = await self._store.get(case_id)
        transitions.check_can_separate(case, await self._context(case, by))
        return await self._build_view(case)

    async def check_store(self) -> None:
        """Raises `StoreUnavailable`: asked before a form is closed, so that what was written in it is not lost with
        it.
        """
        await self._store.check_writable()

    def list_departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def apply_transition(self, case_id: str, by: str, decide: DecideCase) -> CaseView:
        """What a button decides, or one of the methods below."""

        async def decide_case(case: Case) -> CaseDecision:
            return decide(case, await self._context(case, by))

        decision = await self._store.change(case_id, decide_case, self._clock.now())
        return await self._build_view(decision.case)

    async def claim(self, case_id: str, by: str) -> CaseView:
        return await self.apply_transition(case_id, by, transitions.claim_case)

    async def renew_lease(self, case_id: str, by: str) -> CaseView:
        return await self.apply_transition(case_id, by, transitions.renew_lease)

    async def release(self, case_id: str, by: str) -> CaseView:
        return await self.apply_transition(case_id, by, transitions.release_case)

    async def resolve(self, case_id: str, by: str, resolution: CaseResolution, note: str = "") -> CaseView:
        """With *spam* or *not about us* it is a correction, too."""
        return await self.apply_transition(
            case_id,
            by,
            lambda case, context: correction_transitions.resolve_with_correction(
                case, context, resolution, note, self._weigh
            ),
        )

    async def reopen(self, case_id: str, by: str) -> CaseView:
        return await self.apply_transition(
            case_id,
            by,
            lambda case, context: correction_transitions.reopen_with_correction(
                case, context, self._weigh, self._match_route
            ),
        )

    async def confirm_crisis(self, case_id: str, by: str) -> CaseView:
        return await self.apply_transition(case_id, by, transitions.confirm_crisis)

    async def hand_to_person(self, case_id: str, by: str, to: str) -> CaseView:
        return await self.apply_transition(
            case_id, by, lambda case, context: transitions.hand_to_person(case, context, to)
        )

    async def hand_to_department(self, case_id: str, by: str, to: str) -> CaseView:
        target = require_department(self._rules, to)
        return await self.apply_transition(
            case_id, by, lambda case, context: transitions.hand_to_department(case, context, target)
        )

    async def correct_route(self, case_id: str, by: str, to: str | None) -> CaseView:
        """`to` is where it belongs; None: to nobody."""
        target = require_department(self._rules, to) if to else None
        return await self.apply_transition(
            case_id, by, lambda case, context: transitions.correct_route(case, context, target)
        )

    async def separate_mention(self, case_id: str, by: str, mention: str) -> tuple[CaseView, CaseView]:
        """A mention that joined gets its own case; gives the case it left, and its own.

        `mention` is its id, or the id of the case that will be its own: a form's option has no room for long ids.
        """
        ids = {
            name: one
            for one in await self._store.load_joined(case_id, limit=1_000)
            for name in (one.id, own_id(one.id))
        }
        if mention not in ids:
            raise NotAllowed("That mention is not part of this case any more.")

        async def decide(case: Case) -> CaseDecision:
            return transitions.separate_mention(case, await self._context(case, by), ids[mention])

        left = await self._store.change(case_id, decide, self._clock.now())
        assert left.opened_decision is not None
        return await self._build_view(left.case), await self._build_view(left.opened_decision.case)

    async def record_card_response(self, case: Case, page: Page | None = None) -> None:
        """The card was redrawn through a click's own answer, so that delivery need not draw it again."""
        record = (await self._outbox.load_cards([case.id]))[case.id]
        channel = self._find_department(case).channel
        if record.reminded or (channel and record.channel != channel):
            return  # a reminder to take back, or a card that has to move, is delivery's work
        if await self._outbox.load_claim_requests(case.id):
            return  # so is to say who has it wherever somebody was asked to take it
        if page is None and case.is_confirmed_crisis:
            return  # the answer may have been drawn without the ladder
        await self._outbox.record_card_response(case, record, self._clock.now(), page)

    def _match_route(self, mention: Mention, assessment: Assessment) -> Route:
        return find_route(self._rules.list_routes(), mention, assessment)

    async def _build_view(self, case: Case) -> CaseView:
        return CaseView(case, self._find_department(case), self._clock.now(), await self._pages.find_for_case(case))

    async def _context(self, case: Case, by: str) -> Context:
        department = self._find_department(case)
        staff = await self._staff.load_staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)

    def _find_department(self, case: Case) -> Department:
        return get_department_or_lost(self._rules, case.department)
