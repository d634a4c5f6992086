"""What the detectors take for one post, alone and in a batch; and what the reasons take, for a post that is kept."""

from collections.abc import Sequence
from statistics import median

from bot.assembly import settle
from bot.bench.figure import MS, Figure, at_most
from bot.bench.ground import Bench, day_playbook, read
from bot.bench.stopwatch import instant, percentile
from bot.clock import SystemClock
from bot.detectors.catalogue import Assessor
from bot.domain.mention import Mention
from bot.rules import LiveRules

BATCH = 64
TEXTBLOB_THERE = 0.24
"""Milliseconds a text, on the machine that the aims were set on, in the same run."""
ALONE, IN_BATCH = (at_most(most, ratio=most / TEXTBLOB_THERE) for most in (0.4, 0.2))


async def measure(bench: Bench) -> list[Figure]:
    count, rounds = bench.of(2_048, 128), bench.of(5, 2)
    mentions = bench.sayings.take(count, SystemClock().now())
    texts = [mention.text for mention in mentions]
    assessor = LiveRules(read(day_playbook())).get_assessor()
    assessor.assess(mentions[:BATCH])
    settle()  # as every process does before it works
    singles: list[float] = []
    reasons: list[float] = []
    rates, ratios = [], []
    for number in range(rounds):
        bench.tell(f"round {number + 1} of {rounds}: {count:,} posts")
        pace = bench.yardstick.pace(texts)
        rates.append(count / _batches(assessor, mentions))
        ratios.append(rates[-1] / pace.texts)
        singles += _singly(assessor, mentions)
        reasons += _reasons(assessor, mentions)
    alone = [percentile(singles, percent) * 1000 for percent in (50, 99)]
    return [
        Figure("detectors, one post, p50", alone[0], MS, ALONE),
        Figure("detectors, one post, p99", alone[1], MS),
        Figure("reasons of one post that is kept, p50", percentile(reasons, 50) * 1000, MS),
        Figure(f"detectors, one post of {BATCH}", 1000 / median(rates), MS, IN_BATCH, 1 / median(ratios)),
        Figure("detectors, posts a second", median(rates), "/s", ratio=median(ratios)),
    ]


def _batches(assessor: Assessor, mentions: Sequence[Mention]) -> float:
    began = instant()
    for start in range(0, len(mentions), BATCH):
        assessor.listen(mentions[start : start + BATCH])
    return instant() - began


def _singly(assessor: Assessor, mentions: Sequence[Mention]) -> list[float]:
    times = []
    for mention in mentions:
        began = instant()
        assessor.listen([mention])
        times.append(instant() - began)
    return times


def _reasons(assessor: Assessor, mentions: Sequence[Mention]) -> list[float]:
    """Apart from the hearing, which is slower where other work was done in between."""
    times = []
    for mention in mentions:
        [listened] = assessor.listen([mention])
        began = instant()
        listened.explain_assessment()
        times.append(instant() - began)
    return times
