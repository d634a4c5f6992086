"""What each word of a batch added to each head, worked out where somebody asks for the first of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats, NGrams, PostBatch
from bot.detectors.model.convnet import ConvOutput
from bot.detectors.model.dense_features import LexiconWord


class LogitParts(NamedTuple):
    """What the log-odds of a batch were summed from."""

    weights: Floats
    """Of each place: what the word, with the pair that it ends, weighs for each head, and its length; then its runs."""
    roots: Floats
    """Of each post, of words and of runs: the root of the length, by which each sum was divided."""
    conv_output: ConvOutput
    dense: NDArray[np.float64]
    """The numbers of each post's surface."""
    lexicon_words: Sequence[Sequence[LexiconWord]]
    """Of each post its words that are in the lexicons."""


class HeadProjections(NamedTuple):
    """By which of that a head is told; a column for each head.

    A sentiment's is what makes it likelier than the three together, as what adds to all of them decides nothing.
    """

    spelling: Floats
    """Of either half of the columns of `weights`."""
    strongest: Floats
    whole: Floats
    tone: NDArray[np.float64]
    """Of the numbers of the surface, those of the lexicons; noughts for the others."""
    silent_tone: NDArray[np.float64]
    """What the lexicons add to a post without a word of theirs."""


class WordContributions:
    def __init__(self, parts: LogitParts, projections: HeadProjections, posts: PostBatch, ngrams: NGrams) -> None:
        self._parts, self._ways, self._posts, self._abreast = parts, projections, posts, ngrams
        self._each: Floats | None = None

    def get_contributions(self, post: int, head: int) -> list[float]:
        """What each word of a post added to one head."""
        if self._each is None:
            self._each = self._attribute_spelling()
            self._each[self._abreast.places - 1] += self._attribute_convnet()
        start = int(self._posts.starts[post]) - 1
        told: list[float] = self._each[start : start + self._posts.lengths[post] - 1, head].tolist()
        self._add_lexicon_tone(told, post, head)
        return told

    def _attribute_spelling(self) -> Floats:
        """Of each place but the first mark."""
        worth, columns = self._parts.weights[1:], len(self._ways.spelling)
        share = np.reciprocal(self._parts.roots).take(self._posts.owner, axis=0)
        spelt = worth[:, :columns] * share[:, :1]
        spelt += worth[:, columns:] * share[:, 1:]
        added: Floats = spelt @ self._ways.spelling
        return added

    def _attribute_convnet(self) -> Floats:
        """Of each word, abreast: at its strongest a filter counts for the word in its middle, on the whole for each."""
        felt, ways = self._parts.conv_output, self._ways
        owner = self._posts.owner.take(self._abreast.places - 1)
        added: Floats = (felt.activations * (felt.activations == felt.strongest.take(owner, axis=0))) @ ways.strongest
        added += (felt.activations @ ways.whole) * felt.share.take(owner, axis=0)
        return added

    def _add_lexicon_tone(self, told: list[float], post: int, head: int) -> None:
        """Shared out among the words that are in the lexicons."""
        if weighed := self._parts.lexicon_words[post]:
            strengths = [sum(map(abs, values)) for _, _, values in weighed]
            tone = float(self._parts.dense[post] @ self._ways.tone[:, head] - self._ways.silent_tone[head])
            share = tone / max(1e-6, sum(strengths))
            for (place, _, _), strength in zip(weighed, strengths, strict=True):
                told[place] += share * strength
