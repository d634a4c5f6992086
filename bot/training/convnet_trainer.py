"""Learning the small net by hand-written gradients: a hundred posts at a time, in numpy and scipy's sparse sums.

Words are dropped now and then, pooled filters often, so that no single word is relied on. With the same seed the same
posts come in the same order, and the numbers are the same to the last digit on the same machine.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES
from bot.detectors.model.convnet import RUN_WEIGHT
from bot.training.features import RawFeatures

SEED = 20261122
DIMENSIONS, FILTERS = 48, 96
LEAST = (4, 60)
"""In how many posts a word, or a run of letters, must stand to have a vector."""
LONGEST, AT_ONCE, ROUNDS = 50, 128, 4
RATE, RATE_OF_FILTERS, LEAST_RATE = 0.05, 1e-3, 0.02
NO_WORD, NO_FILTER, ABSENT = 0.08, 0.4, -1
SURE = 0.94
"""What a label is believed: the rest is shared out among all classes."""


class TrainingTargets(NamedTuple):
    rows: NDArray[np.intp]
    targets: Floats
    """The sentiments that each may have, then of each head whether it holds."""
    counts: Floats
    """How much each counts: for sentiment, then for each head."""


class VectorVocabulary(NamedTuple):
    """Which words and runs have a vector, and of which of them each word of the posts is made."""

    words: NDArray[np.uint32]
    runs: NDArray[np.uint32]
    made_of: Any
    """words of the posts x vectors: its own, and its runs in equal shares."""


def build_vocabulary(
    found: RawFeatures, visible: NDArray[np.bool_], min_posts: tuple[int, int] = LEAST
) -> VectorVocabulary:
    seen = np.bincount(found.count[np.flatnonzero(visible)].indices, minlength=2 * found.vocabulary)
    posts_with = seen[0::2] + seen[1::2]
    words, own = _build_share_matrix(
        found.words[0::2], np.arange(found.vocabulary), posts_with, min_posts[0], found.vocabulary
    )
    runs, parts = _build_share_matrix(found.runs, found.run_of, posts_with, min_posts[1], found.vocabulary)
    many = np.maximum(np.asarray(parts.sum(axis=1)).ravel(), 1)
    shared = sparse.diags((RUN_WEIGHT / many).astype(np.float32)) @ parts
    return VectorVocabulary(words, runs, sparse.hstack([own, shared]).tocsr().astype(np.float32))


def _build_share_matrix(
    hashes: NDArray[np.uint32], owner: NDArray[np.intp], posts_with: NDArray[np.int64], least: int, height: int
) -> tuple[NDArray[np.uint32], Any]:
    unique, inverse = np.unique(hashes, return_inverse=True)
    keep = np.bincount(inverse, weights=posts_with[owner]) >= least
    at = np.flatnonzero(keep[inverse])
    columns = (np.cumsum(keep) - 1)[inverse[at]]
    ones = np.ones(at.size, np.float32)
    return unique[keep], sparse.csr_matrix((ones, (owner[at], columns)), shape=(height, int(keep.sum())))


class _ForwardPass(NamedTuple):
    """What going back needs to know of going forth."""

    inside: NDArray[np.bool_]
    places: NDArray[np.intp]
    words: NDArray[np.intp]
    made_of: Any
    columns: NDArray[np.intp]
    vectors: Floats
    activations: Floats
    peak: NDArray[np.intp]
    root: Floats
    pooled: Floats
    kept: Floats


class ConvNetTrainer:
    def __init__(self, found: RawFeatures, known: VectorVocabulary, heads: int = 0, seed: int = SEED) -> None:
        self._chance = np.random.default_rng(seed)
        self._posts, self._known = found.posts, known
        ends = np.append(found.posts.starts[1:], found.posts.ids.size)
        self._lengths = np.minimum(ends - found.posts.starts - 1, LONGEST)
        self.vectors = self._draw_normal(0.1, known.made_of.shape[1], DIMENSIONS)
        self._moved = np.full(len(self.vectors), 1e-6, np.float32)
        self.parts: dict[str, Floats] = {
            "filters": self._draw_normal(DIMENSIONS**-0.5, DIMENSIONS, 3 * FILTERS),
            "start": np.zeros(FILTERS, np.float32),
            "end": self._draw_normal(0.1, DIMENSIONS),
            "out": self._draw_normal(0.05, 2 * FILTERS, CLASSES + heads),
            "out_start": np.zeros(CLASSES + heads, np.float32),
        }
        self._mean = {name: np.zeros_like(part) for name, part in self.parts.items()}
        self._square = {name: np.zeros_like(part) for name, part in self.parts.items()}
        self._steps = 0

    def _draw_normal(self, spread: float, *shape: int) -> Floats:
        return self._chance.normal(scale=spread, size=shape).astype(np.float32)

    def train(self, targets: TrainingTargets, rounds: int = ROUNDS) -> Iterator[float]:
        """After each round, what was lost a post."""
        batches = -(-targets.rows.size // AT_ONCE)
        done = 0
        for _ in range(rounds):
            lost = 0.0
            for which in self._shuffle_batches(targets.rows):
                pace = max(LEAST_RATE, 1 - done / (rounds * batches))
                lost += self._train_batch(targets.rows[which], targets.targets[which], targets.counts[which], pace)
                done += 1
            yield lost / batches

    def _shuffle_batches(self, rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
        """Posts of about one length together, the batches in any order."""
        order = np.argsort(self._lengths[rows] + self._chance.random(rows.size) * 6, kind="stable")
        starts = np.arange(0, rows.size, AT_ONCE)
        for start in self._chance.permutation(starts):
            yield order[start : start + AT_ONCE]

    def compute_logits(self, rows: NDArray[np.intp]) -> Floats:
        told = np.zeros((rows.size, self.parts["out_start"].size), np.float32)
        order = np.argsort(self._lengths[rows], kind="stable")
        for start in range(0, rows.size, 2 * AT_ONCE):
            which = order[start : start + 2 * AT_ONCE]
            told[which] = self._run_forward(rows[which], learning=False)[0]
        return told

    def _run_forward(self, rows: NDArray[np.intp], *, learning: bool) -> tuple[Floats, _ForwardPass]:
        lengths = self._lengths[rows]
        place = np.arange(max(1, int(lengths.max())))
        inside = place < lengths[:, None]
        at = np.minimum(self._posts.starts[rows][:, None] + place, self._posts.ids.size - 1)
        words = np.where(inside, self._posts.ids[at], 0)
        if learning:
            words = np.where(self._chance.random(words.shape) < NO_WORD, ABSENT, words)
        unique, inverse = np.unique(words, return_inverse=True)
        places = inverse.reshape(words.shape)
        made_of, columns = _drop_empty_columns(self._known.made_of[np.maximum(unique, 0)])
        vectors = made_of @ self.vectors[columns]
        vectors[unique == 0], vectors[unique == ABSENT] = self.parts["end"], 0
        felt = self._convolve_words(vectors, places) * inside[:, :, None]
        peak = felt.argmax(axis=1)
        strongest = np.take_along_axis(felt, peak[:, None, :], axis=1)[:, 0]
        root = np.sqrt(np.maximum(lengths, 1)).astype(np.float32)[:, None]
        pooled = np.concatenate([strongest, felt.sum(axis=1) / root], axis=1)
        kept = np.ones_like(pooled)
        if learning:
            kept = (self._chance.random(pooled.shape) >= NO_FILTER).astype(np.float32) / (1 - NO_FILTER)
        pooled *= kept
        logits = pooled @ self.parts["out"] + self.parts["out_start"]
        return logits, _ForwardPass(inside, places, unique, made_of, columns, vectors, felt, peak, root, pooled, kept)

    def _convolve_words(self, vectors: Floats, places: NDArray[np.intp]) -> Floats:
        before, itself, after = np.split(vectors @ self.parts["filters"], 3, axis=1)
        end_before, _, end_after = np.split(self.parts["end"] @ self.parts["filters"], 3)
        felt: Floats = itself[places] + self.parts["start"]
        felt[:, 1:] += before[places[:, :-1]]
        felt[:, 0] += end_before
        felt[:, :-1] += after[places[:, 1:]]
        felt[:, -1] += end_after
        return np.maximum(felt, 0, out=felt)

    def _train_batch(self, rows: NDArray[np.intp], targets: Floats, counts: Floats, pace: float) -> float:
        logits, went = self._run_forward(rows, learning=True)
        lost, errors = _compute_sentiment_loss(logits[:, :CLASSES], targets[:, :CLASSES])
        lost_by_head, of_heads = _compute_head_loss(logits[:, CLASSES:], targets[:, CLASSES:])
        slopes = np.concatenate([errors * counts[:, :1], of_heads * counts[:, 1:]], axis=1, dtype=np.float32)
        self._run_backward(went, slopes / np.float32(rows.size), pace)
        return float((counts[:, 0] * lost).sum() + (counts[:, 1:] * lost_by_head).sum()) / rows.size

    def _run_backward(self, went: _ForwardPass, errors: Floats, pace: float) -> None:
        slopes = {"out": went.pooled.T @ errors, "out_start": errors.sum(axis=0)}
        pooled = (errors @ self.parts["out"].T) * went.kept
        felt = np.repeat((pooled[:, FILTERS:] / went.root)[:, None, :], went.activations.shape[1], axis=1)
        felt[np.arange(len(errors))[:, None], went.peak, np.arange(FILTERS)] += pooled[:, :FILTERS]
        felt *= went.activations > 0
        slopes["start"] = felt.sum(axis=(0, 1))
        seen = self._sum_slopes_by_word(went, felt)
        ends = np.zeros(3 * FILTERS, np.float32)
        ends[:FILTERS], ends[2 * FILTERS :] = felt[:, 0].sum(axis=0), felt[:, -1].sum(axis=0)
        slopes["filters"] = went.vectors.T @ seen + np.outer(self.parts["end"], ends)
        vectors = seen @ self.parts["filters"].T
        slopes["end"] = ends @ self.parts["filters"].T + vectors[went.words == 0].sum(axis=0)
        vectors[went.words <= 0] = 0
        self._update_parameters(slopes, went.columns, went.made_of.T @ vectors, pace)

    @staticmethod
    def _sum_slopes_by_word(went: _ForwardPass, felt: Floats) -> Floats:
        """The slopes of each place, summed for each word in each of the three places of the filters."""
        flat = went.places.ravel()
        which = (flat, np.arange(flat.size))
        gather = sparse.csr_matrix((np.ones(flat.size, np.float32), which), shape=(went.words.size, flat.size))
        before, after = np.zeros_like(felt), np.zeros_like(felt)
        before[:, :-1], after[:, 1:] = felt[:, 1:], felt[:, :-1]
        return np.concatenate([gather @ one.reshape(-1, FILTERS) for one in (before, felt, after)], axis=1)

    def _update_parameters(
        self, slopes: dict[str, Any], columns: NDArray[np.intp], vectors: Floats, pace: float
    ) -> None:
        """Adagrad, a row at a time, for the vectors; Adam for the rest."""
        self._moved[columns] += (vectors**2).mean(axis=1)
        self.vectors[columns] -= RATE * pace * vectors / np.sqrt(self._moved[columns])[:, None]
        self._steps += 1
        for name, part in self.parts.items():
            mean, square = self._mean[name], self._square[name]
            mean += 0.1 * (slopes[name] - mean)
            square += 0.001 * (slopes[name] ** 2 - square)
            step = (mean / (1 - 0.9**self._steps)) / (np.sqrt(square / (1 - 0.999**self._steps)) + 1e-7)
            self.parts[name] = part - RATE_OF_FILTERS * pace * step


def _compute_sentiment_loss(logits: Floats, possible: Floats) -> tuple[Floats, Floats]:
    """What was lost, and the errors. Between sentiments that are possible, what is thought already is believed."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    believed = possible * shares
    believed = SURE * believed / (believed.sum(axis=1, keepdims=True) + np.float32(1e-9)) + (1 - SURE) / CLASSES
    return -(believed * np.log(shares + 1e-9)).sum(axis=1), shares - believed


def _compute_head_loss(logits: Floats, held: Floats) -> tuple[Floats, Floats]:
    believed = SURE * held + (1 - SURE) / 2
    return np.logaddexp(0, logits) - believed * logits, 1 / (1 + np.exp(-logits)) - believed


def _drop_empty_columns(matrix: Any) -> tuple[Any, NDArray[np.intp]]:
    """Without the columns in which nothing stands, and which the others were."""
    columns, inverse = np.unique(matrix.indices, return_inverse=True)
    shape = (matrix.shape[0], columns.size)
    return sparse.csr_matrix((matrix.data, inverse.astype(np.int32), matrix.indptr), shape=shape), columns


def export_arrays(known: VectorVocabulary, learner: ConvNetTrainer, worth: Sequence[float]) -> dict[str, Any]:
    """As the weight file has them; `worth`: what the net counts for beside the regression, for as many as have one."""
    vectors = np.split(learner.vectors, [known.words.size])
    found: dict[str, Any] = {f"net_{name}": part for name, part in learner.parts.items()}
    found |= {
        f"net_{name}": learner.parts[name][..., : len(worth)] * np.array(worth, np.float32)
        for name in ("out", "out_start")
    }
    for name, hashes, rows in (("word", known.words, vectors[0]), ("run", known.runs, vectors[1])):
        scale = (np.maximum(np.abs(rows).max(axis=0), 1e-9) / 127).astype(np.float32)
        steps = np.round(rows / scale).astype(np.int8)
        found |= {f"net_{name}_hashes": hashes, f"net_{name}_vectors": steps, f"net_{name}_scale": scale}
    return {
        name: np.asarray(part) if part.dtype != np.float64 else part.astype(np.float32) for name, part in found.items()
    }
