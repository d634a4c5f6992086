"""What an assessor makes of labelled posts, beside what people made of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bot.detectors.catalogue import Assessor
from bot.domain.assessment import Assessment
from bot.training.figures import Figure, figure, of_head, of_sentiment, share
from bot.training.labelled import MEASURED, Labelled
from bot.training.sets import SENTIMENTS

BATCH = 64


class Section(NamedTuple):
    name: str
    figures: list[Figure]


def evaluated(assessor: Assessor, rows: Sequence[Labelled]) -> Iterator[Section]:
    """Sentiment first, then each head, on the posts of each source that has it."""
    found = _assessed(assessor, rows)
    for source in sorted({row.source for row in rows if row.sentiment}):
        yield Section(_name("sentiment", source), _sentiment(source, rows, found))
    for head in MEASURED:
        for source in sorted({row.source for row in rows if head in row.heads}):
            yield Section(_name(head, source), _head(head, source, rows, found))


def misfires(assessor: Assessor, rows: Sequence[Labelled]) -> Section:
    """In what share of ordinary posts each head holds. Few of them are meant so, and nobody has said which."""
    found = _assessed(assessor, rows)
    held = {head: np.array([f"intent:{head}" in one.labels for one in found]) for head in MEASURED}
    return Section("ordinary posts", [figure(head, share, which) for head, which in held.items()])


def _assessed(assessor: Assessor, rows: Sequence[Labelled]) -> list[Assessment]:
    return [
        one
        for start in range(0, len(rows), BATCH)
        for one in assessor.assess([row.mention for row in rows[start : start + BATCH]])
    ]


def _name(head: str, source: str) -> str:
    return f"{head} ({source})" if source else head


def _sentiment(source: str, rows: Sequence[Labelled], found: Sequence[Assessment]) -> list[Figure]:
    both = [
        (row.sentiment, one) for row, one in zip(rows, found, strict=True) if row.sentiment and row.source == source
    ]
    gold = np.array([SENTIMENTS.index(said) for said, _ in both])
    chances = np.array([[one.probabilities[word] for word in SENTIMENTS] for _, one in both])
    return of_sentiment(gold, chances, np.array([one.is_unsure for _, one in both]))


def _head(head: str, source: str, rows: Sequence[Labelled], found: Sequence[Assessment]) -> list[Figure]:
    both = [
        (row.heads[head], one)
        for row, one in zip(rows, found, strict=True)
        if head in row.heads and row.source == source
    ]
    gold = np.array([float(said) for said, _ in both])
    held = np.array([f"intent:{head}" in one.labels for _, one in both])
    return of_head(gold, held, np.array([one.intents.get(head, 0.0) for _, one in both]))
