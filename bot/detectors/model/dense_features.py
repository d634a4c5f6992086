"""What a post says beside its words: what is denied, how much it shouts, and what two lexicons make of it.

One post at a time and without numpy: hardly one word in four has anything to say here, and to go through those takes
a tenth of what numpy's calls take for a single post, and no more than they take a post of many (2026-11-22).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.detectors.model.word_kinds import COUNTED, KINDS, NAMES, WordKind, WordKindTable

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
DENSE = (
    *(f"{name}_{lexicon}" for name in OF_LEXICON for lexicon in LEXICONS),
    *COUNTED,
    "shouted",
    "few_words",
    "handle_first",
)
_FULL = tuple(COUNTED.values())
_CAPITALS, _WORD, _NEGATES = (NAMES.index(name) for name in ("capitals", "word", "negates"))
_SILENT = (0.0,) * len(OF_LEXICON)
_TONES = len(OF_LEXICON) * len(LEXICONS)

LexiconWord = tuple[int, bool, tuple[float, ...]]
"""A word in the lexicons: its place, whether it stands after a "but", and what it weighs there by each of them."""


class DenseFeatures(NamedTuple):
    negated: list[int]
    """Places of the words that stand after a negator, near enough and in the same clause."""
    values: list[float]
    """A number for each of `DENSE`."""
    lexicon_words: list[LexiconWord]


def extract_dense_features(ids: Sequence[int], word_kinds: WordKindTable, capitals: int) -> DenseFeatures:
    """`ids`: numbers of words that `marks` know. `capitals`: words in capitals, one-letter words aside."""
    kinds = word_kinds.kinds
    marked = [(place, KINDS[which]) for place, number in enumerate(ids) if (which := kinds[number])]
    counts = [0] * len(COUNTED)
    for _, kind in marked:
        for name in kind.counted:
            counts[name] += 1
    counts[_CAPITALS] = capitals
    words = counts[_WORD] = counts[_WORD] + len(ids) - len(marked)
    some = max(words, 1)
    denied = _find_negated(marked, len(ids)) if counts[_NEGATES] else []
    weighed = _weigh_lexicon_words(marked, denied, ids, word_kinds.valences)
    dense = [0.0] * len(DENSE)
    if weighed:
        dense[0:_TONES:2], dense[1:_TONES:2] = _summarize_tone(weighed, 0, some), _summarize_tone(weighed, 1, some)
    for name, count in enumerate(counts):
        if count:
            dense[_TONES + name] = min(count / _FULL[name], 1.0)
    dense[-3:] = (
        min(capitals / some, 1.0),
        float(words <= 2),
        float(bool(marked) and marked[0][0] == 0 and marked[0][1].handle),
    )
    return DenseFeatures(denied, dense, weighed)


def _find_negated(marked: Sequence[tuple[int, WordKind]], size: int) -> list[int]:
    found: list[int] = []
    after = -1
    """Where the last negator stands, if no clause has ended since."""
    for place, kind in marked:
        if kind.ends or kind.negates:
            if after >= 0:
                found += range(after + 1, min(after + 1 + DENIED_WORDS, place if kind.ends else place + 1))
            after = -1 if kind.ends else place
    if after >= 0:
        found += range(after + 1, min(after + 1 + DENIED_WORDS, size))
    return found


def _weigh_lexicon_words(
    marked: Sequence[tuple[int, WordKind]],
    denied: Sequence[int],
    ids: Sequence[int],
    valences: Mapping[int, tuple[float, ...]],
) -> list[LexiconWord]:
    found: list[LexiconWord] = []
    after, boosted = False, -1
    for place, kind in marked:
        after = after or kind.but
        if kind.weighs:
            weighs = valences[ids[place]]
            if place in denied or place == boosted:
                factor = TURNED if place in denied else 1.0
                factor *= STRONGER if place == boosted else 1.0
                weighs = tuple([factor * valence for valence in weighs])
            found.append((place, after, weighs))
        if kind.boosts:
            boosted = place + 1
    return found


def _summarize_tone(weighed: Sequence[LexiconWord], which: int, words: int) -> Sequence[float]:
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
        _squash_value(positive + negative),
        _squash_value(positive),
        _squash_value(negative),
        _squash_value(late),
        positive / strength,
        negative / strength,
        ups / words,
        downs / words,
        most / SCALE,
        -least / SCALE,
        last / SCALE,
    )


def _squash_value(value: float) -> float:
    return value / math.sqrt(value * value + SCALE)
