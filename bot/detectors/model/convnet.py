"""The small convolutional network beside the regression: filters over three words, max and mean pooling.

The vector of a word is the mean of its letter runs plus its own. A filter's response to a word in each of its places
does not depend on the neighbours, so it is computed once and cached.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats, NGrams
from bot.detectors.model.hashing import Hashes, LetterRuns, find_rows

REACH = 3
"""Words under a filter."""
RUN_WEIGHT = 2.0
"""Weight of the mean of a word's runs beside its own vector."""
ARRAYS = ("end", "filters", "out", "out_start")


class EmbeddingTable(NamedTuple):
    """Vectors of words or letter runs, by sorted hash."""

    hashes: Hashes
    steps: NDArray[np.int8]
    scale: Floats

    def find_vectors(self, hashes: Hashes) -> tuple[NDArray[np.intp], Floats]:
        """Return the indices of the known hashes, and their vectors."""
        known, rows = find_rows(self.hashes, hashes)
        return known, self.steps[rows] * self.scale


class ConvActivations(NamedTuple):
    """Filter responses to words in the first, the middle and the last of three places."""

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
        """Return the filter responses of each word in each place; in the middle with the bias.

        Computed in eight bytes, so that a word does not depend on the batch it was learned in, rounded to two bytes,
        and kept as four, because numpy would have to widen them for each post.
        """
        vectors = np.zeros((hashes.size, self.filters.shape[0]))
        known, own = self.word.find_vectors(hashes)
        vectors[known] = own
        known, parts = self.run.find_vectors(runs.hashes)
        if known.size:
            owner = runs.word_index[known]
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            counts = np.diff(first, append=owner.size)[:, None]
            vectors[owner[first]] += RUN_WEIGHT * np.add.reduceat(parts, first, dtype=np.float64) / counts
        return self._apply_filters(vectors)

    def compute_mark_activations(self) -> ConvActivations:
        return self._apply_filters(self.end[None])

    def _apply_filters(self, vectors: NDArray[np.float64]) -> ConvActivations:
        before, itself, after = np.split((vectors @ self.filters).astype(np.float16).astype(np.float32), REACH, axis=1)
        return ConvActivations(before, itself + self.start, after)


def build_convnet(arrays: Mapping[str, Any], heads: int) -> ConvNet:
    """`heads`: of the model; those that the network does not know get nothing from it."""
    word, run = (
        EmbeddingTable(*(arrays[f"net_{kind}_{part}"] for part in ("hashes", "vectors", "scale")))
        for kind in ("word", "run")
    )
    end, filters, out, out_start = (arrays[f"net_{part}"].astype(np.float64) for part in ARRAYS)
    unknown = heads - out_start.size
    out, out_start = np.pad(out, ((0, 0), (0, unknown))), np.pad(out_start, (0, unknown))
    return ConvNet(word, run, end, filters, arrays["net_start"], out, out_start)


class ConvOutput(NamedTuple):
    activations: Floats
    """The response of each filter at each word."""
    strongest: Floats
    whole: Floats
    """The sum of each post over the root of its words, so that length does not count."""
    share: Floats
    """The factor of the sum."""


def convolve_batch(activations: ConvActivations, ngrams: NGrams, words: Sequence[int]) -> ConvOutput:
    """`activations`: of all known words. `words`: the number of words of each post."""
    each = activations.itself.take(ngrams.itself, axis=0)
    each += activations.before.take(ngrams.before, axis=0)
    each += activations.after.take(ngrams.after, axis=0)
    np.maximum(each, np.zeros_like(each), out=each)
    share = np.array([[1 / math.sqrt(count or 1)] for count in words], np.float32)
    if len(words) == 1:
        strongest = np.maximum.reduce(each, axis=0, initial=0, keepdims=True)
        return ConvOutput(each, strongest, share * np.add.reduce(each, axis=0), share)
    strongest, whole = _pool_batch(each, ngrams.sizes, len(words))
    strongest, whole = strongest.take(ngrams.ranks, axis=0), whole.take(ngrams.ranks, axis=0)
    whole *= share
    return ConvOutput(each, strongest, whole, share)


def _pool_batch(each: Floats, sizes: Sequence[int], posts: int) -> tuple[Floats, Floats]:
    """Return the maximum and the sum of each post."""
    strongest, whole = np.zeros((2, posts, each.shape[1]), np.float32)
    start = 0
    for size in sizes:
        row = each[start : start + size]
        np.maximum(strongest[:size], row, out=strongest[:size])
        whole[:size] += row
        start += size
    return strongest, whole
