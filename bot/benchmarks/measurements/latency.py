"""From the arrival of a mention to its notification in the outbox, at a steady rate, with all workers running."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from bot.benchmarks.fixtures import SAMPLE_DAY, BenchmarkContext, publish_mentions, run_app, run_workers
from bot.benchmarks.measurement import MS, Measurement, require_at_most, summarize_times
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.store.inbox import Inbox, TriagedEntry
from bot.store.recent_mentions import RecentBatch
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.testing.local_app import LocalApp
from bot.workers.triage import TriageWorker

AIM = require_at_most(50)
PER_SECOND = 100
WARM_UP = 50
"""Mentions for warm-up; the first loads the word lists."""
TIMEOUT = 20.0


class WatchedInbox(Inbox):
    """An inbox that records when a commit has returned: its notifications are in the outbox by then."""

    def start_watching(self) -> dict[str, float]:
        self.notified: dict[str, float] = {}
        self.committed = 0
        return self.notified

    async def commit(
        self, ready: Sequence[TriagedEntry], at: datetime, share: RecentBatch | None = None
    ) -> list[CommitResult]:
        replies = await super().commit(ready, at, share)
        now = read_monotonic()
        for (entry, decision, _), reply in zip(ready, replies, strict=True):
            if reply is CommitResult.WRITTEN:
                self.committed += 1
                if decision.notifications and entry.mention is not None:
                    self.notified[entry.mention.id] = now
        return replies


async def measure_latency(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(10, 1) * PER_SECOND
    async with (
        run_app(SAMPLE_DAY, SystemClock()) as opened,
        _watch_inbox(opened) as (inbox, watched),
    ):
        notified = inbox.start_watching()
        async with run_workers(watched):
            clock = watched.app.clock
            await publish_mentions(watched.store, clock, bench.samples.generate_mentions(WARM_UP, clock.now()))
            await _wait_until_committed(inbox, WARM_UP)
            arrived = await _send_steadily(bench, watched, count)
            await _wait_until_committed(inbox, WARM_UP + count)
    times = [1000 * (notified[mention] - arrived[mention]) for mention in arrived if mention in notified]
    note = f"{PER_SECOND} mentions/s for {count // PER_SECOND} s, {len(times):,} made a notification"
    return summarize_times("arrival to outbox", times, MS, AIM, note)


@asynccontextmanager
async def _watch_inbox(opened: LocalApp) -> AsyncIterator[tuple[WatchedInbox, LocalApp]]:
    """Yield the same app with a triage worker that commits through a `WatchedInbox`."""
    store = Store(opened.store.client, opened.store.brand, "watched")
    store.inbox = inbox = WatchedInbox(store.client, store.keys)
    app = opened.app
    triage = TriageWorker(store, app.rules, app.clock, "watched")
    yield inbox, replace(opened, app=replace(app, triage=triage))


async def _wait_until_committed(inbox: WatchedInbox, count: int) -> None:
    async with asyncio.timeout(TIMEOUT):
        while inbox.committed < count:  # noqa: ASYNC110 - triage has no event for it
            await asyncio.sleep(0.005)


async def _send_steadily(bench: BenchmarkContext, opened: LocalApp, count: int) -> dict[str, float]:
    """Publish each mention at its own time, whether the one before is done or not.

    Its arrival is when it was due: a late publication is part of the latency.
    """
    clock = SystemClock()
    arrived: dict[str, float] = {}
    mentions = bench.samples.generate_mentions(count, clock.now(), WARM_UP)
    began = read_monotonic() + 0.1
    async with asyncio.TaskGroup() as group:
        for number, mention in enumerate(mentions):
            due = began + number / PER_SECOND
            await asyncio.sleep(max(0.0, due - read_monotonic()))
            arrived[mention.id] = due
            group.create_task(publish_mentions(opened.store, clock, [mention]))
            if not number % PER_SECOND:
                bench.report(f"{number:,} of {count:,} mentions")
    return arrived
