"""Assess, route, commit and enqueue, in one process, from a filled inbox."""

from pathlib import Path
from statistics import median
from typing import NamedTuple

from bot.app import tune_gc
from bot.benchmarks.baseline import TextThroughput
from bot.benchmarks.fixtures import BenchmarkContext, load_rules, publish_mentions, run_server, triage_inbox
from bot.benchmarks.measurement import Measurement, NoMeasurementsError, require_at_least
from bot.benchmarks.timing import measure_time
from bot.clock import SystemClock
from bot.store.store import connect_store

AIM = require_at_least(2_000, ratio=2_000 / 4_800)
"""Set on a machine where TextBlob alone reads 4,800 texts a second."""
CPU_AIM = require_at_least(2_000, ratio=0.6)
PEER = 1_300
"""Mentions a second from which we are certainly ahead of the nearest peer."""
SIMPLEST_PEER = 2_857, 3_076
"""Mentions a second of CPU, slowest and fastest run on two cores (2026-11): VADER, and one HTTP POST each."""


class _TriageRound(NamedTuple):
    baseline: TextThroughput
    rate: float
    """Mentions per second."""
    cpu_rate: float
    """Mentions per second of CPU."""
    opened: float
    """Share of mentions that opened a case."""


async def measure_throughput(bench: BenchmarkContext) -> list[Measurement]:
    count, rounds = bench.pick_count(4_000, 150), bench.pick_count(5, 2)
    done = []
    async with run_server() as url:
        await _run_round(bench, url, "warm-up", bench.pick_count(300, 20))
        for number in range(rounds):
            bench.report(f"round {number + 1} of {rounds}: {count:,} mentions")
            done.append(await _run_round(bench, url, f"round-{number}", count))
    rate, cpu_rate = median(one.rate for one in done), median(one.cpu_rate for one in done)
    ratio = median(one.rate / one.baseline.texts for one in done)
    cpu_ratio = median(one.cpu_rate / one.baseline.texts_of_cpu for one in done)
    note = f"{done[-1].opened:.0%} opened a case, from {PEER:,}/s on it is ahead of the nearest peer"
    least, most = SIMPLEST_PEER
    cpu_note = (
        "mentions a second of this process's CPU, with the store on another core. A peer that asks VADER and sends one "
        f"HTTP POST a mention does {least:,} to {most:,} on such a machine, without any state. Triage also finds "
        "subjects, intents, spam, crises and copies, routes, and commits the case with its deadline, card, log entry "
        "and counters, each exactly once"
    )
    return [
        Measurement("triage in one process", rate, "/s", AIM, ratio, note),
        Measurement("triage by one core", cpu_rate, "/s", CPU_AIM, cpu_ratio, cpu_note),
    ]


async def _run_round(bench: BenchmarkContext, url: str, brand: str, count: int) -> _TriageRound:
    """Triage mentions; the baseline reads the same texts just before."""
    clock = SystemClock()
    async with connect_store(url, Path(), brand, "bench") as store:
        await store.inbox.create_group()
        mentions = bench.samples.generate_mentions(count, clock.now())
        await publish_mentions(store, clock, mentions)
        baseline = bench.baseline.measure_text_throughput([mention.text for mention in mentions])
        rules = load_rules()
        rules.get_assessor()  # built once for each version of the playbook, not for each batch
        tune_gc()  # as every process does at its start
        with measure_time() as elapsed:
            await triage_inbox(store, rules, clock)
        account = await store.mention_counters.read()
        if not account.is_balanced:
            raise NoMeasurementsError(f"The totals do not add up, so nothing was measured: {account}.")
        return _TriageRound(baseline, count / elapsed.seconds, count / elapsed.cpu, account.opened / count)
