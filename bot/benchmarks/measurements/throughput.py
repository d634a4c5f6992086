"""assess + route + commit + enqueue, in one process, over an inbox that was filled beforehand."""

from pathlib import Path
from statistics import median
from typing import NamedTuple

from bot.app import tune_gc
from bot.benchmarks.baseline import TextThroughput
from bot.benchmarks.fixtures import BenchmarkContext, find_day_playbook, open_playbook, publish_mentions, run_server
from bot.benchmarks.measurement import Measurement, NoMeasurementsError, require_at_least
from bot.benchmarks.timing import ElapsedTime, measure_time
from bot.clock import SystemClock
from bot.domain.reports.report import Reconciliation
from bot.live_rules import ReloadableRules
from bot.store.store import Store, connect_store
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

AIM = require_at_least(2_000, ratio=2_000 / 4_800)
"""Set on a machine on which TextBlob alone reads 4,800 texts a second."""
PEER = 1_300
"""Mentions a second, from which on we are ahead of the nearest peer for certain."""


class _TriageRound(NamedTuple):
    throughput: TextThroughput
    elapsed: ElapsedTime
    reconciliation: Reconciliation


async def measure_throughput(bench: BenchmarkContext) -> list[Measurement]:
    count, rounds = bench.pick_count(4_000, 150), bench.pick_count(5, 2)
    done = []
    async with run_server() as url:
        await _run_round(bench, url, "warm-up", bench.pick_count(300, 20))
        for number in range(rounds):
            bench.report(f"round {number + 1} of {rounds}: {count:,} mentions")
            done.append(await _run_round(bench, url, f"round-{number}", count))
    rate = median(count / one.elapsed.seconds for one in done)
    of_cpu = median(count / one.elapsed.cpu for one in done)
    opened = done[-1].reconciliation.opened / count
    return [
        Measurement(
            "triage in one process",
            rate,
            "/s",
            AIM,
            median(count / one.elapsed.seconds / one.throughput.texts for one in done),
            f"{opened:.0%} opened a case; from {PEER:,}/s on it is ahead of the nearest peer",
        ),
        Measurement(
            "triage by one core",
            of_cpu,
            "/s",
            AIM,
            median(count / one.elapsed.cpu / one.throughput.texts_of_cpu for one in done),
            "mentions a second of this process's CPU; its store has another core",
        ),
    ]


async def _run_round(bench: BenchmarkContext, url: str, brand: str, count: int) -> _TriageRound:
    """The yardstick reads the same texts just before."""
    clock = SystemClock()
    async with connect_store(url, Path(), brand, "bench") as store:
        await store.inbox.create_group()
        mentions = bench.samples.generate_mentions(count, clock.now())
        await publish_mentions(InboxWriter("bench", store, clock), mentions)
        pace = bench.baseline.measure_text_throughput([mention.text for mention in mentions])
        took = await _triage_inbox(store)
        account = await store.mention_counters.read()
        if not account.is_balanced:
            raise NoMeasurementsError(f"The books do not balance, so that nothing was measured: {account}.")
        return _TriageRound(pace, took, account)


async def _triage_inbox(store: Store) -> ElapsedTime:
    rules = ReloadableRules(open_playbook(find_day_playbook()))
    rules.get_assessor()  # made once for each reading of the playbook, not for each batch
    triage = TriageWorker(store, rules, SystemClock(), "bench", wait=False)
    tune_gc()  # as every process does before it works
    with measure_time() as took:
        while await triage.step():
            pass
    return took
