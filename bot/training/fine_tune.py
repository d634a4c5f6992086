"""Fine-tune the weights in use with a user's own labelled posts and corrections.

The shared sets are not available then; what they taught is in the weights, so new weights are pulled to the old ones.
The network stays as it is; the regression learns. Corrections are often all from one side, so anchors are learned as
well: posts of every kind with their labels. Only every other is; the rest checks that what was right stays right.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bot.detectors.detector import tokenize_text
from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES, PostClassifier
from bot.detectors.model.hashing import Places, find_rows
from bot.detectors.model.weights import ModelWeights, encode_weights
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention
from bot.training.corpus import INTENTS, SENTIMENTS, assign_fold
from bot.training.datasets import DEFAULT_TIME, LabelledMention
from bot.training.features import (
    DENSE_SCALE,
    DesignMatrix,
    DesignRows,
    FeatureSet,
    KeptFeatures,
    RawFeatures,
    extract_raw_features,
)
from bot.training.packed_lexicon import build_packed_lexicon
from bot.training.regression import fit_regression

MIN_ROWS = 20
FOLDS = 5
STRENGTHS = (3e-2, 1e-2, 3e-3, 1e-3)
"""How strongly weights are pulled to the old ones, the strongest first; the best on posts left out is used."""
ROUNDS = 30
BLOCKS = ("word", "pair", "run")
ANCHORS = Path(__file__).with_name("anchors.jsonl")
"""Sentences of our own, from no set."""


class FineTuneTrial(NamedTuple):
    """Mean loss and accuracy of the old and the new weights on posts that were left out of training."""

    name: str
    posts: int
    old_loss: float
    new_loss: float
    old_right: float
    new_right: float
    others: int
    old_kept: int
    new_kept: int
    """How many of the other posts were right before, and are right after learning all posts."""

    @property
    def is_better(self) -> bool:
        return self.new_loss < self.old_loss and self.new_right > self.old_right and not self.is_harmful

    @property
    def is_harmful(self) -> bool:
        return self.new_kept < self.old_kept

    def __str__(self) -> str:
        return (
            f"{self.name}, {self.posts:,} posts, each left out in turn: "
            f"right {self.old_right:.3f} before, {self.new_right:.3f} after, "
            f"loss a post {self.old_loss:.3f} before, {self.new_loss:.3f} after, "
            f"of {self.others} other posts right {self.old_kept} before, {self.new_kept} after"
        )


class FineTuneResult(NamedTuple):
    trials: list[FineTuneTrial]
    data: bytes
    """The new weight file: heads without an improvement are as they were."""


def fine_tune(weights: ModelWeights, rows: Sequence[LabelledMention]) -> FineTuneResult:
    anchors = _load_anchors()
    texts = [row.mention.text for row in (*rows, *anchors)]
    model = PostClassifier(weights)
    heads = weights.metadata["heads"]
    found = extract_raw_features(texts, build_packed_lexicon())
    touched = _find_touched_rows(weights, found)
    design = DesignMatrix(found, _build_features(weights, touched))
    before = _extract_weights(weights, touched)
    logits = model.score_batch([tokenize_text(text) for text in texts]).logits.astype(np.float32)
    groups = np.array([assign_fold(_get_fold_key(row.mention)) % FOLDS for row in rows])
    after = before.copy()
    trials = []
    for name, columns, gold in _build_tasks((*rows, *anchors), heads):
        labelled = np.flatnonzero(~np.isnan(gold[:, 0]))
        which, others = labelled[labelled < len(rows)], labelled[labelled >= len(rows)]
        if which.size < MIN_ROWS:
            continue
        task = _FineTuneTask(design, gold, logits[:, columns], before[:, columns], others[::2])
        trial, fitted = _run_trial(name, task, which, groups[which], others[1::2])
        trials.append(trial)
        if trial.is_better:
            after[:, columns] = fitted
    return FineTuneResult(trials, _encode_fine_tuned(weights, touched, np.split(after, design.ends[:-1])))


def _get_fold_key(mention: Mention) -> str:
    """Return a key that keeps the posts of one author in one fold; unknown authors are not one author."""
    return mention.text if mention.author.id == UNKNOWN_AUTHOR_ID else mention.author.id


def _load_anchors() -> list[LabelledMention]:
    found = []
    for number, line in enumerate(ANCHORS.read_text("utf-8").splitlines()):
        row = json.loads(line)
        mention = Mention.model_validate({"id": f"anchor:{number}", "text": row["text"], "created_at": DEFAULT_TIME})
        found.append(LabelledMention(mention, row["sentiment"], {head: head in row["heads"] for head in INTENTS}))
    return found


class _FineTuneTask(NamedTuple):
    design: DesignMatrix
    gold: Floats
    old_logits: Floats
    """Log-odds of the weights in use."""
    old_weights: Floats
    anchors: Places
    """The anchors that are learned beside the posts, and count as much as all of them."""

    def fit_weights(self, which: Places, strength: float) -> Floats:
        every = np.concatenate([which, self.anchors])
        rows = DesignRows(self.design, every)
        counts = np.repeat([1.0, which.size / self.anchors.size], [which.size, self.anchors.size])
        rest = self.old_logits[every] - rows.multiply_weights(self.old_weights)
        return fit_regression(
            rows, self.gold[every], counts, ridge=strength, rounds=ROUNDS, prior=self.old_weights, offset=rest
        )

    def compute_logits(self, which: Places, weights: Floats) -> Floats:
        change = DesignRows(self.design, which).multiply_weights(weights - self.old_weights)
        logits: Floats = self.old_logits[which] + change
        return logits

    def compute_loss(self, which: Places, logits: Floats | None = None) -> tuple[float, float]:
        """Return the mean loss and the accuracy, by default of the old weights."""
        logits, gold = self.old_logits[which] if logits is None else logits, self.gold[which]
        if logits.shape[1] == 1:
            losses = np.logaddexp(0, logits) - gold * logits
            return float(losses.mean()), float(((logits > 0) == (gold > 0)).mean())
        most = logits.max(axis=1, keepdims=True)
        logs = logits - most - np.log(np.exp(logits - most).sum(axis=1, keepdims=True))
        right = logits.argmax(axis=1) == gold.argmax(axis=1)
        return float(-(gold * logs).sum(axis=1).mean()), float(right.mean())


def _run_trial(
    name: str, task: _FineTuneTask, which: Places, groups: Places, guards: Places
) -> tuple[FineTuneTrial, Floats]:
    """Return the best strength on posts left out, among those that keep the guards as right as they were.

    If there is none, return the best of all, whose trial is harmful.
    """
    old, old_guards = task.compute_loss(which), task.compute_loss(guards)
    found = []
    for strength in STRENGTHS:
        logits = task.old_logits[which]
        for group in np.unique(groups):
            out = groups == group
            logits[out] = task.compute_logits(which[out], task.fit_weights(which[~out], strength))
        weights = task.fit_weights(which, strength)
        new = task.compute_loss(which, logits)
        new_guards = task.compute_loss(guards, task.compute_logits(guards, weights))
        losses, rights = zip(old, new, strict=True)
        kept = (round(right * guards.size) for _, right in (old_guards, new_guards))
        found.append((FineTuneTrial(name, which.size, *losses, *rights, guards.size, *kept), weights))
    return min(found, key=lambda result: (result[0].is_harmful, result[0].new_loss))


def _build_tasks(rows: Sequence[LabelledMention], heads: Sequence[str]) -> list[tuple[str, slice, Floats]]:
    sentiments = np.full((len(rows), CLASSES), np.nan, np.float32)
    for place, row in enumerate(rows):
        if row.sentiment:
            sentiments[place] = np.eye(CLASSES)[SENTIMENTS.index(row.sentiment)]
    tasks = [("sentiment", slice(0, CLASSES), sentiments)]
    for column, head in enumerate(heads[CLASSES:], CLASSES):
        gold = np.array([[float(row.heads[head]) if head in row.heads else np.nan] for row in rows], np.float32)
        tasks.append((head, slice(column, column + 1), gold))
    return tasks


def _find_touched_rows(weights: ModelWeights, found: RawFeatures) -> list[Places]:
    """Return the rows of words, pairs and runs that occur in these posts: no other can change."""
    blocks = zip(BLOCKS, (found.words, found.pairs, found.runs), strict=True)
    return [np.unique(find_rows(weights.arrays[f"{name}_hashes"], hashes)[1]) for name, hashes in blocks]


def _build_features(weights: ModelWeights, touched: Sequence[Places]) -> FeatureSet:
    arrays = weights.arrays
    word, pair, run = (
        KeptFeatures(arrays[f"{name}_hashes"][rows], arrays[f"{name}_rarity"][rows].astype(np.float32))
        for name, rows in zip(BLOCKS, touched, strict=True)
    )
    return FeatureSet(word, pair, run, arrays["dense_mean"], arrays["dense_spread"])


def _extract_weights(weights: ModelWeights, touched: Sequence[Places]) -> Floats:
    arrays = weights.arrays
    blocks = [_dequantize_block(weights, name)[rows] for name, rows in zip(BLOCKS, touched, strict=True)]
    return np.concatenate([*blocks, arrays["dense_weights"] / DENSE_SCALE, arrays["start"][None]]).astype(np.float32)


def _dequantize_block(weights: ModelWeights, name: str) -> Floats:
    wide: Floats = weights.arrays[f"{name}_weights"].astype(np.float32) * weights.arrays[f"{name}_scale"]
    return wide


def _encode_fine_tuned(weights: ModelWeights, touched: Sequence[Places], after: Sequence[Floats]) -> bytes:
    """Encode two bytes a weight, because one byte would round away what a few posts have changed."""
    *blocks, dense, start = after
    changed: dict[str, Any] = {"dense_weights": (DENSE_SCALE * dense).astype(np.float32), "start": start[0]}
    for name, rows, block in zip(BLOCKS, touched, blocks, strict=True):
        whole = _dequantize_block(weights, name)
        whole[rows] = block
        changed[f"{name}_weights"] = whole.astype(np.float16)
        changed[f"{name}_scale"] = np.ones(whole.shape[1], np.float32)
    return encode_weights({**weights.metadata, "from": weights.checksum}, {**weights.arrays, **changed})
