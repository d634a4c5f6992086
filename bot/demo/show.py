"""The day as it is played to a page: it begins when somebody looks, and runs as fast as they like."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.demo.cast import Cast
from bot.demo.clocks import FastClock
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.routing import Route, find_route
from bot.sandbox import Refused
from bot.stage import Stage
from bot.workers.ingest import InboxWriter

OPENING = 8
"""Mentions that were said when the day begins: one does not look at an empty channel."""
BREATH, BETWEEN = 0.25, 0.35
"""Real seconds before the first of them, and between them: one should see it come."""
LOOKS = 0.4
"""Real seconds between two looks of the colleagues, at the most."""
CLOSELY = 120.0
"""Seconds of the day between them at the most, so that a night that flies by does not leave them behind."""
REMEMBERED = 30
AT_ONCE = 200


class Heard(NamedTuple):
    mention: Mention
    assessment: Assessment
    route: Route
    at: datetime


class Show:
    """`watched` is set as soon as a page is open; until then the clock stands."""

    def __init__(self, stage: Stage, clock: FastClock, day: Sequence[Mention], cast: Cast) -> None:
        self.stage, self.clock = stage, clock
        self._day, self._cast = day, cast
        self._ear = InboxWriter("day", stage.store, clock)
        self._pace = clock.speed
        self.said = 0
        self.colleagues = False
        """Whether the others in the workspace answer too, after a while."""
        self.heard: deque[Heard] = deque(maxlen=REMEMBERED)
        self._tasks: asyncio.TaskGroup | None = None
        self._meanwhile: set[asyncio.Task[None]] = set()

    @property
    def left(self) -> int:
        """Of the recorded day."""
        return len(self._day) - self.said

    @property
    def next_in(self) -> float | None:
        """Seconds of the day until somebody says something."""
        if not self.left:
            return None
        return max(0.0, (self._day[self.said].created_at - self.clock.now()).total_seconds())

    @property
    def brand(self) -> str:
        """As people call it who speak to it."""
        subjects = self.stage.house.rules.playbook.subjects
        first = next((one for one in subjects if one.kind == "brand"), subjects[0])
        return first.terms[0] if first.terms else first.name

    async def hear(self, mentions: Sequence[Mention]) -> list[Heard]:
        """As a source would bring them; what was made of each is remembered for whoever looks behind."""
        rules, at = self.stage.house.rules, self.clock.now()
        found: list[Heard] = []
        for start in range(0, len(mentions), AT_ONCE):
            some = mentions[start : start + AT_ONCE]
            await self._ear.publish(some)
            told = zip(some, rules.get_assessor().assess(some), strict=True)
            found += [Heard(one, made, find_route(rules.list_routes(), one, made), at) for one, made in told]
        self.heard.extendleft(found)
        return found

    async def play(self, watched: asyncio.Event) -> None:
        """Until somebody stops the house; what is in hand is finished."""
        self.clock.set_speed(0)
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.stage.house.work())
            for one in (self._speak(watched), self._act(), self._again()):
                self.meanwhile(one)
            await self.stage.house.stop.wait()
            for task in self._meanwhile:
                task.cancel()

    def meanwhile(self, doing: Coroutine[Any, Any, None]) -> None:
        """Beside the rest, until it is done or somebody stops the house."""
        assert self._tasks is not None
        task = self._tasks.create_task(doing)
        self._meanwhile.add(task)
        task.add_done_callback(self._meanwhile.discard)

    async def _speak(self, watched: asyncio.Event) -> None:
        await watched.wait()
        await asyncio.sleep(BREATH)
        self.clock.set_speed(self._pace)
        for mention in self._day:
            if self.said < OPENING:
                await asyncio.sleep(BETWEEN if self.said > 1 else 0)
            else:
                await self.clock.sleep((mention.created_at - self.clock.now()).total_seconds())
            await self.hear([mention])
            self.said += 1

    async def _act(self) -> None:
        """They may come too late, or find Slack broken: then they leave it, as people do."""
        while True:
            await asyncio.sleep(min(LOOKS, CLOSELY / max(1.0, self.clock.speed)))
            if not self.colleagues or not self.clock.speed:
                continue
            self._cast.look(self.clock.now())
            for one in self._cast.due(self.clock.now()):
                with suppress(Refused, TimeoutError):
                    await self._cast.perform(one)

    async def _again(self) -> None:
        """Slack sends again what was not acked."""
        while True:
            await asyncio.sleep(1)
            await self.stage.sandbox.tick()


def start_of(day: Sequence[Mention]) -> datetime:
    """When the first of what is to come is said."""
    return day[min(OPENING, len(day)) - 1].created_at + timedelta(seconds=1)
