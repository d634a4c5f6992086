"""The tables of schedules: layers with rotations, or a calendar."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.config.field_types import (
    Hour,
    Many,
    Name,
    Person,
    PlaybookTable,
    Raw,
    Some,
    Word,
    Zone,
    ensure_list,
    list_tables,
    validate_person,
)
from bot.config.playbook_errors import Found, did_you_mean, format_place, safe_repr
from bot.domain.oncall.schedule import Schedule, ScheduleLayer, convert_to_https

LONGEST_TURN = 92
"""Maximum rotation in days."""
WORDS = MappingProxyType({"daily": 1, "weekly": 7})
_DAYS = re.compile(r"^(\d{1,3}) ?(?:d|days?)$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_LIKE_AN_ID = re.compile(r"^[A-Z][A-Z0-9]{2,30}$")
_GROUP = re.compile(r"^S[A-Z0-9]{2,30}$")


def _parse_rotation(value: object) -> int:
    """Return the rotation in days."""
    words = str(value).strip().casefold()
    found = _DAYS.match(words)
    days = WORDS.get(words) or (int(found[1]) if found else 0)
    if not 1 <= days <= LONGEST_TURN:
        raise ValueError(
            f"{safe_repr(value)} is not a rotation. Use 'daily', 'weekly' or a number of days, up to {LONGEST_TURN}"
        )
    return days


def _parse_time_of_day(value: object) -> time:
    found = _CLOCK.match(value) if isinstance(value, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f"{safe_repr(value)} is not a time of day. Write it in quotes, like '09:00'")
    return time(int(found[1]), int(found[2]))


def _parse_day(value: object) -> date:
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value)
    except ValueError:
        value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a day, like 2026-11-02")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _validate_on_call_entry(value: str) -> str:
    """Validate a person's id, or accept the name of a schedule, which `_check_on_call_names` looks up."""
    return validate_person(value) if _LIKE_AN_ID.match(value) else value


def _validate_schedule_name(value: str) -> str:
    if _LIKE_AN_ID.match(value) or value.startswith(("@", "#")):
        raise ValueError(f"{safe_repr(value)} looks like a person, a group or a channel. Use a name like 'care-nights'")
    return value


def _validate_user_group(value: str) -> str:
    if not _GROUP.match(value):
        raise ValueError(
            f"{safe_repr(value)} is not a user group's id. It is at the end of the group's address in Slack on the "
            f"web (S…)"
        )
    return value


def _normalize_calendar_address(value: str) -> str:
    address = convert_to_https(value)
    scheme, there, _ = address.partition("://")
    if there and scheme.lower() not in {"http", "https"}:
        raise ValueError(
            f"{safe_repr(scheme)} is not supported. A calendar is a file, or begins with http://, https:// or webcal://"
        )
    return address


Rotation = Annotated[int, BeforeValidator(_parse_rotation)]
Clock = Annotated[time, BeforeValidator(_parse_time_of_day)]
Day = Annotated[date, BeforeValidator(_parse_day)]
ScheduleName = Annotated[Name, AfterValidator(_validate_schedule_name)]
Called = Annotated[Name, AfterValidator(_validate_on_call_entry)]
Group = Annotated[str, AfterValidator(_validate_user_group)]
Calendar = Annotated[str, AfterValidator(_normalize_calendar_address)]


class LayerTable(PlaybookTable):
    people: Annotated[Some[Person], BeforeValidator(ensure_list)]
    rotation: Rotation = WORDS["weekly"]
    hand_over: Clock = time(9)
    start: Day
    hours: Many[Hour] = ()
    time_zone: Zone | None = None


class ScheduleTable(PlaybookTable):
    name: ScheduleName
    time_zone: Zone | None = None
    layers: tuple[LayerTable, ...] = ()
    calendar: Calendar = ""
    people: dict[Word, Person] = Field(default_factory=dict)
    user_group: Group | None = None


def build_schedule(table: ScheduleTable, zone: str) -> Schedule:
    """Build a schedule. `zone` is the brand's, the default."""
    own = table.time_zone or zone
    return Schedule(
        name=table.name,
        zone=own,
        layers=tuple(_build_layer(layer, own) for layer in table.layers),
        calendar=table.calendar,
        named=tuple(table.people.items()),
        user_group=table.user_group or "",
    )


def _build_layer(table: LayerTable, zone: str) -> ScheduleLayer:
    return ScheduleLayer(
        people=table.people,
        days=table.rotation,
        hand_over=table.hand_over,
        start=table.start,
        windows=table.hours,
        zone=table.time_zone or zone,
    )


def _check_empty_schedules(raw: Raw) -> Iterator[Found]:
    for number, schedule in list_tables(raw, "schedules"):
        if not schedule.get("layers") and not schedule.get("calendar"):
            yield ("schedules", number), "has neither layers nor a calendar, so nobody would ever be on call"
        if schedule.get("calendar") and not schedule.get("people"):
            yield (
                ("schedules", number, "calendar"),
                'needs the people that it names: people = { "Ana Lima" = "U0ANA" }',
            )
        if schedule.get("people") and not schedule.get("calendar"):
            yield (
                ("schedules", number, "people"),
                "is only for a calendar, and there is none. For a rotation, name people in [[schedules.layers]]",
            )


def _check_user_groups(raw: Raw) -> Iterator[Found]:
    """Reject two schedules with one user group: they would overwrite each other for ever."""
    first: dict[str, int] = {}
    for number, schedule in list_tables(raw, "schedules"):
        group = schedule.get("user_group")
        if isinstance(group, str) and (earlier := first.setdefault(group, number)) != number:
            at = format_place(("schedules", earlier))
            yield ("schedules", number, "user_group"), f"{safe_repr(group)} is already used by {at}. Use another group"


def _check_on_call_names(raw: Raw) -> Iterator[Found]:
    names = [name.strip() for _, one in list_tables(raw, "schedules") if isinstance(name := one.get("name"), str)]
    callers: list[tuple[tuple[str | int, ...], Raw]] = [
        (("departments", number), one) for number, one in list_tables(raw, "departments")
    ]
    operators = raw.get("operators")
    if isinstance(operators, dict):
        callers.append((("operators",), operators))
    for here, caller in callers:
        entries = ensure_list(caller.get("on_call", []))
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str) and not _LIKE_AN_ID.match(entry) and entry.strip() not in names:
                yield (
                    (*here, "on_call"),
                    f"{safe_repr(entry)} is neither a person's id (U…) nor a schedule{did_you_mean(entry, names)}",
                )


SCHEDULE_CHECKS: tuple[Callable[[Raw], Iterator[Found]], ...] = (
    _check_empty_schedules,
    _check_user_groups,
    _check_on_call_names,
)
