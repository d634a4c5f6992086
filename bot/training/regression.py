"""Regression on the design matrix: softmax for sentiment, logistic for each other head; targets may be shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.detectors.model.batch import Floats
from bot.training.features import DesignRows

TINY = np.float32(1e-12)
SEVERAL = 1.5
"""A sum of targets above which a label allows several classes; that of a distribution is one."""


def fit_regression(
    rows: DesignRows,
    targets: Floats,
    weights: NDArray[Any],
    *,
    ridge: float,
    rounds: int,
    dense_ridge: float | None = None,
    prior: Floats | None = None,
    offset: Floats | float = 0.0,
) -> Floats:
    """Return a row for each feature and a column for each class; one column means yes or no.

    `ridge` pulls the weights to `prior`, zero by default; the intercept is free. `weights`: how much each post counts,
    in any unit. `offset`: log-odds added to each post. `dense_ridge`: the ridge of the dense features, if it differs.
    """
    prior = np.zeros((rows.width, targets.shape[1]), np.float32) if prior is None else prior
    share = (weights / weights.sum()).astype(np.float32)[:, None]
    strength = np.full((rows.width, 1), ridge, np.float32)
    strength[rows.ends[-3] : rows.ends[-2]] = ridge if dense_ridge is None else dense_ridge
    strength[-1] = 0

    def compute_loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        now = flat.reshape(prior.shape).astype(np.float32)
        logits = rows.multiply_weights(now) + offset
        compute = _compute_softmax_loss if targets.shape[1] > 1 else _compute_logistic_loss
        losses, errors = compute(logits, targets)
        change = now - prior
        total = (share * losses).sum(dtype=np.float64) + 0.5 * (strength * change * change).sum(dtype=np.float64)
        return float(total), (rows.multiply_errors(share * errors) + strength * change).ravel().astype(np.float64)

    options = {"maxiter": rounds, "maxcor": 6}
    found = minimize(compute_loss, prior.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    fitted: Floats = found.x.reshape(prior.shape).astype(np.float32)
    return fitted


def _compute_softmax_loss(logits: Floats, targets: Floats) -> tuple[Floats, Floats]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    wanted = resolve_targets(targets, shares)
    losses = (wanted * np.log((wanted + TINY) / (shares + TINY))).sum(axis=1, keepdims=True)
    return losses, shares - wanted


def resolve_targets(targets: Floats, shares: Floats) -> Floats:
    """Return the distribution that each post should have.

    A label or a soft label is one. Where a label allows several classes, each is 1 in `targets`: among these, the
    model's own distribution, `shares`, is as good as any.
    """
    possible = targets * shares
    several = targets.sum(axis=1, keepdims=True) > SEVERAL
    return np.where(several, possible / (possible.sum(axis=1, keepdims=True) + TINY), targets)


def _compute_logistic_loss(logits: Floats, targets: Floats) -> tuple[Floats, Floats]:
    losses = np.logaddexp(0, logits) - targets * logits
    return losses.astype(np.float32), (1 / (1 + np.exp(-logits)) - targets).astype(np.float32)
