"""What a person may say of what was heard in a post: that it was something else, spam, or not about us at all."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.clock import Clock
from bot.detectors.base import Hearing
from bot.detectors.urgency import Urgency
from bot.domain.assessment import Assessment, Intent
from bot.domain.case import Case
from bot.domain.correcting import CorrectedValue, check_can_correct, correct_case, reroute_case
from bot.domain.correction import CorrectionKind
from bot.domain.decision import CaseDecision, NotAllowed
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route, find_route
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.domain.subject import Subject
from bot.store.cases import CaseStore
from bot.usecases.cases import Answer, Decide
from bot.usecases.team import Team

KEPT_PARTS = frozenset({"urgency:velocity", "urgency:history"})
"""Of what was known beside the post when it was heard."""


def weighed(mention: Mention, assessment: Assessment) -> Assessment:
    """The same with the urgency that follows from its other labels."""
    hearing = Hearing(mention)
    for signal in assessment.signals:
        if signal.dimension != "urgency":
            hearing.add(signal)
    others = len(hearing.signals)
    Urgency().detect([hearing])
    found = {signal.label for signal in hearing.signals[others:]}
    if assessment.intent is not Intent.SPAM:
        for signal in assessment.signals:
            if signal.label in KEPT_PARTS and signal.label not in found:
                hearing.add(signal)
    return Assessment(signals=tuple(hearing.signals))


class Corrected(NamedTuple):
    """A case after a correction. `offer`: where its labels lead now, if they led elsewhere before; may be nobody."""

    answer: Answer
    offer: str = ""


class Corrections:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: CaseStore,
        rules: PlaybookRules,
        team: Team,
        subjects: Callable[[], Sequence[Subject]],
        clock: Clock,
    ) -> None:
        self._store = store
        self._rules = rules
        self._team = team
        self._subjects = subjects
        self._clock = clock

    async def may(self, case_id: str, kind: CorrectionKind, by: str) -> Answer:
        """Asked before a form opens, so that nobody fills one in for nothing."""
        case = await self._store.get(case_id)
        context = await self._context(case, by)
        check_can_correct(case, context, kind)
        if kind is CorrectionKind.SUBJECT and not self.others(case):
            raise NotAllowed(
                "The playbook names no other subject. If it is about none of yours, choose *Not about us*."
            )
        return Answer(case, context.department, context.at)

    def others(self, case: Case) -> tuple[str, ...]:
        """The subjects that this case is not about now, but may be."""
        return tuple(subject.name for subject in self._subjects() if subject.name != case.assessment.subject)

    async def correct(self, case_id: str, kind: CorrectionKind, now: str, by: str) -> Corrected:
        right = CorrectedValue(kind, now, self._subject_kind(kind, now))
        decision = await self._change(
            case_id, by, lambda case, context: correct_case(case, context, right, weighed, self._route_of)
        )
        assert decision.before is not None
        return Corrected(self._answer(decision.case), self._offer(decision.before, decision.case))

    async def move(self, case_id: str, by: str) -> Answer:
        """To where its labels lead now."""

        def decide(case: Case, context: Context) -> CaseDecision:
            route = self._route(case)
            if route.to == NOBODY:
                raise NotAllowed("By its rules nobody would have to see this case now. Resolve it if you agree.")
            return reroute_case(case, context, route, require_department(self._rules, route.to))

        return self._answer((await self._change(case_id, by, decide)).case)

    def _subject_kind(self, kind: CorrectionKind, name: str) -> str:
        if kind is not CorrectionKind.SUBJECT:
            return ""
        return next((subject.kind.value for subject in self._subjects() if subject.name == name), "")

    def _offer(self, before: Case, after: Case) -> str:
        if after.is_closed:
            return ""
        led, leads = self._route(before).to, self._route(after).to
        return "" if leads in {led, after.department} else leads

    def _route(self, case: Case) -> Route:
        return self._route_of(case.mention, case.assessment)

    def _route_of(self, mention: Mention, assessment: Assessment) -> Route:
        return find_route(self._rules.list_routes(), mention, assessment)

    async def _change(self, case_id: str, by: str, decide: Decide) -> CaseDecision:
        async def decide_case(case: Case) -> CaseDecision:
            return decide(case, await self._context(case, by))

        return await self._store.change(case_id, decide_case, self._clock.now())

    def _answer(self, case: Case) -> Answer:
        return Answer(case, get_department_or_lost(self._rules, case.department), self._clock.now())

    async def _context(self, case: Case, by: str) -> Context:
        department = get_department_or_lost(self._rules, case.department)
        staff = await self._team.staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)
