"""Send the files that managers asked for. Apart from delivery, because to write one may take a minute."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.cards.export_messages import UNCONFIRMED, explain_no_file, format_export_rows, render_export_notice
from bot.clock import Clock
from bot.domain.campaigns.campaign import Campaign
from bot.domain.destination import ToFiles
from bot.domain.outbox import Notification
from bot.domain.reports.export_request import MOST_BYTES, ExportRequest, make_row_writer
from bot.domain.rules import PlaybookRules
from bot.sinks.delivery_errors import DeliveryUnknownError, SlackRejectedError
from bot.sinks.slack import SlackSink
from bot.store.export_rows import iter_export_rows
from bot.store.fencing import enforce_fence
from bot.store.message_records import CardRecord, CardState
from bot.store.record_reader import UnreadableRecordError
from bot.store.store import Store
from bot.workers.delivery.poster import MessagePoster
from bot.workers.delivery.rate_limiter import SendDeferredError, SlackRateLimiter
from bot.workers.runner import Worker

LEASE_NAME, LEASE = "exports", timedelta(minutes=4)
"""Longer than the longest file takes, shorter than a worker may stand still."""
LOOKAHEAD = 10
ROWS_BETWEEN = 200
"""Rows after which the size is looked at."""

log = structlog.get_logger("exports")


class ExportRules(PlaybookRules, Protocol):
    def list_campaigns(self) -> Sequence[Campaign]: ...


class ExportSize(NamedTuple):
    rows: int = 0
    unreadable: int = 0
    size: int = 0
    """In bytes."""


class ExportWorker(Worker):
    """Sends a file at most once. Where Slack's answer was lost, the message above says so, and nothing is repeated.

    Whether it arrived could be found out only with a scope that reads conversations.
    """

    name = "exports"
    idle = 1.0

    def __init__(
        self, store: Store, sink: SlackSink, rules: ExportRules, clock: Clock, most_bytes: int = MOST_BYTES
    ) -> None:
        self._store = store
        self._sink = sink
        self._rules = rules
        self._most_bytes = most_bytes
        self._limiter = SlackRateLimiter(store, sink, clock)
        self._poster = MessagePoster(store, self._limiter, rules, clock)

    async def step(self) -> int:
        """Send the first file that can be sent now, if no other process is at it."""
        fence = await self._store.leases.acquire(LEASE_NAME, LEASE) if await self._list_waiting() else None
        if fence is None:
            return 0
        try:
            with enforce_fence(fence):
                return await self._send_first(await self._list_waiting())  # the last holder may have sent some
        finally:
            await self._store.leases.release(LEASE_NAME)

    async def _list_waiting(self) -> list[Notification]:
        return [
            one.notification
            for to in await self._store.outbox.list_destinations()
            if isinstance(to, ToFiles)
            for one in await self._store.outbox.list_pending(to, LOOKAHEAD)
        ]

    async def _send_first(self, waiting: Sequence[Notification]) -> int:
        for pending in waiting:
            with suppress(SendDeferredError, UnreadableRecordError):
                await self._send_export(pending)
                return 1
        return 0

    async def _send_export(self, pending: Notification) -> None:
        """Raises `SendDeferredError` if it was certainly not sent, or `UnreadableRecordError`."""
        asked = _parse_request(pending)
        record = await self._store.outbox.load_message(pending)
        if record.progress:  # the file was about to be shared when a process died
            await self._finish(pending, record, UNCONFIRMED)
            return
        await self._limiter.acquire_file()
        if record.state is not CardState.POSTED:
            try:
                record = await self._post_notice(pending, record, asked)
            except SlackRejectedError as no:  # the person has left: another try would help nobody
                await self._store.outbox.mark_message_sent(pending)
                await self._poster.report_unwritable(pending.to, no.error)
                return
        with TemporaryFile() as content:
            written = await self._write_rows(asked, content)
            if not written.rows or written.size > self._most_bytes:
                await self._finish(pending, record, explain_no_file(written.rows))
                return
            try:
                await self._send_file(pending, record, asked, content, written)
            except SlackRejectedError as no:
                log.warning("export refused", error=no.error)
                await self._finish(pending, record, explain_no_file(written.rows, no.error))

    async def _post_notice(self, pending: Notification, record: CardRecord, asked: ExportRequest) -> CardRecord:
        """Post the message above the file. Slack names the conversation in its answer, which no scope has to open."""
        self._poster.check_late_retry(record)
        save_message = partial(self._store.outbox.save_message, pending)
        if found := await self._poster.find_lost_message(pending.to.id, pending.key, record):
            await save_message(found)
            return found
        notice = render_export_notice(asked, ZoneInfo(self._rules.time_zone))
        return await self._poster.post_once(pending.to.id, notice, pending.key, record, save_message)

    async def _write_rows(self, asked: ExportRequest, content: BinaryIO) -> ExportSize:
        """Write until the file is too large; memory does not grow with it."""
        rows = unreadable = 0
        zone = ZoneInfo(self._rules.time_zone)
        stream = TextIOWrapper(content, encoding="utf-8", newline="")
        write_row = make_row_writer(stream, asked.as_format, zone)
        campaigns = self._rules.list_campaigns()
        async for row in iter_export_rows(self._store, asked.kind, asked.span, zone, campaigns, asked.theme):
            unreadable += row is None
            if row is None or not asked.includes_row(row):
                continue
            write_row(row)
            rows += 1
            if rows % ROWS_BETWEEN == 0 and stream.tell() > self._most_bytes:
                break
        stream.detach()  # flushes, and leaves the file open
        return ExportSize(rows, unreadable, content.tell())

    async def _send_file(
        self, pending: Notification, record: CardRecord, asked: ExportRequest, content: BinaryIO, written: ExportSize
    ) -> None:
        """Upload, record that it will be shared, and share it. Raises `SlackRejectedError`, `SendDeferredError`."""
        outbox, name = self._store.outbox, asked.build_file_name(ZoneInfo(self._rules.time_zone))
        content.seek(0)
        try:
            file_id = await self._limiter.call_file_method(lambda: self._sink.upload_file(name, content, written.size))
        except DeliveryUnknownError as lost:  # nobody sees a file that was not shared
            raise SendDeferredError from lost
        sharing = record.copy_with(progress=file_id)
        await outbox.save_message(pending, sharing)
        words = format_export_rows(written.rows, written.unreadable)
        try:
            await self._limiter.call_file_method(lambda: self._sink.share_file(file_id, record.channel, words))
        except DeliveryUnknownError:
            await self._finish(pending, sharing, UNCONFIRMED)
        except SendDeferredError:
            await outbox.save_message(pending, record, sharing)
            raise
        else:
            await outbox.mark_message_sent(pending)
            log.info("export sent", rows=written.rows, bytes=written.size)

    async def _finish(self, pending: Notification, record: CardRecord, outcome: str) -> None:
        """Say on the message why no file follows. Editing twice is harmless."""
        asked = _parse_request(pending)
        notice = render_export_notice(asked, ZoneInfo(self._rules.time_zone), outcome)
        await self._limiter.acquire_update(record.channel)
        with suppress(SlackRejectedError):  # deleted, so nobody waits for it
            await self._limiter.update_message(record.channel, record.ts, notice)
        await self._store.outbox.mark_message_sent(pending)


def _parse_request(pending: Notification) -> ExportRequest:
    """Raises `UnreadableRecordError` for a request of another release, which stays pending for it."""
    try:
        return ExportRequest.parse(pending.subject_id)
    except ValueError as no:
        raise UnreadableRecordError("export") from no
