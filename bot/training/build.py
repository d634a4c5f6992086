"""The weight file from the labelled sets: `earshot train --from DIR`. The same rows give the same bytes."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES
from bot.detectors.model.weights import encode_weights
from bot.training.convnet_trainer import ConvNetTrainer, build_vocabulary, export_arrays
from bot.training.corpus import (
    EVERY_HEAD,
    HEADS,
    POOL,
    SENTIMENTS,
    VALIDATION,
    TrainingCorpus,
    build_corpus,
    read_shared_sets,
)
from bot.training.features import GENTLY, DesignMatrix, KeptFeatures, extract_raw_features, select_features
from bot.training.packed_lexicon import PackedLexicon, build_packed_lexicon
from bot.training.regression import fit_regression
from bot.training.sample_weights import (
    ORDINARY_EVERY,
    UNLEARNED,
    HeadSamples,
    build_regression_samples,
    build_training_targets,
)

Tell = Callable[[str], None]

LEAST = (4, 6, 8)
"""In how many posts a word, a pair and a run of letters must stand to be kept."""
RIDGE, ROUNDS = 1e-5, 40
HEAD_RIDGE, HEAD_ROUNDS = 3e-5, 30
HELD_BACK = {"purchase": (1e-3, 1e-2)}
"""Ridges of words and of the surface for a head whose set is small and noisy.

Tenths of 1,294 posts, each left out in turn (2026-11-22): average precision .596 to .636."""
OF_REGRESSION = {"sentiment": 0.4, "complaint": 0.7, "praise": 0.6, "question": 0.6, "need": 0.7, "purchase": 1.0}
OF_NET = {"sentiment": 0.7, "complaint": 0.3, "praise": 0.4, "question": 0.4, "need": 0.3, "purchase": 0.2}
"""What each counts for in the log-odds. Of sentiment: chosen on `sentiment_val`, where the log loss of both is .698, of
the regression alone .734, of the net alone .717 (2026-11-22), and nothing is left to be calibrated. Of the heads: on
either half of the posts held out, and measured on the other; of purchase on two other fifths."""
NEVER = -50.0
"""Log-odds of a head of which nothing is known."""
HELD_OUT = 20
"""Folds of the hundred: what the figures of the card are measured on."""


class BuildError(Exception):
    """What is to be left out is no set."""


def build_weights(
    folder: Path, report: Tell, *, hold_out: bool = False, without: Collection[str] = (), made_on: str = ""
) -> bytes:
    """Learns from all sets but the validation posts, on which choices were made.

    `hold_out`: also without a fifth of the labelled posts, an author's all together, so that the file can be measured
    on them (`HELD_OUT`). The file that ships is made with them. `without` names sets that are not learned
    from at all. `made` is the day that the file is to say it was made on. Raises Impossible with a sentence.
    """
    report("reading the sets")
    rows = build_corpus(read_shared_sets(folder))
    if missing := set(without) - set(rows.source.tolist()):
        raise BuildError(
            f"No set is called {', '.join(sorted(missing))}; there are {', '.join(sorted(set(rows.source.tolist())))}."
        )
    report(f"cutting {len(rows.texts):,} posts")
    known = build_packed_lexicon()
    found = extract_raw_features(rows.texts, known)
    seen = ~rows.select_sources(VALIDATION, *without)
    if hold_out:
        seen &= rows.select_sources(POOL) | (rows.fold >= HELD_OUT)
    design = DesignMatrix(found, select_features(found, seen, LEAST))
    weights = train_regression(rows, design, seen, report)
    words = build_vocabulary(found, seen)
    learner = ConvNetTrainer(found, words, len(EVERY_HEAD))
    for lost in learner.train(build_training_targets(rows, seen)):
        report(f"the net loses {lost:.3f} a post")
    weights *= np.array(_expand_shares(OF_REGRESSION), np.float32)
    about = {"made": made_on, "without": sorted(without), "held_out": hold_out}
    return encode_weight_file(design, weights, known, export_arrays(words, learner, _expand_shares(OF_NET)), about)


def export_held_out(folder: Path) -> Iterator[str]:
    """What a file made with `hold_out` has not seen, as lines that `earshot evaluate` reads."""
    for row in read_shared_sets(folder):
        if row.source == VALIDATION or (row.source != POOL and row.fold < HELD_OUT):
            if row.sentiment:
                yield json.dumps({"text": row.text, "label": row.sentiment, "src": row.source})
            for head in HEADS:
                if head in row.heads:
                    yield json.dumps({"text": row.text, "head": head, "y": int(row.heads[head]), "src": row.source})


def export_unlabelled(folder: Path) -> Iterator[str]:
    """Posts without labels that no head has learned from."""
    for row in read_shared_sets(folder):
        if row.source == POOL and row.fold % ORDINARY_EVERY == UNLEARNED:
            yield json.dumps({"text": row.text})


def _expand_shares(shares: Mapping[str, float]) -> list[float]:
    return [*[shares["sentiment"]] * CLASSES, *[shares[head] for head in HEADS]]


def train_regression(rows: TrainingCorpus, design: DesignMatrix, seen: NDArray[np.bool_], report: Tell) -> Floats:
    """A column for each of the three sentiments and each head, from the rows that may be seen."""
    columns = []
    for name, part in build_regression_samples(rows, seen).items():
        if not part.rows.size:
            report(f"nothing is left to learn {name} from: it will never hold")
            columns.append(np.full((design.ends[-1], 1), 0, np.float32))
            columns[-1][-1] = NEVER
            continue
        report(f"learning {name} from {part.rows.size:,} posts")
        columns.append(_fit_head(name, design, part))
    return np.concatenate(columns, axis=1)


def _fit_head(name: str, design: DesignMatrix, part: HeadSamples) -> Floats:
    ridge, of_surface = HELD_BACK.get(name, (HEAD_RIDGE, HEAD_RIDGE))
    rounds = HEAD_ROUNDS
    if name == "sentiment":
        ridge, of_surface, rounds = RIDGE, RIDGE, ROUNDS
    rows = design.select_rows(part.rows)
    return fit_regression(rows, part.targets, part.counts, ridge=ridge, ridge_of_surface=of_surface, rounds=rounds)


def encode_weight_file(
    design: DesignMatrix,
    weights: Floats,
    known: PackedLexicon,
    net: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
) -> bytes:
    word, pair, run, surface, start = np.split(weights, design.ends[:-1])
    kept = design.features
    arrays: dict[str, Any] = {
        **net,
        "dense_weights": GENTLY * surface,
        "dense_mean": design.features.mean,
        "dense_spread": design.features.spread,
        "start": start[0],
        "lexicon_words": known.hashes,
        "lexicon_valences": known.steps,
    }
    for name, one, block in (("word", kept.word, word), ("pair", kept.pair, pair), ("run", kept.run, run)):
        arrays |= _quantize_block(name, one, block)
    return encode_weights({**(metadata or {}), "heads": [*SENTIMENTS, *HEADS]}, arrays)


def _quantize_block(name: str, kept: KeptFeatures, weights: Floats) -> dict[str, Any]:
    """Whole numbers of one byte, and for each head what one of them is worth."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    steps = np.round(weights / scale).astype(np.int8)
    felt = np.flatnonzero(steps.any(axis=1))
    return {
        f"{name}_hashes": kept.hashes[felt],
        f"{name}_weights": steps[felt],
        f"{name}_rarity": kept.rarity[felt].astype(np.float16),
        f"{name}_scale": scale.astype(np.float32),
    }
