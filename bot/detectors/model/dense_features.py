"""Dense features of a post: negation, capitals, punctuation, and the tone by two lexicons.

One post at a time and without numpy: hardly one word in four counts here, and a loop over those takes a tenth of
numpy's time for a single post, and no more for each post of many (2026-11-22).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.detectors.model.word_kinds import COUNTED, KINDS, NAMES, WordKind, WordKindTable

NEGATION_REACH = 4
"""Words that a negator reaches, until punctuation."""
NEGATED, BOOSTED = -0.7, 1.3
"""Factors of a word's valence after a negator, and after a booster."""
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
"""A word in the lexicons: its place, whether it is after a "but", and its weights by each lexicon."""


class DenseFeatures(NamedTuple):
    negated: list[int]
    """Places of the words after a negator, near enough and in the same clause."""
    values: list[float]
    """A value for each of `DENSE`."""
    lexicon_words: list[LexiconWord]


def extract_dense_features(ids: Sequence[int], word_kinds: WordKindTable, capitals: int) -> DenseFeatures:
    """`ids`: ids of words in `word_kinds`. `capitals`: words in capitals, but for one-letter words."""
    kinds = word_kinds.kinds
    marked = [(place, KINDS[which]) for place, number in enumerate(ids) if (which := kinds[number])]
    counts = [0] * len(COUNTED)
    for _, kind in marked:
        for name in kind.counted:
            counts[name] += 1
    counts[_CAPITALS] = capitals
    words = counts[_WORD] = counts[_WORD] + len(ids) - len(marked)
    some = max(words, 1)
    negated = _find_negated(marked, len(ids)) if counts[_NEGATES] else []
    tones = _weigh_lexicon_words(marked, negated, ids, word_kinds.valences)
    dense = [0.0] * len(DENSE)
    if tones:
        dense[0:_TONES:2], dense[1:_TONES:2] = _summarize_tone(tones, 0, some), _summarize_tone(tones, 1, some)
    for name, count in enumerate(counts):
        if count:
            dense[_TONES + name] = min(count / _FULL[name], 1.0)
    dense[-3:] = (
        min(capitals / some, 1.0),
        float(words <= 2),
        float(bool(marked) and marked[0][0] == 0 and marked[0][1].handle),
    )
    return DenseFeatures(negated, dense, tones)


def _find_negated(marked: Sequence[tuple[int, WordKind]], size: int) -> list[int]:
    found: list[int] = []
    after = -1
    """The place of the last negator if no clause has ended since."""
    for place, kind in marked:
        if kind.ends or kind.negates:
            if after >= 0:
                found += range(after + 1, min(after + 1 + NEGATION_REACH, place if kind.ends else place + 1))
            after = -1 if kind.ends else place
    if after >= 0:
        found += range(after + 1, min(after + 1 + NEGATION_REACH, size))
    return found


def _weigh_lexicon_words(
    marked: Sequence[tuple[int, WordKind]],
    negated: Sequence[int],
    ids: Sequence[int],
    valences: Mapping[int, tuple[float, ...]],
) -> list[LexiconWord]:
    found: list[LexiconWord] = []
    after, boosted = False, -1
    for place, kind in marked:
        after = after or kind.but
        if kind.weighs:
            weighs = valences[ids[place]]
            if place in negated or place == boosted:
                factor = NEGATED if place in negated else 1.0
                factor *= BOOSTED if place == boosted else 1.0
                weighs = tuple([factor * valence for valence in weighs])
            found.append((place, after, weighs))
        if kind.boosts:
            boosted = place + 1
    return found


def _summarize_tone(tones: Sequence[LexiconWord], which: int, words: int) -> Sequence[float]:
    """A value for each of `OF_LEXICON`."""
    ups = downs = 0
    positive = negative = late = most = least = last = 0.0
    for _, after, valences in tones:
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
