"""Word flags: what is known of a word regardless of its place, as bits: its shape, and the lists that it is in.

The flags of a word are cached. The flags of all words of a post together tell with one `&` what the post cannot
contain, which is nearly all that detectors search for; only the rest is searched.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from bot.detectors.text import denials
from bot.detectors.text.cache import MemoDict
from bot.detectors.text.cooccurrence import load_cooccurrence_rules
from bot.detectors.text.lexicon_files import LexiconTable, load_lexicon
from bot.detectors.text.phrases import PhraseMatch, PhrasesOfWord, find_phrases, load_phrase_index
from bot.detectors.text.spam_words import SpamWord, load_spam_weights
from bot.detectors.text.tokenizer import LINKS

# Shape
ODD = 1 << 0
"""Contains other characters than letters."""
SAID = 1 << 1
"""Begins with a letter or a digit."""
HASHTAG, HANDLE, LINK = 1 << 2, 1 << 3, 1 << 4
FIGURES = 1 << 5
"""A number, an amount or a share: 7, €20, 15%."""
PRICED = 1 << 6
STOPS, CUTS = 1 << 7, 1 << 8
"""Ends a sentence; separates the items of a list."""
# Lists
SECOND_PERSON, AHEAD = 1 << 9, 1 << 10
HARMS, HARMED = 1 << 11, 1 << 12
"""Means harm together with another word: in the first part of a rule, and in the others."""
BAD, SMALL = 1 << 13, 1 << 14
"""Words that blame a name beside them; words of sentences, of which titles and heaps of keywords have few."""
TROUBLE = 1 << 15
"""May be denied: "no complaints"."""
MAY_ASK, QUESTION_MARK = 1 << 16, 1 << 17
"""Words with which a question begins or is asked indirectly; contains its mark."""

COUNTED = (SAID, SMALL, CUTS, LINK, HANDLE, PRICED)
_SHIFTS = {bit: 11 * number for number, bit in enumerate(COUNTED)}
_MOST = (1 << 11) - 1
"""More than the words of a post, so that one sum of whole numbers counts all flags at once."""

MONEY = re.compile(r"[$€£₹]\d|\d[\d.,]{0,9}[$€£₹]$")
COINS = LexiconTable("word_lists").words["coins"]
_SMALL = LexiconTable("word_lists").words["small"]
_CUTS = frozenset(",|/•·–-;+~=→*")


class WordFlags(NamedTuple):
    """The words of a post with their flags."""

    words: list[str]
    flags_by_word: Sequence[int]
    flags: int
    """The flags of all words together."""
    counts: int
    """How many words have each flag of `COUNTED`, side by side."""
    topic_words: Sequence[str]
    """Each word that is said and not `SMALL`; empty in the place of the others."""
    spam_words: Sequence[SpamWord]
    phrases: dict[str, list[PhraseMatch]]
    """By table of the phrase index, in text order."""

    def select_words(self, bits: int) -> list[str]:
        """Return the words with any of these bits."""
        if not self.flags & bits:
            return []
        return [word for word, own in zip(self.words, self.flags_by_word, strict=True) if own & bits]

    def count(self, bit: int) -> int:
        """Count the words with this bit, which is one of `COUNTED`."""
        return self.counts >> _SHIFTS[bit] & _MOST

    def find_places(self, bits: int) -> list[int]:
        """Return the places of the words with any of these bits."""
        return [place for place, own in enumerate(self.flags_by_word) if own & bits] if self.flags & bits else []


_WordFacts = tuple[int, int, str, SpamWord, PhrasesOfWord | None]
"""The flags and counts of a word, what it weighs for spam, and the phrases that it begins: one look-up for all."""


def flag_words(words: list[str]) -> WordFlags:
    if not words:
        return WordFlags(words, (), 0, 0, (), (), {})
    flags, counts, topic_words, spam_words, phrases = zip(*map(_FACTS.__getitem__, words), strict=True)
    total = reduce(or_, flags)
    return WordFlags(words, flags, total, sum(counts), topic_words, spam_words, find_phrases(words, phrases))


@cache
def _load_word_lists() -> dict[str, int]:
    bad, questions = LexiconTable("intents").words["bad"], load_lexicon("questions")
    lists: list[tuple[int, Iterable[str]]] = [
        (SECOND_PERSON, ["you", "your", "u", "ur", "you're", "yourselves"]),
        (AHEAD, ["in", "within", "under"]),
        *[(HARMS, rule.parts[0]) for rule in load_cooccurrence_rules()],
        *[(HARMED, part) for rule in load_cooccurrence_rules() for part in rule.parts[1:]],
        (SMALL, _SMALL),
        (TROUBLE, denials.TROUBLE),
        (MAY_ASK, [*questions["words"]["verbs"], *questions["openings"], *questions["indirect"]]),
        (BAD, bad),
        (BAD, [f"#{word}" for word in bad]),
    ]
    found: dict[str, int] = {}
    for bit, words in lists:
        for word in words:
            found[word] = found.get(word, 0) | bit
    return found


def _list_shape_flags(word: str) -> Iterable[tuple[int, bool]]:
    first = word[0]
    yield ODD, not word.isalpha()
    yield SAID, first.isalnum()
    yield HASHTAG, first == "#"
    yield HANDLE, first == "@"
    yield LINK, word.startswith(LINKS)
    yield FIGURES, first.isdigit() or (first in "$€£+" and len(word) > 1)
    yield PRICED, word in COINS or MONEY.search(word) is not None
    yield STOPS, first in ".!?…"
    yield CUTS, word in _CUTS
    yield QUESTION_MARK, "?" in word


def _look_up_word(word: str) -> _WordFacts:
    flags = _load_word_lists().get(word, 0) | sum(bit for bit, holds in _list_shape_flags(word) if holds)
    counts = sum(1 << shift for bit, shift in _SHIFTS.items() if flags & bit)
    topic_word = word if flags & (SAID | SMALL) == SAID else ""
    return flags, counts, topic_word, load_spam_weights().weigh_word(word), load_phrase_index().by_first.get(word)


_FACTS = MemoDict(_look_up_word)
