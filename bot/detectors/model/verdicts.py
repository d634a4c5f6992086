"""What the model makes of each post of a batch: probabilities, and the words that the decision rests on."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bot.detectors.model.said import Said
from bot.detectors.model.scoring import Model
from bot.detectors.model.softmax import softmax

SENTIMENTS = 3
QUOTED_FROM = 0.35
"""What a word must have added, as a share of the one that added most, to be quoted beside it."""
QUOTED_MOST = 3
LITTLE = 0.02
"""Log-odds below which a word has added nothing worth saying."""


class Verdict:
    """Of one post. Which words it rests on is found out only where somebody asks."""

    __slots__ = ("_added", "_end", "_said", "_start", "chances", "odds")

    def __init__(
        self, chances: Sequence[float], odds: dict[str, float], said: Said, at: tuple[Callable[[], Any], int, int]
    ) -> None:
        self.chances: tuple[float, float, float] = (chances[0], chances[1], chances[2])
        """Negative, neutral, positive; they add up to one."""
        self.odds = odds
        """Log-odds of each head that is no sentiment."""
        self._said = said
        self._added, self._start, self._end = at

    def column(self, head: str) -> int:
        return SENTIMENTS + list(self.odds).index(head)

    def words(self, column: int) -> list[str]:
        """Those that added most to this sentiment or head, the strongest first, as they were written."""
        added = self._added()[self._start : self._end, column].tolist()
        least = max(LITTLE, QUOTED_FROM * max(added, default=0.0))
        told = sorted(((-more, place) for place, more in enumerate(added) if more >= least), key=_first)
        words = dict.fromkeys(self._said.tokens[place] for _, place in told if place < len(self._said.tokens))
        return [word for word in words if _worth_quoting(word)][:QUOTED_MOST]


def _first(told: tuple[float, int]) -> float:
    return told[0]


def _worth_quoting(word: str) -> bool:
    return word[0] != "@" and (len(word) > 1 or not word.isascii() or word == "?") and not word.startswith("http")


def verdicts(model: Model, batch: Sequence[Said]) -> list[Verdict]:
    if not batch:
        return []
    heard = model.hear(batch)
    names = model.heads[SENTIMENTS:]
    logits = heard.logits.tolist()
    ends = heard.posts.ends.tolist()
    starts = heard.posts.starts.tolist()
    return [
        Verdict(
            softmax(*told[:SENTIMENTS]),
            dict(zip(names, told[SENTIMENTS:], strict=True)),
            said,
            (heard.words, start, end),
        )
        for said, told, start, end in zip(batch, logits, starts, ends, strict=True)
    ]


def likelihood(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


class _Silence:
    tokens: Sequence[str] = ()
    words: Sequence[str] = ()
    capitals = 0
    care: dict[str, Any] = {}  # noqa: RUF012  (never written to)


UNHEARD = Verdict((1 / 3, 1 / 3, 1 / 3), {}, _Silence(), (lambda: np.zeros((0, SENTIMENTS)), 0, 0))
"""Of a post that the model has not read yet."""
