"""Find weighted phrases in a list of words: one dictionary look-up a word, no regex that could run away."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

NEGATORS = frozenset(
    {"no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly", "cannot", "cant", "dont"}
    | {"didnt", "doesnt", "isnt", "wasnt", "arent", "wont", "wouldnt", "havent", "hasnt", "aint"}
    | {"can't", "don't", "didn't", "doesn't", "isn't", "wasn't", "aren't", "won't", "wouldn't", "haven't", "hasn't"}
    | {"ain't", "couldn't", "shouldn't", "weren't", "hadn't"}
)
MAX_QUOTED = 60
CLAUSE_ENDS = frozenset([".", ",", ";", ":", "!", "?", "but", "..."])


class PhraseMatch(NamedTuple):
    phrase: str
    family: str
    weight: float
    start: int
    end: int


class _PhraseEntry(NamedTuple):
    size: int
    words: list[str]
    phrase: str
    table: str
    family: str
    weight: float


class PhraseIndex:
    """Phrases of several families in several tables, found in one pass. The longest wins, and excludes overlapping ones
    of its family.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
        """`tables`: by table and family, phrases and their weights. A family is of one table."""
        self._single: dict[str, list[_PhraseEntry]] = {}
        self._pairs: dict[tuple[str, str], list[_PhraseEntry]] = {}
        """By the first two words, the longest first, with the entries of the first word alone."""
        for table, families in tables.items():
            for family, phrases in families.items():
                for phrase, weight in phrases.items():
                    self._add_phrase(phrase.split(), phrase, table, family, weight)
        for (first, _), entries in self._pairs.items():
            entries.sort(key=lambda entry: -entry.size)
            entries.extend(self._single.get(first, ()))

    def _add_phrase(self, words: list[str], phrase: str, table: str, family: str, weight: float) -> None:
        entry = _PhraseEntry(len(words), words, phrase, table, family, weight)
        if entry.size == 1:
            self._single.setdefault(words[0], []).append(entry)
        else:
            self._pairs.setdefault((words[0], words[1]), []).append(entry)

    def find_phrases(self, words: list[str]) -> dict[str, list[PhraseMatch]]:
        """Return the matches by table, in text order."""
        found: dict[str, list[PhraseMatch]] = {}
        closed: dict[str, int] = {}
        pairs = zip(words, [*words[1:], ""], strict=False)
        for start, entries in enumerate(map(self._pairs.get, pairs, map(self._single.get, words))):
            if not entries:  # as of nearly all words
                continue
            for size, phrase_words, phrase, table, family, weight in entries:
                if closed.get(family, 0) <= start and (size < 3 or words[start : start + size] == phrase_words):
                    closed[family] = start + size
                    found.setdefault(table, []).append(PhraseMatch(phrase, family, weight, start, start + size))
        return found


def is_preceded_by(words: Sequence[str], start: int, preceding: frozenset[str], reach: int = 3) -> bool:
    """Return True if one of these words stands before this place, within reach and in the same clause."""
    for place in range(start - 1, max(-1, start - 1 - reach), -1):
        if words[place] in preceding:
            return True
        if words[place] in CLAUSE_ENDS:
            return False
    return False


def convert_log_odds(points: float) -> float:
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, points))))


def quote_phrases(phrases: Iterable[str], limit: int = 3) -> str:
    """Quote the first few distinct phrases, long ones truncated."""
    return ", ".join([f"'{_truncate_phrase(phrase)}'" for phrase in list(dict.fromkeys(phrases))[:limit]])


def _truncate_phrase(phrase: str) -> str:
    return phrase if len(phrase) <= MAX_QUOTED else f"{phrase[: MAX_QUOTED - 1]}…"
