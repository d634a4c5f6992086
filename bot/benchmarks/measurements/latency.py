"""From a mention's arrival to its notification in the outbox, at a steady pace, with all workers running."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from bot.benchmarks.fixtures import (
    BenchmarkContext,
    find_day_playbook,
    publish_mentions,
    run_benchmark_app,
    run_workers,
)
from bot.benchmarks.measurement import MS, Measurement, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.clock import SystemClock
from bot.store.inbox import Inbox, TriagedEntry
from bot.store.recent_mentions import RecentBatch
from bot.store.transaction import CommitResult
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

AIM = require_at_most(50)
A_SECOND = 100
WARM_UP = 50
"""Mentions, of which the first has the detectors read their tables."""
PATIENCE = 20.0


class WatchedInbox(Inbox):
    """Notes when a commit's answer was there: its notifications have been in the outbox for a moment by then."""

    def start_watching(self) -> dict[str, float]:
        self.owed: dict[str, float] = {}
        self.committed = 0
        return self.owed

    async def commit(
        self, ready: Sequence[TriagedEntry], at: datetime, share: RecentBatch | None = None
    ) -> list[CommitResult]:
        replies = await super().commit(ready, at, share)
        now = read_monotonic()
        for (entry, decision, _), reply in zip(ready, replies, strict=True):
            if reply is CommitResult.WRITTEN:
                self.committed += 1
                if decision.notifications and entry.mention is not None:
                    self.owed[entry.mention.id] = now
        return replies


async def measure_latency(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(10, 1) * A_SECOND
    async with (
        run_benchmark_app(find_day_playbook(), SystemClock()) as opened,
        _watch_inbox(opened) as (inbox, watched),
    ):
        owed = inbox.start_watching()
        async with run_workers(watched):
            clock = watched.app.clock
            await publish_mentions(
                InboxWriter("bench", watched.store, clock), bench.samples.generate_mentions(WARM_UP, clock.now())
            )
            await _wait_until_committed(inbox, WARM_UP)
            arrived = await _send_steadily(bench, watched, count)
            await _wait_until_committed(inbox, WARM_UP + count)
    times = [1000 * (owed[mention] - arrived[mention]) for mention in arrived if mention in owed]
    return [
        Measurement("arrival to outbox, p50", compute_percentile(times, 50), MS),
        Measurement(
            "arrival to outbox, p99",
            compute_percentile(times, 99),
            MS,
            AIM,
            note=f"{A_SECOND} mentions/s for {count // A_SECOND} s; {len(times):,} made a notification",
        ),
    ]


@asynccontextmanager
async def _watch_inbox(opened: LocalApp) -> AsyncIterator[tuple[WatchedInbox, LocalApp]]:
    """The same house, but that its triage commits through an inbox that looks at the time."""
    store = opened.store
    inbox = WatchedInbox(store.client, store.keys)
    house = opened.app
    triage = TriageWorker(replace(store, inbox=inbox), house.rules, house.clock, "watched")
    yield inbox, replace(opened, app=replace(house, triage=triage))


async def _wait_until_committed(inbox: WatchedInbox, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while inbox.committed < count:  # noqa: ASYNC110 - triage tells nobody that it is done
            await asyncio.sleep(0.005)


async def _send_steadily(bench: BenchmarkContext, opened: LocalApp, count: int) -> dict[str, float]:
    """Once all is warm, each at its own time, whether the one before is done or not.

    It has arrived when it was due, not when we got to it: that we were late is part of what somebody waits.
    """
    clock = SystemClock()
    ear = InboxWriter("bench", opened.store, clock)
    arrived: dict[str, float] = {}
    mentions = bench.samples.generate_mentions(count, clock.now(), WARM_UP)
    began = read_monotonic() + 0.1
    async with asyncio.TaskGroup() as group:
        for number, mention in enumerate(mentions):
            due = began + number / A_SECOND
            await asyncio.sleep(max(0.0, due - read_monotonic()))
            arrived[mention.id] = due
            group.create_task(ear.publish([mention]))
            if not number % A_SECOND:
                bench.report(f"{number:,} of {count:,} mentions")
    return arrived
