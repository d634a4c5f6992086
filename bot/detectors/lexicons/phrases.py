"""Finds weighted phrases in a list of words: a dictionary look-up a word, no pattern that could run away."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

NEGATORS = frozenset(
    "no not never none nobody nothing neither nor without cannot cant can't dont don't didnt didn't doesnt doesn't isnt isn't "
    "wasnt wasn't arent aren't wont won't wouldnt wouldn't havent haven't hasnt hasn't aint ain't hardly".split()
)
CLAUSE_ENDS = frozenset([".", ",", ";", ":", "!", "?", "but", "..."])


class Hit(NamedTuple):
    phrase: str
    family: str
    weight: float
    start: int
    end: int


class Phrases:
    """Phrases of several families. The longest wins, and what it covers is closed to the shorter ones of its family."""

    def __init__(self, families: Mapping[str, Mapping[str, float]]) -> None:
        found: dict[str, list[tuple[tuple[str, ...], str, str, float]]] = {}
        for family, phrases in families.items():
            for phrase, weight in phrases.items():
                first, *rest = phrase.split()
                found.setdefault(first, []).append((tuple(rest), phrase, family, weight))
        self._by_first = {first: sorted(entries, key=lambda entry: -len(entry[0])) for first, entries in found.items()}

    def find(self, words: Sequence[str]) -> list[Hit]:
        hits: list[Hit] = []
        closed: dict[str, int] = {}
        for start, word in enumerate(words):
            for rest, phrase, family, weight in self._by_first.get(word, ()):
                end = start + 1 + len(rest)
                if closed.get(family, 0) <= start and (not rest or tuple(words[start + 1 : end]) == rest):
                    closed[family] = end
                    hits.append(Hit(phrase, family, weight, start, end))
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
    return ", ".join(f"'{phrase}'" for phrase in list(dict.fromkeys(phrases))[:most])
