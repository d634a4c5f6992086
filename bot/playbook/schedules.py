"""The tables of schedules: who takes turns, when, and what calendar says so elsewhere."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.domain.schedules.calendar_address import convert_to_https
from bot.domain.schedules.schedule import Schedule, ScheduleLayer
from bot.playbook.faults import Found, nearest, place, shown
from bot.playbook.parts import Hour, Many, Name, Person, Raw, Some, Table, Word, Zone, listed, person, tables

LONGEST_TURN = 92
"""Days. Whoever is on call longer than a quarter of a year does not take turns."""
WORDS = MappingProxyType({"daily": 1, "weekly": 7})
_DAYS = re.compile(r"^(\d{1,3}) ?(?:d|days?)$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_LIKE_AN_ID = re.compile(r"^[A-Z][A-Z0-9]{2,30}$")
_GROUP = re.compile(r"^S[A-Z0-9]{2,30}$")


def _rotation(value: object) -> int:
    """The length of a turn in days."""
    words = str(value).strip().casefold()
    found = _DAYS.match(words)
    days = WORDS.get(words) or (int(found[1]) if found else 0)
    if not 1 <= days <= LONGEST_TURN:
        raise ValueError(
            f"{shown(value)} is no rotation; use 'daily', 'weekly' or a number of days, up to {LONGEST_TURN}"
        )
    return days


def _clock(value: object) -> time:
    found = _CLOCK.match(value) if isinstance(value, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f"{shown(value)} is no time of day; write it in quotes, like '09:00'")
    return time(int(found[1]), int(found[2]))


def _day(value: object) -> date:
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value)
    except ValueError:
        value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a day, like 2026-11-02")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _called(value: str) -> str:
    """A person, or the name of a schedule, which `checks.py` looks for: no schedule may be called like an id."""
    return person(value) if _LIKE_AN_ID.match(value) else value


def _name(value: str) -> str:
    if _LIKE_AN_ID.match(value) or value.startswith(("@", "#")):
        raise ValueError(f"{shown(value)} looks like a person, a group or a channel; use a name like 'care-nights'")
    return value


def _group(value: str) -> str:
    if not _GROUP.match(value):
        raise ValueError(
            f"{shown(value)} is no user group's id; it is at the end of the group's address in Slack on the web (S…)"
        )
    return value


def _calendar(value: str) -> str:
    address = convert_to_https(value)
    scheme, there, _ = address.partition("://")
    if there and scheme.lower() not in {"http", "https"}:
        raise ValueError(
            f"a calendar begins with http://, https:// or webcal://, or is a file; {shown(scheme)} is not read"
        )
    return address


Rotation = Annotated[int, BeforeValidator(_rotation)]
Clock = Annotated[time, BeforeValidator(_clock)]
Day = Annotated[date, BeforeValidator(_day)]
ScheduleName = Annotated[Name, AfterValidator(_name)]
Called = Annotated[Name, AfterValidator(_called)]
Group = Annotated[str, AfterValidator(_group)]
Calendar = Annotated[str, AfterValidator(_calendar)]


class LayerTable(Table):
    people: Annotated[Some[Person], BeforeValidator(listed)]
    rotation: Rotation = WORDS["weekly"]
    hand_over: Clock = time(9)
    start: Day
    hours: Many[Hour] = ()
    time_zone: Zone | None = None


class ScheduleTable(Table):
    name: ScheduleName
    time_zone: Zone | None = None
    layers: tuple[LayerTable, ...] = ()
    calendar: Calendar = ""
    people: dict[Word, Person] = Field(default_factory=dict)
    user_group: Group | None = None


def built_schedule(table: ScheduleTable, zone: str) -> Schedule:
    """`zone` is the brand's."""
    own = table.time_zone or zone
    return Schedule(
        name=table.name,
        zone=own,
        layers=tuple(_layer(layer, own) for layer in table.layers),
        calendar=table.calendar,
        named=tuple(table.people.items()),
        user_group=table.user_group or "",
    )


def _layer(table: LayerTable, zone: str) -> ScheduleLayer:
    return ScheduleLayer(
        people=table.people,
        days=table.rotation,
        hand_over=table.hand_over,
        start=table.start,
        windows=table.hours,
        zone=table.time_zone or zone,
    )


def _empty(raw: Raw) -> Iterator[Found]:
    for number, schedule in tables(raw, "schedules"):
        if not schedule.get("layers") and not schedule.get("calendar"):
            yield ("schedules", number), "has neither layers nor a calendar, so nobody would ever be on call"
        if schedule.get("calendar") and not schedule.get("people"):
            yield (
                ("schedules", number, "calendar"),
                'names nobody by itself; say whom it means: people = { "Ana Lima" = "U0ANA" }',
            )
        if schedule.get("people") and not schedule.get("calendar"):
            yield (
                ("schedules", number, "people"),
                "says who is meant in a calendar, and there is none; who takes turns stands in [[schedules.layers]]",
            )


def _groups(raw: Raw) -> Iterator[Found]:
    """Two schedules would fill one group in turn, for ever."""
    first: dict[str, int] = {}
    for number, schedule in tables(raw, "schedules"):
        group = schedule.get("user_group")
        if isinstance(group, str) and (earlier := first.setdefault(group, number)) != number:
            at = place(("schedules", earlier))
            yield ("schedules", number, "user_group"), f"{shown(group)} is kept by {at} already; use another group"


def _known(raw: Raw) -> Iterator[Found]:
    names = [name.strip() for _, one in tables(raw, "schedules") if isinstance(name := one.get("name"), str)]
    callers: list[tuple[tuple[str | int, ...], Raw]] = [
        (("departments", number), one) for number, one in tables(raw, "departments")
    ]
    operators = raw.get("operators")
    if isinstance(operators, dict):
        callers.append((("operators",), operators))
    for here, caller in callers:
        entries = listed(caller.get("on_call", []))
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str) and not _LIKE_AN_ID.match(entry) and entry.strip() not in names:
                yield (
                    (*here, "on_call"),
                    f"{shown(entry)} is neither a person's id (U…) nor a schedule{nearest(entry, names)}",
                )


SCHEDULE_CHECKS: tuple[Callable[[Raw], Iterator[Found]], ...] = (_empty, _groups, _known)
