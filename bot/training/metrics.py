"""How good is what was heard: the field's own measures, each with a 95 % interval from resampled posts."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLED = 400
SEED = 1
BINS = 10
LEAST_SURE = 0.2

MetricFunction = Callable[..., float]


class MetricEstimate(NamedTuple):
    name: str
    value: float
    low: float
    high: float
    posts: int

    def __str__(self) -> str:
        return f"{self.name:<36} {self.value:6.3f}  {self.low:6.3f} to {self.high:.3f}  n {self.posts:,}"


def estimate_metric(name: str, metric: MetricFunction, *columns: NDArray[Any]) -> MetricEstimate:
    """`columns` hold one entry for each post; `measure` takes them all."""
    chance = np.random.default_rng(SEED)
    count = len(columns[0])
    found = [metric(*(column[which] for column in columns)) for which in _draw_resamples(chance, count)]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return MetricEstimate(name, metric(*columns), float(low), float(high), count)


def _draw_resamples(chance: np.random.Generator, count: int) -> list[NDArray[np.intp]]:
    return [chance.integers(0, count, count) for _ in range(RESAMPLED)]


def compute_sentiment_metrics(
    gold: NDArray[np.intp], chances: NDArray[np.float64], unsure: NDArray[np.bool_]
) -> list[MetricEstimate]:
    """`gold`: 0 negative, 1 neutral, 2 positive; `chances`: a column for each."""
    told = chances.argmax(axis=1)
    negative = (gold == 0).astype(np.float64)
    return [
        estimate_metric("macro-recall", compute_macro_recall, gold, told),
        estimate_metric("average precision of negative", compute_average_precision, negative, chances[:, 0]),
        estimate_metric("accuracy", compute_accuracy, gold, told),
        estimate_metric("gained without the 20 % least sure", compute_abstention_gain, gold, chances),
        estimate_metric("calibration error (ECE)", compute_calibration_error, gold, chances),
        estimate_metric("unsure", compute_share, unsure),
    ]


def compute_head_metrics(
    gold: NDArray[np.float64], held: NDArray[np.bool_], chances: NDArray[np.float64]
) -> list[MetricEstimate]:
    return [
        estimate_metric("F1", compute_f1, gold == 1, held),
        estimate_metric("average precision", compute_average_precision, gold, chances),
    ]


def compute_macro_recall(gold: NDArray[Any], told: NDArray[Any]) -> float:
    """The mean, over the classes that there are, of the share of each that is told."""
    return float(np.mean([(told[gold == one] == one).mean() for one in np.unique(gold)]))


def compute_accuracy(gold: NDArray[Any], told: NDArray[Any]) -> float:
    return float((gold == told).mean())


def compute_share(held: NDArray[np.bool_]) -> float:
    return float(held.mean())


def compute_f1(gold: NDArray[np.bool_], held: NDArray[np.bool_]) -> float:
    both = int(gold.sum() + held.sum())
    return 2 * int((gold & held).sum()) / both if both else float("nan")


def compute_average_precision(gold: NDArray[np.float64], chances: NDArray[np.float64]) -> float:
    hits = gold[np.argsort(-chances, kind="stable")] > 0
    if not hits.any():
        return float("nan")
    return float((np.cumsum(hits) / np.arange(1, hits.size + 1))[hits].mean())


def compute_abstention_gain(gold: NDArray[Any], chances: NDArray[np.float64]) -> float:
    """Points of accuracy, as a share, that are gained by leaving the least sure fifth to people."""
    right = chances.argmax(axis=1) == gold
    sure = chances.max(axis=1)
    return float(right[sure >= np.quantile(sure, LEAST_SURE)].mean() - right.mean())


def compute_calibration_error(gold: NDArray[Any], chances: NDArray[np.float64]) -> float:
    """By how much it is surer, or less sure, than it is right: the mean over ten bins of confidence."""
    right = chances.argmax(axis=1) == gold
    sure = chances.max(axis=1)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    parts = [(bins == one) for one in range(BINS)]
    return float(sum(part.mean() * abs(right[part].mean() - sure[part].mean()) for part in parts if part.any()))
