"""Reads a batch, assesses it, picks the route, finds the case each mention joins or opens its own, and commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from bot.clock import Clock
from bot.domain.assessment import Assessment
from bot.domain.case import Case, Joining
from bot.domain.decision import Decision, Unreachable
from bot.domain.department import Department
from bot.domain.intake import join, open_case, tally
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, first_match
from bot.domain.rules import Rules, department_or_lost
from bot.store.inbox import IDLE, MOST_TRIES, Entry, Ready
from bot.store.keys import DEAD_MOST
from bot.store.opening import Store
from bot.store.transaction import Committed
from bot.store.writing import Trace, traces

log = structlog.get_logger("triage")

BATCH = 100
"""Entries a read: large enough to share round trips, small enough that a click waits a few hundredths of a second."""
TRIES = 20
"""Lost races before an entry is left for the next reading."""


class Assessor(Protocol):
    def assess(self, batch: Sequence[Mention]) -> Sequence[Assessment]: ...


class Listening(Rules, Protocol):
    """The rules in force, and what hears by them."""

    def assessor(self) -> Assessor: ...


class _Item(NamedTuple):
    entry: Entry
    mention: Mention
    assessment: Assessment
    traces: tuple[Trace, ...]


class Triage:
    name = "triage"
    idle = 0.0

    def __init__(self, store: Store, rules: Listening, clock: Clock, worker: str, *, wait: bool = True) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._worker = worker
        self._wait = wait
        self._looked: datetime | None = None
        self._in_hand: list[Entry] = []
        self._why: dict[str, str] = {}

    async def step(self) -> int:
        """One batch of new entries, or one that another worker did not finish; those are taken singly."""
        entries = await self._abandoned() or await self._store.inbox.read(self._worker, BATCH, wait=self._wait)
        self._in_hand = entries
        living = [entry for entry in entries if not await self._buried(entry)]
        if living:
            await self._answer(living)
        self._in_hand = []
        return len(entries)

    def failed(self, error: Exception) -> None:
        """The reason goes with an entry to the dead letters, should it come to that. Never its words."""
        for entry in self._in_hand:
            self._why[entry.id] = type(error).__name__
        self._in_hand = []

    async def _abandoned(self) -> list[Entry]:
        """What somebody took and did not answer; old failures go before new work, one at a time."""
        at = self._clock.now()
        if self._looked is not None and at - self._looked < IDLE / 2:
            return []
        found = await self._store.inbox.reclaim(self._worker, 1)
        if not found:
            self._looked = at
        return found

    async def _buried(self, entry: Entry) -> bool:
        if entry.mention is not None and entry.tries <= MOST_TRIES:
            return False
        if await self._store.dead.count() >= DEAD_MOST:
            raise Unreachable(f"{DEAD_MOST:,} dead letters: triage has stopped. Look at them with: earshot dead list")
        why = self._why.pop(entry.id, "") or ("it cannot be read" if entry.mention is None else "its worker died")
        await self._store.inbox.bury(entry, f"{why}, {entry.tries} tries", self._clock.now())
        log.error("mention buried", entry=entry.id, why=why, tries=entry.tries)
        return True

    async def _answer(self, entries: Sequence[Entry]) -> None:
        mentions = [entry.mention for entry in entries if entry.mention is not None]
        assessments = self._rules.assessor().assess(mentions)
        keys = self._store.keys
        items = [
            _Item(entry, mention, assessment, traces(keys, mention, assessment.subject))
            for entry, mention, assessment in zip(entries, mentions, assessments, strict=True)
        ]
        for _ in range(TRIES):
            items = await self._commit(items)
            if not items:
                return
        log.warning("triage outrun", entries=[item.entry.id for item in items])

    async def _commit(self, items: Sequence[_Item]) -> list[_Item]:
        """Decide and commit; gives back what came too late and must be decided on again."""
        at = self._clock.now()
        ready = await self._decide(items, at)
        replies = await self._store.inbox.commit(ready, at)
        return [item for item, reply in zip(items, replies, strict=True) if reply is Committed.STALE]

    async def _decide(self, items: Sequence[_Item], at: datetime) -> list[Ready]:
        """In order, each seeing what those before it will have done: commits are applied in the same order."""
        found = await self._store.inbox.look_up(trace for item in items for trace in item.traces)
        cases = await self._store.cases.find([case for case in found.values() if case])
        ready = []
        for item in items:
            decision = self._decision(item, found, cases, at)
            guards: tuple[tuple[str, str], ...] = ()
            if decision.case is not None:
                cases[decision.case.id] = decision.case
                if decision.before is None:
                    guards = tuple((trace.key, found[trace.key]) for trace in item.traces)
                    found.update((trace.key, decision.case.id) for trace in item.traces)
            ready.append(Ready(item.entry, decision, guards))
        return ready

    def _decision(self, item: _Item, found: dict[str, str], cases: dict[str, Case], at: datetime) -> Decision:
        there = {trace.why: cases.get(found[trace.key]) for trace in item.traces}
        mention, assessment = item.mention, item.assessment
        if talking := there.get(Joining.SAME_PERSON):
            return join(talking, mention, assessment, Joining.SAME_PERSON, self._department(talking.department), at)
        route = first_match(self._rules.routes(), mention, assessment)
        if route.to == NOBODY:
            return tally(mention, assessment, at)
        copied = there.get(Joining.COPY)
        if copied is not None and not copied.closed:
            return join(copied, mention, assessment, Joining.COPY, self._department(copied.department), at)
        return open_case(mention, assessment, route, self._department(route.to), at)

    def _department(self, name: str) -> Department:
        return department_or_lost(self._rules, name)
