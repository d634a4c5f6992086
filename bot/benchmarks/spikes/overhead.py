"""The overhead of spike detection: on top of triage, in memory, and in time at the worst."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bot.benchmarks.fixtures import BenchmarkContext, load_rules, publish_mentions, run_server, triage_inbox
from bot.benchmarks.measurement import MEGABYTES, MS, Measurement, require_at_most
from bot.benchmarks.timing import measure_time
from bot.clock import SystemClock
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import MAX_OBSERVATIONS, SpikeDetector
from bot.domain.spikes.observation import MAX_SAMPLE_TEXT, SpikeObservation, build_observation
from bot.domain.spikes.seasonal_baseline import QUARTER
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.live_rules import ReloadableRules
from bot.store.spike_stream import append_observation
from bot.store.store import Store, connect_store
from bot.store.transaction import Transaction, commit
from bot.workers.spikes import SpikeWorker
from bot.workers.triage import PART_SIZE

LOOKS, ROUNDS = 5, 5
DAYS_LEARNED = 4


async def measure_overhead(bench: BenchmarkContext) -> list[Measurement]:
    bench.report("what watching costs")
    storm = _generate_storm()
    baseline = _learn_baseline(storm)
    return [await _measure_cpu(bench), *_measure_peak_memory(storm), *_measure_look_times(storm, baseline)]


async def _measure_cpu(bench: BenchmarkContext) -> Measurement:
    """Compare the CPU of appending and detecting with that of triage, over the same mentions.

    Each runs once beforehand, as triage and detection have been running when a spike comes.
    """
    count = bench.pick_count(4_000, 150)
    async with run_server() as url, connect_store(url, Path(), "watching", "bench") as store:
        clock, rules = SystemClock(), load_rules()
        await store.inbox.create_group()
        mentions = bench.samples.generate_mentions(count, clock.now())
        await publish_mentions(store, clock, mentions)
        rules.get_assessor()
        with measure_time() as triaged:
            await triage_inbox(store, rules, clock)
        watched = [await _time_watching(store, rules, clock) for _ in range(ROUNDS + 1)][1:]
        assessments = rules.get_assessor().assess(mentions)
        processed = [
            ProcessedMention(mention, assessment, "care", MentionOutcome.OPENED, clock.now())
            for mention, assessment in zip(mentions, assessments, strict=True)
        ]
        for one in processed:
            build_observation(one, "")  # triage has read these assessments before, which cache their properties
        fed = [
            await _time_feeding(store, processed, 2) - await _time_feeding(store, processed, 1)
            for _ in range(ROUNDS + 1)
        ]
    feeding, watching = median(fed[1:]) / triaged.cpu, median(watched) / triaged.cpu
    share = 100 * (feeding + watching)
    note = f"feeding {feeding:.1%}, watching {watching:.1%} of triage's CPU"
    return Measurement("watching, on top of triage", share, "%", require_at_most(5), note=note)


async def _time_watching(store: Store, rules: ReloadableRules, clock: SystemClock) -> float:
    """Return the seconds of CPU to read all observations and to detect."""
    watch = SpikeWorker(store, rules, clock)
    with measure_time() as elapsed:
        while await watch.step():
            pass
    return elapsed.cpu


async def _time_feeding(store: Store, processed: Sequence[ProcessedMention], times: int) -> float:
    """Return the seconds of CPU to append each observation `times` times, in transactions as large as triage's.

    The difference of two counts is the cost within a transaction that exists anyway.
    """
    with measure_time() as elapsed:
        for start in range(0, len(processed), PART_SIZE):
            transactions = [Transaction(store.keys.inbox) for _ in processed[start : start + PART_SIZE]]
            for one, transaction in zip(processed[start:], transactions, strict=False):
                for _ in range(times):
                    append_observation(transaction, store.keys, one, "Northwind Air")
            await commit(store.client, *transactions)
    return elapsed.cpu


def _generate_storm() -> list[SpikeObservation]:
    """Return as many observations as a subject keeps, each of the maximum length, within an hour."""
    words = "flight cancelled again nobody answers the phone and we are stuck at the gate all night long "
    return [
        SpikeObservation(
            at=1e9 + number * QUARTER * 4 / MAX_OBSERVATIONS,
            subject="storm",
            mention=f"x:{number}",
            who=f"x:{number}",
            department="care",
            negative=True,
            complaint=True,
            name=f"@somebody{number}",
            url=f"https://x.example/{number}",
            text=(f"{number} {words}" * 4)[:MAX_SAMPLE_TEXT],
        )
        for number in range(MAX_OBSERVATIONS)
    ]


def _learn_baseline(storm: Sequence[SpikeObservation]) -> SubjectBaseline:
    """Learn a baseline from quiet days before the storm."""
    until = int(storm[0].at) // QUARTER * QUARTER - DAYS_LEARNED * 96 * QUARTER
    baseline = SubjectBaseline(subject="storm", until=until)
    while baseline.until + QUARTER <= storm[0].at:
        baseline = baseline.learn_quarter(storm[:1])
    return baseline


def _measure_peak_memory(storm: Sequence[SpikeObservation]) -> list[Measurement]:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    watch, copies = SpikeDetector("storm"), _generate_storm()
    for one in copies:
        watch.add_observation(one)
    baseline = _learn_baseline(storm)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    stored = f"{len(baseline.model_dump_json()) / 1_000:.0f} kB of it are kept in Redis"
    note = f"{MAX_OBSERVATIONS:,} posts of {MAX_SAMPLE_TEXT} characters are kept at most, {stored}"
    return [Measurement("memory of a subject in a storm", (after - before) / 1e6, MEGABYTES, note=note)]


def _measure_look_times(storm: Sequence[SpikeObservation], baseline: SubjectBaseline) -> list[Measurement]:
    watch, at = SpikeDetector("storm"), storm[-1].at + 1
    for one in storm:
        watch.add_observation(one)
    looks, lessons = [], []
    for _ in range(LOOKS):
        with measure_time() as elapsed:
            watch.detect_spike(at, baseline, (baseline.words,), SpikeThresholds())
        looks.append(elapsed.seconds * 1000)
        with measure_time() as elapsed:
            baseline.learn_quarter(storm[: MAX_OBSERVATIONS // 4])
        lessons.append(elapsed.seconds * 1000)
    return [
        Measurement("a look at a subject in a storm", median(looks), MS),
        Measurement("learning from a quarter of an hour of it", median(lessons), MS),
    ]
