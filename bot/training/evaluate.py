"""What an assessor makes of labelled posts, beside what people made of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bot.detectors.pipeline import MentionAssessor
from bot.domain.assessment import Assessment
from bot.training.corpus import SENTIMENTS
from bot.training.datasets import MEASURED, LabelledMention
from bot.training.metrics import (
    MetricEstimate,
    compute_head_metrics,
    compute_sentiment_metrics,
    compute_share,
    estimate_metric,
)

BATCH = 64


class EvaluationSection(NamedTuple):
    name: str
    metrics: list[MetricEstimate]


def evaluate_assessor(assessor: MentionAssessor, rows: Sequence[LabelledMention]) -> Iterator[EvaluationSection]:
    """Sentiment first, then each head, on the posts of each source that has it."""
    found = _assess_in_batches(assessor, rows)
    for source in sorted({row.source for row in rows if row.sentiment}):
        yield EvaluationSection(_format_section_name("sentiment", source), _measure_sentiment(source, rows, found))
    for head in MEASURED:
        for source in sorted({row.source for row in rows if head in row.heads}):
            yield EvaluationSection(_format_section_name(head, source), _measure_head(head, source, rows, found))


def measure_misfires(assessor: MentionAssessor, rows: Sequence[LabelledMention]) -> EvaluationSection:
    """In what share of ordinary posts each head holds. Few of them are meant so, and nobody has said which."""
    found = _assess_in_batches(assessor, rows)
    held = {head: np.array([f"intent:{head}" in one.labels for one in found]) for head in MEASURED}
    return EvaluationSection(
        "ordinary posts", [estimate_metric(head, compute_share, which) for head, which in held.items()]
    )


def _assess_in_batches(assessor: MentionAssessor, rows: Sequence[LabelledMention]) -> list[Assessment]:
    return [
        one
        for start in range(0, len(rows), BATCH)
        for one in assessor.assess([row.mention for row in rows[start : start + BATCH]])
    ]


def _format_section_name(head: str, source: str) -> str:
    return f"{head} ({source})" if source else head


def _measure_sentiment(
    source: str, rows: Sequence[LabelledMention], found: Sequence[Assessment]
) -> list[MetricEstimate]:
    both = [
        (row.sentiment, one) for row, one in zip(rows, found, strict=True) if row.sentiment and row.source == source
    ]
    gold = np.array([SENTIMENTS.index(said) for said, _ in both])
    chances = np.array([[one.probabilities[word] for word in SENTIMENTS] for _, one in both])
    return compute_sentiment_metrics(gold, chances, np.array([one.is_unsure for _, one in both]))


def _measure_head(
    head: str, source: str, rows: Sequence[LabelledMention], found: Sequence[Assessment]
) -> list[MetricEstimate]:
    both = [
        (row.heads[head], one)
        for row, one in zip(rows, found, strict=True)
        if head in row.heads and row.source == source
    ]
    gold = np.array([float(said) for said, _ in both])
    held = np.array([f"intent:{head}" in one.labels for _, one in both])
    return compute_head_metrics(gold, held, np.array([one.intents.get(head, 0.0) for _, one in both]))
