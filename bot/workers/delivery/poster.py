"""Post a message at most once, as far as that can be known: recorded before it is sent and again after."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.cards.block_kit import RenderedMessage
from bot.cards.charts import drop_charts, has_chart
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.destination import Destination, ToChannel, to_people
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules
from bot.sinks.delivery_errors import DeliveryUnknownError, SlackRejectedError
from bot.sinks.slack import SentMessage
from bot.store.decision_writer import to_ms
from bot.store.message_records import CardRecord, CardState
from bot.store.store import Store
from bot.telemetry.traces import TRACES, SpanName
from bot.workers.delivery.circuit_breaker import PauseWindow
from bot.workers.delivery.rate_limiter import (
    PAUSE_AFTER_REFUSAL,
    BlocksRefusedError,
    SendDeferredError,
    SlackRateLimiter,
)

log = structlog.get_logger("delivery")

LATE_RETRY = timedelta(seconds=60)
"""Between a lost answer and its one retry: Slack's own delays are over by then."""
CLOCK_TOLERANCE = timedelta(seconds=30)
"""How far the clock of the process that began may be ahead of ours; beyond that, ours was set back."""
LONGEST_RETRY = timedelta(minutes=15)

SaveRecord = Callable[[CardRecord, CardRecord | None], Awaitable[None]]
"""Save a record. With a second one: only if that is still the stored one, whoever holds the lease by now."""
RenderFallback = Callable[[], RenderedMessage]


class MessagePoster:
    """Posts in a department's channel, a direct message or a fallback channel."""

    def __init__(self, store: Store, limiter: SlackRateLimiter, rules: PlaybookRules, clock: Clock) -> None:
        self.store = store
        self.limiter = limiter
        self._rules = rules
        self.clock = clock
        self._lost_departments: set[str] = set()
        self._refused: set[str] = set()
        """Names of messages whose blocks Slack refused, and which are sent with simpler ones next."""

    def check_late_retry(self, record: CardRecord) -> None:
        """Raise `SendDeferredError` until the retry of a post without an answer is due: the post may have arrived."""
        if record.state is not CardState.POSTING:
            return
        wait = min(LATE_RETRY * 2 ** min(max(0, record.tries - 1), 4), LONGEST_RETRY)
        began = datetime.fromtimestamp(record.since / 1000, UTC)
        if PauseWindow(began - CLOCK_TOLERANCE, began + wait).is_active(self.clock.now()):
            raise SendDeferredError

    async def find_lost_message(
        self, channel: str, name: str, record: CardRecord, thread: str = ""
    ) -> CardRecord | None:
        """Return the message whose answer was lost, if it is there, as drawn then. Raises `SendDeferredError`."""
        if record.state is not CardState.POSTING:
            return None
        found = await self.limiter.find_message(channel, name, record.since / 1000, thread)
        if found is None:
            return None
        log.info("unconfirmed message found", message=name, channel=channel)
        return _mark_posted(record, found).copy_with(drawn=0)

    async def post_once(
        self,
        channel: str,
        drawing: RenderedMessage,
        name: str,
        record: CardRecord,
        save_record: SaveRecord,
        render_fallback: RenderFallback | None = None,
        thread: str = "",
        traced: str = "",
    ) -> CardRecord:
        """Return the record of the posted message. Raises `SendDeferredError` if it was not sent, or may not have been.

        `save_record` is called before the post, so that a crash in between is recognised, and again once it is known
        whether Slack took it: then a process that lost the lease meanwhile may write too, unless another has begun.
        `render_fallback` replaces blocks that Slack refuses; without it, its charts or all blocks are left out.
        `thread` is the ts of the message to reply to; `traced`, the case whose trace has this call.
        Raises `BlocksRefusedError` if the next try sends the simpler blocks, since a refused post counts towards
        Slack's limits, too; `LeaseLostError` if another process sends by now.
        """
        await self.limiter.acquire_post(channel)
        now = to_ms(self.clock.now())
        begun = record.copy_with(state=CardState.POSTING, since=now, tries=record.tries + 1)
        await save_record(begun, None)
        called = self.clock.now()
        try:
            sent = await self._send_with_fallback(channel, drawing, name, render_fallback, thread)
        except DeliveryUnknownError as lost:
            log.warning("message not confirmed", message=name, channel=channel, reason=str(lost))
            raise SendDeferredError from lost
        except (SendDeferredError, SlackRejectedError, BlocksRefusedError):
            await save_record(record, begun)
            raise
        if traced:
            TRACES.record_span(traced, SpanName.SLACK, called, self.clock.now())
        posted = _mark_posted(record, sent)
        await save_record(posted.copy_with(drawn=0), begun)
        return posted

    async def post_to_department(
        self,
        department: Department,
        drawing: RenderedMessage,
        name: str,
        record: CardRecord,
        save_record: SaveRecord,
        render_fallback: RenderFallback | None = None,
        traced: str = "",
    ) -> CardRecord:
        """As `post_once`, in the department's channel; a channel that refuses it becomes a health issue."""
        channel = department.channel
        try:
            posted = await self.post_once(channel, drawing, name, record, save_record, render_fallback, traced=traced)
        except SlackRejectedError as no:
            raise await self.handle_refusal(department, channel, no) from no
        await self.clear_channel_issue(department)
        return posted

    async def _send_with_fallback(
        self, channel: str, drawing: RenderedMessage, name: str, render_fallback: RenderFallback | None, thread: str
    ) -> SentMessage:
        is_refused = name in self._refused
        if is_refused:
            plain = drop_charts(drawing) if has_chart(drawing) else RenderedMessage(drawing.text, [])
            drawing = render_fallback() if render_fallback else plain
        try:
            sent = await self.limiter.post_message(channel, drawing, name, thread)
        except SlackRejectedError as no:
            self._refused.discard(name)
            if is_refused or not no.is_block_error:
                raise
            self._refused.add(name)
            tell = log.warning if has_chart(drawing) else log.exception  # some workspaces have no charts yet
            tell("slack rejected the blocks", message=name, error=no.error, faults=list(no.details))
            raise BlocksRefusedError from no
        self._refused.discard(name)
        return sent

    async def handle_refusal(self, department: Department, channel: str, no: SlackRejectedError) -> SendDeferredError:
        """Pause a channel that cannot be written to, and report it once; its cases wait.

        Raises the error if Slack refused the message for another reason, which holds back no other message.
        """
        if not no.is_channel_gone:
            raise no
        log.error("message rejected", department=department.name, channel=channel, error=no.error)
        await self.limiter.pause_channel(channel, PAUSE_AFTER_REFUSAL)
        broken = f"The channel of {department.name} ({channel}) cannot be written to ({no.error})."
        await self._report_channel_issue(department, f"{broken} {_suggest_fix(no.error)}")
        return SendDeferredError()

    async def handle_lost_department(self, department: Department) -> SendDeferredError:
        """Report once that the playbook no longer has a department for which cases wait."""
        sentence = f"The playbook has no department {department.name} now. Put it back under this name."
        if department.name not in self._lost_departments:
            self._lost_departments.add(department.name)
            await self._report_channel_issue(department, sentence)
        return SendDeferredError()

    async def report_unwritable(self, to: Destination, error: str) -> None:
        await self.store.health_issues.save_issue(f"to:{to}", f"{to} cannot be written to ({error}).")

    async def _report_channel_issue(self, department: Department, sentence: str) -> None:
        if await self.store.health_issues.save_issue(f"channel:{department.name}", sentence):
            for to in self._list_issue_recipients(department):
                trouble = Notification.for_department(NotificationKind.TROUBLE, department.name, 0, to)
                await self.store.outbox.add(trouble, self.clock.now())

    def _list_issue_recipients(self, department: Department) -> Sequence[Destination]:
        return (ToChannel(department.fallback),) if department.fallback else to_people(self._rules.managers)

    async def clear_channel_issue(self, department: Department) -> None:
        """Clear the channel's issue, whichever process reported it: the channel has just taken a message."""
        self._lost_departments.discard(department.name)
        await self.store.health_issues.save_issue(f"channel:{department.name}", "")


def _mark_posted(record: CardRecord, sent: SentMessage) -> CardRecord:
    return record.copy_with(state=CardState.POSTED, channel=sent.channel, ts=sent.ts, since=0, tries=0)


def _suggest_fix(error: str) -> str:
    if error == "not_in_channel":
        return "Invite Earshot: type /invite @Earshot there."
    if error == "is_archived":
        return "Unarchive it, or give the department another channel in the playbook."
    if error.startswith("restricted_action"):
        return "Its settings in Slack say who may post there: allow Earshot, or name another channel in the playbook."
    return "Look at its settings in Slack, and check its id in the playbook."
