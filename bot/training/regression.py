"""Regression on the design: softmax for sentiment, logistic for each other head, both on targets that may be shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.detectors.model.batch import Floats
from bot.training.features import DesignRows


def fit_regression(
    rows: DesignRows,
    targets: Floats,
    weights: NDArray[Any],
    *,
    ridge: float,
    rounds: int,
    ridge_of_surface: float | None = None,
    prior: Floats | None = None,
    offset: Floats | float = 0.0,
) -> Floats:
    """A row for each feature, a column for each class; one column means yes or no.

    `ridge` draws the weights to `prior`, which is nothing where none is given; the start is free. `weights` says how
    much each post counts, in any unit. `beside` are log-odds that something else adds to each post. The numbers
    of the surface have a ridge of their own where `ridge_of_surface` is given.
    """
    prior = np.zeros((rows.width, targets.shape[1]), np.float32) if prior is None else prior
    share = (weights / weights.sum()).astype(np.float32)[:, None]
    strength = np.full((rows.width, 1), ridge, np.float32)
    strength[rows.ends[-3] : rows.ends[-2]] = ridge if ridge_of_surface is None else ridge_of_surface
    strength[-1] = 0

    def compute_loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        now = flat.reshape(prior.shape).astype(np.float32)
        logits = rows.multiply_weights(now) + offset
        lost, errors = (
            _compute_softmax_loss(logits, targets) if targets.shape[1] > 1 else _compute_logistic_loss(logits, targets)
        )
        apart = now - prior
        total = (share * lost).sum(dtype=np.float64) + 0.5 * (strength * apart * apart).sum(dtype=np.float64)
        return float(total), (rows.multiply_errors(share * errors) + strength * apart).ravel().astype(np.float64)

    found = minimize(
        compute_loss,
        prior.ravel().astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": rounds, "maxcor": 6},
    )
    weights_found: Floats = found.x.reshape(prior.shape).astype(np.float32)
    return weights_found


def _compute_softmax_loss(logits: Floats, targets: Floats) -> tuple[Floats, Floats]:
    most = logits.max(axis=1, keepdims=True)
    powers = np.exp(logits - most)
    shares = powers / powers.sum(axis=1, keepdims=True)
    possible = targets * shares
    believed = possible.sum(axis=1, keepdims=True) + np.float32(1e-12)
    return -np.log(believed), shares - possible / believed


def _compute_logistic_loss(logits: Floats, targets: Floats) -> tuple[Floats, Floats]:
    lost = np.logaddexp(0, logits) - targets * logits
    return lost.astype(np.float32), (1 / (1 + np.exp(-logits)) - targets).astype(np.float32)
