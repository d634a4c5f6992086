"""A demo in the browser: the day begins when a page is opened, and runs at a speed that can be changed."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.demo.clocks import FastClock
from bot.demo.history import DAY_SOURCE
from bot.demo.simulated_users import ScheduledAction, SimulatedUsers
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.routing import Route, find_route
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter

OPENING = 8
"""Mentions published at the beginning, so that the channels are not empty."""
BREATH, BETWEEN = 0.05, 0.35
"""Real seconds before the first of them and between them, so that one sees them arrive."""
LOOKS = 0.4
"""Real seconds between two steps of the simulated users, at most."""
CLOSELY = 120.0
"""Seconds of the day between them, at most, so that they keep up with a fast day."""
REMEMBERED = 30
AT_ONCE = 200


class AssessedMention(NamedTuple):
    mention: Mention
    assessment: Assessment
    route: Route
    at: datetime


class DemoSession:
    """The day runs as fast as real time until somebody clicks, then at the speed of the clock it was given.

    A pause holds back its posts and the simulated users. The clock goes on, so that what is on its way arrives.
    """

    def __init__(self, stage: LocalApp, clock: FastClock, day: Sequence[Mention], users: SimulatedUsers) -> None:
        self.stage, self.clock, self.users = stage, clock, users
        self._day = day
        self._inbox = InboxWriter(DAY_SOURCE, stage.store, clock)
        self._pace = clock.speed
        self._running = asyncio.Event()
        self._paused_at: datetime | None = None
        self._delay = timedelta()
        """How much later than recorded the day's posts come, after pauses."""
        self.said = 0
        self.teammates = True
        """Whether simulated users act."""
        self.heard: deque[AssessedMention] = deque(maxlen=REMEMBERED)
        self._tasks: asyncio.TaskGroup | None = None
        self._meanwhile: set[asyncio.Task[None]] = set()

    @property
    def remaining(self) -> int:
        """Mentions of the day that are not published yet."""
        return len(self._day) - self.said

    @property
    def next_post_at(self) -> datetime | None:
        """When the next post of the day comes; None while it is paused, and when it is over."""
        if self._paused_at is not None or not self.remaining:
            return None
        return self._day[self.said].created_at + self._delay

    @property
    def speed(self) -> float:
        """Speed of the day; 0 while it is paused."""
        return 0.0 if self._paused_at else self.clock.speed

    @property
    def brand(self) -> str:
        """The brand's name as posts write it."""
        subjects = self.stage.app.rules.playbook.subjects
        first = next((one for one in subjects if one.kind == "brand"), subjects[0])
        return first.terms[0] if first.terms else first.name

    def set_speed(self, speed: float) -> None:
        """Change the speed of the day; 0 pauses it."""
        self._pace = speed or self._pace
        self._resume()
        self.clock.set_speed(speed or 1.0)
        if not speed:
            self._paused_at = self.clock.now()
            self._running.clear()

    def apply_speed(self) -> None:
        """Somebody has clicked: from now on the day runs at the speed that was chosen for it."""
        if self._running.is_set() and self.clock.speed != self._pace:
            self.clock.set_speed(self._pace)

    def _resume(self) -> None:
        if self._paused_at is not None:
            self._delay += self.clock.now() - self._paused_at
        self._paused_at = None
        self._running.set()

    def hold_clock(self, *, pause: bool) -> None:
        """Stop the clock and all that runs by it, for a skip that takes the steps by itself.

        With `pause`, the posts of the day come later by what is skipped.
        """
        self._resume()
        self._running.clear()
        self.clock.set_speed(0)
        self._paused_at = self.clock.now() if pause else None

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

    async def publish_due(self) -> None:
        """Publish the posts of the day whose time has come."""
        due = []
        while self.next_post_at is not None and self.next_post_at <= self.clock.now():
            due.append(self._postpone_mention(self._day[self.said]))
            self.said += 1
        await self.publish(due)

    def _postpone_mention(self, mention: Mention) -> Mention:
        return mention.copy_with(created_at=mention.created_at + self._delay) if self._delay else mention

    async def run(self, watched: asyncio.Event) -> None:
        """Run until the app is stopped; the clock stands until `watched` is set."""
        self.clock.set_speed(0)
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.stage.app.run_workers())
            for one in (self._publish_day(watched), self._run_teammates(), self._redeliver_events()):
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
        self._running.set()
        self.clock.set_speed(1.0)
        self.start_task(self._raise_speed())
        while self.said < min(OPENING, len(self._day)):
            self.said += 1
            await self.publish([self._day[self.said - 1]])
            await asyncio.sleep(BETWEEN)
        while self.remaining:
            if (then := self.next_post_at) is None or not self._running.is_set():
                await self._running.wait()
                await asyncio.sleep(0)
            elif then > self.clock.now():
                await self.clock.sleep((then - self.clock.now()).total_seconds())
            else:
                await self.publish_due()

    async def _raise_speed(self) -> None:
        await self.stage.sandbox.page.used.wait()
        self.apply_speed()

    async def _run_teammates(self) -> None:
        while True:
            await asyncio.sleep(min(LOOKS, CLOSELY / max(1.0, self.clock.speed)))
            if self._running.is_set():
                for one in self.list_due_actions():
                    await self.users.perform_action(one)

    def list_due_actions(self) -> list[ScheduledAction]:
        """Return what simulated users do now; nothing while they are switched off."""
        if not self.teammates:
            return []
        self.users.plan_actions(self.clock.now())
        return [*self.users.pop_due(self.clock.now())]

    async def _redeliver_events(self) -> None:
        """Retry events that were not acked, as Slack does."""
        while True:
            await asyncio.sleep(1)
            await self.stage.sandbox.deliveries.retry_due_events()


def compute_start(day: Sequence[Mention]) -> datetime:
    """Return when the day starts: a second after the mentions published at the beginning."""
    return day[min(OPENING, len(day)) - 1].created_at + timedelta(seconds=1)
