"""Choose how much the transformer and Earshot's own model count.

Chosen on one half of the posts held out, and measured on the other.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.engines.keen import LEAST
from bot.training.corpus import AIRLINE
from bot.training.metrics import (
    MetricEstimate,
    compute_calibration_error,
    compute_macro_recall,
    estimate_metric,
)

SHARES = tuple(round(0.1 * step, 1) for step in range(16))
"""Shares that are tried: both are weights of log-odds, so that they calibrate, too."""
NO_WORSE_ON = (AIRLINE, "reddit")
"""Sources on which the mixture must not be worse than Earshot's own model."""

Probabilities = NDArray[np.float64]


class HeldOutPredictions(NamedTuple):
    source: NDArray[np.str_]
    is_chosen_on: NDArray[np.bool_]
    """Whether a post is of the half on which the shares are chosen."""
    gold: NDArray[np.intp]
    light: Probabilities
    full: Probabilities
    """By the transformer before it was quantized."""
    keen: Probabilities
    """By the transformer as it is packed."""


class MixtureShares(NamedTuple):
    keen: float
    light: float


def mix_probabilities(shares: MixtureShares, keen: Probabilities, light: Probabilities) -> Probabilities:
    odds = shares.keen * np.log(np.maximum(keen, LEAST)) + shares.light * np.log(np.maximum(light, LEAST))
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    mixed: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return mixed


def choose_shares(found: HeldOutPredictions) -> MixtureShares:
    """Choose the least log loss, each source counting the same, of those that are no worse on `NO_WORSE_ON`."""
    chosen = found.is_chosen_on
    losses = {}
    for shares in itertools.starmap(MixtureShares, itertools.product(SHARES, SHARES)):
        mixed = mix_probabilities(shares, found.keen, found.light)
        if all(
            _measure_recall(mixed, found, chosen & (found.source == name))
            >= _measure_recall(found.light, found, chosen & (found.source == name))
            for name in NO_WORSE_ON
        ):
            losses[shares] = _compute_loss(mixed, found)
    return min(losses, key=losses.__getitem__) if losses else MixtureShares(0.0, 1.0)


def list_figures(found: HeldOutPredictions, shares: MixtureShares) -> list[MetricEstimate]:
    """List macro-recall of each model and the calibration error, by source, on the half that nothing was chosen on."""
    predictions: Mapping[str, Probabilities] = {
        "light": found.light,
        "transformer": found.full,
        "quantized": found.keen,
        "keen": mix_probabilities(shares, found.keen, found.light),
    }
    figures = []
    for name in dict.fromkeys(found.source[~found.is_chosen_on].tolist()):
        rows = np.flatnonzero(~found.is_chosen_on & (found.source == name))
        for model, probabilities in predictions.items():
            gold, guess = found.gold[rows], probabilities[rows].argmax(axis=1)
            figures.append(estimate_metric(f"{name}, {model}: macro-recall", compute_macro_recall, gold, guess))
        label = f"{name}, keen: calibration error"
        mixed = predictions["keen"][rows]
        figures.append(estimate_metric(label, compute_calibration_error, found.gold[rows], mixed))
    return figures


def select_even_folds(folds: Sequence[int]) -> NDArray[np.bool_]:
    """Return which posts the shares are chosen on: those of even folds, so that an author is in one half."""
    halves: NDArray[np.bool_] = np.array(folds) % 2 == 0
    return halves


def _measure_recall(probabilities: Probabilities, found: HeldOutPredictions, which: NDArray[np.bool_]) -> float:
    return compute_macro_recall(found.gold[which], probabilities[which].argmax(axis=1)) if which.any() else 1.0


def _compute_loss(mixed: Probabilities, found: HeldOutPredictions) -> float:
    losses = -np.log(np.maximum(mixed[np.arange(found.gold.size), found.gold], LEAST))
    chosen = found.is_chosen_on
    return float(np.mean([losses[chosen & (found.source == name)].mean() for name in np.unique(found.source[chosen])]))
