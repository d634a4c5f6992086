"""What was said while nobody was connected: found by search, and the cursor that knows from where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.sources.base import Ear
from bot.sources.x_api import SEARCH, From, XApi
from bot.sources.x_meter import ReadMeter
from bot.sources.x_pace import DENIED, USUAL, pause
from bot.sources.x_posts import Page, id_at, moment_of
from bot.sources.x_problems import XFault
from bot.sources.x_rules import Rule

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
class GapMemory:
    """What is known of a gap that is not filled yet: it is not paid for again at each reconnection."""

    told: dict[Rule, int]
    """For each rule, the newest post up to which it is read."""
    half: dict[Rule, tuple[int, int]]
    """For each rule whose reading was broken off, the newest and the oldest post of it: X tells the newest first."""


class _GapRefusedError(Exception):
    """X will not tell what was said of a subject: nothing is known of the gap, and the cursor stays before it."""


@dataclass(slots=True)
class Mark:
    """The newest post heard. It is the cursor only once the gap before it is filled."""

    newest: int
    filled: bool = False

    def saw(self, post: int) -> None:
        self.newest = max(self.newest, post)

    def cursor(self, newest: int) -> str | None:
        """Where to go on once this one is heard, too."""
        return str(max(self.newest, newest)) if self.filled else None


class Gap:
    """Filled beside the running stream, so that nothing is missed between the two."""

    def __init__(
        self,
        api: XApi,
        ear: Ear,
        rules: list[Rule],
        clock: Clock,
        chance: Callable[[], float],
        say: Callable[[str], None],
        memory: GapMemory,
        meter: ReadMeter,
        reach: timedelta,
    ) -> None:
        self._api = api
        self._ear = ear
        self._rules = rules
        self._clock = clock
        self._chance = chance
        self._say = say
        self._memory = memory
        self._meter = meter
        self._reach = min(reach, SEARCHED - MARGIN)

    async def fill(self, since: int, mark: Mark) -> None:
        """Twice: what was said just before we connected is not in the index yet."""
        if self._reach > timedelta(0):
            found = await self._until_told(since)
            mark.saw(found)
            since = max(since, found)
            await self._ear.progress(str(since))
            await self._clock.sleep(INDEXED)
            mark.saw(await self._until_told(since))
        mark.filled = True
        await self._ear.progress(str(mark.newest))
        await self._ear.report(GAP, "")
        self._memory.told.clear()

    async def _until_told(self, since: int) -> int:
        """The newest that was said. What X refuses to tell is asked for until it does, or somebody mends it."""
        newest, asked, refused = 0, self._rules, False
        while True:
            refusals = dict[Rule, str]()
            for rule in asked:
                try:
                    newest = max(newest, await self._read(rule, max(since, self._memory.told.get(rule, 0))))
                except _GapRefusedError as refusal:
                    refusals[rule] = str(refusal)
            if not refusals:
                if refused:
                    self._say("")
                return newest
            asked, refused = list(refusals), True
            sentence = " ".join(dict.fromkeys(refusals.values()))
            self._say(sentence)
            await self._ear.report(GAP, sentence)
            self._api.change_form(SEARCH)  # X may have refused it without naming it
            await self._clock.sleep(DENIED)

    async def _read(self, rule: Rule, since: int) -> int:
        """By id where X may know it; X answers 400 to ids that it thinks too old, and then takes the same as a time."""
        oldest = self._clock.now() - self._reach
        after = id_at(moment_of(since) - OVERLAP)
        time = From(start=max(oldest, moment_of(after)))
        refusal = ""
        for start in [From(since=after), time] if moment_of(after) > oldest else [time]:
            try:
                newest = await self._pages(rule, start)
            except XFault as fault:
                if fault.status != 400:
                    raise
                refusal = str(fault)
                self._memory.half.pop(rule, None)  # it may be our going on that X refuses: then all is read again
            else:
                self._memory.told[rule] = max(since, newest)
                return newest
        log.error("search refused", source="x", subject=rule.subject)
        raise _GapRefusedError(f"X refuses the search for {rule.subject}: {refusal}")

    async def _pages(self, rule: Rule, start: From) -> int:
        """The newest post. What was broken off before is read to its end first: X tells the newest first."""
        if half := self._memory.half.get(rule):
            await self._down(rule, start._replace(until=half[1]), half)
            start = From(since=id_at(moment_of(half[0]) - OVERLAP))
        return await self._down(rule, start, None)

    async def _down(self, rule: Rule, start: From, half: tuple[int, int] | None) -> int:
        newest, oldest = half or (0, 0)
        token = ""
        while True:
            self._meter.require()
            page = await self._patiently(rule, start, token)
            newest, oldest, token = max(newest, page.newest), page.oldest or oldest, page.next_token
            await self._meter.count(self._ear, [page])
            if page.mentions:
                new = await self._ear.hear(page.mentions)
                log.info("gap filled", source="x", subject=rule.subject, mentions=len(page.mentions), new=new)
            if not token:
                self._memory.half.pop(rule, None)
                return newest
            self._memory.half[rule] = (newest, oldest)

    async def _patiently(self, rule: Rule, start: From, token: str) -> Page:
        """Until X answers. A 400 it would only repeat, and no waiting of ours refills a quota: those are raised."""
        tries = 0
        while True:
            try:
                page = await self._api.search(rule, start, token)
            except XFault as fault:
                if fault.status == 400 or fault.until:
                    raise
                if fault.denied or tries >= USUAL:
                    self._say(str(fault))
                log.warning("search will be tried again", source="x", status=fault.status, tries=tries)
                await self._clock.sleep(pause(fault, tries, self._chance(), self._clock.now()))
                tries += 1
            else:
                if tries:
                    self._say("")
                return page
