"""Backfill: find by search what was posted while the stream was disconnected, from the cursor on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.sources.base import MentionSink
from bot.sources.x_api import SEARCH, SearchStart, XApiClient
from bot.sources.x_backoff import DENIED, USUAL, compute_backoff
from bot.sources.x_errors import XApiError
from bot.sources.x_payloads import PostPage, compute_min_id, decode_post_time
from bot.sources.x_read_meter import ReadMeter
from bot.sources.x_rules import XRule

log = structlog.get_logger()

INDEXED = 45.0  # seconds until a post is in the search index, which lacks the last 30
OVERLAP = timedelta(minutes=1)
"""Posts do not reach the stream in the order of their ids. Posts read twice are billed once and deduplicated."""

GAP = "gap"
"""The part under which a refused search is reported to operators."""
SEARCHED = timedelta(days=7)
MARGIN = timedelta(minutes=30)
"""The oldest posts may leave the seven days while a rate limit makes us wait."""


@dataclass(slots=True)
class BackfillProgress:
    """The progress of an unfinished backfill, so that a reconnection does not pay for it again."""

    newest_read: dict[XRule, int]
    """By rule, the newest post up to which the backfill is complete."""
    interrupted: dict[XRule, tuple[int, int]]
    """By interrupted rule, the newest and the oldest post read: the search returns the newest first."""


class _BackfillRefusedError(Exception):
    """X refuses the search for a subject: the cursor stays before the gap."""


@dataclass(slots=True)
class XStreamPosition:
    """The newest post published. It becomes the cursor only after the backfill of the gap before it."""

    newest: int
    filled: bool = False

    def advance_to(self, post: int) -> None:
        self.newest = max(self.newest, post)

    def get_next_cursor(self, newest: int) -> str | None:
        """Return the cursor after this post, or None while the backfill is running."""
        return str(max(self.newest, newest)) if self.filled else None


class Backfill:
    """Searches for missed posts while the stream runs, so that nothing between the two is lost."""

    def __init__(
        self,
        api: XApiClient,
        sink: MentionSink,
        rules: list[XRule],
        clock: Clock,
        jitter: Callable[[], float],
        set_status: Callable[[str], None],
        progress: BackfillProgress,
        meter: ReadMeter,
        reach: timedelta,
    ) -> None:
        self._api = api
        self._sink = sink
        self._rules = rules
        self._clock = clock
        self._jitter = jitter
        self._set_status = set_status
        self._progress = progress
        self._meter = meter
        self._reach = min(reach, SEARCHED - MARGIN)

    async def run(self, since: int, position: XStreamPosition) -> None:
        """Search twice: posts from just before the connection are not in the search index at once."""
        if self._reach > timedelta(0):
            found = await self._search_until_allowed(since)
            position.advance_to(found)
            since = max(since, found)
            await self._sink.save_cursor(str(since))
            await self._clock.sleep(INDEXED)
            position.advance_to(await self._search_until_allowed(since))
        position.filled = True
        await self._sink.save_cursor(str(position.newest))
        await self._sink.report_issue(GAP, "")
        self._progress.newest_read.clear()

    async def _search_until_allowed(self, since: int) -> int:
        """Search all rules and return the id of the newest post. Refused searches are retried until X allows them."""
        newest, asked, refused = 0, self._rules, False
        while True:
            refusals = dict[XRule, str]()
            for rule in asked:
                try:
                    start = max(since, self._progress.newest_read.get(rule, 0))
                    newest = max(newest, await self._backfill_rule(rule, start))
                except _BackfillRefusedError as refusal:
                    refusals[rule] = str(refusal)
            if not refusals:
                if refused:
                    self._set_status("")
                return newest
            asked, refused = list(refusals), True
            sentence = " ".join(dict.fromkeys(refusals.values()))
            self._set_status(sentence)
            await self._sink.report_issue(GAP, sentence)
            self._api.switch_form(SEARCH)  # the fields may be what X refuses, without saying so
            await self._clock.sleep(DENIED)

    async def _backfill_rule(self, rule: XRule, since: int) -> int:
        """Search from an id, or from a time if X rejects the id as too old with a 400. Return the newest post id."""
        oldest = self._clock.now() - self._reach
        after = compute_min_id(decode_post_time(since) - OVERLAP)
        time = SearchStart(start=max(oldest, decode_post_time(after)))
        refusal = ""
        for start in [SearchStart(since=after), time] if decode_post_time(after) > oldest else [time]:
            try:
                newest = await self._resume_search(rule, start)
            except XApiError as fault:
                if fault.status != 400:
                    raise
                refusal = str(fault)
                self._progress.interrupted.pop(rule, None)  # resuming may be what X refuses: start again
            else:
                self._progress.newest_read[rule] = max(since, newest)
                return newest
        log.error("search refused", source="x", subject=rule.label)
        raise _BackfillRefusedError(f"X refuses the search for {rule.label}: {refusal}")

    async def _resume_search(self, rule: XRule, start: SearchStart) -> int:
        """Finish an interrupted search first, then search from its newest post on. Return the newest post id."""
        if half := self._progress.interrupted.get(rule):
            await self._page_back(rule, start._replace(until=half[1]), half)
            start = SearchStart(since=compute_min_id(decode_post_time(half[0]) - OVERLAP))
        return await self._page_back(rule, start, None)

    async def _page_back(self, rule: XRule, start: SearchStart, interrupted: tuple[int, int] | None) -> int:
        newest, oldest = interrupted or (0, 0)
        token = ""
        while True:
            self._meter.require_budget()
            page = await self._search_with_retry(rule, start, token)
            newest, oldest, token = max(newest, page.newest), page.oldest or oldest, page.next_token
            await self._meter.count_pages(self._sink, [page])
            if page.mentions:
                new = await self._sink.publish(page.mentions)
                log.info("gap filled", source="x", subject=rule.label, mentions=len(page.mentions), new=new)
            if not token:
                self._progress.interrupted.pop(rule, None)
                return newest
            self._progress.interrupted[rule] = (newest, oldest)

    async def _search_with_retry(self, rule: XRule, start: SearchStart, token: str) -> PostPage:
        """Search with retries and backoff. A 400 or an exceeded quota is raised: a retry would not help."""
        tries = 0
        while True:
            try:
                page = await self._api.search(rule, start, token)
            except XApiError as fault:
                if fault.status == 400 or fault.until:
                    raise
                if fault.is_denied or tries >= USUAL:
                    self._set_status(str(fault))
                log.warning("search will be tried again", source="x", status=fault.status, tries=tries)
                await self._clock.sleep(compute_backoff(fault, tries, self._jitter(), self._clock.now()))
                tries += 1
            else:
                if tries:
                    self._set_status("")
                return page
