"""One message, posted once as far as that can be known: begun in writing before it is sent, ended in writing after."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.destination import Destination, ToChannel, to_people
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules
from bot.sinks.delivery_errors import DeliveryUnknownError, SlackRejectedError
from bot.sinks.slack import SentMessage
from bot.store.case_writer import to_ms
from bot.store.message_records import CardRecord, CardState
from bot.store.store import Store
from bot.workers.delivery.pause_window import PauseWindow
from bot.workers.delivery.rate_limiter import PAUSE_AFTER_REFUSAL, SendDeferredError, SlackRateLimiter

log = structlog.get_logger("delivery")

LATE_RETRY = timedelta(seconds=60)
"""After a lost answer, before the one retry: Slack's own delays are over by then, and a person still waits."""
CLOCK_TOLERANCE = timedelta(seconds=30)
"""By which the clock of who began may be ahead of ours; more than that, and ours was set back."""
LONGEST_RETRY = timedelta(minutes=15)


SaveRecord = Callable[[CardRecord, CardRecord | None], Awaitable[None]]
"""Writes a record down. With a second one: only where it is that still, and then whoever has the lease by now."""


class MessagePoster:
    """Posts in a department's channel, a person's conversation or a fallback channel."""

    def __init__(self, store: Store, gate: SlackRateLimiter, rules: PlaybookRules, clock: Clock) -> None:
        self.store = store
        self.limiter = gate
        self._rules = rules
        self.clock = clock
        self._lost_departments: set[str] = set()

    def check_late_retry(self, record: CardRecord) -> None:
        """A post of which no answer was seen may be there. Raises `SendDeferredError` until the late retry is due."""
        if record.state is not CardState.POSTING:
            return
        wait = min(LATE_RETRY * 2 ** min(max(0, record.tries - 1), 4), LONGEST_RETRY)
        began = datetime.fromtimestamp(record.since / 1000, UTC)
        if PauseWindow(began - CLOCK_TOLERANCE, began + wait).is_active(self.clock.now()):
            raise SendDeferredError

    async def find_lost_message(self, channel: str, name: str, record: CardRecord) -> CardRecord | None:
        """The message of which the answer was lost, if it is there. It shows what was drawn then. Raises
        `SendDeferredError`.
        """
        if record.state is not CardState.POSTING:
            return None
        there = await self.limiter.find_message(channel, name, record.since / 1000)
        if there is None:
            return None
        log.info("lost answer found", message=name, channel=channel)
        return _mark_posted(record, there).copy_with(drawn=0)

    async def post_once(
        self,
        channel: str,
        drawing: RenderedMessage,
        name: str,
        record: CardRecord,
        save_record: SaveRecord,
        render_fallback: Callable[[], RenderedMessage],
    ) -> CardRecord:
        """The record of the message as it is now. Raises `SendDeferredError` if it was not sent, or if that is not
        known.

        `remember` writes the record down. It is called before the call, so that a crash in between is seen as what it
        is, and again after it, or where Slack certainly did not take it: then whoever lost the lease meanwhile may
        write too, as long as nobody else has begun. Raises `LeaseLostError` where another sends by now.
        """
        await self.limiter.acquire_post(channel)
        now = to_ms(self.clock.now())
        begun = record.copy_with(state=CardState.POSTING, since=now, tries=record.tries + 1)
        await save_record(begun, None)
        try:
            sent = await self._send_with_fallback(channel, drawing, name, render_fallback)
        except DeliveryUnknownError as lost:
            log.warning("answer lost", message=name, channel=channel, reason=str(lost))
            raise SendDeferredError from lost
        except (SendDeferredError, SlackRejectedError):
            await save_record(record, begun)
            raise
        posted = _mark_posted(record, sent)
        await save_record(posted.copy_with(drawn=0), begun)
        return posted

    async def _send_with_fallback(
        self, channel: str, drawing: RenderedMessage, name: str, render_fallback: Callable[[], RenderedMessage]
    ) -> SentMessage:
        try:
            return await self.limiter.post_message(channel, drawing, name)
        except SlackRejectedError as no:
            if not no.is_block_error:
                raise
            log.exception("our blocks were refused", message=name, error=no.error, faults=list(no.details))
            return await self.limiter.post_message(channel, render_fallback(), name)

    async def handle_refusal(self, department: Department, channel: str, no: SlackRejectedError) -> SendDeferredError:
        """A channel that cannot be written to: said once where somebody sees it; the cases wait.

        What Slack refuses for any other reason is this message's own trouble, and no reason to keep the others back.
        """
        if not no.is_channel_gone:
            raise no
        log.error("post refused", department=department.name, channel=channel, error=no.error)
        await self.limiter.pause_channel(channel, PAUSE_AFTER_REFUSAL)
        sentence = (
            f"The channel of {department.name} ({channel}) cannot be written to ({no.error}). {_suggest_fix(no.error)}"
        )
        await self._report_channel_issue(department, sentence)
        return SendDeferredError()

    async def handle_lost_department(self, department: Department) -> SendDeferredError:
        """The playbook has lost a department for which cases wait: said once, to whoever can put it back."""
        sentence = f"The playbook has no department {department.name} now. Put it back under this name."
        if department.name not in self._lost_departments:
            self._lost_departments.add(department.name)
            await self._report_channel_issue(department, sentence)
        return SendDeferredError()

    async def _report_channel_issue(self, department: Department, sentence: str) -> None:
        if await self.store.health_issues.save_issue(f"channel:{department.name}", sentence):
            for to in self._list_issue_recipients(department):
                trouble = Notification.for_department(NotificationKind.TROUBLE, department.name, 0, to)
                await self.store.outbox.add(trouble, self.clock.now())

    def _list_issue_recipients(self, department: Department) -> Sequence[Destination]:
        return (ToChannel(department.fallback),) if department.fallback else to_people(self._rules.managers)

    async def clear_channel_issue(self, department: Department) -> None:
        """Its channel took a message, so whatever was wrong with it is over, whichever process said that it was."""
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
