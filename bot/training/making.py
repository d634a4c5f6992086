"""The weight file from the labelled sets: `earshot train --from DIR`. The same rows give the same bytes."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.posts import Floats
from bot.detectors.model.scoring import CLASSES
from bot.detectors.model.weights import packed
from bot.training.features import GENTLY, Design, Kept, chosen, raw
from bot.training.fitting import fitted
from bot.training.lessons import ORDINARY_EVERY, UNLEARNED, Part, lessons, parts
from bot.training.lexicons import Lexicon, lexicon
from bot.training.nets import NetLearner, arrays_of, vocabulary
from bot.training.sets import (
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


class Impossible(Exception):  # noqa: N818  (said to a person)
    """What is to be left out is no set."""


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
        columns.append(_fitted(name, design, part))
    return np.concatenate(columns, axis=1)


def _fitted(name: str, design: Design, part: Part) -> Floats:
    ridge, of_surface = HELD_BACK.get(name, (HEAD_RIDGE, HEAD_RIDGE))
    rounds = HEAD_ROUNDS
    if name == "sentiment":
        ridge, of_surface, rounds = RIDGE, RIDGE, ROUNDS
    rows = design.rows(part.rows)
    return fitted(rows, part.targets, part.counts, ridge=ridge, ridge_of_surface=of_surface, rounds=rounds)


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
