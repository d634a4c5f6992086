"""The words met so far, each with a number; what is to be known of them is found out for many at once."""

from collections.abc import Sequence

import numpy as np

from bot.detectors.lexicons.phrases import NEGATORS
from bot.detectors.model.posts import COLUMN, MARKS, Flags
from bot.detectors.model.words import HANDLE, LINK, plain

END = "\x01"
"""Stands after each post, and before the first."""
CLAUSE_ENDS = frozenset({".", ",", ";", ":", "!", "?", "but", END})
BOOSTERS = frozenset(
    {"very", "so", "really", "extremely", "absolutely", "totally", "completely", "too", "such", "incredibly", "super"}
    | {"most", "more", "fucking", "freaking", "damn", "deeply", "highly", "quite", "especially", "truly", "utterly"}
)


class Numbered(dict[str, int]):
    """From a word as written to the number of its plain form."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: list[str] = []
        self._known: dict[str, int] = {}
        self[END]

    def __missing__(self, word: str) -> int:
        form = plain(word)
        number = self._known.get(form)
        if number is None:
            number = self._known[form] = len(self.plain)
            self.plain.append(form)
        self[word] = number
        return number


def bare(word: str) -> str:
    """A hashtag means what its word means."""
    return word[1:] if word[0] == "#" and len(word) > 1 else word


def marks_of(words: Sequence[str]) -> Flags:
    return np.array([_marks(word) for word in words], np.bool_).reshape(len(words), len(MARKS))


def _marks(word: str) -> list[bool]:
    held = dict.fromkeys(COLUMN, False)
    first = word[0]
    if first.isalpha():
        held["word"] = word != LINK
        held["link"] = word == LINK
        held["negates"] = word in NEGATORS or word.endswith("n't")
        held["boosts"] = word in BOOSTERS
        held["but"] = word in {"but", "however", "though", "although"}
        held["stretched"] = any(a == b == c for a, b, c in zip(word, word[1:], word[2:], strict=False))
    elif first in "!?.":
        held["exclaims"], held["asks"], held["dots"] = "!" in word, "?" in word, ".." in word
    elif first == "@":
        held["handle"] = word == HANDLE
    elif first == "#":
        held["hashtag"] = held["word"] = len(word) > 1
    elif first == '"':
        held["quote"] = True
    elif first in "0123456789$€£":
        held["number"] = True
    elif len(word) > 1:
        held["smiley"] = True
    else:
        held["picture"] = not word.isascii() and not word.isalnum()
    held["ends"] = word in CLAUSE_ENDS or first in "!?."
    return list(held.values())
