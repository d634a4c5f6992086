"""The weights of one kind of sparse feature: words, pairs or letter runs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.hashing import Hashes


class SparseBlock(NamedTuple):
    """Sorted hashes with their weights for each head and their rarity."""

    hashes: Hashes
    weights: NDArray[Any]
    rarity: Floats
    scale: Floats

    @property
    def columns(self) -> int:
        return int(self.weights.shape[1]) + 1

    def weigh_rows(self, rows: NDArray[np.intp]) -> Floats:
        """Return log-odds for each head, and the squared length in the last column."""
        rarity = self.rarity[rows][:, None]
        return np.concatenate([self.weights[rows] * (self.scale * rarity), rarity * rarity], axis=1)


class BlockLookup:
    """A block in a dictionary, for few features of one post at a time.

    Unknown features weigh nothing by a row of zeros, so that nobody has to skip them.
    """

    def __init__(self, block: SparseBlock) -> None:
        size = block.hashes.size
        self._rows = dict(zip(block.hashes.tolist(), range(size), strict=True))
        self._weights = np.concatenate([block.weigh_rows(np.arange(size)), np.zeros((1, block.columns), np.float32)])

    def weigh_hashes(self, hashes: Hashes) -> Floats:
        row = self._rows.get
        found: Floats = self._weights.take([row(one, -1) for one in hashes.tolist()], axis=0)
        return found


def build_sparse_block(arrays: Mapping[str, Any], name: str) -> SparseBlock:
    return SparseBlock(
        arrays[f"{name}_hashes"],
        arrays[f"{name}_weights"],
        arrays[f"{name}_rarity"].astype(np.float32),
        arrays[f"{name}_scale"],
    )
