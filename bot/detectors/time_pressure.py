"""What a post says of how little time there is."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.text.phrase_index import PRESSING
from bot.detectors.text.word_flags import AHEAD, WordFlags

WITHIN_THE_HOUR, TODAY = 8, 4
MINUTES = frozenset(["min", "mins", "minute", "minutes", "m"])
HOURS = frozenset(["h", "hr", "hrs", "hour", "hours"])


class TimePressure(NamedTuple):
    words: str
    points: int


def find_time_pressure(known: WordFlags) -> TimePressure | None:
    """The most pressing of what is said, if anything is."""
    found = [TimePressure(hit.phrase, int(hit.weight)) for hit in known.phrases.get(PRESSING, ())]
    if known.flags & AHEAD:
        found += _find_deadlines(known.words, known.find_places(AHEAD))
    return max(found, key=lambda one: one.points, default=None)


def _find_deadlines(words: Sequence[str], places: Sequence[int]) -> list[TimePressure]:
    """`in 20 minutes`, `in 3 hours`."""
    found = []
    for place in places:
        if place + 2 >= len(words):
            break
        much, unit = words[place + 1], words[place + 2]
        if much.isdecimal() and len(much) < 4 and (unit in MINUTES or unit in HOURS):
            minutes = int(much) * (1 if unit in MINUTES else 60)
            if minutes <= 12 * 60:
                worth = WITHIN_THE_HOUR if minutes <= 60 else TODAY
                found.append(TimePressure(f"{words[place]} {much} {unit}", worth))
    return found
