"""What the model knows of a word besides its weights, in one byte for each word.

Most words are plain words, and bytes keep the table in the processor's cache.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.model.hashing import HANDLE, LINK
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import NEGATORS

END = "\x01"
"""Mark after each post, and before the first."""
CLAUSE_ENDS = frozenset({".", ",", ";", ":", "!", "?", "but", END})
BOOSTERS = LexiconTable("word_lists").words["boosters"]
BUTS = frozenset({"but", "however", "though", "although"})
COUNTED = {
    "capitals": 3, "exclaims": 3, "asks": 2, "dots": 2, "word": 30, "picture": 3, "smiley": 1, "link": 1, "handle": 3,
    "hashtag": 3, "negates": 2, "stretched": 1, "number": 2, "quote": 2,
}  # fmt: skip
"""What is counted in a post, and the count that is the maximum."""
NAMES = tuple(COUNTED)


class WordKind(NamedTuple):
    """A class of words that count alike."""

    counted: tuple[int, ...]
    """Indices in `COUNTED`."""
    weighs: bool
    """Whether it is in a lexicon."""
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
"""All kinds so far, at most 256; the first is that of most words."""
_INDEX = {PLAIN: 0}


class WordKindTable:
    def __init__(self) -> None:
        self.kinds = bytearray()
        """The index in `KINDS` of each word."""
        self.valences: dict[int, tuple[float, ...]] = {}
        """The weights of each word that is in a lexicon."""

    def __len__(self) -> int:
        return len(self.kinds)

    def add_words(self, words: Sequence[str], valences: Sequence[Sequence[float]]) -> None:
        """Add the words with the next ids."""
        for word, weighed in zip(words, valences, strict=True):
            if any(weighed):
                self.valences[len(self.kinds)] = tuple(weighed)
            self.kinds.append(_intern_kind(classify_word(word, weighs=any(weighed))))

    def is_word(self, word_id: int) -> bool:
        return KINDS[self.kinds[word_id]].word


def _intern_kind(kind: WordKind) -> int:
    if kind not in _INDEX:
        _INDEX[kind] = len(KINDS)
        KINDS.append(kind)
    return _INDEX[kind]


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
    """Return its names in `COUNTED`."""
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
