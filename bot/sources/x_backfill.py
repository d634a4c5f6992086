"""What was said while nobody was connected: found by search, and the cursor that knows from where."""

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

INDEXED = 45.0  # seconds until a post can be found: the search leaves out the last 30
OVERLAP = timedelta(minutes=1)
"""Posts do not reach the stream in the order of their ids. What is read twice is paid once, and kept out."""

GAP = "gap"
"""The part under which operators are shown what X refuses to tell of the past."""
SEARCHED = timedelta(days=7)
MARGIN = timedelta(minutes=30)
"""What lies at the far end of the seven days may be out of reach when X has made us wait for it."""


@dataclass(slots=True)
class BackfillProgress:
    """What is known of a gap that is not filled yet: it is not paid for again at each reconnection."""

    newest_read: dict[XRule, int]
    """For each rule, the newest post up to which it is read."""
    interrupted: dict[XRule, tuple[int, int]]
    """For each rule whose reading was broken off, the newest and the oldest post of it: X tells the newest first."""


class _BackfillRefusedError(Exception):
    """X will not tell what was said of a subject: nothing is known of the gap, and the cursor stays before it."""


@dataclass(slots=True)
class XStreamPosition:
    """The newest post heard. It is the cursor only once the gap before it is filled."""

    newest: int
    filled: bool = False

    def advance_to(self, post: int) -> None:
        self.newest = max(self.newest, post)

    def next_cursor(self, newest: int) -> str | None:
        """Where to go on once this one is heard, too."""
        return str(max(self.newest, newest)) if self.filled else None


class Backfill:
    """Filled beside the running stream, so that nothing is missed between the two."""

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
        """Twice: what was said just before we connected is not in the index yet."""
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
        """The newest that was said. What X refuses to tell is asked for until it does, or somebody mends it."""
        newest, asked, refused = 0, self._rules, False
        while True:
            refusals = dict[XRule, str]()
            for rule in asked:
                try:
                    newest = max(
                        newest, await self._backfill_rule(rule, max(since, self._progress.newest_read.get(rule, 0)))
                    )
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
            self._api.switch_form(SEARCH)  # X may have refused it without naming it
            await self._clock.sleep(DENIED)

    async def _backfill_rule(self, rule: XRule, since: int) -> int:
        """By id where X may know it; X answers 400 to ids that it thinks too old, and then takes the same as a time."""
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
                self._progress.interrupted.pop(
                    rule, None
                )  # it may be our going on that X refuses: then all is read again
            else:
                self._progress.newest_read[rule] = max(since, newest)
                return newest
        log.error("search refused", source="x", subject=rule.subject)
        raise _BackfillRefusedError(f"X refuses the search for {rule.subject}: {refusal}")

    async def _resume_search(self, rule: XRule, start: SearchStart) -> int:
        """The newest post. What was broken off before is read to its end first: X tells the newest first."""
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
                log.info("gap filled", source="x", subject=rule.subject, mentions=len(page.mentions), new=new)
            if not token:
                self._progress.interrupted.pop(rule, None)
                return newest
            self._progress.interrupted[rule] = (newest, oldest)

    async def _search_with_retry(self, rule: XRule, start: SearchStart, token: str) -> PostPage:
        """Until X answers. A 400 it would only repeat, and no waiting of ours refills a quota: those are raised."""
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
