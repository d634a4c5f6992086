"""What the model makes of each post of a batch: probabilities, and the words that the decision rests on."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.features import ModelInput
from bot.detectors.model.softmax import compute_softmax

SENTIMENTS = 3
QUOTED_FROM = 0.35
"""What a word must have added, as a share of the one that added most, to be quoted beside it."""
QUOTED_MOST = 3
LITTLE = 0.02
"""Log-odds below which a word has added nothing worth saying."""


class ContributionSource(Protocol):
    def get_contributions(self, post: int, head: int) -> Sequence[float]:
        """What each word of a post added to a head."""


class Prediction:
    """Of one post. Which words it rests on is found out only where somebody asks."""

    __slots__ = ("_contributions", "_post", "_tokens", "log_odds", "probabilities")

    def __init__(
        self,
        probabilities: tuple[float, float, float],
        log_odds: dict[str, float],
        tokens: Sequence[str],
        contributions: ContributionSource,
        post: int,
    ) -> None:
        self.probabilities = probabilities
        """Negative, neutral, positive; they add up to one."""
        self.log_odds = log_odds
        """Log-odds of each head that is no sentiment."""
        self._tokens, self._contributions, self._post = tokens, contributions, post

    def find_column(self, head: str) -> int:
        return SENTIMENTS + list(self.log_odds).index(head)

    def list_top_words(self, column: int, names: Collection[int]) -> list[str]:
        """Those that added most to this sentiment or head, the strongest first, as they were written.

        `names`: places of words that name a subject; that a brand is named says nothing of how somebody feels.
        """
        added = self._contributions.get_contributions(self._post, column)
        least = max(LITTLE, QUOTED_FROM * max(added, default=0.0))
        told = sorted([(-more, place) for place, more in enumerate(added) if more >= least and place not in names])
        words = dict.fromkeys([self._tokens[place] for _, place in told])
        return [word for word in words if _is_quotable(word)][:QUOTED_MOST]


def _is_quotable(word: str) -> bool:
    return word[0] != "@" and (len(word) > 1 or not word.isascii() or word == "?") and not word.startswith("http")


def predict_batch(model: PostClassifier, batch: Sequence[ModelInput]) -> list[Prediction]:
    if not batch:
        return []
    heard = model.score_batch(batch)
    names = model.heads[SENTIMENTS:]
    return [
        Prediction(
            compute_softmax(*told[:SENTIMENTS]),
            dict(zip(names, told[SENTIMENTS:], strict=True)),
            said.tokens,
            heard.contributions,
            post,
        )
        for post, (said, told) in enumerate(zip(batch, heard.logits.tolist(), strict=True))
    ]


class _NoContributions:
    def get_contributions(self, post: int, head: int) -> Sequence[float]:  # noqa: ARG002  (as the protocol has it)
        return ()


UNHEARD = Prediction((1 / 3, 1 / 3, 1 / 3), {}, (), _NoContributions(), 0)
"""Of a post that the model has not read yet."""
