"""The weight file from the labelled sets: `earshot train --from DIR`. The same rows give the same bytes."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
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
from bot.training.nets import Lessons, NetLearner, arrays_of, vocabulary
from bot.training.sets import (
    AIRLINE,
    COMPLAINTS,
    EVERY_HEAD,
    HEADS,
    POOL,
    SENTIMENTS,
    VALIDATION,
    Corpus,
    corpus,
    shared,
)

Tell = Callable[[str], None]

LEAST = (4, 6, 8)
"""In how many posts a word, a pair and a run of letters must stand to be kept."""
SENTIMENT_SOURCES = {"semeval": 1.0, "tse": 0.5, "reddit": 0.3, AIRLINE: 1.0, COMPLAINTS: 1.0, "emotion": 0.3}
"""How much a source counts for each of its posts; within it what may be said counts alike (SIGNALS 7)."""
RIDGE, ROUNDS = 1e-5, 40
HEAD_RIDGE, HEAD_ROUNDS = 3e-5, 30
HEAD_TO_NET, BESIDE_TO_NET = 0.5, 0.1
"""What a post counts for while the net learns a head, or what it is asked beside, next to a post of sentiment.

With 2.0 and 0.5 the heads gain (average precision of questions .868 for .856) and sentiment loses (log loss of both
on `sentiment_val` .709 for .698) (2026-11-22)."""
OF_REGRESSION = {"sentiment": 0.4, "complaint": 0.7, "praise": 0.6, "question": 0.6, "need": 0.7, "purchase": 0.6}
OF_NET = {"sentiment": 0.7, "complaint": 0.3, "praise": 0.4, "question": 0.4, "need": 0.3, "purchase": 0.4}
"""What each counts for in the log-odds. Of sentiment: chosen on `sentiment_val`, where the log loss of both is .698, of
the regression alone .734, of the net alone .717 (2026-11-22), and nothing is left to be calibrated. Of the heads: on
either half of the posts held out, and measured on the other."""
NEVER = -50.0
"""Log-odds of a head of which nothing is known."""
HELD_OUT = 20
"""Folds of the hundred: what the figures of the card are measured on."""
ORDINARY = 0.1
"""What ordinary posts count for together, as a share of the labelled ones of a head, so that it knows them as well."""
ORDINARY_EVERY, UNLEARNED = 10, 2


class Impossible(Exception):  # noqa: N818  (said to a person)
    """What is to be left out is no set."""


class Part(NamedTuple):
    """Which rows a head learns from, what they say, and how much each counts."""

    rows: NDArray[np.intp]
    targets: Floats
    counts: NDArray[np.float64]


def make(folder: Path, tell: Tell, *, hold_out: bool = False, without: Collection[str] = (), made: str = "") -> bytes:
    """Learns from all sets but the validation posts, on which choices were made.

    `hold_out`: also without a fifth of the labelled posts, an author's all together, so that the file can be measured
    on them (`HELD_OUT`). The file that ships is made with them. `without` names sets that are not learned
    from at all. `made` is the day that the file is to say it was made on. Raises Impossible with a sentence.
    """
    tell("reading the sets")
    rows = corpus(shared(folder))
    if missing := set(without) - set(rows.source.tolist()):
        raise Impossible(
            f"No set is called {', '.join(sorted(missing))}; there are {', '.join(sorted(set(rows.source.tolist())))}."
        )
    tell(f"cutting {len(rows.texts):,} posts")
    known = lexicon()
    found = raw(rows.texts, known)
    seen = ~rows.of(VALIDATION, *without)
    if hold_out:
        seen &= rows.of(POOL) | (rows.fold >= HELD_OUT)
    design = Design(found, chosen(found, seen, LEAST))
    weights = learned(rows, design, seen, tell)
    words = vocabulary(found, seen)
    learner = NetLearner(found, words, len(EVERY_HEAD))
    for lost in learner.learn(lessons(rows, seen)):
        tell(f"the net loses {lost:.3f} a post")
    weights *= np.array(_for_each(OF_REGRESSION), np.float32)
    about = {"made": made, "without": sorted(without), "held_out": hold_out}
    return file_of(design, weights, known, arrays_of(words, learner, _for_each(OF_NET)), about)


def held_out(folder: Path) -> Iterator[str]:
    """What a file made with `hold_out` has not seen, as lines that `earshot evaluate` reads."""
    for row in shared(folder):
        if row.source == VALIDATION or (row.source != POOL and row.fold < HELD_OUT):
            if row.sentiment:
                yield json.dumps({"text": row.text, "label": row.sentiment, "src": row.source})
            for head in HEADS:
                if head in row.heads:
                    yield json.dumps({"text": row.text, "head": head, "y": int(row.heads[head]), "src": row.source})


def ordinary(folder: Path) -> Iterator[str]:
    """Posts without labels that no head has learned from."""
    for row in shared(folder):
        if row.source == POOL and row.fold % ORDINARY_EVERY == UNLEARNED:
            yield json.dumps({"text": row.text})


def _for_each(shares: Mapping[str, float]) -> list[float]:
    return [*[shares["sentiment"]] * CLASSES, *[shares[head] for head in HEADS]]


def lessons(rows: Corpus, seen: NDArray[np.bool_]) -> Lessons:
    """All that the net is asked, of all posts of which anything is known. A labelled post counts one on the mean."""
    targets = np.zeros((rows.sentiment.size, CLASSES + len(EVERY_HEAD)), np.float32)
    counts = np.zeros((rows.sentiment.size, 1 + len(EVERY_HEAD)), np.float32)
    asked = [(slice(0, CLASSES), 0, 1.0, _sentiment(rows, seen))]
    for head, name in enumerate(EVERY_HEAD):
        worth = HEAD_TO_NET if name in HEADS else BESIDE_TO_NET
        asked.append((slice(CLASSES + head, CLASSES + head + 1), 1 + head, worth, _head(rows, seen, name)))
    for columns, column, worth, part in asked:
        if not part.rows.size:
            continue
        targets[part.rows, columns] = part.targets
        labelled = rows.may[part.rows].any(axis=1) if column == 0 else ~np.isnan(rows.heads[part.rows, column - 1])
        counts[part.rows, column] = worth * part.counts / part.counts[labelled].mean()
    which = np.flatnonzero(counts.any(axis=1))
    return Lessons(which, targets[which], counts[which])


def learned(rows: Corpus, design: Design, seen: NDArray[np.bool_], tell: Tell) -> Floats:
    """A column for each of the three sentiments and each head, from the rows that may be seen."""
    columns = []
    for name, part in parts(rows, seen).items():
        if not part.rows.size:
            tell(f"nothing is left to learn {name} from: it will never hold")
            columns.append(np.full((design.ends[-1], 1), 0, np.float32))
            columns[-1][-1] = NEVER
            continue
        tell(f"learning {name} from {part.rows.size:,} posts")
        ridge, rounds = (RIDGE, ROUNDS) if name == "sentiment" else (HEAD_RIDGE, HEAD_ROUNDS)
        columns.append(fitted(design.rows(part.rows), part.targets, part.counts, ridge=ridge, rounds=rounds))
    return np.concatenate(columns, axis=1)


def parts(rows: Corpus, seen: NDArray[np.bool_]) -> Mapping[str, Part]:
    return {"sentiment": _sentiment(rows, seen)} | {head: _head(rows, seen, head) for head in HEADS}


def _sentiment(rows: Corpus, seen: NDArray[np.bool_]) -> Part:
    counts = np.zeros(rows.sentiment.size)
    said = rows.may @ np.array([1, 2, 4])
    for source, worth in SENTIMENT_SOURCES.items():
        mine = np.flatnonzero(seen & rows.of(source) & (said > 0))
        if mine.size:
            _, which, many = np.unique(said[mine], return_inverse=True, return_counts=True)
            counts[mine] = worth * (mine.size / (many.size * many))[which]
    which = np.flatnonzero(counts)
    return Part(which, rows.may[which].astype(np.float32), counts[which])


def _head(rows: Corpus, seen: NDArray[np.bool_], head: str) -> Part:
    """A large set counts less for each of its posts, so that a small one is heard beside it."""
    said = rows.heads[:, EVERY_HEAD.index(head)]
    labelled = seen & ~np.isnan(said)
    counts = np.zeros(said.size)
    for source in np.unique(rows.source[labelled]):
        mine = labelled & (rows.source == source)
        counts[mine] = 1 / np.sqrt(mine.sum())
    if head in HEADS:
        ordinary = np.flatnonzero(seen & _ordinary(rows, head) & np.isnan(said))
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


def file_of(
    design: Design, weights: Floats, known: Lexicon, net: Mapping[str, Any], about: Mapping[str, Any] | None = None
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
        arrays |= _block(name, one, block)
    return packed({**(about or {}), "heads": [*SENTIMENTS, *HEADS]}, arrays)


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
