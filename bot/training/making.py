"""The weight file from the labelled sets: `earshot train --from DIR`. The same rows give the same bytes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.posts import Floats
from bot.detectors.model.scoring import CLASSES
from bot.detectors.model.weights import packed
from bot.training.features import GENTLY, Design, Kept, chosen, raw
from bot.training.fitting import fitted
from bot.training.lexicons import Lexicon, lexicon
from bot.training.nets import SURE, Lessons, NetLearner, arrays_of, vocabulary
from bot.training.sets import AIRLINE, HEADS, POOL, SENTIMENTS, VALIDATION, Corpus, corpus, shared

Tell = Callable[[str], None]

LEAST = (4, 6, 8)
"""In how many posts a word, a pair and a run of letters must stand to be kept."""
SENTIMENT_SOURCES = {"semeval": 1.0, "tse": 0.5, "reddit": 0.3, AIRLINE: 1.0}
"""How much a source counts for each of its posts; within it the three classes count alike (SIGNALS 7)."""
RIDGE, ROUNDS = 1e-5, 40
HEAD_RIDGE, HEAD_ROUNDS = 3e-5, 30
OF_REGRESSION, OF_NET = 0.4, 0.7
"""What each counts for in the log-odds of sentiment: chosen on half of `sentiment_val`, where the log loss of both is
.703, of the regression alone .736, of the net alone .719 (2026-11-22). So nothing is left to be calibrated: the
calibration error of the sum is .03."""
HELD_OUT = 20
"""Folds of the hundred: what the figures of the card are measured on."""
ORDINARY = 0.1
"""What ordinary posts count for together, as a share of the labelled ones of a head, so that it knows them as well."""
ORDINARY_EVERY = 10


class Part(NamedTuple):
    """Which rows a head learns from, what they say, and how much each counts."""

    rows: NDArray[np.intp]
    targets: Floats
    counts: NDArray[np.float64]


def make(folder: Path, tell: Tell, *, hold_out: bool = False) -> bytes:
    """Learns from all sets but the validation posts, on which choices were made.

    `hold_out`: also without a fifth of the labelled posts, an author's all together, so that the file can be measured
    on them (`HELD_OUT`). The file that ships is made with them.
    """
    tell("reading the sets")
    rows = corpus(shared(folder))
    tell(f"cutting {len(rows.texts):,} posts")
    known = lexicon()
    found = raw(rows.texts, known)
    seen = ~rows.of(VALIDATION)
    if hold_out:
        seen &= rows.of(POOL) | (rows.fold >= HELD_OUT)
    design = Design(found, chosen(found, seen, LEAST))
    weights = learned(rows, design, seen, tell)
    words = vocabulary(found, seen)
    learner = NetLearner(found, words)
    for lost in learner.learn(_gold(rows, seen)):
        tell(f"the net loses {lost:.3f} a post")
    weights[:, :CLASSES] *= OF_REGRESSION
    return file_of(design, weights, known, arrays_of(words, learner, OF_NET))


def _gold(rows: Corpus, seen: NDArray[np.bool_]) -> Lessons:
    part = _sentiment(rows, seen)
    counts = (part.counts / part.counts.mean()).astype(np.float32)
    return Lessons(part.rows, part.targets * SURE + (1 - SURE) / CLASSES, counts)


def learned(rows: Corpus, design: Design, seen: NDArray[np.bool_], tell: Tell) -> Floats:
    """A column for each of the three sentiments and each head, from the rows that may be seen."""
    columns = []
    for name, part in parts(rows, seen).items():
        tell(f"learning {name} from {part.rows.size:,} posts")
        ridge, rounds = (RIDGE, ROUNDS) if name == "sentiment" else (HEAD_RIDGE, HEAD_ROUNDS)
        columns.append(fitted(design.rows(part.rows), part.targets, part.counts, ridge=ridge, rounds=rounds))
    return np.concatenate(columns, axis=1)


def parts(rows: Corpus, seen: NDArray[np.bool_]) -> Mapping[str, Part]:
    return {"sentiment": _sentiment(rows, seen)} | {head: _head(rows, seen, head) for head in HEADS}


def _sentiment(rows: Corpus, seen: NDArray[np.bool_]) -> Part:
    counts = np.zeros(rows.sentiment.size)
    for source, worth in SENTIMENT_SOURCES.items():
        mine = np.flatnonzero(seen & rows.of(source) & (rows.sentiment >= 0))
        if mine.size:
            said = rows.sentiment[mine]
            counts[mine] = worth * (mine.size / (3 * np.bincount(said, minlength=3)))[said]
    which = np.flatnonzero(counts)
    return Part(which, np.eye(3, dtype=np.float32)[rows.sentiment[which]], counts[which])


def _head(rows: Corpus, seen: NDArray[np.bool_], head: str) -> Part:
    """A large set counts less for each of its posts, so that a small one is heard beside it."""
    said = rows.heads[:, HEADS.index(head)]
    labelled = seen & ~np.isnan(said)
    counts = np.zeros(said.size)
    for source in np.unique(rows.source[labelled]):
        mine = labelled & (rows.source == source)
        counts[mine] = 1 / np.sqrt(mine.sum())
    ordinary = np.flatnonzero(seen & _ordinary(rows, head))
    counts[ordinary] = ORDINARY * counts.sum() / max(1, ordinary.size)
    which = np.flatnonzero(counts)
    return Part(which, np.nan_to_num(said[which])[:, None], counts[which])


def _ordinary(rows: Corpus, head: str) -> NDArray[np.bool_]:
    """Posts that a head must leave alone. What is no bad news is no complaint, and what is no good news no praise."""
    some: NDArray[np.bool_] = rows.fold % ORDINARY_EVERY == 1
    if head == "complaint":
        some &= rows.of("semeval") & (rows.sentiment > 0)
    elif head == "praise":
        some &= rows.of("semeval") & (rows.sentiment < 2)
    else:
        some &= rows.of(POOL)
    return some


def file_of(design: Design, weights: Floats, known: Lexicon, net: Mapping[str, Any]) -> bytes:
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
        arrays |= _block(name, one, block)
    return packed({"heads": [*SENTIMENTS, *HEADS]}, arrays)


def _block(name: str, kept: Kept, weights: Floats) -> dict[str, Any]:
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
