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
    """A block with its log-odds computed, for the features of many words at once.

    By search in a sorted table of four bytes a feature: a dictionary does not stay in the processor's cache, and took
    four times as long among the rest of triage (12.5 instead of 2.9 µs a post, 2026-11-30).
    """

    def __init__(self, block: SparseBlock) -> None:
        self._unknown = block.hashes.size
        self._hashes = np.append(block.hashes, np.uint32(0xFFFFFFFF))  # so that each search ends within the table
        nothing = np.zeros((1, block.columns), np.float32)
        self._weights = np.concatenate([block.weigh_rows(np.arange(self._unknown)), nothing])

    def add_weights(self, weights: Floats, hashes: Hashes) -> None:
        """Add to each row of `weights` what the feature with its hash weighs; unknown ones weigh nothing."""
        rows = self._hashes.searchsorted(hashes)
        rows[self._hashes.take(rows) != hashes] = self._unknown
        weights[:, : self._weights.shape[1]] += self._weights.take(rows, axis=0)


def build_sparse_block(arrays: Mapping[str, Any], name: str) -> SparseBlock:
    return SparseBlock(
        arrays[f"{name}_hashes"],
        arrays[f"{name}_weights"],
        arrays[f"{name}_rarity"].astype(np.float32),
        arrays[f"{name}_scale"],
    )
