"""Which posts teach what: of sentiment and each head the posts, what they say, and how much each of them counts."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES
from bot.training.convnet_trainer import TrainingTargets
from bot.training.corpus import AIRLINE, COMPLAINTS, EVERY_HEAD, HEADS, POOL, TrainingCorpus

SENTIMENT_SOURCES = {"semeval": 1.0, "tse": 0.5, "reddit": 0.3, AIRLINE: 1.0, COMPLAINTS: 1.0, "emotion": 0.3}
"""How much a source counts for each of its posts; within it what may be said counts alike (SIGNALS 7)."""
HEAD_SOURCES = {COMPLAINTS: 2.0}
"""What the regression beside the net counts a set's posts for, next to what their number gives them.

Complaints to many brands are nearer to what a new brand hears than those of one week. Four fifths, each left out in
turn (2026-11-22): average precision on them .846 to .859, on the airline week .952 to .950."""
HEAD_TO_NET, BESIDE_TO_NET = 0.5, 0.1
"""What a post counts for while the net learns a head, or what it is asked beside, next to a post of sentiment.

With 2.0 and 0.5 the heads gain (average precision of questions .868 for .856) and sentiment loses (log loss of both
on `sentiment_val` .709 for .698) (2026-11-22)."""
ORDINARY = 0.1
"""What ordinary posts count for together, as a share of the labelled ones of a head, so that it knows them as well."""
ORDINARY_EVERY, UNLEARNED = 10, 2


class HeadSamples(NamedTuple):
    """Which rows a head learns from, what they say, and how much each counts."""

    rows: NDArray[np.intp]
    targets: Floats
    counts: NDArray[np.float64]


def build_training_targets(rows: TrainingCorpus, seen: NDArray[np.bool_]) -> TrainingTargets:
    """All that the net is asked, of all posts of which anything is known. A labelled post counts one on the mean."""
    targets = np.zeros((rows.sentiment.size, CLASSES + len(EVERY_HEAD)), np.float32)
    counts = np.zeros((rows.sentiment.size, 1 + len(EVERY_HEAD)), np.float32)
    asked = [(slice(0, CLASSES), 0, 1.0, _select_sentiment_samples(rows, seen))]
    for head, name in enumerate(EVERY_HEAD):
        worth = HEAD_TO_NET if name in HEADS else BESIDE_TO_NET
        asked.append(
            (slice(CLASSES + head, CLASSES + head + 1), 1 + head, worth, _select_head_samples(rows, seen, name))
        )
    for columns, column, worth, part in asked:
        if not part.rows.size:
            continue
        targets[part.rows, columns] = part.targets
        labelled = (
            rows.possible_sentiments[part.rows].any(axis=1)
            if column == 0
            else ~np.isnan(rows.heads[part.rows, column - 1])
        )
        counts[part.rows, column] = worth * part.counts / part.counts[labelled].mean()
    which = np.flatnonzero(counts.any(axis=1))
    return TrainingTargets(which, targets[which], counts[which])


def build_regression_samples(rows: TrainingCorpus, seen: NDArray[np.bool_]) -> Mapping[str, HeadSamples]:
    """What the regression learns from."""
    found = {"sentiment": _select_sentiment_samples(rows, seen)}
    for head in HEADS:
        part = _select_head_samples(rows, seen, head)
        worth = [HEAD_SOURCES.get(source, 1.0) for source in rows.source[part.rows].tolist()]
        found[head] = part._replace(counts=part.counts * np.array(worth))
    return found


def _select_sentiment_samples(rows: TrainingCorpus, seen: NDArray[np.bool_]) -> HeadSamples:
    counts = np.zeros(rows.sentiment.size)
    said = rows.possible_sentiments @ np.array([1, 2, 4])
    for source, worth in SENTIMENT_SOURCES.items():
        mine = np.flatnonzero(seen & rows.select_sources(source) & (said > 0))
        if mine.size:
            _, which, many = np.unique(said[mine], return_inverse=True, return_counts=True)
            counts[mine] = worth * (mine.size / (many.size * many))[which]
    which = np.flatnonzero(counts)
    return HeadSamples(which, rows.possible_sentiments[which].astype(np.float32), counts[which])


def _select_head_samples(rows: TrainingCorpus, seen: NDArray[np.bool_], head: str) -> HeadSamples:
    """A large set counts less for each of its posts, so that a small one is heard beside it."""
    said = rows.heads[:, EVERY_HEAD.index(head)]
    labelled = seen & ~np.isnan(said)
    counts = np.zeros(said.size)
    for source in np.unique(rows.source[labelled]):
        mine = labelled & (rows.source == source)
        counts[mine] = 1 / np.sqrt(mine.sum())
    if head in HEADS:
        ordinary = np.flatnonzero(seen & _select_ordinary(rows, head) & np.isnan(said))
        counts[ordinary] = ORDINARY * counts.sum() / max(1, ordinary.size)
    which = np.flatnonzero(counts)
    return HeadSamples(which, np.nan_to_num(said[which])[:, None], counts[which])


def _select_ordinary(rows: TrainingCorpus, head: str) -> NDArray[np.bool_]:
    """Posts that a head must leave alone. What is no bad news is no complaint, and what is no good news no praise."""
    some: NDArray[np.bool_] = rows.fold % ORDINARY_EVERY == 1
    if head == "complaint":
        some &= rows.select_sources("semeval") & (rows.sentiment > 0)
    elif head == "praise":
        some &= rows.select_sources("semeval") & (rows.sentiment < 2)
    else:
        some &= rows.select_sources(POOL)
    return some
