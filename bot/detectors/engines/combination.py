"""How the two engines and the surface of a post become three probabilities.

Weights: softmax regression (scikit-learn 1.9, C = 0.3, classes weighted to be equal) on `sentiment_train.jsonl`, 47,420
SemEval tweets, fitted 2026-11-22; no post of the airline week was seen. On `sentiment_val.jsonl` (2,000) the log loss is
least when the log-odds are taken as they are (0.863; times 0.8 or 1.2: 0.870), so nothing is rescaled.
To fit again: `Ears().hear(...)`.features of each prepared text as rows, the labels as classes, coefficients as below.
"""

import math

from bot.detectors.engines.features import FEATURES

NEGATIVE, NEUTRAL, POSITIVE = range(3)

INTERCEPT = (-0.377, 0.293, 0.084)

WEIGHTS: dict[str, tuple[float, float, float]] = {
    "vader": (-0.722, 0.359, 0.362),
    "vader_positive": (0.352, -0.792, 0.440),
    "vader_negative": (-1.424, 0.320, 1.104),
    "vader_strength": (-0.033, -0.235, 0.269),
    "vader_last": (-0.057, 0.011, 0.045),
    "pattern": (-0.348, -0.010, 0.358),
    "pattern_positive": (0.013, -0.043, 0.030),
    "pattern_negative": (-0.362, 0.033, 0.328),
    "subjective": (-0.006, -0.263, 0.269),
    "together": (-0.191, 0.094, 0.097),
    "exclamation": (-0.838, -0.766, 1.604),
    "question": (0.293, 0.323, -0.616),
    "negated": (1.452, -0.651, -0.801),
    "capitals": (0.035, 0.090, -0.125),
    "link": (-0.164, 0.272, -0.108),
    "hashtags": (-0.242, 0.034, 0.208),
    "length": (0.022, 0.422, -0.444),
    "handle": (0.070, 0.092, -0.162),
    "complaint": (1.480, -0.478, -1.002),
    "praise": (-1.399, -1.237, 2.636),
    "dots": (0.100, 0.003, -0.103),
    "nothing": (-0.274, 0.146, 0.128),
}
_COLUMNS = tuple(zip(*(WEIGHTS[name] for name in FEATURES), strict=True))


def probabilities(features: tuple[float, ...]) -> tuple[float, float, float]:
    """Negative, neutral, positive; they add up to one."""
    negative, neutral, positive = (
        start + sum(map(float.__mul__, column, features)) for start, column in zip(INTERCEPT, _COLUMNS, strict=True)
    )
    return softmax(negative, neutral, positive)


def softmax(negative: float, neutral: float, positive: float) -> tuple[float, float, float]:
    most = max(negative, neutral, positive)
    parts = math.exp(negative - most), math.exp(neutral - most), math.exp(positive - most)
    total = sum(parts)
    return parts[0] / total, parts[1] / total, parts[2] / total
