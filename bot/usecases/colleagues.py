"""What everybody in the workspace may do with a case, also without a role: re-route it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from bot.cards.sanitize import format_date
from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.cases import colleague_transitions
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.store.cases import CaseStore
from bot.store.flagged_mentions import FlagStore
from bot.store.keys import FLAGS_KEPT
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.staff import StaffDirectory

MAX_REROUTES_PER_HOUR = 20
"""By one person without a role."""
MAX_TRIES = 20


class RerouteView(NamedTuple):
    """The case, and whether the person has no role there, so that they have to give a reason."""

    view: CaseView
    is_colleague: bool
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class ColleagueUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _cases: CaseUseCases
    _store: CaseStore
    _flags: FlagStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _clock: Clock

    async def check_reroute(self, case_id: str, by: str) -> RerouteView:
        """Raise `NotAllowed` if the case would not be moved: checked before the form opens."""
        view = await self._cases.get(case_id)
        context = await self._load_context(view.case, by)
        if _has_role(view.case, context):
            check_transition(view.case, CaseTransition.HAND_OVER, context)
            return RerouteView(view, is_colleague=False)
        colleague_transitions.check_can_reroute(view.case, context)
        return RerouteView(view, is_colleague=True)

    async def reroute(self, case_id: str, by: str, to: str | None, reason: str) -> RerouteView:
        """Move a case to the department `to`. None, which is nobody, is for people with a role."""
        for _ in range(MAX_TRIES):
            case = await self._store.get(case_id)
            context = await self._load_context(case, by)
            if _has_role(case, context):
                moved = await self._cases.correct_route(case_id, by, to, reason)
                return RerouteView(moved, is_colleague=False, moved_from=case.department)
            if to is None:
                raise NotAllowed(f"Only deputies of {case.department} and managers decide that nobody answers.")
            decision = colleague_transitions.reroute_case(case, context, require_department(self._rules, to), reason)
            if await self._commit(decision, by, context.at):
                return RerouteView(await self._cases.get(case_id), is_colleague=True, moved_from=case.department)
        raise NotAllowed("Too many people are changing this case right now. Try again in a moment.")

    async def _commit(self, decision: CaseDecision, by: str, at: datetime) -> bool:
        recent = await self._flags.load_recent_reroutes(by, at)
        if len(recent.times) >= MAX_REROUTES_PER_HOUR:
            until = datetime.fromtimestamp(recent.times[0], UTC) + FLAGS_KEPT
            raise NotAllowed(
                f"You have re-routed {MAX_REROUTES_PER_HOUR} cases in the last hour, which is as many as Earshot takes "
                f"from one person. You can go on at {format_date(until, '{time}')}."
            )
        return await self._flags.commit_reroute(decision, by, recent, at)

    async def undo_reroute(self, case_id: str, by: str, back: str) -> CaseView:
        """Move a case back to where this person took it from."""
        target = require_department(self._rules, back)
        return await self._cases.apply(
            case_id, by, lambda case, ctx: colleague_transitions.undo_reroute(case, ctx, target)
        )

    async def _load_context(self, case: Case, by: str) -> Context:
        department: Department = get_department_or_lost(self._rules, case.department)
        staff = await self._staff.load_staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)


def _has_role(case: Case, context: Context) -> bool:
    """Return whether the person answers for the case: a deputy, a manager, or its owner."""
    return context.staff.can_answer(context.by) or case.owner == context.by
