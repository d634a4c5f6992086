"""Plays the day: without waiting, step by step; or as time goes by, with everything running as in production."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.demo.clocks import ManualClock
from bot.demo.simulated_users import SimulatedUsers
from bot.demo.terminal_view import TerminalView
from bot.domain.mention import Mention
from bot.slack_sandbox.change_log import ChangeKind
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter
from bot.workers.runner import Worker

STEP = timedelta(seconds=60)
"""Of the day, between two looks at it, where nothing happens before."""
PACE = timedelta(seconds=1.3)
"""While cards wait: Slack takes about one a second in a channel."""
EVENING = timedelta(hours=2)
"""After the last mention, for people to finish."""


async def play_without_waiting(
    local_app: LocalApp, clock: ManualClock, day: Sequence[Mention], cast: SimulatedUsers, screen: TerminalView
) -> None:
    """Every step of the day in order, as fast as it goes; the same each time."""
    ear = InboxWriter("day", local_app.store, clock)
    shown, heard, end = 0, 0, day[-1].created_at + EVENING
    owing = False
    while clock.now() < end or owing:
        then = clock.now() + (PACE if owing else STEP)
        clock.advance_to(min(then, day[heard].created_at) if heard < len(day) else then)
        while heard < len(day) and day[heard].created_at <= clock.now():
            await ear.publish([day[heard]])
            heard += 1
        await run_until_idle(local_app)
        cast.plan_actions(clock.now())
        for act in cast.pop_due(clock.now()):
            before = len(local_app.sandbox.change_log.changes)
            await cast.perform_action(act)
            await _wait_for_redraw(local_app, before)
        shown = _show_changes(local_app, screen, shown)
        owing = await _has_pending(local_app)
    _show_changes(local_app, screen, shown)


async def run_until_idle(local_app: LocalApp) -> None:
    """Step the workers until nothing is left to do at this moment."""
    house = local_app.app
    workers: tuple[Worker, ...] = (house.triage, house.timers, house.pages, *house.pagers, house.delivery)
    while sum([await worker.step() for worker in workers]):
        pass


async def _has_pending(stage: LocalApp) -> bool:
    return bool(await stage.store.outbox.list_queues(1))


async def _wait_for_redraw(stage: LocalApp, before: int) -> None:
    """A click is acked before its work is done: wait for what it draws, if it draws anything."""
    drawn = {"edited", "posted", "ephemeral"}
    changes = stage.sandbox.change_log.changes
    if any(change.kind == ChangeKind.DELIVERED for change in changes[before:]):
        await stage.sandbox.wait_until(lambda: any(change.kind in drawn for change in changes[before:]), within=3)


def _show_changes(stage: LocalApp, screen: TerminalView, shown: int) -> int:
    changes = stage.sandbox.change_log.changes
    for change in changes[shown:]:
        screen.show_change(change)
    return len(changes)


async def play_in_real_time(
    local_app: LocalApp, clock: Clock, day: Sequence[Mention], cast: SimulatedUsers, screen: TerminalView
) -> None:
    """As time goes by, until the day is over or somebody stops it."""

    async def publish_day() -> None:
        ear = InboxWriter("day", local_app.store, clock)
        for mention in day:
            await clock.sleep((mention.created_at - clock.now()).total_seconds())
            await ear.publish([mention])
        await clock.sleep(EVENING.total_seconds())
        local_app.app.stop.set()

    async def run_users() -> None:
        while not local_app.app.stop.is_set():
            cast.plan_actions(clock.now())
            for one in cast.pop_due(clock.now()):
                await cast.perform_action(one)
            await clock.sleep(PACE.total_seconds() * 4)

    async def show_changes() -> None:
        async for change in local_app.sandbox.change_log.subscribe():
            screen.show_change(change)

    watching = asyncio.create_task(show_changes())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(local_app.app.run_workers())
            speaking = group.create_task(publish_day())
            acting = group.create_task(run_users())
            await local_app.app.stop.wait()
            for task in (speaking, acting):
                task.cancel()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
