"""Posts as rows of numbers, whole batches at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.words import Places

Floats = NDArray[np.float32]


class Posts(NamedTuple):
    """A batch, laid end to end between marks: one before the first post, and one behind each, so that none is empty.

    So each word has a place before it and one behind it, and whoever sums from `starts` on takes each post with its
    own mark.
    """

    rows: Places
    """Twice the number of each word in the memory, and one more where it is denied."""
    starts: Places
    """Where each post begins."""

    lengths: list[int]
    """Of each post, with its mark."""

    @property
    def ids(self) -> Places:
        return self.rows >> 1

    @property
    def owner(self) -> Places:
        """Of each place but the first mark, its post."""
        return np.repeat(np.arange(self.starts.size), self.lengths)


def laid(batch: Sequence[Sequence[int]], mark: int) -> Posts:
    """Of each post its rows; `mark` is that of what stands between them."""
    rows, starts = [mark], []
    for one in batch:
        starts.append(len(rows))
        rows += one
        rows.append(mark)
    return Posts(np.array(rows, np.intp), np.array(starts, np.intp), [len(one) + 1 for one in batch])
