"""What a word weighs among its neighbours: VADER's own rules, in its own order, over words looked up before.

Asking VADER itself takes 30 µs a word, most of it in writing the same words in lower case again (2026-11-22). A test
holds these rules equal to it, quirks and all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vaderSentiment.vaderSentiment import BOOSTER_DICT, C_INCR, N_SCALAR, NEGATE, SPECIAL_CASES

NEGATORS = frozenset(NEGATE)
PHRASES = [phrase.split() for phrase in (*BOOSTER_DICT, *SPECIAL_CASES) if " " in phrase]
TURNS = frozenset({"no", "least", "this", "but", *NEGATE, *BOOSTER_DICT, *(max(phrase, key=len) for phrase in PHRASES)})
"""Words that may change what a word near them weighs; without one of them it weighs what the lexicon says.

Of a phrase its longest word is enough: where that is missing, so is the phrase."""
DENIED: float = N_SCALAR
SO = frozenset({"so", "this"})
DAMPENED = (1.0, 0.95, 0.9)
"""How much of a booster is left one, two and three words on."""
REACH = len(DAMPENED)


class Word(NamedTuple):
    written: str
    lower: str
    valence: float | None
    """What it weighs by itself; None for a word that is not in the lexicon, or only makes others stronger."""
    listed: bool
    """In the lexicon, and so no modifier."""
    turns: bool
    negates: bool
    boost: float
    capitals: bool


def looked_up(written: str, lexicon: dict[str, float]) -> Word:
    lower = written.lower()
    negates = lower in NEGATORS or "n't" in lower
    return Word(
        written,
        lower,
        None if lower in BOOSTER_DICT else lexicon.get(lower),
        lower in lexicon,
        negates or lower in TURNS,
        negates,
        BOOSTER_DICT.get(lower, 0.0),
        written.isupper(),
    )


def turned(words: Sequence[Word], place: int, *, shouted: bool) -> float:
    """The valence of the word in this place. `shouted`: some words are in capitals and others are not."""
    word = words[place]
    lower = [near.lower for near in words[max(0, place - REACH) : place + REACH]]
    here = min(place, REACH)
    valence = _by_itself(words, place, lower, here)
    if shouted and word.capitals:
        valence += C_INCR if valence > 0 else -C_INCR
    for back in range(1, here + 1):
        before = words[place - back]
        if not before.listed:
            if before.boost:
                valence += DAMPENED[back - 1] * _boost(before, valence, shouted=shouted)
            valence *= _negation(before, lower, here, back)
            if back == REACH:
                valence = _idioms(valence, lower)
    return _least(words[place - 1], valence, lower, here) if place else valence


def _by_itself(words: Sequence[Word], place: int, lower: Sequence[str], here: int) -> float:
    """With "no" before it; and "no" itself weighs nothing before a word that weighs something."""
    valence = words[place].valence or 0.0
    before = lower[max(0, here - 3) : here][::-1]
    if "no" in before[:2] or (before[2:] == ["no"] and before[0] in {"or", "nor"}):
        return valence * DENIED
    if lower[here] == "no" and place + 1 < len(words) and words[place + 1].listed:
        return 0.0
    return valence


def _boost(before: Word, valence: float, *, shouted: bool) -> float:
    boost = -before.boost if valence < 0 else before.boost
    if shouted and before.capitals:
        boost += C_INCR if valence > 0 else -C_INCR
    return boost


def _negation(before: Word, lower: Sequence[str], here: int, back: int) -> float:
    """The factor. That `so` right before a word makes it stronger, three words on, is a slip in VADER that it keeps."""
    between = lower[here - back + 1 : here]
    never_so = bool(between) and before.lower == "never" and between[0] in SO
    if never_so or (back == REACH and lower[here - 1] in SO):
        return 1.25
    if before.lower == "without" and "doubt" in between:
        return 1.0
    return DENIED if before.negates else 1.0


def _idioms(valence: float, lower: Sequence[str]) -> float:
    """Around the fourth of these words. Of those that end with it or before it the first counts, then those after."""
    three, two, one, zero = lower[:4]
    before = (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}")
    after = (" ".join(lower[3:5]), " ".join(lower[3:6]) if len(lower) > 5 else "")
    for phrase in (next((phrase for phrase in before if phrase in SPECIAL_CASES), ""), *after):
        valence = float(SPECIAL_CASES[phrase]) if phrase in SPECIAL_CASES and " " in phrase else valence
    for phrase in (before[3], before[4], before[2]):
        valence += BOOSTER_DICT.get(phrase, 0.0)
    return valence


def _least(before: Word, valence: float, lower: Sequence[str], here: int) -> float:
    if before.lower != "least" or before.listed:
        return valence
    at_least = here > 1 and lower[here - 2] in {"at", "very"}
    return valence if at_least else valence * DENIED
