"""Word flags: what is known of a word regardless of its place, as bits: its shape, and the lists that it is in.

The flags of a word are cached. The flags of all words of a post together tell with one `&` what the post cannot
contain, which is nearly all that detectors search for; only the rest is searched.
"""

import re
from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from bot.detectors.text.cache import MemoDict
from bot.detectors.text.cooccurrence import load_cooccurrence_rules
from bot.detectors.text.lexicon_files import LexiconTable, load_lexicon
from bot.detectors.text.phrase_index import load_phrase_index
from bot.detectors.text.phrases import PhraseMatch
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
WARES, COMMERCE, OFFERED, CONTACT = 1 << 13, 1 << 14, 1 << 15, 1 << 16
FIRST_PERSON, STORY, POLITE = 1 << 17, 1 << 18, 1 << 19
PAGE, PRAISE, READER = 1 << 20, 1 << 21, 1 << 22
"""What is flattered, how, and whose it is."""
SIGN, HINT, SMALL, ASKS = 1 << 23, 1 << 24, 1 << 25, 1 << 26
"""Of the spam features: `SIGN` says something by itself, `HINT` beside others."""
BAD = 1 << 27
"""Words that blame a name beside them."""

MONEY = re.compile(r"[$€£₹]\d|\d[\d.,]{0,9}[$€£₹]$")
COINS = frozenset(["$", "€", "£", "₹", "usd", "eur", "gbp", "euro", "euros", "dollars", "bucks", "pounds"])
_CUTS = frozenset(",|/•·–-;+~=→*")
FLAGGED = frozenset(["small", "asks", "hurries", "polite"])
"""Kinds of spam features that have a flag of their own, or none."""
HINTS = frozenset(["sells", "codes", "gains", "earns", "each", "without"])


class WordFlags(NamedTuple):
    """The words of a post with their flags."""

    words: list[str]
    flags_by_word: list[int]
    flags: int
    """The flags of all words together."""
    phrases: dict[str, list[PhraseMatch]]
    """By table of the phrase index, in text order."""

    def select_words(self, bits: int) -> list[str]:
        """Return the words with any of these bits."""
        if not self.flags & bits:
            return []
        return [word for word, own in zip(self.words, self.flags_by_word, strict=True) if own & bits]

    def count(self, bits: int) -> int:
        """Count the words with any of these bits."""
        return len([own for own in self.flags_by_word if own & bits]) if self.flags & bits else 0

    def find_places(self, bits: int) -> list[int]:
        """Return the places of the words with any of these bits."""
        return [place for place, own in enumerate(self.flags_by_word) if own & bits] if self.flags & bits else []


def flag_words(words: list[str]) -> WordFlags:
    flags = list(map(_FLAGS.__getitem__, words))
    return WordFlags(words, flags, reduce(or_, flags, 0), load_phrase_index().find_phrases(words))


def is_flattery(flags: int) -> bool:
    """Return True if a page, or the reader, is praised."""
    return bool(flags & PAGE and flags & PRAISE and flags & READER)


@cache
def _load_word_lists() -> dict[str, int]:
    pitches, features = LexiconTable("spam_pitches").words, load_lexicon("spam_features")["words"]
    bad = LexiconTable("intents").words["bad"]
    lists: list[tuple[int, Iterable[str]]] = [
        (SECOND_PERSON, ["you", "your", "u", "ur", "you're", "yourselves"]),
        (AHEAD, ["in", "within", "under"]),
        *[(HARMS, rule.parts[0]) for rule in load_cooccurrence_rules()],
        *[(HARMED, part) for rule in load_cooccurrence_rules() for part in rule.parts[1:]],
        (WARES, pitches["brands"] | pitches["goods"]),
        (COMMERCE, pitches["commerce"]),
        *[(OFFERED, kind["words"]) for kind in load_lexicon("offers").values()],
        (CONTACT, ["whatsapp", "telegram", "dm", "inbox", "gmail", "bio", "email", "skype", "kik", "snapchat"]),
        (FIRST_PERSON, pitches["first_person"]),
        (STORY, pitches["story"]),
        (POLITE, features["polite"]),
        (PAGE, pitches["page"]),
        (PRAISE, pitches["praise"]),
        (READER, pitches["reader"]),
        (SMALL, features["small"]),
        (ASKS, features["asks"]),
        (SIGN, pitches["brands"]),
        (BAD, bad),
        (BAD, [f"#{word}" for word in bad]),
        *[(HINT if kind in HINTS else SIGN, words) for kind, words in features.items() if kind not in FLAGGED],
    ]
    found: dict[str, int] = {}
    for bit, words in lists:
        for word in words:
            found[word] = found.get(word, 0) | bit
    return found


def _compute_flags(word: str) -> int:
    return _load_word_lists().get(word, 0) | sum(bit for bit, holds in _list_shape_flags(word) if holds)


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


_FLAGS = MemoDict(_compute_flags)
