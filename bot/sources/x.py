"""X (Twitter): the filtered stream, and recent search for what was said while it was cut."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

import structlog
from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.domain.decision import StoreUnavailable
from bot.domain.languages import TAG
from bot.domain.reads import ReadBudget
from bot.domain.subject import Subject
from bot.sources.base import Ear, Parts, SourceCheck
from bot.sources.x_api import XApi
from bot.sources.x_gap import Gap, GapMemory, Mark
from bot.sources.x_meter import ReadMeter
from bot.sources.x_pace import USUAL, Pace
from bot.sources.x_posts import Disconnecting, Malformed, Page, id_at, number, read_line
from bot.sources.x_problems import XFault, quota_sentence, read_stream_fault
from bot.sources.x_rules import QUERY_LIMIT, RULE_LIMIT, RULES_LIMIT, difference, rules_for, unfit

log = structlog.get_logger()


CLOSED = "X closed the stream."
STORE_AWAY = "The store does not answer; X waits for it."
STORE_ASKED_EVERY = 2.0
"""Seconds."""


class Options(BaseModel):
    """`[sources.x]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    lang: str = Field("", pattern=rf"^({TAG.pattern})?$")
    """Only posts in this language, by X's own guess; empty: all."""
    extra_rule: str = Field("", max_length=200, pattern=r"^[^\r\n]*$")
    """Added to every rule, in X's own language: `-is:reply`, `-is:nullcast`, `place_country:PT`."""
    refill_hours: int = Field(168, ge=0, le=168)
    """How far back a gap is filled at most. X keeps seven days, and every post read costs; 0: gaps stay gaps."""
    budget: ReadBudget = ReadBudget()
    """What reading may cost; where it is used up, nothing is read until it begins anew."""


class X:
    """Exactly one connection, whoever runs: X allows no second."""

    def __init__(
        self,
        options: Options,
        subjects: Sequence[Subject],
        token: str,
        clock: Clock,
        chance: Callable[[], float],
        url: str = "",
        silence: float = 60,
        name: str = "x",
    ) -> None:
        self.name = name
        self._options = options
        self._subjects = tuple(subjects)
        self._api = XApi(token, clock, url, silence)
        self._clock = clock
        self._chance = chance
        self._pace = Pace(clock, chance)
        self._said: str | None = None
        self._reported: str | None = None
        self._memory = GapMemory({}, {})
        self._meter = ReadMeter(options.budget, clock)

    @classmethod
    def built(cls, options: Options, parts: Parts) -> "X":
        return cls(options, parts.subjects, parts.secret, parts.clock, parts.chance, parts.url, name=parts.name)

    async def listen(self, ear: Ear) -> None:
        while True:
            async with ear.alone(), self._api as api:
                while True:
                    fault = await self._connection(api, ear)
                    log.warning("stream ended", source=self.name, status=fault.status, reason=str(fault))
                    if str(fault) != STORE_AWAY or not await self._wait_for_store(ear):
                        await self._pace.rest(fault)

    async def _connection(self, api: XApi, ear: Ear) -> XFault:
        """From the connecting to the end, and why it ended."""
        try:
            await self._connected(api, ear)
        except XFault as fault:
            end = fault
        except StoreUnavailable:
            end = XFault(STORE_AWAY)
        if end.quota == "month":
            until = await api.cap_ends(end)
            end = XFault(quota_sentence("month", until, end.why), end.status, quota="month", until=until)
        if str(end) != CLOSED or self._pace.tries > USUAL:
            self._say(ear, str(end))
        if end.denied or end.until:
            await self._report(ear, str(end))
        return end

    async def _wait_for_store(self, ear: Ear) -> bool:
        """Meanwhile X is asked nothing: a post that nobody can keep is billed, too. False where it takes writes."""
        waited = False
        while True:
            try:
                await ear.prove_write()
            except StoreUnavailable:
                waited = True
                await self._clock.sleep(STORE_ASKED_EVERY)
            else:
                return waited

    async def _report(self, ear: Ear, sentence: str) -> None:
        """With the store away, it is told at the next connection."""
        if sentence != self._reported:
            with suppress(StoreUnavailable):
                await ear.report("source", sentence)
                self._reported = sentence

    async def _connected(self, api: XApi, ear: Ear) -> NoReturn:
        """Stream first, then the gap: what is said between the two comes twice, and not never."""
        await self._meter.count(ear)
        self._meter.require()
        since = await self._since(ear)
        standing = await self._set_rules(api)
        await self._pace.turn()
        async with api.stream() as stream:
            log.info("stream connected", source=self.name)
            self._say(ear, standing)
            await self._report(ear, "")
            mark = Mark(since)
            gap = self._gap(api, ear, lambda words: self._say(ear, f"{standing} {words}".strip()))
            await _until_one_fails(self._hear(stream, ear, mark), gap.fill(since, mark))

    async def _since(self, ear: Ear) -> int:
        """The first time, X is listened to from now on: a week of posts that nobody asked for would be paid for."""
        since = number(await ear.cursor())
        if not since:
            since = id_at(self._clock.now())
            await ear.progress(str(since))
        return since

    async def _set_rules(self, api: XApi) -> str:
        """Says what X cannot or will not listen for. Deleting comes first: X takes no rule that it has already."""
        options = self._options
        want = rules_for(self._subjects, RULE_LIMIT, options.lang, options.extra_rule)
        change = difference(await api.rules(), want)
        await api.delete(change.delete)
        refused = list(dict.fromkeys(await api.add(change.add)))
        if change.add or change.delete:
            log.info("rules set", source=self.name, added=len(change.add), deleted=len(change.delete))
        return " ".join(unfit(self._subjects, options.lang, options.extra_rule) + refused)

    def _gap(self, api: XApi, ear: Ear, say: Callable[[str], None]) -> Gap:
        options = self._options
        queries = rules_for(self._subjects, QUERY_LIMIT, options.lang, options.extra_rule)
        reach = timedelta(hours=options.refill_hours)
        return Gap(api, ear, queries, self._clock, self._chance, say, self._memory, self._meter, reach)

    async def _hear(self, stream: AsyncIterator[list[bytes]], ear: Ear, mark: Mark) -> NoReturn:
        """Ends only by raising, so that the gap beside it ends too."""
        async for lines in stream:
            pages, end = self._pages(lines)
            if pages:
                await self._meter.count(ear, pages)
            mentions = [mention for page in pages for mention in page.mentions]
            if mentions:
                newest = max(page.newest for page in pages)
                await ear.hear(mentions, mark.cursor(newest))
                mark.saw(newest)
            self._meter.require()
            if end:
                raise end
        raise XFault(CLOSED)

    def _pages(self, lines: list[bytes]) -> tuple[list[Page], XFault | None]:
        """What was said before X hung up was said."""
        pages: list[Page] = []
        for line in lines:
            try:
                pages.append(read_line(line))
            except Malformed as why:
                log.warning("line passed over", source=self.name, reason=str(why), size=len(line))
            except Disconnecting as why:
                return pages, read_stream_fault(why.answer, self._clock.now())
        return pages, None

    def _say(self, ear: Ear, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            ear.trouble(sentence)


async def _until_one_fails(never: Coroutine[Any, Any, NoReturn], other: Coroutine[Any, Any, None]) -> NoReturn:
    """Not a TaskGroup: in Python 3.11 that forgets our being cancelled if a task fails in the same moment, and a
    source that lost its lease would go on.
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


async def check(options: Options, parts: Parts) -> SourceCheck:
    """Whether X would listen for us: every fault in a sentence. Reads the rules and tries ours, and changes nothing."""
    faults = unfit(parts.subjects, options.lang, options.extra_rule)
    want = rules_for(parts.subjects, RULE_LIMIT, options.lang, options.extra_rule)
    notes: list[str] = []
    try:
        async with XApi(parts.secret, parts.clock, parts.url) as api:
            have = await api.rules()
            foreign = sum(not rule.subject for rule in have)
            if foreign + len(want) > RULES_LIMIT:
                faults.append(f"X takes {RULES_LIMIT} rules; {len(want)} are needed, and {foreign} are not ours.")
            faults += await api.add(difference(have, want).add, dry=True)
            notes = [await _estimate(api, options, parts.subjects)]
    except (XFault, ValueError) as fault:
        faults.append(str(fault))
    return SourceCheck([("", sentence) for sentence in dict.fromkeys(faults)], notes)


async def _estimate(api: XApi, options: Options, subjects: Sequence[Subject]) -> str:
    """By the posts of the last week. A subject's rules may find the same posts, so that it is rather too much."""
    queries = rules_for(subjects, QUERY_LIMIT, options.lang, options.extra_rule)
    try:
        week = sum([await api.count_week(query) for query in queries])
    except XFault as fault:
        return f"what X will cost cannot be said: {fault}"
    budget, posts = options.budget, week / 7
    day = posts * (budget.post + budget.user)
    bound = min(bound for bound in (budget.month, (budget.day or 0) * 30, float("inf")) if bound)
    said = f"about {posts:,.0f} posts a day, up to ${day:,.2f} a day and ${day * 30:,.2f} a month at X's prices"
    return f"{said}; that is more than the budget" if day * 30 > bound else said
