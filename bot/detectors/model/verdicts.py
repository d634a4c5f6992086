"""What the model makes of each post of a batch: probabilities, and the words that the decision rests on."""

import math
from collections.abc import Collection, Sequence
from typing import Protocol

from bot.detectors.model.said import Said
from bot.detectors.model.scoring import Model
from bot.detectors.model.softmax import softmax

SENTIMENTS = 3
QUOTED_FROM = 0.35
"""What a word must have added, as a share of the one that added most, to be quoted beside it."""
QUOTED_MOST = 3
LITTLE = 0.02
"""Log-odds below which a word has added nothing worth saying."""


class Words(Protocol):
    def of(self, post: int, head: int) -> Sequence[float]:
        """What each word of a post added to a head."""


class Verdict:
    """Of one post. Which words it rests on is found out only where somebody asks."""

    __slots__ = ("_added", "_post", "_tokens", "chances", "odds")

    def __init__(
        self,
        chances: tuple[float, float, float],
        odds: dict[str, float],
        tokens: Sequence[str],
        added: Words,
        post: int,
    ) -> None:
        self.chances = chances
        """Negative, neutral, positive; they add up to one."""
        self.odds = odds
        """Log-odds of each head that is no sentiment."""
        self._tokens, self._added, self._post = tokens, added, post

    def column(self, head: str) -> int:
        return SENTIMENTS + list(self.odds).index(head)

    def words(self, column: int, names: Collection[int]) -> list[str]:
        """Those that added most to this sentiment or head, the strongest first, as they were written.

        `names`: places of words that name a subject; that a brand is named says nothing of how somebody feels.
        """
        added = self._added.of(self._post, column)
        least = max(LITTLE, QUOTED_FROM * max(added, default=0.0))
        told = sorted([(-more, place) for place, more in enumerate(added) if more >= least and place not in names])
        words = dict.fromkeys([self._tokens[place] for _, place in told])
        return [word for word in words if _worth_quoting(word)][:QUOTED_MOST]


def _worth_quoting(word: str) -> bool:
    return word[0] != "@" and (len(word) > 1 or not word.isascii() or word == "?") and not word.startswith("http")


def verdicts(model: Model, batch: Sequence[Said]) -> list[Verdict]:
    if not batch:
        return []
    heard = model.hear(batch)
    names = model.heads[SENTIMENTS:]
    return [
        Verdict(
            softmax(*told[:SENTIMENTS]),
            dict(zip(names, told[SENTIMENTS:], strict=True)),
            said.tokens,
            heard.added,
            post,
        )
        for post, (said, told) in enumerate(zip(batch, heard.logits.tolist(), strict=True))
    ]


def likelihood(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


class _Silence:
    def of(self, post: int, head: int) -> Sequence[float]:  # noqa: ARG002  (as the protocol has it)
        return ()


UNHEARD = Verdict((1 / 3, 1 / 3, 1 / 3), {}, (), _Silence(), 0)
"""Of a post that the model has not read yet."""
