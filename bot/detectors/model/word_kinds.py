"""What there is to know of a word wherever it stands, beside what it weighs: told of most words by one byte.

Most words are words and nothing else, and a byte for each keeps those of all words near the processor.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.model.hashing import HANDLE, LINK
from bot.detectors.text.phrases import NEGATORS

END = "\x01"
"""Stands after each post, and before the first."""
CLAUSE_ENDS = frozenset({".", ",", ";", ":", "!", "?", "but", END})
BOOSTERS = frozenset(
    {"very", "so", "really", "extremely", "absolutely", "totally", "completely", "too", "such", "incredibly", "super"}
    | {"most", "more", "fucking", "freaking", "damn", "deeply", "highly", "quite", "especially", "truly", "utterly"}
)
BUTS = frozenset({"but", "however", "though", "although"})
COUNTED = {
    "capitals": 3, "exclaims": 3, "asks": 2, "dots": 2, "word": 30, "picture": 3, "smiley": 1, "link": 1, "handle": 3,
    "hashtag": 3, "negates": 2, "stretched": 1, "number": 2, "quote": 2,
}  # fmt: skip
"""What is counted in a post, and how many of it are as many as count."""
NAMES = tuple(COUNTED)


class WordKind(NamedTuple):
    """Words of which the same is known."""

    counted: tuple[int, ...]
    """Places in `COUNTED`."""
    weighs: bool
    """In a lexicon."""
    word: bool
    negates: bool
    ends: bool
    boosts: bool
    but: bool
    handle: bool


PLAIN = WordKind(
    (NAMES.index("word"),), weighs=False, word=True, negates=False, ends=False, boosts=False, but=False, handle=False
)
KINDS = [PLAIN]
"""All that were met, fewer than a byte can tell apart; the first is that of most words."""
_KNOWN = {PLAIN: 0}


class WordKindTable:
    """Of words by their numbers."""

    def __init__(self) -> None:
        self.kinds = bytearray()
        """Of each word its place in `KINDS`."""
        self.valences: dict[int, tuple[float, ...]] = {}
        """Of each word in a lexicon what it weighs in each of them."""

    def __len__(self) -> int:
        return len(self.kinds)

    def add_words(self, words: Sequence[str], valences: Sequence[Sequence[float]]) -> None:
        """Of the words that are next in number."""
        for word, weighed in zip(words, valences, strict=True):
            if any(weighed):
                self.valences[len(self.kinds)] = tuple(weighed)
            self.kinds.append(_intern_kind(classify_word(word, weighs=any(weighed))))

    def is_word(self, number: int) -> bool:
        return KINDS[self.kinds[number]].word


def _intern_kind(kind: WordKind) -> int:
    if kind not in _KNOWN:
        _KNOWN[kind] = len(KINDS)
        KINDS.append(kind)
    return _KNOWN[kind]


def classify_word(word: str, *, weighs: bool) -> WordKind:
    held = _list_counted_kinds(word)
    return WordKind(
        counted=tuple(NAMES.index(name) for name in held),
        weighs=weighs,
        word="word" in held,
        negates="negates" in held,
        ends=word in CLAUSE_ENDS or word[0] in "!?.",
        boosts=word in BOOSTERS,
        but=word in BUTS,
        handle="handle" in held,
    )


def _list_counted_kinds(word: str) -> list[str]:  # noqa: PLR0911  (one for each kind of word)
    """Which of `COUNTED` it is."""
    first = word[0]
    if first.isalpha():
        held = ["link" if word == LINK else "word"]
        held += ["negates"] if word in NEGATORS or word.endswith("n't") else []
        stretched = any(a == b == c for a, b, c in zip(word, word[1:], word[2:], strict=False))
        return [*held, "stretched"] if stretched else held
    if first in "!?.":
        found = (("exclaims", "!"), ("asks", "?"), ("dots", ".."))
        return [name for name, sign in found if sign in word]
    if first == "@":
        return ["handle"] if word == HANDLE else []
    if first == "#":
        return ["hashtag", "word"] if len(word) > 1 else []
    if first == '"':
        return ["quote"]
    if first in "0123456789$€£":
        return ["number"]
    if len(word) > 1:
        return ["smiley"]
    return [] if word.isascii() or word.isalnum() else ["picture"]
