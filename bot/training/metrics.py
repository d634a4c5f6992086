"""Standard metrics, each with a 95 % interval by bootstrap."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 400
SEED = 1
BINS = 10
UNSURE_SHARE = 0.2

MetricFunction = Callable[..., float]


class MetricEstimate(NamedTuple):
    """`value` is NaN where the posts cannot tell, as about a label that none of them has."""

    name: str
    value: float
    low: float
    high: float
    posts: int

    def __str__(self) -> str:
        if math.isnan(self.value):
            return f"{self.name:<36}      –  no post has this label  n {self.posts:,}"
        return f"{self.name:<36} {self.value:6.3f}  {self.low:6.3f} to {self.high:.3f}  n {self.posts:,}"


def estimate_metric(name: str, metric: MetricFunction, *columns: NDArray[Any]) -> MetricEstimate:
    """Estimate a metric. `columns`: arrays with an entry for each post, the arguments of `metric`."""
    chance = np.random.default_rng(SEED)
    count = len(columns[0])
    resamples = (chance.integers(0, count, count) for _ in range(RESAMPLES))
    found = [metric(*(column[which] for column in columns)) for which in resamples]
    known = [value for value in found if not math.isnan(value)] or [math.nan]
    low, high = np.percentile(known, [2.5, 97.5])
    return MetricEstimate(name, metric(*columns), float(low), float(high), count)


def compute_sentiment_metrics(
    gold: NDArray[np.intp], probabilities: NDArray[np.float64], unsure: NDArray[np.bool_]
) -> list[MetricEstimate]:
    """`gold`: 0 negative, 1 neutral, 2 positive; `probabilities`: a column for each."""
    predicted = probabilities.argmax(axis=1)
    negative = (gold == 0).astype(np.float64)
    return [
        estimate_metric("macro-recall", compute_macro_recall, gold, predicted),
        estimate_metric("average precision of negative", compute_average_precision, negative, probabilities[:, 0]),
        estimate_metric("accuracy", compute_accuracy, gold, predicted),
        estimate_metric("gained without the 20 % least sure", compute_abstention_gain, gold, probabilities),
        estimate_metric("calibration error (ECE)", compute_calibration_error, gold, probabilities),
        estimate_metric("unsure", compute_share, unsure),
    ]


def compute_head_metrics(
    gold: NDArray[np.float64], held: NDArray[np.bool_], probabilities: NDArray[np.float64]
) -> list[MetricEstimate]:
    return [
        estimate_metric("F1", compute_f1, gold == 1, held),
        estimate_metric("average precision", compute_average_precision, gold, probabilities),
    ]


def compute_macro_recall(gold: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return the mean recall of the classes that occur."""
    return float(np.mean([(predicted[gold == one] == one).mean() for one in np.unique(gold)]))


def compute_accuracy(gold: NDArray[Any], predicted: NDArray[Any]) -> float:
    return float((gold == predicted).mean())


def compute_share(held: NDArray[np.bool_]) -> float:
    return float(held.mean())


def compute_f1(gold: NDArray[np.bool_], held: NDArray[np.bool_]) -> float:
    both = int(gold.sum() + held.sum())
    return 2 * int((gold & held).sum()) / both if both else float("nan")


def compute_average_precision(gold: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    hits = gold[np.argsort(-probabilities, kind="stable")] > 0
    if not hits.any():
        return float("nan")
    return float((np.cumsum(hits) / np.arange(1, hits.size + 1))[hits].mean())


def compute_abstention_gain(gold: NDArray[Any], probabilities: NDArray[np.float64]) -> float:
    """Return the accuracy gained by leaving the least sure fifth to people."""
    right = probabilities.argmax(axis=1) == gold
    sure = probabilities.max(axis=1)
    return float(right[sure >= np.quantile(sure, UNSURE_SHARE)].mean() - right.mean())


def compute_calibration_error(gold: NDArray[Any], probabilities: NDArray[np.float64]) -> float:
    """Return the expected calibration error: the mean gap of confidence and accuracy over ten bins."""
    right = probabilities.argmax(axis=1) == gold
    sure = probabilities.max(axis=1)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    parts = [(bins == one) for one in range(BINS)]
    return float(sum(part.mean() * abs(right[part].mean() - sure[part].mean()) for part in parts if part.any()))
