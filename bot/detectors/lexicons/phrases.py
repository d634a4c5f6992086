"""Finds weighted phrases in a list of words: a dictionary look-up a word, no pattern that could run away."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

NEGATORS = frozenset(
    {"no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly", "cannot", "cant", "dont"}
    | {"didnt", "doesnt", "isnt", "wasnt", "arent", "wont", "wouldnt", "havent", "hasnt", "aint"}
    | {"can't", "don't", "didn't", "doesn't", "isn't", "wasn't", "aren't", "won't", "wouldn't", "haven't", "hasn't"}
    | {"ain't", "couldn't", "shouldn't", "weren't", "hadn't"}
)
CLAUSE_ENDS = frozenset([".", ",", ";", ":", "!", "?", "but", "..."])


class Hit(NamedTuple):
    phrase: str
    family: str
    weight: float
    start: int
    end: int


class _Entry(NamedTuple):
    size: int
    words: list[str]
    phrase: str
    family: str
    weight: float


class Phrases:
    """Phrases of several families. The longest wins; what it covers is closed to the other ones of its family."""

    def __init__(self, families: Mapping[str, Mapping[str, float]]) -> None:
        self._single: dict[str, list[_Entry]] = {}
        self._longer: dict[tuple[str, str], list[_Entry]] = {}
        for family, phrases in families.items():
            for phrase, weight in phrases.items():
                self._add(_Entry(len(phrase.split()), phrase.split(), phrase, family, weight))
        anchors = (max(phrase.split(), key=len) for phrases in families.values() for phrase in phrases)
        self._anchors = frozenset(anchors)
        for entries in self._longer.values():
            entries.sort(key=lambda entry: -entry.size)

    def _add(self, entry: _Entry) -> None:
        if entry.size == 1:
            self._single.setdefault(entry.phrase, []).append(entry)
        else:
            self._longer.setdefault((entry.words[0], entry.words[1]), []).append(entry)

    def find(self, words: list[str]) -> list[Hit]:
        hits: list[Hit] = []
        if self._anchors.isdisjoint(words):  # most posts hold no phrase of a rare kind
            return hits
        closed: dict[str, int] = {}
        for start, pair in enumerate(pairwise([*words, ""])):
            entries = [*self._longer.get(pair, ()), *self._single.get(pair[0], ())]
            for size, phrase_words, phrase, family, weight in entries:
                if closed.get(family, 0) <= start and (size < 3 or words[start : start + size] == phrase_words):
                    closed[family] = start + size
                    hits.append(Hit(phrase, family, weight, start, start + size))
        return hits


def preceded(words: Sequence[str], start: int, by: frozenset[str], reach: int = 3) -> bool:
    """Whether one of these words stands before this place, within reach and in the same clause."""
    for place in range(start - 1, max(-1, start - 1 - reach), -1):
        if words[place] in by:
            return True
        if words[place] in CLAUSE_ENDS:
            return False
    return False


def likelihood(points: float) -> float:
    """Points are log-odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, points))))


def quoted(phrases: Iterable[str], most: int = 3) -> str:
    return ", ".join([f"'{phrase}'" for phrase in list(dict.fromkeys(phrases))[:most]])
