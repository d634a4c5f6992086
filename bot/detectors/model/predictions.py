"""Predictions of the model for each post: probabilities, and the words that they rest on."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.features import ModelInput
from bot.detectors.model.log_odds import compute_softmax

SENTIMENTS = 3
QUOTED_SHARE = 0.35
"""Share of the largest contribution from which a word is quoted beside it."""
MAX_QUOTED = 3
LITTLE = 0.02
"""Log-odds below which a contribution is not worth quoting."""


class ContributionSource(Protocol):
    def get_contributions(self, post: int, head: int) -> Sequence[float]:
        """Return what each word of a post added to a head."""


class Prediction:
    """The prediction for one post. The words that it rests on are computed on demand."""

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
        """Negative, neutral, positive; their sum is one."""
        self.log_odds = log_odds
        """Log-odds of each head but the sentiments."""
        self._tokens, self._contributions, self._post = tokens, contributions, post

    def find_column(self, head: str) -> int:
        return SENTIMENTS + list(self.log_odds).index(head)

    def list_top_words(self, column: int, names: Collection[int]) -> list[str]:
        """Return the words that added most to this sentiment or head, the strongest first, as written.

        `names`: places of subject names, which say nothing of the author's mood.
        """
        added = self._contributions.get_contributions(self._post, column)
        least = max(LITTLE, QUOTED_SHARE * max(added, default=0.0))
        top = sorted([(-points, place) for place, points in enumerate(added) if points >= least and place not in names])
        words = dict.fromkeys([self._tokens[place] for _, place in top])
        return [word for word in words if _is_quotable(word)][:MAX_QUOTED]


def _is_quotable(word: str) -> bool:
    return word[0] != "@" and (len(word) > 1 or not word.isascii() or word == "?") and not word.startswith("http")


def predict_batch(model: PostClassifier, batch: Sequence[ModelInput]) -> list[Prediction]:
    if not batch:
        return []
    scores = model.score_batch(batch)
    names = model.heads[SENTIMENTS:]
    return [
        Prediction(
            compute_softmax(*logits[:SENTIMENTS]),
            dict(zip(names, logits[SENTIMENTS:], strict=True)),
            text.tokens,
            scores.contributions,
            post,
        )
        for post, (text, logits) in enumerate(zip(batch, scores.logits.tolist(), strict=True))
    ]


class _NoContributions:
    def get_contributions(self, post: int, head: int) -> Sequence[float]:  # noqa: ARG002  (as the protocol has it)
        return ()


NO_PREDICTION = Prediction((1 / 3, 1 / 3, 1 / 3), {}, (), _NoContributions(), 0)
"""The prediction before the model has read the post."""
