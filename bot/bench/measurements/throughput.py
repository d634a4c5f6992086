"""assess + route + commit + enqueue, in one process, over an inbox that was filled beforehand."""

from pathlib import Path
from statistics import median
from typing import NamedTuple

from bot.assembly import settle
from bot.bench.figure import Figure, NothingMeasured, at_least
from bot.bench.ground import Bench, day_playbook, hear, read, server
from bot.bench.stopwatch import Took, stopwatch
from bot.bench.yardstick import Pace
from bot.clock import SystemClock
from bot.domain.report import Reconciliation
from bot.rules import LiveRules
from bot.store.opening import Store, connect_store
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

AIM = at_least(2_000, ratio=2_000 / 4_800)
"""Set on a machine on which TextBlob alone reads 4,800 texts a second."""
PEER = 1_300
"""Mentions a second, from which on we are ahead of the nearest peer for certain."""


class _Round(NamedTuple):
    pace: Pace
    took: Took
    account: Reconciliation


async def measure(bench: Bench) -> list[Figure]:
    count, rounds = bench.of(4_000, 150), bench.of(5, 2)
    done = []
    async with server() as url:
        await _round(bench, url, "warm-up", bench.of(300, 20))
        for number in range(rounds):
            bench.tell(f"round {number + 1} of {rounds}: {count:,} mentions")
            done.append(await _round(bench, url, f"round-{number}", count))
    rate = median(count / one.took.seconds for one in done)
    of_cpu = median(count / one.took.cpu for one in done)
    opened = done[-1].account.opened / count
    return [
        Figure(
            "triage in one process",
            rate,
            "/s",
            AIM,
            median(count / one.took.seconds / one.pace.texts for one in done),
            f"{opened:.0%} opened a case; from {PEER:,}/s on it is ahead of the nearest peer",
        ),
        Figure(
            "triage by one core",
            of_cpu,
            "/s",
            AIM,
            median(count / one.took.cpu / one.pace.texts_of_cpu for one in done),
            "mentions a second of this process's CPU; its store has another core",
        ),
    ]


async def _round(bench: Bench, url: str, brand: str, count: int) -> _Round:
    """The yardstick reads the same texts just before."""
    clock = SystemClock()
    async with connect_store(url, Path(), brand, "bench") as store:
        await store.inbox.create_group()
        mentions = bench.sayings.take(count, clock.now())
        await hear(InboxWriter("bench", store, clock), mentions)
        pace = bench.yardstick.pace([mention.text for mention in mentions])
        took = await _triaged(store)
        account = await store.mention_counters.read()
        if not account.is_balanced:
            raise NothingMeasured(f"The books do not balance, so that nothing was measured: {account}.")
        return _Round(pace, took, account)


async def _triaged(store: Store) -> Took:
    rules = LiveRules(read(day_playbook()))
    rules.get_assessor()  # made once for each reading of the playbook, not for each batch
    triage = TriageWorker(store, rules, SystemClock(), "bench", wait=False)
    settle()  # as every process does before it works
    with stopwatch() as took:
        while await triage.step():
            pass
    return took
