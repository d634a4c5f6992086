"""The small net beside the regression: what three words in a row say, taken at their strongest and on the whole.

A word's vector is the mean of its runs of letters and its own; a filter looks at a word, the one before and the one
after. All that is known of a word, whatever stands beside it, so it is worked out once and remembered.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats, NGrams
from bot.detectors.model.hashing import Hashes, LetterRuns, find_rows

REACH = 3
"""The word before, the word, the word after."""
OF_RUNS = 2.0
"""How long the mean of a word's runs is, beside its own vector."""
NUMBERS = ("end", "filters", "out", "out_start")


class EmbeddingTable(NamedTuple):
    """Of words or runs of letters, by sorted hash."""

    hashes: Hashes
    steps: NDArray[np.int8]
    scale: Floats

    def find_vectors(self, hashes: Hashes) -> tuple[NDArray[np.intp], Floats]:
        """Which of these are known, and their vectors."""
        known, rows = find_rows(self.hashes, hashes)
        return known, self.steps[rows] * self.scale


class ConvActivations(NamedTuple):
    """What the filters make of words that stand in the first, the middle and the last of their three places."""

    before: Floats
    itself: Floats
    after: Floats


class ConvNet(NamedTuple):
    """`filters`: dimensions x (before, itself, after); `out`: (strongest, on the whole) x heads."""

    word: EmbeddingTable
    run: EmbeddingTable
    end: NDArray[np.float64]
    """The vector of the mark between posts."""
    filters: NDArray[np.float64]
    start: Floats
    out: NDArray[np.float64]
    out_start: NDArray[np.float64]

    def compute_activations(self, hashes: Hashes, runs: LetterRuns) -> ConvActivations:
        """What the filters make of each of these words in each of the three places; in the middle with their start.

        Reckoned in eight bytes, so that a word is the same whichever words were learned with it, kept as two bytes
        hold it, and as four, as a post would wait for numpy to widen them.
        """
        vectors = np.zeros((hashes.size, self.filters.shape[0]))
        known, own = self.word.find_vectors(hashes)
        vectors[known] = own
        known, parts = self.run.find_vectors(runs.hashes)
        if known.size:
            of = runs.word_index[known]
            first = np.flatnonzero(np.diff(of, prepend=-1))
            many = np.diff(first, append=of.size)[:, None]
            vectors[of[first]] += OF_RUNS * np.add.reduceat(parts, first, dtype=np.float64) / many
        return self._apply_filters(vectors)

    def compute_mark_activations(self) -> ConvActivations:
        return self._apply_filters(self.end[None])

    def _apply_filters(self, vectors: NDArray[np.float64]) -> ConvActivations:
        before, itself, after = np.split((vectors @ self.filters).astype(np.float16).astype(np.float32), REACH, axis=1)
        return ConvActivations(before, itself + self.start, after)


def build_convnet(arrays: Mapping[str, Any], heads: int) -> ConvNet:
    """`heads`: of the model; those that the net does not know get nothing from it."""
    word, run = (
        EmbeddingTable(*(arrays[f"net_{kind}_{part}"] for part in ("hashes", "vectors", "scale")))
        for kind in ("word", "run")
    )
    end, filters, out, out_start = (arrays[f"net_{part}"].astype(np.float64) for part in NUMBERS)
    unknown = heads - out_start.size
    out, out_start = np.pad(out, ((0, 0), (0, unknown))), np.pad(out_start, (0, unknown))
    return ConvNet(word, run, end, filters, arrays["net_start"], out, out_start)


class ConvOutput(NamedTuple):
    activations: Floats
    """What each filter felt at each word."""
    strongest: Floats
    whole: Floats
    """Of each post its sum over the root of its words, so that a long post is not louder than a short one."""
    share: Floats
    """By which the sum is multiplied."""


def convolve_batch(activations: ConvActivations, ngrams: NGrams, words: Sequence[int]) -> ConvOutput:
    """`compute_activations`: of all words that are known. `words`: how many each post has."""
    each = activations.itself.take(ngrams.itself, axis=0)
    each += activations.before.take(ngrams.before, axis=0)
    each += activations.after.take(ngrams.after, axis=0)
    np.maximum(each, np.zeros_like(each), out=each)
    share = np.array([[1 / math.sqrt(many or 1)] for many in words], np.float32)
    if len(words) == 1:
        return ConvOutput(
            each, np.maximum.reduce(each, axis=0, initial=0, keepdims=True), share * np.add.reduce(each, axis=0), share
        )
    strongest, whole = _pool_batch(each, ngrams.sizes, len(words))
    strongest, whole = strongest.take(ngrams.ranks, axis=0), whole.take(ngrams.ranks, axis=0)
    whole *= share
    return ConvOutput(each, strongest, whole, share)


def _pool_batch(each: Floats, sizes: Sequence[int], posts: int) -> tuple[Floats, Floats]:
    """Of each post what was felt at its strongest, and the sum of it."""
    strongest, whole = np.zeros((2, posts, each.shape[1]), np.float32)
    start = 0
    for size in sizes:
        row = each[start : start + size]
        np.maximum(strongest[:size], row, out=strongest[:size])
        whole[:size] += row
        start += size
    return strongest, whole
