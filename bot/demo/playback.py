"""Plays the day in the terminal: step by step without waiting, or in real time with all workers running."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.demo.clocks import ManualClock
from bot.demo.history import DAY_SOURCE
from bot.demo.simulated_users import SimulatedUsers
from bot.demo.terminal_view import TerminalView
from bot.domain.mention import Mention
from bot.slack_sandbox.change_log import ChangeKind
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter
from bot.workers.runner import Worker

STEP = timedelta(seconds=60)
"""Of the day, between two steps in which nothing happens."""
PACE = timedelta(seconds=1.3)
"""While messages are pending: Slack accepts about one a second per channel."""
EVENING = timedelta(hours=2)
"""After the last mention, for the users to finish."""


async def play_without_waiting(
    stage: LocalApp, clock: ManualClock, day: Sequence[Mention], users: SimulatedUsers, screen: TerminalView
) -> None:
    """Play every step of the day in order, as fast as possible; the result is the same each time."""
    inbox = InboxWriter(DAY_SOURCE, stage.store, clock)
    shown, published, end = 0, 0, day[-1].created_at + EVENING
    pending = False
    while clock.now() < end or pending:
        then = clock.now() + (PACE if pending else STEP)
        clock.advance_to(min(then, day[published].created_at) if published < len(day) else then)
        while published < len(day) and day[published].created_at <= clock.now():
            await inbox.publish([day[published]])
            published += 1
        await step_until_idle(stage, triage=True)
        users.plan_actions(clock.now())
        for action in users.pop_due(clock.now()):
            await wait_for_redraw(stage, users.perform_action(action))
        shown = await _show_changes(stage, screen, shown)
        pending = bool(await stage.store.outbox.list_queues(1))
    await _show_changes(stage, screen, shown)


async def step_until_idle(stage: LocalApp, *, triage: bool = False) -> None:
    """Step the workers until nothing is left to do at this moment. Triage only where it does not run by itself."""
    app = stage.app
    workers: tuple[Worker, ...] = (*([app.triage] if triage else []), app.timers, app.pages, *app.pagers, app.delivery)
    while sum([await worker.step() for worker in workers]):
        pass


async def wait_for_redraw(stage: LocalApp, action: Awaitable[None]) -> None:
    """Await an action, then the redraw after its click, which is acked before its work is done."""
    changes = stage.sandbox.change_log.changes
    before = len(changes)
    await action
    drawn = {"edited", "posted", "ephemeral"}
    if any(change.kind == ChangeKind.DELIVERED for change in changes[before:]):
        await stage.sandbox.wait_until(lambda: any(change.kind in drawn for change in changes[before:]), within=3)


async def _show_changes(stage: LocalApp, screen: TerminalView, shown: int) -> int:
    changes = stage.sandbox.change_log.changes
    for change in changes[shown:]:
        await screen.show_change(change)
    return len(changes)


async def play_in_real_time(
    stage: LocalApp, clock: Clock, day: Sequence[Mention], users: SimulatedUsers, screen: TerminalView
) -> None:
    """Play the day by the clock, until it is over or stopped."""

    async def publish_day() -> None:
        inbox = InboxWriter(DAY_SOURCE, stage.store, clock)
        for mention in day:
            await clock.sleep((mention.created_at - clock.now()).total_seconds())
            await inbox.publish([mention])
        await clock.sleep(EVENING.total_seconds())
        stage.app.stop.set()

    async def run_users() -> None:
        while not stage.app.stop.is_set():
            users.plan_actions(clock.now())
            for action in users.pop_due(clock.now()):
                await users.perform_action(action)
            await clock.sleep(PACE.total_seconds() * 4)

    async def show_changes() -> None:
        async for change in stage.sandbox.change_log.subscribe():
            await screen.show_change(change)

    watching = asyncio.create_task(show_changes())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.app.run_workers())
            tasks = [group.create_task(publish_day()), group.create_task(run_users())]
            await stage.app.stop.wait()
            for task in tasks:
                task.cancel()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
