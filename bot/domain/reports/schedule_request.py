"""What is typed after `/sentiment digest`: which digest, when, where and of which department, or what is unclear."""

import difflib
import html
import re
from collections.abc import Iterable
from datetime import time
from typing import NamedTuple

from bot.domain.destination import Callee, ToChannel, ToPerson
from bot.domain.errors import NotAllowed
from bot.domain.reports.range_points import WEEKDAYS
from bot.domain.reports.report_schedule import ReportCadence

EXAMPLES = (
    "`/sentiment digest daily 8:00 in #managers`, `/sentiment digest weekly Monday 9:00 here` "
    "or `/sentiment digest ahead 8:00`"
)
_CADENCES = {
    "daily": ReportCadence.DAILY,
    "weekly": ReportCadence.WEEKLY,
    "ahead": ReportCadence.AHEAD,
    "day": ReportCadence.DAILY,
    "week": ReportCadence.WEEKLY,
    "look-ahead": ReportCadence.AHEAD,
}
_FILLERS = frozenset(
    {"a", "and", "at", "by", "digest", "each", "every", "for", "in", "look", "message", "of", "on", "the", "to"}
)
_PRIVATE = frozenset({"me", "dm", "direct"})
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_PERSON = re.compile(r"<@[^>]*>|(?<!\S)@\S+")
_CLOCK = re.compile(r"(?<!\S)([01]?\d|2[0-3])[:.]([0-5]\d)(?!\S)|(?<!\S)(1[0-2]|[1-9]) ?(am|pm)(?!\S)")
_VOCABULARY = ("daily", "weekly", "ahead", "here", "off", *WEEKDAYS)


class ScheduleRequest(NamedTuple):
    cadence: ReportCadence
    weekday: int
    clock: time
    to: Callee
    department: str = ""


def parse_schedule_request(words: str, by: str, channel: str, departments: Iterable[str] = ()) -> ScheduleRequest:
    """Parse `daily 8:00 care in <#C…>`, in any order. Raises `NotAllowed` with a sentence for the person.

    `channel` is where it was typed, for `here`. Without a place it goes to the person alone, and without one of the
    `departments` it is about everything.
    """
    channels = _CHANNEL.findall(words)
    rest = html.unescape(_CHANNEL.sub(" ", words)).casefold().replace(",", " ")
    if len(channels) > 1:
        raise NotAllowed("One channel at a time. You can set a digest for each.")
    if _PERSON.search(rest):
        raise NotAllowed("A digest goes to a channel or to you. Your colleague can set their own.")
    if "#" in rest:
        raise NotAllowed("Choose the channel from the list that Slack shows after #, or type `here` in it.")
    clock, rest = _take_clock(rest)
    department, rest = _take_department(rest, departments)
    said = [one for one in rest.split() if one not in _FILLERS]
    days = [number for number, day in enumerate(WEEKDAYS) for one in said if len(one) >= 3 and day.startswith(one)]
    cadences = {_CADENCES[one] for one in said if one in _CADENCES}
    wrong = [one for one in said if one not in {*_CADENCES, *_PRIVATE, "here"} and not _is_weekday(one)]
    if wrong:
        raise _refuse_word(wrong[0])
    cadence = _require_cadence(cadences, days)
    if department and cadence is ReportCadence.AHEAD:
        raise NotAllowed("The look ahead is about all departments. `daily` and `weekly` can be about one.")
    if clock is None:
        raise NotAllowed(f"At what time? Type it like {EXAMPLES}.")
    here = "here" in said
    if (bool(channels) + here + bool(_PRIVATE & {*said})) > 1:
        raise NotAllowed("One place at a time: a channel, `here` or `to me`.")
    target = channels[0] if channels else channel if here and channel[:1] in {"C", "G"} else ""
    to = ToChannel(target) if target else ToPerson(by)
    return ScheduleRequest(cadence, days[0] if days else 0, clock, to, department)


def _take_clock(words: str) -> tuple[time | None, str]:
    """Return the time of day, and the words without it; 24:00 and a bare `8` are asked back."""
    found = list(_CLOCK.finditer(words))
    if len(found) > 1:
        raise NotAllowed("One time at a time. You can set a digest for each.")
    if not found:
        if bare := re.search(r"(?<!\S)\d{1,2}(?!\S)", words):
            hour = int(bare[0])
            meant = f"`{hour}:00` or `{hour + 12}:00`" if 1 <= hour < 12 else f"`{hour}:00`" if hour < 24 else "`23:45`"
            raise NotAllowed(f"What time is “{bare[0]}”? Type {meant}.")
        return None, words
    [match] = found
    hour, minute = (int(match[1]), int(match[2])) if match[1] else (int(match[3]) % 12 + 12 * (match[4] == "pm"), 0)
    return time(hour, minute), f"{words[: match.start()]} {words[match.end() :]}"


def _take_department(words: str, departments: Iterable[str]) -> tuple[str, str]:
    """Return the department that was named, and the words without it. What else a word means here comes first."""
    found = []
    for name in sorted(departments, key=len, reverse=True):
        said = re.compile(rf"(?<!\S){re.escape(' '.join(name.casefold().split()))}(?!\S)")
        if name.casefold() not in {*_CADENCES, *_PRIVATE, *_VOCABULARY} and said.search(words):
            words = said.sub(" ", words)
            found.append(name)
    if len(found) > 1:
        raise NotAllowed("One department at a time. You can set a digest for each.")
    return (found[0] if found else ""), words


def _is_weekday(word: str) -> bool:
    return len(word) >= 3 and any(day.startswith(word) for day in WEEKDAYS)


def _require_cadence(cadences: set[ReportCadence], days: list[int]) -> ReportCadence:
    """Return the one that was said, and raise `NotAllowed` if it is none, several, or contradicts the day."""
    if len(days) > 1:
        raise NotAllowed("One day at a time. You can set a digest for each.")
    if not cadences and days:
        day = WEEKDAYS[days[0]]
        raise NotAllowed(f"What do you want on {day.capitalize()}s: `weekly {day}` or `ahead {day}`, the look ahead?")
    if len(cadences) != 1:
        raise NotAllowed(f"Which digest: `daily`, `weekly` or `ahead`? Type it like {EXAMPLES}.")
    [cadence] = cadences
    if cadence is ReportCadence.DAILY and days:
        raise NotAllowed(f"Every day, or once a week? For once a week, type `weekly {WEEKDAYS[days[0]]}`.")
    return cadence


def _refuse_word(word: str) -> NotAllowed:
    shown = "".join(one for one in word[:40] if one.isalnum() or one in "-:.'")
    if near := difflib.get_close_matches(word, _VOCABULARY, n=1):
        return NotAllowed(f"Earshot doesn't know “{shown}”. Did you mean `{near[0]}`?")
    return NotAllowed(f"Earshot doesn't understand “{shown}”. Type it like {EXAMPLES}.")
