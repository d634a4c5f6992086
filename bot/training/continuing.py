"""Learning on from the weights in use, by somebody's own labelled posts and corrections.

The shared sets are not at hand then. What they taught is in the weights, so new weights are drawn to the old ones: a
post moves them as far as it must. The net stays as it is; the regression beside it learns.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.base import cut
from bot.detectors.model.posts import Floats
from bot.detectors.model.scoring import CLASSES, Model
from bot.detectors.model.weights import Weights, packed
from bot.detectors.model.words import rows_of
from bot.domain.mention import UNKNOWN, Mention
from bot.training.features import GENTLY, Design, Features, Kept, Raw, raw
from bot.training.fitting import fitted
from bot.training.labelled import Labelled
from bot.training.lexicons import lexicon
from bot.training.sets import SENTIMENTS, fold

LEAST_ROWS = 20
FOLDS = 5
STRENGTHS = (3e-2, 1e-2, 3e-3, 1e-3)
"""How strongly weights are drawn to the old ones, the strongest first; the one that does best on posts left out."""
ROUNDS = 30
BLOCKS = ("word", "pair", "run")


class Trial(NamedTuple):
    """On posts that were left out while it learned: what the new and the old lost a post, and got right."""

    name: str
    posts: int
    old_loss: float
    new_loss: float
    old_right: float
    new_right: float

    @property
    def better(self) -> bool:
        return self.new_loss < self.old_loss and self.new_right > self.old_right

    def __str__(self) -> str:
        return (
            f"{self.name}, {self.posts:,} posts, each left out in turn: "
            f"right {self.old_right:.3f} before, {self.new_right:.3f} after; "
            f"loss a post {self.old_loss:.3f} before, {self.new_loss:.3f} after"
        )


class Learned(NamedTuple):
    trials: list[Trial]
    data: bytes
    """The new weight file: what was no better is as it was."""


def learned(weights: Weights, rows: Sequence[Labelled]) -> Learned:
    texts = [row.mention.text for row in rows]
    model = Model(weights)
    heads = weights.about["heads"]
    found = raw(texts, lexicon())
    touched = _touched(weights, found)
    design = Design(found, _features(weights, touched))
    before = _weights(weights, touched)
    told = model.hear([cut(text) for text in texts]).logits.astype(np.float32)
    groups = np.array([fold(_left_out_with(row.mention)) % FOLDS for row in rows])
    after = before.copy()
    trials = []
    for name, columns, gold in _tasks(rows, heads):
        which = np.flatnonzero(~np.isnan(gold[:, 0]))
        if which.size < LEAST_ROWS:
            continue
        task = _Task(design, which, gold[which], told[which][:, columns], before[:, columns])
        trial, strength = _tried(name, task, groups[which])
        trials.append(trial)
        if trial.better:
            after[:, columns] = task.fit(np.arange(which.size), strength)
    return Learned(trials, _packed(weights, touched, np.split(after, design.ends[:-1])))


def _left_out_with(mention: Mention) -> str:
    """The posts of one author all together; two of whom nothing is told are not one."""
    return mention.text if mention.author.id == UNKNOWN else mention.author.id


class _Task(NamedTuple):
    design: Design
    rows: NDArray[np.intp]
    gold: Floats
    told: Floats
    """Log-odds of the model in use."""
    before: Floats

    def fit(self, which: NDArray[np.intp], strength: float) -> Floats:
        rows = self.design.rows(self.rows[which])
        beside = self.told[which] - rows.times(self.before)
        counts = np.ones(which.size)
        return fitted(rows, self.gold[which], counts, ridge=strength, rounds=ROUNDS, prior=self.before, beside=beside)

    def logits(self, which: NDArray[np.intp], weights: Floats) -> Floats:
        moved: Floats = self.told[which] + self.design.rows(self.rows[which]).times(weights - self.before)
        return moved


def _tried(name: str, task: _Task, groups: NDArray[np.intp]) -> tuple[Trial, float]:
    everything = np.arange(task.rows.size)
    old_loss, old_right = _lost(task.told, task.gold)
    best, strength = (np.inf, 0.0), STRENGTHS[0]
    for one in STRENGTHS:
        logits = task.told.copy()
        for group in np.unique(groups):
            out = everything[groups == group]
            logits[out] = task.logits(out, task.fit(everything[groups != group], one))
        lost, right = _lost(logits, task.gold)
        if lost < best[0]:
            best, strength = (lost, right), one
    return Trial(name, task.rows.size, old_loss, best[0], old_right, best[1]), strength


def _lost(logits: Floats, gold: Floats) -> tuple[float, float]:
    if logits.shape[1] == 1:
        lost = np.logaddexp(0, logits) - gold * logits
        return float(lost.mean()), float(((logits > 0) == (gold > 0)).mean())
    most = logits.max(axis=1, keepdims=True)
    logs = logits - most - np.log(np.exp(logits - most).sum(axis=1, keepdims=True))
    return float(-(gold * logs).sum(axis=1).mean()), float((logits.argmax(axis=1) == gold.argmax(axis=1)).mean())


def _tasks(rows: Sequence[Labelled], heads: Sequence[str]) -> list[tuple[str, slice, Floats]]:
    said = np.full((len(rows), CLASSES), np.nan, np.float32)
    for place, row in enumerate(rows):
        if row.sentiment:
            said[place] = np.eye(CLASSES)[SENTIMENTS.index(row.sentiment)]
    tasks = [("sentiment", slice(0, CLASSES), said)]
    for column, head in enumerate(heads[CLASSES:], CLASSES):
        gold = np.array([[float(row.heads[head]) if head in row.heads else np.nan] for row in rows], np.float32)
        tasks.append((head, slice(column, column + 1), gold))
    return tasks


def _touched(weights: Weights, found: Raw) -> list[NDArray[np.intp]]:
    """Of words, pairs and runs, the rows that stand in these posts: no other can move."""
    asked = (found.words, found.pairs, found.runs)
    return [
        np.unique(rows_of(weights.arrays[f"{name}_hashes"], hashes)[1])
        for name, hashes in zip(BLOCKS, asked, strict=True)
    ]


def _features(weights: Weights, touched: Sequence[NDArray[np.intp]]) -> Features:
    arrays = weights.arrays
    word, pair, run = (
        Kept(arrays[f"{name}_hashes"][rows], arrays[f"{name}_rarity"][rows].astype(np.float32))
        for name, rows in zip(BLOCKS, touched, strict=True)
    )
    return Features(word, pair, run, arrays["dense_mean"], arrays["dense_spread"])


def _weights(weights: Weights, touched: Sequence[NDArray[np.intp]]) -> Floats:
    arrays = weights.arrays
    blocks = [_block(weights, name)[rows] for name, rows in zip(BLOCKS, touched, strict=True)]
    return np.concatenate([*blocks, arrays["dense_weights"] / GENTLY, arrays["start"][None]]).astype(np.float32)


def _block(weights: Weights, name: str) -> Floats:
    wide: Floats = weights.arrays[f"{name}_weights"].astype(np.float32) * weights.arrays[f"{name}_scale"]
    return wide


def _packed(weights: Weights, touched: Sequence[NDArray[np.intp]], after: Sequence[Floats]) -> bytes:
    """In two bytes each, as one byte would round away what a few posts have moved."""
    *blocks, surface, start = after
    changed: dict[str, Any] = {"dense_weights": (GENTLY * surface).astype(np.float32), "start": start[0]}
    for name, rows, block in zip(BLOCKS, touched, blocks, strict=True):
        whole = _block(weights, name)
        whole[rows] = block
        changed[f"{name}_weights"] = whole.astype(np.float16)
        changed[f"{name}_scale"] = np.ones(whole.shape[1], np.float32)
    return packed({**weights.about, "from": weights.checksum}, {**weights.arrays, **changed})
