"""What an assessor makes of labelled posts, beside what people made of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bot.detectors.catalogue import Assessor
from bot.domain.assessment import Assessment
from bot.training.figures import Figure, of_head, of_sentiment
from bot.training.labelled import Labelled
from bot.training.sets import HEADS, SENTIMENTS

BATCH = 64


class Section(NamedTuple):
    name: str
    figures: list[Figure]


def evaluated(assessor: Assessor, rows: Sequence[Labelled]) -> Iterator[Section]:
    """Sentiment first, then each head on the posts of each source that has it."""
    found = [
        one
        for start in range(0, len(rows), BATCH)
        for one in assessor.assess([row.mention for row in rows[start : start + BATCH]])
    ]
    if any(row.sentiment for row in rows):
        yield Section("sentiment", _sentiment(rows, found))
    for head in HEADS:
        for source in sorted({row.source for row in rows if head in row.heads}):
            yield Section(f"{head}{f' ({source})' if source else ''}", _head(head, source, rows, found))


def _sentiment(rows: Sequence[Labelled], found: Sequence[Assessment]) -> list[Figure]:
    both = [(row.sentiment, one) for row, one in zip(rows, found, strict=True) if row.sentiment]
    gold = np.array([SENTIMENTS.index(said) for said, _ in both])
    chances = np.array([[one.probabilities[word] for word in SENTIMENTS] for _, one in both])
    return of_sentiment(gold, chances, np.array([one.unsure for _, one in both]))


def _head(head: str, source: str, rows: Sequence[Labelled], found: Sequence[Assessment]) -> list[Figure]:
    both = [
        (row.heads[head], one)
        for row, one in zip(rows, found, strict=True)
        if head in row.heads and row.source == source
    ]
    gold = np.array([float(said) for said, _ in both])
    held = np.array([f"intent:{head}" in one.labels for _, one in both])
    return of_head(gold, held, np.array([one.intents.get(head, 0.0) for _, one in both]))
