"""Find weighted phrases in a list of words: one dictionary look-up a word, no regex that could run away."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import compress, count
from typing import NamedTuple

from bot.detectors.text.lexicon_files import LexiconTable

NEGATORS = LexiconTable("word_lists").words["negators"]
INTENTS, HARM, PRESSING = "intents", "harm", "pressing"
IDIOM, DISASTER = "idiom", "disaster"
"""Families made of plain word lists, or with points of another scale."""
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


PhrasesOfWord = tuple[dict[str, list[_PhraseEntry]], list[_PhraseEntry]]
"""By the second word, the longest first, with those of one word; and those of one word."""


class PhraseIndex:
    """Phrases of several families in several tables, found in one pass. The longest wins, and excludes overlapping ones
    of its family.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
        """`tables`: by table and family, phrases and their weights. A family is of one table."""
        self.by_first: dict[str, PhrasesOfWord] = {}
        for table, families in tables.items():
            for family, phrases in families.items():
                for phrase, weight in phrases.items():
                    self._add_phrase(phrase.split(), phrase, table, family, weight)
        for followed, alone in self.by_first.values():
            for entries in followed.values():
                entries.sort(key=lambda entry: -entry.size)
                entries.extend(alone)

    def _add_phrase(self, words: list[str], phrase: str, table: str, family: str, weight: float) -> None:
        entry = _PhraseEntry(len(words), words, phrase, table, family, weight)
        followed, alone = self.by_first.setdefault(words[0], ({}, []))
        (alone if entry.size == 1 else followed.setdefault(words[1], [])).append(entry)


@cache
def load_phrase_index() -> PhraseIndex:
    """Build the index for the first post: commands that only show a playbook need no word lists."""
    harm = LexiconTable(HARM)
    return PhraseIndex(
        {
            INTENTS: LexiconTable(INTENTS).families,
            HARM: {
                **harm.families,
                **LexiconTable(DISASTER).families,
                IDIOM: dict.fromkeys(harm.words["idioms"], 0.0),
            },
            PRESSING: LexiconTable(PRESSING).families,
        }
    )


def find_phrases(words: list[str], phrases: Sequence[PhrasesOfWord | None]) -> dict[str, list[PhraseMatch]]:
    """Return the matches by table, in text order. `phrases`: those that each word begins."""
    found: dict[str, list[PhraseMatch]] = {}
    closed: dict[str, int] = {}
    last = len(words) - 1
    for start in compress(count(), phrases):  # two words in three begin none
        known = phrases[start]
        assert known is not None
        followed, alone = known
        entries = followed.get(words[start + 1], alone) if start < last else alone
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


def quote_phrases(phrases: Iterable[str], limit: int = 3) -> str:
    """Quote the first few distinct phrases, long ones truncated."""
    return ", ".join([f"'{_truncate_phrase(phrase)}'" for phrase in list(dict.fromkeys(phrases))[:limit]])


def _truncate_phrase(phrase: str) -> str:
    return phrase if len(phrase) <= MAX_QUOTED else f"{phrase[: MAX_QUOTED - 1]}…"
