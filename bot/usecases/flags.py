"""A colleague saw something that a department should see: it opens a case there. Anyone may do it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.clock import Clock
from bot.domain.assessment import Assessment, Intent, Signal
from bot.domain.case import AuditEvent, Case
from bot.domain.correction import COLLEAGUE
from bot.domain.decision import Decision, Refused
from bot.domain.department import Department
from bot.domain.intake import open_case
from bot.domain.mention import Author, Mention
from bot.domain.routing import Route
from bot.domain.rules import Rules, clocks_in, department_or_lost, known
from bot.store.flags import FlagStore
from bot.usecases.cases import Answer

ROUTE = "flagged by a colleague"
FLAGGED = "flagged"


class Flag(BaseModel):
    """What a colleague says about a message in Slack: whose words they are, and who should see them."""

    model_config = ConfigDict(frozen=True)

    channel: str
    ts: str
    words: str
    department: str
    kind: Intent
    url: str = ""
    author: str = ""


class Flags:
    """Raises `Refused` with a sentence for the person, or `Unreachable` if Redis is away."""

    def __init__(
        self, store: FlagStore, rules: Rules, clock: Clock, assess: Callable[[Mention], Awaitable[Assessment]]
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._assess = assess

    def departments(self) -> tuple[Department, ...]:
        return self._rules.departments()

    async def flag(self, by: str, flag: Flag) -> Answer:
        department = known(self._rules, flag.department)
        mention = _mention(flag)
        assessment = _as_told(await self._assess(mention), flag.kind)
        at = self._clock.now()
        clocks = clocks_in(self._rules, flag.department, flag.kind.value)
        await self._refuse_known(mention, assessment)
        decision = _in_the_name_of(by, open_case(mention, assessment, Route(name=ROUTE, clocks=clocks), department, at))
        if not await self._store.open(decision, at):
            await self._refuse_known(mention, assessment)
            raise Refused("Somebody flagged this message a moment ago. Look for its card in a department's channel.")
        assert decision.case is not None
        return Answer(decision.case, department, at)

    async def _refuse_known(self, mention: Mention, assessment: Assessment) -> None:
        case = await self._store.known(mention, assessment.subject)
        if case is None:
            return
        if case.mention.id == mention.id or not case.closed:
            raise Refused(_where(case, department_or_lost(self._rules, case.department)))


def _mention(flag: Flag) -> Mention:
    try:
        return Mention(
            id=f"slack:{flag.channel}-{flag.ts}",
            source="slack",
            text=flag.words,
            created_at=datetime.fromtimestamp(float(flag.ts), UTC),
            url=flag.url,
            author=Author(id=flag.author, handle=flag.author) if flag.author else Author(id="unknown"),
        )
    except (ValidationError, ValueError, OverflowError) as bad:
        raise Refused("This message cannot be flagged: its time or its address is none that Slack gives.") from bad


def _as_told(assessment: Assessment, kind: Intent) -> Assessment:
    """A colleague who read it knows better what it is than a detector does."""
    told = Signal(COLLEAGUE, f"intent:{kind.value}", 1.0, f"{kind.value}: a colleague says so")
    return Assessment(signals=(*(s for s in assessment.signals if s.dimension != "intent"), told))


def _in_the_name_of(by: str, decision: Decision) -> Decision:
    assert decision.case is not None
    event = AuditEvent(decision.case.opened_at, by, FLAGGED, f"for {decision.case.department}")
    return replace(decision, case=decision.case.having(history=(event,)), events=(event,))


def _where(case: Case, department: Department) -> str:
    by = next((event.by for event in case.history if event.what == FLAGGED), "")
    place = f"<#{department.channel}>" if department.channel else case.department
    heard = f"was already flagged by <@{by}>" if by else "is known to Earshot already"
    return (
        f"Thank you. This {heard}: it is case {case.id} in {place}, {case.status.value} now, so nothing more is needed."
    )
