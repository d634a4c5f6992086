"""The small net beside the regression: what three words in a row say, taken at their strongest and on the whole.

A word's vector is the mean of its runs of letters and its own; a filter looks at a word, the one before and the one
after. All that is known of a word, whatever stands beside it, so it is worked out once and remembered.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.posts import Floats, Posts
from bot.detectors.model.words import Hashes, Runs, rows_of

REACH = 3
"""The word before, the word, the word after."""
OF_RUNS = 2.0
"""How long the mean of a word's runs is, beside its own vector."""
NUMBERS = ("end", "filters", "out", "out_start")


class Vectors(NamedTuple):
    """Of words or runs of letters, by sorted hash."""

    hashes: Hashes
    steps: NDArray[np.int8]
    scale: Floats

    def find(self, hashes: Hashes) -> tuple[NDArray[np.intp], Floats]:
        """Which of these are known, and their vectors."""
        known, rows = rows_of(self.hashes, hashes)
        return known, self.steps[rows] * self.scale


class Net(NamedTuple):
    """`filters`: dimensions x (before, itself, after); `out`: (strongest, on the whole) x sentiments."""

    word: Vectors
    run: Vectors
    end: NDArray[np.float64]
    """The vector of what stands before the first word and after the last."""
    filters: NDArray[np.float64]
    start: Floats
    out: NDArray[np.float64]
    out_start: NDArray[np.float64]

    @property
    def width(self) -> int:
        return int(self.filters.shape[1])

    def seen(self, hashes: Hashes, runs: Runs) -> Floats:
        """What the filters make of each of these words in each of the three places; in the middle with their start.

        Reckoned in eight bytes, so that a word is the same whichever words were learned with it, kept as two bytes
        hold it, and as four, as a post would wait for numpy to widen them.
        """
        vectors = np.zeros((hashes.size, self.filters.shape[0]))
        known, own = self.word.find(hashes)
        vectors[known] = own
        known, parts = self.run.find(runs.hashes)
        if known.size:
            of = runs.of[known]
            first = np.flatnonzero(np.diff(of, prepend=-1))
            many = np.diff(first, append=of.size)[:, None]
            vectors[of[first]] += OF_RUNS * np.add.reduceat(parts, first, dtype=np.float64) / many
        return self._through_filters(vectors)

    def seen_at_end(self) -> Floats:
        return self._through_filters(self.end)

    def _through_filters(self, vectors: NDArray[np.float64]) -> Floats:
        seen = (vectors @ self.filters).astype(np.float16).astype(np.float32)
        third = self.width // REACH
        seen[..., third : 2 * third] += self.start
        return seen


def net(arrays: Mapping[str, Any]) -> Net:
    word, run = (
        Vectors(*(arrays[f"net_{kind}_{part}"] for part in ("hashes", "vectors", "scale"))) for kind in ("word", "run")
    )
    end, filters, out, out_start = (arrays[f"net_{part}"].astype(np.float64) for part in NUMBERS)
    return Net(word, run, end, filters, arrays["net_start"], out, out_start)


class Answer(NamedTuple):
    logits: NDArray[np.float64]
    felt: Floats
    """What each filter felt at each word."""
    strongest: Floats
    root: NDArray[np.float64]
    """Of each post, by what the sum of all that was felt is divided."""


def answer(net: Net, seen: Floats, posts: Posts) -> Answer:
    """`seen`: of each place in the posts, what the filters make of its word."""
    third = net.width // REACH
    felt = seen[:, third : 2 * third]
    felt[1:] += seen[:-1, :third]
    felt[0] += seen[-1, :third]  # before the first word stands what stands after the last
    felt[:-1] += seen[1:, 2 * third :]
    np.maximum(felt, 0, out=felt)
    felt[posts.ends] = 0
    strongest = np.maximum.reduceat(felt, posts.starts)
    root = np.sqrt(np.maximum(posts.lengths - 1, 1))[:, None]
    whole = np.add.reduceat(felt, posts.starts) / root
    return Answer(strongest @ net.out[:third] + whole @ net.out[third:] + net.out_start, felt, strongest, root)


def added(net: Net, told: Answer, posts: Posts) -> Floats:
    """What each word added: at its strongest a filter counts for the word in its middle, on the whole for each."""
    third = net.width // REACH
    out = net.out.astype(np.float32)
    strongest, share = told.strongest, (1.0 / told.root).astype(np.float32)
    if posts.lengths.size > 1:
        strongest, share = (of_posts.repeat(posts.lengths, axis=0) for of_posts in (strongest, share))
    by_word: Floats = (told.felt * (told.felt == strongest)) @ out[:third] + (told.felt @ out[third:]) * share
    return by_word
