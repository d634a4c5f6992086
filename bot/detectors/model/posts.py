"""Posts as rows of numbers: which words, which of them are denied, and what the surface says. Whole batches at once."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.words import Places

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

DENIED_WORDS = 4
"""How many words a negator reaches, until punctuation."""
TURNED, STRONGER = -0.7, 1.3
"""What is left of a word's valence after a negator, and after a booster."""
SCALE = 4.0
LEXICONS = ("vader", "pattern")
OF_LEXICON = (
    "sum", "positive", "negative", "after_but", "positive_share", "negative_share", "positives", "negatives",
    "most", "least", "last",
)  # fmt: skip
COUNTED = {
    "capitals": 3, "exclaims": 3, "asks": 2, "dots": 2, "word": 30, "picture": 3, "smiley": 1, "link": 1, "handle": 3,
    "hashtag": 3, "negates": 2, "stretched": 1, "number": 2, "quote": 2,
}  # fmt: skip
"""What is counted in a post, and how many of it are as many as count."""
SURFACE = (*COUNTED, "shouted", "few_words", "handle_first")
DENSE = (*(f"{name}_{lexicon}" for name in OF_LEXICON for lexicon in LEXICONS), *SURFACE)


MARKS = (
    "capitals", "exclaims", "asks", "dots", "word", "picture", "smiley", "link", "handle", "hashtag", "negates",
    "stretched", "number", "quote", "ends", "boosts", "but",
)  # fmt: skip
"""The first ones as in COUNTED; capitals are no mark of a word, and their column stays empty."""
COLUMN = {name: place for place, name in enumerate(MARKS)}
_FULL = np.array([*COUNTED.values()], np.float32)


class Posts(NamedTuple):
    """A batch, laid end to end. Each post ends in a mark of its own, so that none is empty."""

    ids: Places
    """The number of each word in the memory."""
    starts: Places
    """Where each post begins."""
    ends: Places
    """Where the mark of its end stands."""
    owner: Places
    """Of each word, its post."""
    capitals: NDArray[np.float32]
    """Of each post, how many words are in capitals, one-letter words aside."""


def laid(batch: Sequence[Places | list[int]], capitals: Sequence[int], end: int) -> Posts:
    lengths = np.fromiter(map(len, batch), np.intp, len(batch)) + 1
    ends = np.cumsum(lengths)
    ids = np.fromiter(chain.from_iterable([*one, end] for one in batch), np.intp, int(ends[-1]))
    owner = np.repeat(np.arange(len(batch)), lengths)
    return Posts(ids, ends - lengths, ends - 1, owner, np.array(capitals, np.float32))


def denied(posts: Posts, marks: Flags) -> Flags:
    """Which words stand after a negator, near enough and in the same clause. `marks`: of each place in the posts."""
    place = np.arange(posts.ids.size)
    ends = marks[:, COLUMN["ends"]]
    turning = np.stack([marks[:, COLUMN["negates"]], ends])
    negator, end = np.maximum.accumulate(np.where(turning, place, -1), axis=1)
    scope = np.zeros(place.size, np.bool_)
    reaches = (negator > end) & (place - negator < DENIED_WORDS)
    scope[1:] = reaches[:-1] & ~ends[1:]
    return scope


def meant(valences: Floats, marks: Flags, scope: Flags) -> Floats:
    """What each word weighs where it stands: less than nothing after a negator, more after a booster."""
    factor = np.where(scope, np.float32(TURNED), np.float32(1))
    factor[1:] *= np.where(marks[:-1, COLUMN["boosts"]], np.float32(STRONGER), np.float32(1))
    turned: Floats = valences * factor[:, None]
    return turned


def dense(posts: Posts, marks: Flags, valences: Floats) -> Floats:
    """A row of `DENSE` for each post, from what each word weighs where it stands."""
    starts = posts.starts
    place = np.arange(posts.ids.size)
    but = np.maximum.accumulate(np.where(marks[:, COLUMN["but"]], place, -1))
    up, down = np.maximum(valences, 0), np.minimum(valences, 0)
    after = np.where((but >= starts[posts.owner])[:, None], valences, np.float32(0))
    parts = [up, down, after, up > 0, down < 0, marks[:, : len(COUNTED)]]
    sums = np.add.reduceat(np.concatenate(parts, axis=1, dtype=np.float32), starts)
    telling = np.where(valences != 0, place[:, None], -1)
    peaks = np.maximum.reduceat(np.concatenate([up, -down, telling], axis=1), starts)
    last = peaks[:, 4:].astype(np.intp)
    ending = np.where(last >= 0, valences[last, [0, 1]], np.float32(0))
    counts = sums[:, 10:]
    counts[:, 0] = posts.capitals
    words = np.maximum(counts[:, 4:5], 1)
    positive, negative, after_but = sums[:, 0:2], sums[:, 2:4], sums[:, 4:6]
    strength = positive - negative + np.float32(1e-6)
    squashed = np.concatenate([positive + negative, positive, negative, after_but], axis=1)
    columns = [
        squashed / np.sqrt(squashed * squashed + np.float32(SCALE)),
        positive / strength,
        negative / strength,
        sums[:, 6:10] / words,
        peaks[:, :4] / np.float32(SCALE),
        ending / np.float32(SCALE),
        np.minimum(counts / _FULL, 1),
        np.minimum(counts[:, :1] / words, 1),
        counts[:, 4:5] <= 2,
        marks[starts, COLUMN["handle"]][:, None],
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)
