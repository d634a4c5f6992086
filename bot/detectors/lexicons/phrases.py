"""Finds weighted phrases in a list of words: a dictionary look-up a word, no pattern that could run away."""

import math
from collections.abc import Iterable, Mapping, Sequence
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


class _Begun(NamedTuple):
    """What a word may be the beginning of: by itself, and by the word that follows, the longest first."""

    alone: list[_Entry]
    going_on: dict[str, list[_Entry]]


class Phrases:
    """Phrases of several families. The longest wins; what it covers is closed to the other ones of its family."""

    def __init__(self, families: Mapping[str, Mapping[str, float]]) -> None:
        self._by_first: dict[str, _Begun] = {}
        anchors: set[str] = set()
        for family, phrases in families.items():
            for phrase, weight in phrases.items():
                words = phrase.split()
                anchors.add(max(words, key=len))
                begun = self._by_first.setdefault(words[0], _Begun([], {}))
                entries = begun.going_on.setdefault(words[1], []) if len(words) > 1 else begun.alone
                entries.append(_Entry(len(words), words, phrase, family, weight))
        self._anchors = frozenset(anchors)
        for begun in self._by_first.values():
            for entries in begun.going_on.values():
                entries.sort(key=lambda entry: -entry.size)
                entries.extend(begun.alone)

    def find(self, words: list[str]) -> list[Hit]:
        hits: list[Hit] = []
        if self._anchors.isdisjoint(words):  # most posts hold no phrase of a rare kind
            return hits
        by_first = self._by_first
        closed: dict[str, int] = {}
        followed = [*words[1:], ""]
        for start in [place for place, word in enumerate(words) if word in by_first]:
            alone, going_on = by_first[words[start]]
            for size, phrase_words, phrase, family, weight in going_on.get(followed[start], alone):
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
