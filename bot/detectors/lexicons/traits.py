"""What there is to know of a word wherever it stands, as bits: how it looks, and which lists it is in.

A word is looked up once and remembered. The bits of all words of a post together tell with one `&` what it has no word
of, which in most posts is nearly all that is looked for; only then is it gone through.
"""

import re
from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from bot.detectors.lexicons.book import book
from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.phrases import Hit
from bot.detectors.lexicons.tables import Table, parsed
from bot.detectors.lexicons.text import LINKS
from bot.detectors.lexicons.together import rules

# How it looks.
ODD = 1 << 0
"""Not of letters alone."""
SAID = 1 << 1
"""Begins with a letter or a figure."""
HASHTAG, HANDLE, LINK = 1 << 2, 1 << 3, 1 << 4
FIGURES = 1 << 5
"""A number, a sum or a share: 7, €20, 15%."""
PRICED = 1 << 6
STOPS, CUTS = 1 << 7, 1 << 8
"""Ends a sentence; parts what a list is made of."""
# Which lists it is in.
SECOND_PERSON, AHEAD = 1 << 9, 1 << 10
HARMS, HARMED = 1 << 11, 1 << 12
"""Harms together with another word: of the first part of a rule, and of the others."""
WARES, COMMERCE, OFFERED, CONTACT = 1 << 13, 1 << 14, 1 << 15, 1 << 16
FIRST_PERSON, STORY, POLITE = 1 << 17, 1 << 18, 1 << 19
PAGE, PRAISE, READER = 1 << 20, 1 << 21, 1 << 22
"""What is flattered, how, and of whom."""
SIGN, HINT, SMALL, ASKS = 1 << 23, 1 << 24, 1 << 25, 1 << 26
"""Of the small signs: `SIGN` says something by itself, `HINT` beside others."""
BAD = 1 << 27
"""What a name beside it is blamed for."""

MONEY = re.compile(r"[$€£₹]\d|\d[\d.,]{0,9}[$€£₹]$")
COINS = frozenset(["$", "€", "£", "₹", "usd", "eur", "gbp", "euro", "euros", "dollars", "bucks", "pounds"])
_CUTS = frozenset(",|/•·–-;+~=→*")
HINTS = frozenset(["sells", "codes", "gains", "earns", "each", "without"])


class Known(NamedTuple):
    """What is known of the words of a post."""

    words: list[str]
    traits: list[int]
    """One for each word, in its place."""
    has: int
    """The bits that any of them has."""
    phrases: dict[str, list[Hit]]
    """By table of the book, in their order."""

    def having(self, bits: int) -> list[str]:
        """The words that have one of these."""
        if not self.has & bits:
            return []
        return [word for word, trait in zip(self.words, self.traits, strict=True) if trait & bits]

    def count(self, bits: int) -> int:
        """How many words have one of these."""
        return len([trait for trait in self.traits if trait & bits]) if self.has & bits else 0

    def where(self, bits: int) -> list[int]:
        """The places of the words that have one of these."""
        return [place for place, trait in enumerate(self.traits) if trait & bits] if self.has & bits else []


def known(words: list[str]) -> Known:
    traits = list(map(_TRAITS.__getitem__, words))
    return Known(words, traits, reduce(or_, traits, 0), book().find(words))


def flatters(has: int) -> bool:
    """Whether something is praised of a page, or of whoever reads."""
    return bool(has & PAGE and has & PRAISE and has & READER)


@cache
def _lists() -> dict[str, int]:
    pitches, signs = Table("pitches").words, parsed("signs")["words"]
    bad = Table("care").words["bad"]
    lists: list[tuple[int, Iterable[str]]] = [
        (SECOND_PERSON, ["you", "your", "u", "ur", "you're", "yourselves"]),
        (AHEAD, ["in", "within", "under"]),
        *[(HARMS, rule.parts[0]) for rule in rules()],
        *[(HARMED, part) for rule in rules() for part in rule.parts[1:]],
        (WARES, pitches["brands"] | pitches["goods"]),
        (COMMERCE, pitches["commerce"]),
        *[(OFFERED, kind["words"]) for kind in parsed("offers").values()],
        (CONTACT, ["whatsapp", "telegram", "dm", "inbox", "gmail", "bio", "email", "skype", "kik", "snapchat"]),
        (FIRST_PERSON, pitches["first_person"]),
        (STORY, pitches["story"]),
        (POLITE, signs["polite"]),
        (PAGE, pitches["page"]),
        (PRAISE, pitches["praise"]),
        (READER, pitches["reader"]),
        (SMALL, signs["small"]),
        (ASKS, signs["asks"]),
        (SIGN, pitches["brands"]),
        (BAD, bad),
        (BAD, [f"#{word}" for word in bad]),
        *[
            (HINT if kind in HINTS else SIGN, words)
            for kind, words in signs.items()
            if kind not in {"small", "asks", "hurries", "polite"}
        ],
    ]
    found: dict[str, int] = {}
    for bit, words in lists:
        for word in words:
            found[word] = found.get(word, 0) | bit
    return found


def _of(word: str) -> int:
    return _lists().get(word, 0) | sum(bit for bit, holds in _looks(word) if holds)


def _looks(word: str) -> Iterable[tuple[int, bool]]:
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


_TRAITS = Memory(_of)
