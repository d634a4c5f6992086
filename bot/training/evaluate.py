"""Measure the assessments of labelled posts against the labels."""

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
Rows = Sequence[LabelledMention]


class EvaluationSection(NamedTuple):
    name: str
    metrics: list[MetricEstimate]


def evaluate_assessor(assessor: MentionAssessor, rows: Rows) -> Iterator[EvaluationSection]:
    """Yield sentiment first, then each head, by the source of the labels."""
    found = _assess_in_batches(assessor, rows)
    for source in sorted({row.source for row in rows if row.sentiment}):
        yield EvaluationSection(_format_section_name("sentiment", source), _measure_sentiment(source, rows, found))
    for head in MEASURED:
        for source in sorted({row.source for row in rows if head in row.heads}):
            yield EvaluationSection(_format_section_name(head, source), _measure_head(head, source, rows, found))


def measure_misfires(assessor: MentionAssessor, rows: Rows) -> EvaluationSection:
    """Measure in what share of ordinary posts each head holds. Few of them should, and nobody has labelled which."""
    found = _assess_in_batches(assessor, rows)
    held = {head: np.array([f"intent:{head}" in one.labels for one in found]) for head in MEASURED}
    metrics = [estimate_metric(head, compute_share, which) for head, which in held.items()]
    return EvaluationSection("ordinary posts", metrics)


def _assess_in_batches(assessor: MentionAssessor, rows: Rows) -> list[Assessment]:
    batches = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
    return [one for batch in batches for one in assessor.assess([row.mention for row in batch])]


def _format_section_name(head: str, source: str) -> str:
    return f"{head} ({source})" if source else head


def _measure_sentiment(source: str, rows: Rows, found: Sequence[Assessment]) -> list[MetricEstimate]:
    pairs = [(row, one) for row, one in zip(rows, found, strict=True) if row.sentiment and row.source == source]
    gold = np.array([SENTIMENTS.index(row.sentiment) for row, _ in pairs])
    probabilities = np.array([[one.probabilities[word] for word in SENTIMENTS] for _, one in pairs])
    return compute_sentiment_metrics(gold, probabilities, np.array([one.is_unsure for _, one in pairs]))


def _measure_head(head: str, source: str, rows: Rows, found: Sequence[Assessment]) -> list[MetricEstimate]:
    pairs = [(row, one) for row, one in zip(rows, found, strict=True) if head in row.heads and row.source == source]
    gold = np.array([float(row.heads[head]) for row, _ in pairs])
    held = np.array([f"intent:{head}" in one.labels for _, one in pairs])
    return compute_head_metrics(gold, held, np.array([one.intents.get(head, 0.0) for _, one in pairs]))
