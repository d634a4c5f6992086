"""The X (Twitter) source: the filtered stream, and a backfill by recent search after each disconnection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn

import structlog

from bot.clock import Clock
from bot.domain.commits import StoreUnavailable
from bot.domain.subject import Subject
from bot.sources.base import MentionSink, SourceContext, SourceKind
from bot.sources.x_api import XApiClient
from bot.sources.x_backfill import Backfill, BackfillProgress, XStreamPosition
from bot.sources.x_backoff import USUAL, Backoff
from bot.sources.x_errors import XApiError, format_quota_exceeded, parse_stream_error
from bot.sources.x_options import XOptions, check_x
from bot.sources.x_payloads import (
    MalformedPostError,
    PostPage,
    StreamDisconnectError,
    compute_min_id,
    parse_post_id,
    parse_stream_line,
)
from bot.sources.x_read_meter import ReadMeter
from bot.sources.x_rules import QUERY_LIMIT, RULE_LIMIT, build_rules, diff_rules, find_unsupported_terms

log = structlog.get_logger()

CLOSED = "X closed the stream."
STORE_AWAY = "The database does not answer. X waits for it."
STORE_ASKED_EVERY = 2.0
"""Seconds."""


class XSource:
    """Keeps one connection to the stream: X allows no second, so a lease selects the process."""

    def __init__(
        self,
        options: XOptions,
        subjects: Sequence[Subject],
        token: str,
        clock: Clock,
        jitter: Callable[[], float],
        url: str = "",
        silence: float = 60,
        name: str = "x",
        own_handles: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._options = options
        self._subjects = tuple(subjects)
        self._own_handles = tuple(own_handles)
        self._api = XApiClient(token, clock, url, silence)
        self._clock = clock
        self._jitter = jitter
        self._backoff = Backoff(clock, jitter)
        self._last_status: str | None = None
        self._last_issue: str | None = None
        self._progress = BackfillProgress({}, {})
        self._meter = ReadMeter(options.budget, clock)

    @classmethod
    def from_options(cls, options: XOptions, parts: SourceContext) -> "XSource":
        own = parts.own_accounts.list_handles(parts.name)
        more = (parts.secret, parts.clock, parts.jitter, parts.url)
        return cls(options, parts.subjects, *more, name=parts.name, own_handles=own)

    async def listen(self, sink: MentionSink) -> None:
        while True:
            async with sink.hold_source_lease(), self._api as api:
                while True:
                    fault = await self._run_connection(api, sink)
                    log.warning("stream ended", source=self.name, status=fault.status, reason=str(fault))
                    if str(fault) != STORE_AWAY or not await self._wait_for_store(sink):
                        await self._backoff.wait_retry(fault)

    async def _run_connection(self, api: XApiClient, sink: MentionSink) -> XApiError:
        """Connect, stream until it ends, and return why it ended."""
        try:
            await self._stream_until_error(api, sink)
        except XApiError as fault:
            end = fault
        except StoreUnavailable:
            end = XApiError(STORE_AWAY)
        if end.quota == "month":
            until = await api.find_quota_reset(end)
            end = XApiError(format_quota_exceeded("month", until, end.why), end.status, quota="month", until=until)
        if str(end) != CLOSED or self._backoff.tries > USUAL:
            self._update_status(sink, str(end))
        if end.is_denied or end.until:
            await self._report_issue(sink, str(end))
        return end

    async def _wait_for_store(self, sink: MentionSink) -> bool:
        """Wait until the store takes writes, without requests to X, which are billed. Return True if it waited."""
        waited = False
        while True:
            try:
                await sink.check_writable()
            except StoreUnavailable:
                waited = True
                await self._clock.sleep(STORE_ASKED_EVERY)
            else:
                return waited

    async def _report_issue(self, sink: MentionSink, sentence: str) -> None:
        """Report or clear the source's issue; if the store is unavailable, the next connection does."""
        if sentence != self._last_issue:
            with suppress(StoreUnavailable):
                await sink.report_issue("source", sentence)
                self._last_issue = sentence

    async def _stream_until_error(self, api: XApiClient, sink: MentionSink) -> NoReturn:
        """Connect to the stream before the backfill, so that posts between the two come twice instead of never."""
        await self._meter.count_pages(sink)
        self._meter.require_budget()
        since = await self._load_since_id(sink)
        rules_status = await self._sync_rules(api)
        await self._backoff.wait_turn()
        async with api.open_stream() as stream:
            log.info("stream connected", source=self.name)
            self._update_status(sink, rules_status)
            await self._report_issue(sink, "")
            position = XStreamPosition(since)

            def set_status(words: str) -> None:
                self._update_status(sink, f"{rules_status} {words}".strip())

            backfill = self._build_backfill(api, sink, set_status)
            await _run_until_failure(self._consume_stream(stream, sink, position), backfill.run(since, position))

    async def _load_since_id(self, sink: MentionSink) -> int:
        """Return the cursor; at the first start, set it to now: a backfill of a week would be billed."""
        since = parse_post_id(await sink.load_cursor())
        if not since:
            since = compute_min_id(self._clock.now())
            await sink.save_cursor(str(since))
        return since

    async def _sync_rules(self, api: XApiClient) -> str:
        """Set our rules at X, and return what it does not accept as sentences. Deletes first: X rejects duplicates."""
        options = self._options
        want = build_rules(self._subjects, RULE_LIMIT, options.lang, options.extra_rule, self._own_handles)
        change = diff_rules(await api.list_rules(), want)
        await api.delete_rules(change.delete)
        refused = list(dict.fromkeys(await api.add_rules(change.add)))
        if change.add or change.delete:
            log.info("rules set", source=self.name, added=len(change.add), deleted=len(change.delete))
        return " ".join(find_unsupported_terms(self._subjects, options.lang, options.extra_rule) + refused)

    def _build_backfill(self, api: XApiClient, sink: MentionSink, set_status: Callable[[str], None]) -> Backfill:
        options = self._options
        queries = build_rules(self._subjects, QUERY_LIMIT, options.lang, options.extra_rule, self._own_handles)
        reach = timedelta(hours=options.refill_hours)
        return Backfill(api, sink, queries, self._clock, self._jitter, set_status, self._progress, self._meter, reach)

    async def _consume_stream(
        self, stream: AsyncIterator[list[bytes]], sink: MentionSink, position: XStreamPosition
    ) -> NoReturn:
        """Publish the posts of the stream until it ends with an error, which also ends the backfill."""
        async for lines in stream:
            pages, end = self._parse_lines(lines)
            if pages:
                await self._meter.count_pages(sink, pages)
            mentions = [mention for page in pages for mention in page.mentions]
            if mentions:
                newest = max(page.newest for page in pages)
                await sink.publish(mentions, position.get_next_cursor(newest))
                position.advance_to(newest)
            self._meter.require_budget()
            if end:
                raise end
        raise XApiError(CLOSED)

    def _parse_lines(self, lines: list[bytes]) -> tuple[list[PostPage], XApiError | None]:
        """Parse lines up to a disconnection. Return the posts before it, and its error or None."""
        pages: list[PostPage] = []
        for line in lines:
            try:
                pages.append(parse_stream_line(line))
            except MalformedPostError as why:
                log.warning("line skipped", source=self.name, reason=str(why), size=len(line))
            except StreamDisconnectError as why:
                return pages, parse_stream_error(why.answer, self._clock.now())
        return pages, None

    def _update_status(self, sink: MentionSink, sentence: str) -> None:
        if sentence != self._last_status:
            self._last_status = sentence
            sink.set_status(sentence)


async def _run_until_failure(never: Coroutine[Any, Any, NoReturn], other: Coroutine[Any, Any, None]) -> NoReturn:
    """Run both until one fails, and raise its error.

    Not a TaskGroup: in Python 3.11 it loses a cancellation if a task fails at the same moment, and a source without a
    lease would go on.
    """
    tasks = [asyncio.create_task(never), asyncio.create_task(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    failed = [fault for task in tasks if not task.cancelled() and (fault := task.exception())]
    raise failed[0]


SOURCE = SourceKind(
    XOptions,
    XSource.from_options,
    check_x,
    secret=lambda settings, _: settings.x_bearer_token.get_secret_value() if settings.x_bearer_token else "",
    url=lambda settings, _: settings.x_api_url,
    gives=("followers", "verified"),
    metered=True,
)
