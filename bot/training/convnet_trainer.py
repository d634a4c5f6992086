"""Train the small network by hand-written gradients, in numpy and scipy's sparse products.

The same seed gives the same numbers, to the last digit on the same machine.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES
from bot.detectors.model.convnet import RUN_WEIGHT
from bot.detectors.model.hashing import Hashes, Places
from bot.training.features import RawFeatures
from bot.training.regression import resolve_targets

SEED = 20261122
DIMENSIONS, FILTERS = 48, 96
MIN_POSTS = (4, 60)
"""Posts that must contain a word, or a letter run, for it to have a vector."""
MAX_LENGTH, BATCH_SIZE, ROUNDS = 50, 128, 4
RATE, RATE_OF_FILTERS, MIN_RATE = 0.05, 1e-3, 0.02
WORD_DROPOUT, FILTER_DROPOUT, ABSENT = 0.08, 0.4, -1
CERTAINTY = 0.94
"""The probability of a label; the rest is distributed over all classes (label smoothing)."""


class TrainingTargets(NamedTuple):
    rows: Places
    targets: Floats
    """How likely each sentiment is, or 1 for each that the post may have; then for each head whether it holds."""
    counts: Floats
    """The weight of each post: for sentiment, then for each head."""


class VectorVocabulary(NamedTuple):
    """The words and runs with a vector, and the vectors that each word of the posts is made of."""

    words: Hashes
    runs: Hashes
    made_of: Any
    """words of the posts x vectors: its own, and its runs in equal shares."""


def build_vocabulary(
    found: RawFeatures, visible: NDArray[np.bool_], min_posts: tuple[int, int] = MIN_POSTS
) -> VectorVocabulary:
    seen = np.bincount(found.count[np.flatnonzero(visible)].indices, minlength=2 * found.vocabulary)
    posts_with = seen[0::2] + seen[1::2]
    owner = np.arange(found.vocabulary)
    words, own = _build_share_matrix(found.words[0::2], owner, posts_with, min_posts[0], found.vocabulary)
    runs, parts = _build_share_matrix(found.runs, found.run_of, posts_with, min_posts[1], found.vocabulary)
    counts = np.maximum(np.asarray(parts.sum(axis=1)).ravel(), 1)
    shared = sparse.diags((RUN_WEIGHT / counts).astype(np.float32)) @ parts
    return VectorVocabulary(words, runs, sparse.hstack([own, shared]).tocsr().astype(np.float32))


def _build_share_matrix(
    hashes: Hashes, owner: Places, posts_with: NDArray[np.int64], least: int, height: int
) -> tuple[Hashes, Any]:
    unique, inverse = np.unique(hashes, return_inverse=True)
    keep = np.bincount(inverse, weights=posts_with[owner]) >= least
    at = np.flatnonzero(keep[inverse])
    columns = (np.cumsum(keep) - 1)[inverse[at]]
    ones = np.ones(at.size, np.float32)
    return unique[keep], sparse.csr_matrix((ones, (owner[at], columns)), shape=(height, int(keep.sum())))


class _ForwardPass(NamedTuple):
    inside: NDArray[np.bool_]
    places: Places
    words: Places
    made_of: Any
    columns: Places
    vectors: Floats
    activations: Floats
    peak: Places
    root: Floats
    pooled: Floats
    kept: Floats


class ConvNetTrainer:
    def __init__(self, found: RawFeatures, known: VectorVocabulary, heads: int = 0, seed: int = SEED) -> None:
        self._chance = np.random.default_rng(seed)
        self._posts, self._known = found.posts, known
        ends = np.append(found.posts.starts[1:], found.posts.ids.size)
        self._lengths = np.minimum(ends - found.posts.starts - 1, MAX_LENGTH)
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
        """Yield the mean loss of a post after each round."""
        batches = -(-targets.rows.size // BATCH_SIZE)
        done = 0
        for _ in range(rounds):
            loss = 0.0
            for which in self._shuffle_batches(targets.rows):
                pace = max(MIN_RATE, 1 - done / (rounds * batches))
                loss += self._train_batch(targets.rows[which], targets.targets[which], targets.counts[which], pace)
                done += 1
            yield loss / batches

    def _shuffle_batches(self, rows: Places) -> Iterator[Places]:
        """Yield batches of posts of similar length, in random order."""
        order = np.argsort(self._lengths[rows] + self._chance.random(rows.size) * 6, kind="stable")
        starts = np.arange(0, rows.size, BATCH_SIZE)
        for start in self._chance.permutation(starts):
            yield order[start : start + BATCH_SIZE]

    def compute_logits(self, rows: Places) -> Floats:
        logits = np.zeros((rows.size, self.parts["out_start"].size), np.float32)
        order = np.argsort(self._lengths[rows], kind="stable")
        for start in range(0, rows.size, 2 * BATCH_SIZE):
            which = order[start : start + 2 * BATCH_SIZE]
            logits[which] = self._run_forward(rows[which], learning=False)[0]
        return logits

    def _run_forward(self, rows: Places, *, learning: bool) -> tuple[Floats, _ForwardPass]:
        lengths = self._lengths[rows]
        place = np.arange(max(1, int(lengths.max())))
        inside = place < lengths[:, None]
        at = np.minimum(self._posts.starts[rows][:, None] + place, self._posts.ids.size - 1)
        words = np.where(inside, self._posts.ids[at], 0)
        if learning:
            words = np.where(self._chance.random(words.shape) < WORD_DROPOUT, ABSENT, words)
        unique, inverse = np.unique(words, return_inverse=True)
        places = inverse.reshape(words.shape)
        made_of, columns = _drop_empty_columns(self._known.made_of[np.maximum(unique, 0)])
        vectors = made_of @ self.vectors[columns]
        vectors[unique == 0], vectors[unique == ABSENT] = self.parts["end"], 0
        active = self._convolve_words(vectors, places) * inside[:, :, None]
        peak = active.argmax(axis=1)
        strongest = np.take_along_axis(active, peak[:, None, :], axis=1)[:, 0]
        root = np.sqrt(np.maximum(lengths, 1)).astype(np.float32)[:, None]
        pooled = np.concatenate([strongest, active.sum(axis=1) / root], axis=1)
        kept = np.ones_like(pooled)
        if learning:
            kept = (self._chance.random(pooled.shape) >= FILTER_DROPOUT).astype(np.float32) / (1 - FILTER_DROPOUT)
        pooled *= kept
        logits = pooled @ self.parts["out"] + self.parts["out_start"]
        return logits, _ForwardPass(inside, places, unique, made_of, columns, vectors, active, peak, root, pooled, kept)

    def _convolve_words(self, vectors: Floats, places: Places) -> Floats:
        before, itself, after = np.split(vectors @ self.parts["filters"], 3, axis=1)
        end_before, _, end_after = np.split(self.parts["end"] @ self.parts["filters"], 3)
        active: Floats = itself[places] + self.parts["start"]
        active[:, 1:] += before[places[:, :-1]]
        active[:, 0] += end_before
        active[:, :-1] += after[places[:, 1:]]
        active[:, -1] += end_after
        return np.maximum(active, 0, out=active)

    def _train_batch(self, rows: Places, targets: Floats, counts: Floats, pace: float) -> float:
        logits, forward = self._run_forward(rows, learning=True)
        losses, errors = _compute_sentiment_loss(logits[:, :CLASSES], targets[:, :CLASSES])
        head_losses, head_errors = _compute_head_loss(logits[:, CLASSES:], targets[:, CLASSES:])
        gradients = np.concatenate([errors * counts[:, :1], head_errors * counts[:, 1:]], axis=1, dtype=np.float32)
        self._run_backward(forward, gradients / np.float32(rows.size), pace)
        return float((counts[:, 0] * losses).sum() + (counts[:, 1:] * head_losses).sum()) / rows.size

    def _run_backward(self, forward: _ForwardPass, errors: Floats, pace: float) -> None:
        gradients = {"out": forward.pooled.T @ errors, "out_start": errors.sum(axis=0)}
        pooled = (errors @ self.parts["out"].T) * forward.kept
        active = np.repeat((pooled[:, FILTERS:] / forward.root)[:, None, :], forward.activations.shape[1], axis=1)
        active[np.arange(len(errors))[:, None], forward.peak, np.arange(FILTERS)] += pooled[:, :FILTERS]
        active *= forward.activations > 0
        gradients["start"] = active.sum(axis=(0, 1))
        seen = self._sum_gradients_by_word(forward, active)
        ends = np.zeros(3 * FILTERS, np.float32)
        ends[:FILTERS], ends[2 * FILTERS :] = active[:, 0].sum(axis=0), active[:, -1].sum(axis=0)
        gradients["filters"] = forward.vectors.T @ seen + np.outer(self.parts["end"], ends)
        vectors = seen @ self.parts["filters"].T
        gradients["end"] = ends @ self.parts["filters"].T + vectors[forward.words == 0].sum(axis=0)
        vectors[forward.words <= 0] = 0
        self._update_parameters(gradients, forward.columns, forward.made_of.T @ vectors, pace)

    @staticmethod
    def _sum_gradients_by_word(forward: _ForwardPass, active: Floats) -> Floats:
        """Sum the gradients of each place by word, for each of the three places of the filters."""
        flat = forward.places.ravel()
        which = (flat, np.arange(flat.size))
        gather = sparse.csr_matrix((np.ones(flat.size, np.float32), which), shape=(forward.words.size, flat.size))
        before, after = np.zeros_like(active), np.zeros_like(active)
        before[:, :-1], after[:, 1:] = active[:, 1:], active[:, :-1]
        return np.concatenate([gather @ one.reshape(-1, FILTERS) for one in (before, active, after)], axis=1)

    def _update_parameters(self, gradients: dict[str, Any], columns: Places, vectors: Floats, pace: float) -> None:
        """Update by Adagrad, a row at a time, for the vectors; by Adam for the rest."""
        self._moved[columns] += (vectors**2).mean(axis=1)
        self.vectors[columns] -= RATE * pace * vectors / np.sqrt(self._moved[columns])[:, None]
        self._steps += 1
        for name, part in self.parts.items():
            mean, square = self._mean[name], self._square[name]
            mean += 0.1 * (gradients[name] - mean)
            square += 0.001 * (gradients[name] ** 2 - square)
            step = (mean / (1 - 0.9**self._steps)) / (np.sqrt(square / (1 - 0.999**self._steps)) + 1e-7)
            self.parts[name] = part - RATE_OF_FILTERS * pace * step


def _compute_sentiment_loss(logits: Floats, possible: Floats) -> tuple[Floats, Floats]:
    """Return losses and errors."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    target = CERTAINTY * resolve_targets(possible, shares) + np.float32((1 - CERTAINTY) / CLASSES)
    return -(target * np.log(shares + 1e-9)).sum(axis=1), shares - target


def _compute_head_loss(logits: Floats, held: Floats) -> tuple[Floats, Floats]:
    target = CERTAINTY * held + (1 - CERTAINTY) / 2
    return np.logaddexp(0, logits) - target * logits, 1 / (1 + np.exp(-logits)) - target


def _drop_empty_columns(matrix: Any) -> tuple[Any, Places]:
    """Return the matrix without empty columns, and the indices of the others."""
    columns, inverse = np.unique(matrix.indices, return_inverse=True)
    shape = (matrix.shape[0], columns.size)
    return sparse.csr_matrix((matrix.data, inverse.astype(np.int32), matrix.indptr), shape=shape), columns


def export_arrays(known: VectorVocabulary, learner: ConvNetTrainer, worth: Sequence[float]) -> dict[str, Any]:
    """Return the arrays of the weight file. `worth`: the network's weight beside the regression, for each head that is
    kept.
    """
    rows_of_words, rows_of_runs = np.split(learner.vectors, [known.words.size])
    found: dict[str, Any] = {f"net_{name}": part for name, part in learner.parts.items()}
    for name in ("out", "out_start"):
        found[f"net_{name}"] = learner.parts[name][..., : len(worth)] * np.array(worth, np.float32)
    for name, hashes, rows in (("word", known.words, rows_of_words), ("run", known.runs, rows_of_runs)):
        scale = (np.maximum(np.abs(rows).max(axis=0), 1e-9) / 127).astype(np.float32)
        steps = np.round(rows / scale).astype(np.int8)
        found |= {f"net_{name}_hashes": hashes, f"net_{name}_vectors": steps, f"net_{name}_scale": scale}
    return {name: part.astype(np.float32) if part.dtype == np.float64 else part for name, part in found.items()}
