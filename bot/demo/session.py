"""The day as it is played to a page: it begins when somebody looks, and runs as fast as they like."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.demo.clocks import FastClock
from bot.demo.simulated_users import SimulatedUsers
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.routing import Route, find_route
from bot.slack_sandbox import ClientRefusedError
from bot.testing.local_app import LocalApp
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


class AssessedMention(NamedTuple):
    mention: Mention
    assessment: Assessment
    route: Route
    at: datetime


class DemoSession:
    """`watched` is set as soon as a page is open; until then the clock stands."""

    def __init__(self, stage: LocalApp, clock: FastClock, day: Sequence[Mention], cast: SimulatedUsers) -> None:
        self.stage, self.clock = stage, clock
        self._day, self._cast = day, cast
        self._ear = InboxWriter("day", stage.store, clock)
        self._pace = clock.speed
        self.said = 0
        self.colleagues = False
        """Whether the others in the workspace answer too, after a while."""
        self.heard: deque[AssessedMention] = deque(maxlen=REMEMBERED)
        self._tasks: asyncio.TaskGroup | None = None
        self._meanwhile: set[asyncio.Task[None]] = set()

    @property
    def remaining(self) -> int:
        """Of the recorded day."""
        return len(self._day) - self.said

    @property
    def seconds_to_next(self) -> float | None:
        """Seconds of the day until somebody says something."""
        if not self.remaining:
            return None
        return max(0.0, (self._day[self.said].created_at - self.clock.now()).total_seconds())

    @property
    def brand(self) -> str:
        """As people call it who speak to it."""
        subjects = self.stage.app.rules.playbook.subjects
        first = next((one for one in subjects if one.kind == "brand"), subjects[0])
        return first.terms[0] if first.terms else first.name

    async def publish(self, mentions: Sequence[Mention]) -> list[AssessedMention]:
        """As a source would bring them; what was made of each is remembered for whoever looks behind."""
        rules, at = self.stage.app.rules, self.clock.now()
        found: list[AssessedMention] = []
        for start in range(0, len(mentions), AT_ONCE):
            some = mentions[start : start + AT_ONCE]
            await self._ear.publish(some)
            told = zip(some, rules.get_assessor().assess(some), strict=True)
            found += [AssessedMention(one, made, find_route(rules.list_routes(), one, made), at) for one, made in told]
        self.heard.extendleft(found)
        return found

    async def run(self, watched: asyncio.Event) -> None:
        """Until somebody stops the house; what is in hand is finished."""
        self.clock.set_speed(0)
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.stage.app.run_workers())
            for one in (self._publish_day(watched), self._run_colleagues(), self._redeliver_events()):
                self.start_task(one)
            await self.stage.app.stop.wait()
            for task in self._meanwhile:
                task.cancel()

    def start_task(self, doing: Coroutine[Any, Any, None]) -> None:
        """Beside the rest, until it is done or somebody stops the house."""
        assert self._tasks is not None
        task = self._tasks.create_task(doing)
        self._meanwhile.add(task)
        task.add_done_callback(self._meanwhile.discard)

    async def _publish_day(self, watched: asyncio.Event) -> None:
        await watched.wait()
        await asyncio.sleep(BREATH)
        self.clock.set_speed(self._pace)
        for mention in self._day:
            if self.said < OPENING:
                await asyncio.sleep(BETWEEN if self.said > 1 else 0)
            else:
                await self.clock.sleep((mention.created_at - self.clock.now()).total_seconds())
            await self.publish([mention])
            self.said += 1

    async def _run_colleagues(self) -> None:
        """They may come too late, or find Slack broken: then they leave it, as people do."""
        while True:
            await asyncio.sleep(min(LOOKS, CLOSELY / max(1.0, self.clock.speed)))
            if not self.colleagues or not self.clock.speed:
                continue
            self._cast.plan_actions(self.clock.now())
            for one in self._cast.pop_due(self.clock.now()):
                with suppress(ClientRefusedError, TimeoutError):
                    await self._cast.perform_action(one)

    async def _redeliver_events(self) -> None:
        """Slack sends again what was not acked."""
        while True:
            await asyncio.sleep(1)
            await self.stage.sandbox.redeliver_events()


def compute_start(day: Sequence[Mention]) -> datetime:
    """When the first of what is to come is said."""
    return day[min(OPENING, len(day)) - 1].created_at + timedelta(seconds=1)
