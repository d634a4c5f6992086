"""Time of the detectors for one post, alone and in a batch; and of the reasons of a post that is kept."""

from collections.abc import Sequence
from statistics import median

from bot.app import tune_gc
from bot.benchmarks.fixtures import BenchmarkContext, load_rules
from bot.benchmarks.measurement import MS, Measurement, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.clock import SystemClock
from bot.detectors.pipeline import MentionAssessor
from bot.domain.mention import Mention

BATCH = 64
TEXTBLOB_TIME = 0.24
"""Milliseconds a text, on the machine of the targets, in the same run."""
ALONE, IN_BATCH = (require_at_most(most, ratio=most / TEXTBLOB_TIME) for most in (0.4, 0.2))


async def measure_detectors(bench: BenchmarkContext) -> list[Measurement]:
    count, rounds = bench.pick_count(2_048, 128), bench.pick_count(5, 2)
    mentions = bench.samples.generate_mentions(count, SystemClock().now())
    texts = [mention.text for mention in mentions]
    assessor = load_rules().get_assessor()
    assessor.assess(mentions[:BATCH])
    tune_gc()  # as every process does at its start
    singles: list[float] = []
    reasons: list[float] = []
    rates, ratios = [], []
    for number in range(rounds):
        bench.report(f"round {number + 1} of {rounds}: {count:,} posts")
        baseline = bench.baseline.measure_text_throughput(texts)
        rates.append(count / _time_batches(assessor, mentions))
        ratios.append(rates[-1] / baseline.texts)
        singles += _time_single_posts(assessor, mentions)
        reasons += _time_reasons(assessor, mentions)
    alone = [compute_percentile(singles, percent) * 1000 for percent in (50, 99)]
    return [
        Measurement("detectors, one post, p50", alone[0], MS, ALONE),
        Measurement("detectors, one post, p99", alone[1], MS),
        Measurement("reasons of one post that is kept, p50", compute_percentile(reasons, 50) * 1000, MS),
        Measurement(f"detectors, one post of {BATCH}", 1000 / median(rates), MS, IN_BATCH, 1 / median(ratios)),
        Measurement("detectors, posts a second", median(rates), "/s", ratio=median(ratios)),
    ]


def _time_batches(assessor: MentionAssessor, mentions: Sequence[Mention]) -> float:
    began = read_monotonic()
    for start in range(0, len(mentions), BATCH):
        assessor.assess_lazily(mentions[start : start + BATCH])
    return read_monotonic() - began


def _time_single_posts(assessor: MentionAssessor, mentions: Sequence[Mention]) -> list[float]:
    times = []
    for mention in mentions:
        began = read_monotonic()
        assessor.assess_lazily([mention])
        times.append(read_monotonic() - began)
    return times


def _time_reasons(assessor: MentionAssessor, mentions: Sequence[Mention]) -> list[float]:
    """Time the reasons apart from the detectors, which are slower if other work runs in between."""
    times = []
    for mention in mentions:
        [result] = assessor.assess_lazily([mention])
        began = read_monotonic()
        result.explain_assessment()
        times.append(read_monotonic() - began)
    return times
