"""A batch of posts as one array of rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.hashing import Places

Floats = NDArray[np.float32]


class PostBatch(NamedTuple):
    """A batch of posts, concatenated with a mark before the first post and behind each, so that none is empty.

    So each word has a neighbour on both sides, and a sum from each of `starts` has each post with its own mark.
    """

    rows: Places
    """Twice the id of each word, plus one if the word is negated."""
    starts: Places

    lengths: list[int]
    """Rows of each post, with its mark."""

    @property
    def ids(self) -> Places:
        return self.rows >> 1

    @property
    def owner(self) -> Places:
        """The post of each place but the first mark."""
        return np.repeat(np.arange(self.starts.size), self.lengths)


def concat_posts(batch: Sequence[Sequence[int]], mark: int) -> PostBatch:
    """Concatenate the rows of posts; `mark` is the row between them."""
    rows, starts = [mark], []
    for post in batch:
        starts.append(len(rows))
        rows += post
        rows.append(mark)
    return PostBatch(np.array(rows, np.intp), np.array(starts, np.intp), [len(post) + 1 for post in batch])


class NGrams(NamedTuple):
    """The words of a batch by position: the first of each post, then the second of each, the longest post first.

    So each step works on all posts at once, in consecutive rows: the maximum of each post is ten times faster than
    along each post by itself (2026-11-22).
    """

    before: Places
    """The ids of the word before each place, of its own, and of the word after it."""
    itself: Places
    after: Places
    sizes: list[int]
    """The number of posts with a first word, with a second one, and so on."""
    ranks: list[int]
    """The rank of each post by length."""
    places: Places
    """The place of each word in the batch."""


def build_ngrams(posts: PostBatch) -> NGrams:
    ids, words = posts.ids, [length - 1 for length in posts.lengths]
    if len(words) == 1:
        return NGrams(ids[:-2], ids[1:-1], ids[2:], [1] * words[0], [0], np.arange(1, words[0] + 1))
    order = sorted(range(len(words)), key=words.__getitem__, reverse=True)
    ranks = [0] * len(order)
    for rank, post in enumerate(order):
        ranks[post] = rank
    sizes = _count_by_position([words[post] for post in order])
    starts = posts.starts.take(order)
    places = np.concatenate([starts[:size] + place for place, size in enumerate(sizes)] or [starts[:0]])
    return NGrams(ids.take(places - 1), ids.take(places), ids.take(places + 1), sizes, ranks, places)


def _count_by_position(words: Sequence[int]) -> list[int]:
    """`words`: words of each post, in falling order."""
    sizes, size = list[int](), len(words)
    for place in range(words[0]):
        while words[size - 1] <= place:
            size -= 1
        sizes.append(size)
    return sizes
