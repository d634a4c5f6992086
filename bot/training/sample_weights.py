"""Select and weight the posts that sentiment and each head learn from."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import CLASSES
from bot.training.convnet_trainer import TrainingTargets
from bot.training.corpus import (
    ADVICE,
    AIRLINE,
    COMPLAINTS,
    DISASTER,
    EVERY_HEAD,
    HEADS,
    INTENTS,
    OF_NETWORK,
    POOL,
    TrainingCorpus,
)

SENTIMENT_SOURCES = {"semeval": 1.0, "tse": 0.5, "reddit": 0.3, AIRLINE: 1.0, COMPLAINTS: 1.0, "emotion": 0.3}
"""Weight of each post by source; within a source all label sets have equal weight (SIGNALS 7)."""
FIRST_SYMBOL = "\u2190"
SOFT = 1.0
"""Weight of each post with a soft label."""
HEAD_SOURCES = {COMPLAINTS: 2.0}
"""Weight of a source's posts in the regression, relative to that from its size.

Complaints to many brands are nearer to a new brand than those of one week. Fivefold cross-validation (2026-11-22):
average precision on them .846 to .859, on the airline week .952 to .950."""
HEAD_IN_NET, AUXILIARY_IN_NET = 0.5, 0.1
"""Weight of a post of a head, or of an auxiliary head, in the network, relative to a post of sentiment.

With 2.0 and 0.5 the heads gain (average precision of questions .868 for .856) and sentiment loses (log loss of both on
`sentiment_val` .709 for .698) (2026-11-22)."""
ORDINARY = {DISASTER: 0.5, ADVICE: 1.0}
"""Total weight of ordinary posts, as a share of the labelled ones of a head; `ORDINARY_ELSE` for other heads."""
ORDINARY_ELSE = 0.1
ORDINARY_EVERY, UNLEARNED = 10, 2


class HeadSamples(NamedTuple):
    """The rows that a head learns from, their labels and their weights."""

    rows: NDArray[np.intp]
    targets: Floats
    counts: NDArray[np.float64]


def build_training_targets(rows: TrainingCorpus, visible: NDArray[np.bool_]) -> TrainingTargets:
    """Build the targets of the network, from all posts with any label. A labelled post has a mean weight of one."""
    targets = np.zeros((rows.sentiment.size, CLASSES + len(OF_NETWORK)), np.float32)
    counts = np.zeros((rows.sentiment.size, 1 + len(OF_NETWORK)), np.float32)
    tasks = [(slice(0, CLASSES), 0, 1.0, _select_sentiment_samples(rows, visible))]
    for head, name in enumerate(OF_NETWORK):
        worth = HEAD_IN_NET if name in INTENTS else AUXILIARY_IN_NET
        columns = slice(CLASSES + head, CLASSES + head + 1)
        tasks.append((columns, 1 + head, worth, _select_head_samples(rows, visible, name)))
    for columns, column, worth, part in tasks:
        if not part.rows.size:
            continue
        targets[part.rows, columns] = part.targets
        labelled = rows.possible_sentiments[part.rows].any(axis=1)
        if column:
            labelled = ~np.isnan(rows.heads[part.rows, column - 1])
        counts[part.rows, column] = worth * part.counts / part.counts[labelled].mean()
    which = np.flatnonzero(counts.any(axis=1))
    return TrainingTargets(which, targets[which], counts[which])


def build_regression_samples(rows: TrainingCorpus, visible: NDArray[np.bool_]) -> Mapping[str, HeadSamples]:
    """Select the samples of the regression.

    No soft label of a post with emoji: most of them are one unknown word to the model that gave the labels, so what an
    emoji means has to come from people's labels.
    """
    emoji = np.array(
        [source == POOL and _has_emoji(text) for source, text in zip(rows.source, rows.texts, strict=True)]
    )
    found = {"sentiment": _select_sentiment_samples(rows, visible & ~emoji)}
    for head in HEADS:
        part = _select_head_samples(rows, visible, head)
        worth = [HEAD_SOURCES.get(source, 1.0) for source in rows.source[part.rows].tolist()]
        found[head] = part._replace(counts=part.counts * np.array(worth))
    return found


def _select_sentiment_samples(rows: TrainingCorpus, visible: NDArray[np.bool_]) -> HeadSamples:
    """Select posts with a label or a soft label. Those without a label count alike, whatever the soft label says."""
    counts = np.zeros(rows.sentiment.size)
    counts[visible & rows.select_sources(POOL) & rows.possible_sentiments.any(axis=1)] = SOFT
    labels = rows.possible_sentiments @ np.array([1, 2, 4])
    for source, worth in SENTIMENT_SOURCES.items():
        mine = np.flatnonzero(visible & rows.select_sources(source) & (labels > 0))
        if mine.size:
            _, which, sizes = np.unique(labels[mine], return_inverse=True, return_counts=True)
            counts[mine] = worth * (mine.size / (sizes.size * sizes))[which]
    which = np.flatnonzero(counts)
    return HeadSamples(which, rows.possible_sentiments[which], counts[which])


def _select_head_samples(rows: TrainingCorpus, visible: NDArray[np.bool_], head: str) -> HeadSamples:
    """Select labelled posts and ordinary ones; each post of a large set counts less.

    Of disasters, yes and no count alike in each set, because in one of them nine of ten posts are about a disaster.
    """
    labels = rows.heads[:, EVERY_HEAD.index(head)]
    labelled = visible & ~np.isnan(labels)
    counts = np.zeros(labels.size)
    for source in np.unique(rows.source[labelled]):
        mine = labelled & (rows.source == source)
        counts[mine] = 1 / np.sqrt(mine.sum())
        if head == DISASTER:
            held = labels == 1
            for part in (mine & held, mine & ~held):
                counts[part] = 1 / max(1, part.sum())
    if head in HEADS:
        ordinary = np.flatnonzero(visible & _select_ordinary(rows, head) & np.isnan(labels))
        counts[ordinary] = ORDINARY.get(head, ORDINARY_ELSE) * counts.sum() / max(1, ordinary.size)
    which = np.flatnonzero(counts)
    return HeadSamples(which, np.nan_to_num(labels[which])[:, None], counts[which])


def _has_emoji(text: str) -> bool:
    return not text.isascii() and any(letter >= FIRST_SYMBOL and not letter.isalnum() for letter in text)


def _select_ordinary(rows: TrainingCorpus, head: str) -> NDArray[np.bool_]:
    """Select posts that a head must not match: no complaint without bad news, and no praise without good news."""
    some: NDArray[np.bool_] = rows.fold % ORDINARY_EVERY == 1
    if head == "complaint":
        some &= rows.select_sources("semeval") & (rows.sentiment > 0)
    elif head == "praise":
        some &= rows.select_sources("semeval") & (rows.sentiment < 2)
    else:
        some &= rows.select_sources(POOL)
    return some
