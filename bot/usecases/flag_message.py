"""Flag a message: open a case for something that a colleague saw. Anyone may do it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import ValidationError

from bot.cards.block_kit import build_message_link
from bot.cards.sanitize import format_date
from bot.clock import Clock
from bot.domain.assessment import DOUBTFUL, Assessment, Intent, Signal
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.flag_transitions import add_flag
from bot.domain.cases.intake import open_case
from bot.domain.cases.public_reply_transitions import add_reply
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.correction import COLLEAGUE
from bot.domain.department import Department
from bot.domain.immutable import FrozenModel
from bot.domain.mention import Author, Mention
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.outbox import Notification
from bot.domain.routing import Route
from bot.domain.rules import PlaybookRules, find_clocks, get_department_or_lost, require_department
from bot.store.cases import CaseStore
from bot.store.flagged_mentions import FlagStore
from bot.store.keys import FLAGS_KEPT
from bot.store.message_records import MessageRef
from bot.store.roll_ups import RollUpStore
from bot.usecases.cases import CaseView
from bot.usecases.staff import StaffDirectory

FLAG_ROUTE = "flagged by a colleague"
MAX_FLAGS_PER_HOUR = 20
"""By one person: more than anybody reads, fewer than a script sends."""
MAX_TRIES = 20
OTHER_POST = " If you mean another post, flag it again without the link."
"""Where a case was found by the address alone."""
_UNCONFIRMED = Signal(COLLEAGUE, DOUBTFUL, 1.0, "not confirmed: flagged by a colleague without a role")


class FlagRequest(FrozenModel):
    """What a colleague tells about a message in Slack: its author, its kind, and who should see it."""

    channel: str
    ts: str
    words: str
    department: str
    kind: Intent
    url: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class FlagUseCases:
    """Raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: FlagStore
    _cases: CaseStore
    _rules: PlaybookRules
    _clock: Clock
    _assess: Callable[[Mention], Awaitable[Assessment]]
    _staff: StaffDirectory
    _on_call: OnCallLookup
    _roll_ups: RollUpStore

    def list_departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def flag_message(self, by: str, flag: FlagRequest) -> CaseView:
        """Open a case. A crisis flagged by a person without a role pages nobody before it is confirmed."""
        department = require_department(self._rules, flag.department)
        mention = _build_mention(flag)
        assessment = _override_intent(await self._assess(mention), flag.kind)
        if flag.kind is Intent.CRISIS and not await self._has_role(by):
            assessment = Assessment(signals=(*assessment.signals, _UNCONFIRMED))
        at = self._clock.now()
        clocks = find_clocks(self._rules, flag.department, flag.kind.value)
        decision = open_case(mention, assessment, Route(name=FLAG_ROUTE, clocks=clocks), department, at)
        decision = await self._add_confirmation(_attribute_to_reporter(by, decision), department, at)
        return CaseView(await self._open_case(decision, mention, department, by, at), department, at)

    async def _open_case(
        self, new: CaseDecision, mention: Mention, department: Department, by: str, at: datetime
    ) -> Case:
        for _ in range(MAX_TRIES):
            early = await self._store.find_early_reply(mention)
            decision = add_reply(new, early.reply, department, at) if early.reply else new
            await self._reject_duplicate(mention, decision.case.assessment.subject, by, at)
            recent = await self._store.load_recent(by, at)
            if len(recent.times) >= MAX_FLAGS_PER_HOUR:
                raise NotAllowed(_render_rate_limited(datetime.fromtimestamp(recent.times[0], UTC) + FLAGS_KEPT))
            if await self._store.open_flagged(decision, by, recent, early, at):
                return decision.case
        raise NotAllowed("Somebody just flagged this message. Look for its card in the department's channel.")

    async def _has_role(self, by: str) -> bool:
        """Return whether this person answers for any department; False if Slack does not say who does."""
        for department in self._rules.list_departments():
            if (await self._staff.load_staff(department, self._rules.managers)).can_answer(by):
                return True
        return False

    async def _add_confirmation(self, decision: CaseDecision, department: Department, at: datetime) -> CaseDecision:
        """Ask the first person on call whether it is a crisis, as the card asks the department."""
        case = decision.after
        if case is None or not case.is_unconfirmed_crisis:
            return decision
        first = (await self._on_call.find_on_call(department.name, at)).people[:1]
        asked = (Notification.ask_to_confirm(case.id, one) for one in first)
        return replace(decision, notifications=(*decision.notifications, *asked))

    async def _reject_duplicate(self, mention: Mention, subject: str, by: str, at: datetime) -> None:
        """Lead to the case of the same post, or to an open one of the same words, whose end they are told, too."""
        same_post = await self._store.find_case(mention, at)
        case = same_post or await self._store.find_case_by_words(mention, subject)
        if case is None or (same_post is None and case.is_closed):
            return
        place = (await self._roll_ups.find_cards([case.id])).get(case.id, MessageRef("", ""))
        department = get_department_or_lost(self._rules, case.department)

        async def decide(known: Case) -> CaseDecision | None:
            return add_flag(known, department, by, at)

        await self._cases.change_if_needed(case.id, decide, at)
        hint = OTHER_POST if same_post is not None and case.mention.id != mention.id else ""
        raise NotAllowed(f"{_describe_duplicate(case, department, by)}{_render_link(build_message_link(*place))}{hint}")


def _render_rate_limited(until: datetime) -> str:
    return (
        f"You have flagged {MAX_FLAGS_PER_HOUR} posts in the last hour, which is the limit. "
        f"You can flag the next one at {format_date(until, '{time}')}. "
        "If it can't wait, write to the department's channel."
    )


def _build_mention(flag: FlagRequest) -> Mention:
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
        raise NotAllowed("This message can't be flagged, because its time or link isn't one that Slack makes.") from bad


def _override_intent(assessment: Assessment, kind: Intent) -> Assessment:
    """Replace the detected intent by the colleague's."""
    told = Signal(COLLEAGUE, f"intent:{kind.value}", 1.0, f"{kind.value}: a colleague says so")
    return Assessment(signals=(*(s for s in assessment.signals if s.dimension != "intent"), told))


def _attribute_to_reporter(by: str, decision: CaseDecision) -> CaseDecision:
    event = AuditEvent(decision.case.opened_at, by, AuditAction.FLAGGED, f"for {decision.case.department}")
    return replace(decision, after=decision.case.copy_with(flagged_by=by, history=(event,)), events=(event,))


def _render_link(url: str) -> str:
    return f" <{url}|View case>." if url else ""


def _describe_duplicate(case: Case, department: Department, by: str) -> str:
    flagged_by = [event.by for event in case.history if event.what == AuditAction.FLAGGED]
    place = f"<#{department.channel}>" if department.channel else case.department
    known = f"<@{flagged_by[0]}> already flagged this" if flagged_by else "Earshot already has this"
    known = "You already flagged this" if by in flagged_by else known
    later = "" if case.is_closed else " Earshot tells you what comes of it."
    status = "an unclaimed" if case.status is CaseStatus.NEW else f"a {case.status.value}"
    return f"Thank you. {known}, as {status} case in {place}. You don't need to do anything.{later}"
