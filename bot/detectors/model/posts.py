"""Posts as rows of numbers, whole batches at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.words import Places

Floats = NDArray[np.float32]


class Posts(NamedTuple):
    """A batch, laid end to end. Each post ends in a mark of its own, so that none is empty."""

    rows: Places
    """Twice the number of each word in the memory, and one more where it is denied."""
    starts: Places
    """Where each post begins."""
    ends: Places
    """Where the mark of its end stands."""
    lengths: Places
    """Of each post, with the mark of its end."""

    @property
    def ids(self) -> Places:
        return self.rows >> 1

    @property
    def owner(self) -> Places:
        """Of each word, its post."""
        return np.repeat(np.arange(self.starts.size), self.lengths)


def laid(batch: Sequence[Sequence[int]], end: int) -> Posts:
    """Of each post its rows; `end` is that of the mark."""
    rows: list[int] = []
    for one in batch:
        rows += one
        rows.append(end)
    lengths = np.array([len(one) + 1 for one in batch], np.intp)
    after = lengths.cumsum()
    return Posts(np.array(rows, np.intp), after - lengths, after - 1, lengths)
