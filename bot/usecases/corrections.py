"""Corrections of an assessment by people: another label, spam, or not about us."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clock import Clock
from bot.detectors.detector import AnalysisContext
from bot.detectors.urgency import UrgencyDetector
from bot.domain.assessment import Assessment, Intent
from bot.domain.case import Case
from bot.domain.cases.correction_transitions import CorrectedValue, check_can_correct, correct_case, reroute_case
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.correction import CorrectionKind
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route, find_route
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.domain.subject import Subject
from bot.store.cases import CaseStore
from bot.usecases.cases import CaseUseCases, CaseView, DecideCase
from bot.usecases.staff import StaffDirectory

KEPT_LABELS = frozenset({"urgency:velocity", "urgency:history"})
"""Labels from facts beside the post, which cannot be computed again."""


def recompute_urgency(mention: Mention, assessment: Assessment) -> Assessment:
    """Return the assessment with the urgency that follows from its other labels."""
    context = AnalysisContext(mention)
    for signal in assessment.signals:
        if signal.dimension != "urgency":
            context.add_signal(signal)
    others = len(context.signals)
    UrgencyDetector().detect(context)
    found = {signal.label for signal in context.signals[others:]}
    if assessment.intent is not Intent.SPAM:
        for signal in assessment.signals:
            if signal.label in KEPT_LABELS and signal.label not in found:
                context.add_signal(signal)
    return Assessment(signals=tuple(context.signals))


class CorrectionResult(NamedTuple):
    """A case after a correction. `offer`: the department its labels lead to now, if another one than before."""

    view: CaseView
    offer: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: CaseStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _views: CaseUseCases
    _subjects: Callable[[], Sequence[Subject]]
    _clock: Clock

    async def check_correction(self, case_id: str, kind: CorrectionKind, by: str) -> CaseView:
        """Raise `NotAllowed` if the correction would be refused: checked before a form opens."""
        case = await self._store.get(case_id)
        context = await self._load_context(case, by)
        check_can_correct(case, context, kind)
        if kind is CorrectionKind.SUBJECT and not self.list_other_subjects(case):
            hint = "If the post isn't about any of them, choose *Not about us*."
            raise NotAllowed(f"The playbook lists no other subject. {hint}")
        return CaseView(case, context.department, context.at)

    def list_other_subjects(self, case: Case) -> tuple[str, ...]:
        """Return all subjects but the case's own."""
        return tuple(subject.name for subject in self._subjects() if subject.name != case.assessment.subject)

    async def correct_case(self, case_id: str, kind: CorrectionKind, now: str, by: str) -> CorrectionResult:
        right = CorrectedValue(kind, now, self._find_subject_kind(kind, now))
        decision = await self._apply_correction(
            case_id, by, lambda case, context: correct_case(case, context, right, recompute_urgency, self._match_route)
        )
        assert decision.before is not None
        offer = self._suggest_department(decision.before, decision.case)
        return CorrectionResult(await self._views.build_view(decision.case), offer)

    async def reroute_case(self, case_id: str, by: str) -> CaseView:
        """Move a case to the department that its labels lead to now."""

        def decide(case: Case, context: Context) -> CaseDecision:
            route = self._match_case_route(case)
            if route.to == NOBODY:
                raise NotAllowed("By the playbook's rules, nobody needs to see this case now. Resolve it if you agree.")
            return reroute_case(case, context, route, require_department(self._rules, route.to))

        return await self._views.build_view((await self._apply_correction(case_id, by, decide)).case)

    def _find_subject_kind(self, kind: CorrectionKind, name: str) -> str:
        if kind is not CorrectionKind.SUBJECT:
            return ""
        return next((subject.kind.value for subject in self._subjects() if subject.name == name), "")

    def _suggest_department(self, before: Case, after: Case) -> str:
        if after.is_closed:
            return ""
        led, leads = self._match_case_route(before).to, self._match_case_route(after).to
        return "" if leads in {led, after.department} else leads

    def _match_case_route(self, case: Case) -> Route:
        return self._match_route(case.mention, case.assessment)

    def _match_route(self, mention: Mention, assessment: Assessment) -> Route:
        return find_route(self._rules.list_routes(), mention, assessment)

    async def _apply_correction(self, case_id: str, by: str, decide: DecideCase) -> CaseDecision:
        async def decide_case(case: Case) -> CaseDecision:
            return decide(case, await self._load_context(case, by))

        return await self._store.change(case_id, decide_case, self._clock.now())

    async def _load_context(self, case: Case, by: str) -> Context:
        department = get_department_or_lost(self._rules, case.department)
        staff = await self._staff.load_staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)
