"""A demo in the browser: the day begins when a page is opened, and runs at a speed that can be changed."""

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
"""Mentions published at the beginning, so that the channels are not empty."""
BREATH, BETWEEN = 0.25, 0.35
"""Real seconds before the first of them and between them, so that one sees them arrive."""
LOOKS = 0.4
"""Real seconds between two steps of the simulated users, at most."""
CLOSELY = 120.0
"""Seconds of the day between them, at most, so that they keep up with a fast-forward."""
REMEMBERED = 30
AT_ONCE = 200


class AssessedMention(NamedTuple):
    mention: Mention
    assessment: Assessment
    route: Route
    at: datetime


class DemoSession:
    def __init__(self, stage: LocalApp, clock: FastClock, day: Sequence[Mention], users: SimulatedUsers) -> None:
        self.stage, self.clock = stage, clock
        self._day, self._users = day, users
        self._inbox = InboxWriter("day", stage.store, clock)
        self._pace = clock.speed
        self.said = 0
        self.colleagues = False
        """Whether simulated users act."""
        self.heard: deque[AssessedMention] = deque(maxlen=REMEMBERED)
        self._tasks: asyncio.TaskGroup | None = None
        self._meanwhile: set[asyncio.Task[None]] = set()

    @property
    def remaining(self) -> int:
        """Mentions of the day that are not published yet."""
        return len(self._day) - self.said

    @property
    def seconds_to_next(self) -> float | None:
        """Seconds of the day until the next mention."""
        if not self.remaining:
            return None
        return max(0.0, (self._day[self.said].created_at - self.clock.now()).total_seconds())

    @property
    def brand(self) -> str:
        """The brand's name as posts write it."""
        subjects = self.stage.app.rules.playbook.subjects
        first = next((one for one in subjects if one.kind == "brand"), subjects[0])
        return first.terms[0] if first.terms else first.name

    async def publish(self, mentions: Sequence[Mention]) -> list[AssessedMention]:
        """Publish mentions as a source does, and record their assessments for the panel."""
        rules, at = self.stage.app.rules, self.clock.now()
        found: list[AssessedMention] = []
        for start in range(0, len(mentions), AT_ONCE):
            some = mentions[start : start + AT_ONCE]
            await self._inbox.publish(some)
            for one, assessment in zip(some, rules.get_assessor().assess(some), strict=True):
                found.append(AssessedMention(one, assessment, find_route(rules.list_routes(), one, assessment), at))
        self.heard.extendleft(found)
        return found

    async def run(self, watched: asyncio.Event) -> None:
        """Run until the app is stopped; the clock stands until `watched` is set."""
        self.clock.set_speed(0)
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.stage.app.run_workers())
            for one in (self._publish_day(watched), self._run_colleagues(), self._redeliver_events()):
                self.start_task(one)
            await self.stage.app.stop.wait()
            for task in self._meanwhile:
                task.cancel()

    def start_task(self, doing: Coroutine[Any, Any, None]) -> None:
        """Run it in the background, until it ends or the app is stopped."""
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
        """Let simulated users act; what fails because it is too late or Slack is broken is skipped."""
        while True:
            await asyncio.sleep(min(LOOKS, CLOSELY / max(1.0, self.clock.speed)))
            if not self.colleagues or not self.clock.speed:
                continue
            self._users.plan_actions(self.clock.now())
            for one in self._users.pop_due(self.clock.now()):
                with suppress(ClientRefusedError, TimeoutError):
                    await self._users.perform_action(one)

    async def _redeliver_events(self) -> None:
        """Retry events that were not acked, as Slack does."""
        while True:
            await asyncio.sleep(1)
            await self.stage.sandbox.deliveries.retry_due_events()


def compute_start(day: Sequence[Mention]) -> datetime:
    """Return when the day starts: a second after the mentions published at the beginning."""
    return day[min(OPENING, len(day)) - 1].created_at + timedelta(seconds=1)
