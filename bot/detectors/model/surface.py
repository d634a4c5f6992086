"""What a post says beside its words: what is denied, how much it shouts, and what two lexicons make of it.

One post at a time and without numpy: hardly one word in four has anything to say here, and to go through those takes
a tenth of what numpy's calls take for a single post, and no more than they take a post of many (2026-11-22).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.lexicons.phrases import NEGATORS
from bot.detectors.model.words import HANDLE, LINK

END = "\x01"
"""Stands after each post, and before the first."""
CLAUSE_ENDS = frozenset({".", ",", ";", ":", "!", "?", "but", END})
BOOSTERS = frozenset(
    {"very", "so", "really", "extremely", "absolutely", "totally", "completely", "too", "such", "incredibly", "super"}
    | {"most", "more", "fucking", "freaking", "damn", "deeply", "highly", "quite", "especially", "truly", "utterly"}
)
DENIED_WORDS = 4
"""How many words a negator reaches, until punctuation."""
TURNED, STRONGER = -0.7, 1.3
"""What is left of a word's valence after a negator, and after a booster."""
SCALE = 4.0
LEXICONS = ("vader", "pattern")
OF_LEXICON = (
    "sum", "positive", "negative", "after_but", "positive_share", "negative_share", "positives", "negatives",
    "most", "least", "last",
)  # fmt: skip
COUNTED = {
    "capitals": 3, "exclaims": 3, "asks": 2, "dots": 2, "word": 30, "picture": 3, "smiley": 1, "link": 1, "handle": 3,
    "hashtag": 3, "negates": 2, "stretched": 1, "number": 2, "quote": 2,
}  # fmt: skip
"""What is counted in a post, and how many of it are as many as count."""
DENSE = (
    *(f"{name}_{lexicon}" for name in OF_LEXICON for lexicon in LEXICONS),
    *COUNTED,
    "shouted",
    "few_words",
    "handle_first",
)
_NAMES = tuple(COUNTED)
_FULL = tuple(COUNTED.values())
_CAPITALS, _WORD, _NEGATES = (_NAMES.index(name) for name in ("capitals", "word", "negates"))
_SILENT = (0.0,) * len(OF_LEXICON)


class Mark(NamedTuple):
    """What there is to know of a word wherever it stands."""

    counted: tuple[int, ...]
    """Places in `COUNTED`."""
    valences: tuple[float, ...]
    """One for each of `LEXICONS`; empty where neither knows it."""
    word: bool
    negates: bool
    ends: bool
    boosts: bool
    but: bool
    handle: bool


Weighed = tuple[int, bool, tuple[float, ...]]
"""A word in the lexicons: its place, whether it stands after a "but", and what it weighs there by each of them."""


class Surface(NamedTuple):
    denied: list[int]
    """Places of the words that stand after a negator, near enough and in the same clause."""
    dense: list[float]
    """A number for each of `DENSE`."""
    weighed: list[Weighed]


def mark_of(word: str, valences: Sequence[float]) -> Mark | None:
    """None for a word that is a word and nothing else, as most are."""
    weighed = tuple(valences) if any(valences) else ()
    held = _held(word)
    ends = word in CLAUSE_ENDS or word[0] in "!?."
    boosts, but = word in BOOSTERS, word in {"but", "however", "though", "although"}
    if held == ["word"] and not (weighed or ends or boosts or but):
        return None
    counted = tuple(_NAMES.index(name) for name in held)
    return Mark(counted, weighed, "word" in held, "negates" in held, ends, boosts, but, "handle" in held)


def _held(word: str) -> list[str]:  # noqa: PLR0911  (one for each kind of word)
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


def surface(ids: Sequence[int], known: Sequence[Mark | None], capitals: int) -> Surface:
    """`known`: of each number that a word may have. `capitals`: words in capitals, one-letter words aside."""
    marks = [(place, mark) for place, number in enumerate(ids) if (mark := known[number]) is not None]
    counts = [0] * len(COUNTED)
    for _, mark in marks:
        for which in mark.counted:
            counts[which] += 1
    counts[_CAPITALS] = capitals
    words = counts[_WORD] = counts[_WORD] + len(ids) - len(marks)
    some = max(words, 1)
    denied = _denied(marks, len(ids)) if counts[_NEGATES] else []
    weighed = _weighed(marks, denied)
    vader, pattern = _tone(weighed, 0, some), _tone(weighed, 1, some)
    dense = [number for both in zip(vader, pattern, strict=True) for number in both]
    dense += [count / full if count < full else 1.0 for count, full in zip(counts, _FULL, strict=True)]
    dense += (
        min(capitals / some, 1.0),
        float(words <= 2),
        float(bool(marks) and marks[0][0] == 0 and marks[0][1].handle),
    )
    return Surface(denied, dense, weighed)


def _denied(marks: Sequence[tuple[int, Mark]], size: int) -> list[int]:
    found: list[int] = []
    after = -1
    """Where the last negator stands, if no clause has ended since."""
    for place, mark in marks:
        if mark.ends or mark.negates:
            if after >= 0:
                found += range(after + 1, min(after + 1 + DENIED_WORDS, place if mark.ends else place + 1))
            after = -1 if mark.ends else place
    if after >= 0:
        found += range(after + 1, min(after + 1 + DENIED_WORDS, size))
    return found


def _weighed(marks: Sequence[tuple[int, Mark]], denied: Sequence[int]) -> list[Weighed]:
    found: list[Weighed] = []
    after, boosted = False, -1
    for place, mark in marks:
        after = after or mark.but
        if valences := mark.valences:
            if place in denied or place == boosted:
                factor = TURNED if place in denied else 1.0
                factor *= STRONGER if place == boosted else 1.0
                valences = tuple([factor * valence for valence in valences])
            found.append((place, after, valences))
        if mark.boosts:
            boosted = place + 1
    return found


def _tone(weighed: Sequence[Weighed], which: int, words: int) -> Sequence[float]:
    """A number for each of `OF_LEXICON`."""
    ups = downs = 0
    positive = negative = late = most = least = last = 0.0
    for _, after, valences in weighed:
        value = valences[which]
        if value > 0:
            ups += 1
            positive += value
            most = max(most, value)
        elif value < 0:
            downs += 1
            negative += value
            least = min(least, value)
        else:
            continue
        last = value
        late += value if after else 0.0
    if not last:
        return _SILENT
    strength = positive - negative + 1e-6
    return (
        _squashed(positive + negative),
        _squashed(positive),
        _squashed(negative),
        _squashed(late),
        positive / strength,
        negative / strength,
        ups / words,
        downs / words,
        most / SCALE,
        -least / SCALE,
        last / SCALE,
    )


def _squashed(value: float) -> float:
    return value / math.sqrt(value * value + SCALE)
