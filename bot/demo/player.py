"""Plays the day: without waiting, step by step; or as time goes by, with everything running as in production."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.demo.cast import Cast
from bot.demo.clocks import SteppedClock
from bot.demo.screen import Screen
from bot.domain.mention import Mention
from bot.sandbox.feed import ChangeKind
from bot.stage import Stage
from bot.workers.ingest import InboxWriter
from bot.workers.loop import Worker

STEP = timedelta(seconds=60)
"""Of the day, between two looks at it, where nothing happens before."""
PACE = timedelta(seconds=1.3)
"""While cards wait: Slack takes about one a second in a channel."""
EVENING = timedelta(hours=2)
"""After the last mention, for people to finish."""


async def play_at_once(stage: Stage, clock: SteppedClock, day: Sequence[Mention], cast: Cast, screen: Screen) -> None:
    """Every step of the day in order, as fast as it goes; the same each time."""
    ear = InboxWriter("day", stage.store, clock)
    shown, heard, end = 0, 0, day[-1].created_at + EVENING
    owing = False
    while clock.now() < end or owing:
        then = clock.now() + (PACE if owing else STEP)
        clock.put_on(min(then, day[heard].created_at) if heard < len(day) else then)
        while heard < len(day) and day[heard].created_at <= clock.now():
            await ear.publish([day[heard]])
            heard += 1
        await settle(stage)
        cast.look(clock.now())
        for act in cast.due(clock.now()):
            before = len(stage.sandbox.feed.changes)
            await cast.perform(act)
            await _answered(stage, before)
        shown = _show(stage, screen, shown)
        owing = await _owing(stage)
    _show(stage, screen, shown)


async def settle(stage: Stage) -> None:
    """Step the workers until nothing is left to do at this moment."""
    house = stage.house
    workers: tuple[Worker, ...] = (house.triage, house.timers, house.pages, *house.pagers, house.delivery)
    while sum([await worker.step() for worker in workers]):
        pass


async def _owing(stage: Stage) -> bool:
    return bool(await stage.store.outbox.list_queues(1))


async def _answered(stage: Stage, before: int) -> None:
    """A click is acked before its work is done: wait for what it draws, if it draws anything."""
    drawn = {"edited", "posted", "ephemeral"}
    changes = stage.sandbox.feed.changes
    if any(change.kind == ChangeKind.DELIVERED for change in changes[before:]):
        await stage.sandbox.until(lambda: any(change.kind in drawn for change in changes[before:]), within=3)


def _show(stage: Stage, screen: Screen, shown: int) -> int:
    changes = stage.sandbox.feed.changes
    for change in changes[shown:]:
        screen.show(change)
    return len(changes)


async def play_along(stage: Stage, clock: Clock, day: Sequence[Mention], cast: Cast, screen: Screen) -> None:
    """As time goes by, until the day is over or somebody stops it."""

    async def publish_day() -> None:
        ear = InboxWriter("day", stage.store, clock)
        for mention in day:
            await clock.sleep((mention.created_at - clock.now()).total_seconds())
            await ear.publish([mention])
        await clock.sleep(EVENING.total_seconds())
        stage.house.stop.set()

    async def run_users() -> None:
        while not stage.house.stop.is_set():
            cast.look(clock.now())
            for one in cast.due(clock.now()):
                await cast.perform(one)
            await clock.sleep(PACE.total_seconds() * 4)

    async def show_changes() -> None:
        async for change in stage.sandbox.subscribe():
            screen.show(change)

    watching = asyncio.create_task(show_changes())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.house.work())
            speaking = group.create_task(publish_day())
            acting = group.create_task(run_users())
            await stage.house.stop.wait()
            for task in (speaking, acting):
                task.cancel()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
