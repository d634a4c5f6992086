"""Known features of one kind, and what each weighs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.hashing import Hashes


class SparseBlock(NamedTuple):
    """Sorted hashes, what each weighs for each head, and how rare it is."""

    hashes: Hashes
    weights: NDArray[Any]
    rarity: Floats
    scale: Floats

    @property
    def columns(self) -> int:
        return int(self.weights.shape[1]) + 1

    def weigh_rows(self, rows: NDArray[np.intp]) -> Floats:
        """Log-odds for each head and the square of the length, in the last column."""
        rarity = self.rarity[rows][:, None]
        return np.concatenate([self.weights[rows] * (self.scale * rarity), rarity * rarity], axis=1)


class BlockLookup:
    """A block laid open for posts at work: what many features weigh, in few steps.

    A feature that is not known weighs nothing by a row of noughts, so that nobody need go round it.
    """

    def __init__(self, block: SparseBlock) -> None:
        size = block.hashes.size
        self._rows = dict(zip(block.hashes.tolist(), range(size), strict=True))
        self._worth = np.concatenate([block.weigh_rows(np.arange(size)), np.zeros((1, block.columns), np.float32)])

    def weigh_hashes(self, hashes: Hashes) -> Floats:
        row = self._rows.get
        found: Floats = self._worth.take([row(one, -1) for one in hashes.tolist()], axis=0)
        return found


def build_sparse_block(arrays: Mapping[str, Any], name: str) -> SparseBlock:
    return SparseBlock(
        arrays[f"{name}_hashes"],
        arrays[f"{name}_weights"],
        arrays[f"{name}_rarity"].astype(np.float32),
        arrays[f"{name}_scale"],
    )
