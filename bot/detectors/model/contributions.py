"""What each word of a batch added to each head, computed when the first is needed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats, NGrams, PostBatch
from bot.detectors.model.convnet import ConvOutput
from bot.detectors.model.dense_features import LexiconWord


class LogitParts(NamedTuple):
    """The summands of the log-odds of a batch."""

    weights: Floats
    """Weights of each place: the word with the pair that it ends, for each head, and its length; then its letter runs.
    """
    roots: Floats
    """Square roots of the lengths of each post, of words and of letter runs, by which each sum was divided."""
    conv_output: ConvOutput
    dense: NDArray[np.float64]
    """The dense features of each post."""
    lexicon_words: Sequence[Sequence[LexiconWord]]
    """The words of each post that are in the lexicons."""


class HeadProjections(NamedTuple):
    """How the summands act on the heads; a column for each head.

    A sentiment's column is relative to the mean of the three, because what adds to all of them decides nothing.
    """

    spelling: Floats
    """For either half of the columns of `weights`."""
    strongest: Floats
    whole: Floats
    tone: NDArray[np.float64]
    """For the dense features of the lexicons; zero for the others."""
    silent_tone: NDArray[np.float64]
    """What the lexicons add to a post without a word of theirs."""


class WordContributions:
    def __init__(self, parts: LogitParts, projections: HeadProjections, posts: PostBatch, ngrams: NGrams) -> None:
        self._parts, self._projections, self._posts, self._ngrams = parts, projections, posts, ngrams
        self._each: Floats | None = None
        self._tones: list[list[float]] = []
        """What the lexicons added to each post and head."""

    def get_contributions(self, post: int, head: int) -> list[float]:
        """Return what each word of a post added to one head."""
        if self._each is None:
            self._each = self._attribute_spelling()
            self._each[self._ngrams.places - 1] += self._attribute_convnet()
            self._tones = (self._parts.dense @ self._projections.tone - self._projections.silent_tone).tolist()
        start = int(self._posts.starts[post]) - 1
        added: list[float] = self._each[start : start + self._posts.lengths[post] - 1, head].tolist()
        self._add_lexicon_tone(added, post, head)
        return added

    def _attribute_spelling(self) -> Floats:
        """Return the contributions of all places but the first mark."""
        weights, columns = self._parts.weights[1:], len(self._projections.spelling)
        share = np.reciprocal(self._parts.roots).take(self._posts.owner, axis=0)
        spelt = weights[:, :columns] * share[:, :1]
        spelt += weights[:, columns:] * share[:, 1:]
        added: Floats = spelt @ self._projections.spelling
        return added

    def _attribute_convnet(self) -> Floats:
        """Return the contributions by n-gram: a filter's maximum counts for its middle word, its sum for each word."""
        output, projections = self._parts.conv_output, self._projections
        owner, active = self._posts.owner.take(self._ngrams.places - 1), output.activations
        added: Floats = (active * (active == output.strongest.take(owner, axis=0))) @ projections.strongest
        added += (active @ projections.whole) * output.share.take(owner, axis=0)
        return added

    def _add_lexicon_tone(self, added: list[float], post: int, head: int) -> None:
        """Distribute the tone among the words that are in the lexicons."""
        if words := self._parts.lexicon_words[post]:
            strengths = [sum(map(abs, values)) for _, _, values in words]
            share = self._tones[post][head] / max(1e-6, sum(strengths))
            for (place, _, _), strength in zip(words, strengths, strict=True):
                added[place] += share * strength
