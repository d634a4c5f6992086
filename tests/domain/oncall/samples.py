"""Schedules as a test needs them."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.domain.business_hours import parse_window
from bot.domain.oncall.schedule import Override, OverrideKind, Schedule, ScheduleLayer, ScheduleRoster, derive_change_id

ANA, BEN, RAJ = "U0ANA", "U0BEN", "U0RAJ"
START = date(2026, 3, 2)  # a Monday


def at(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def layer(*people: str, hours: str = "", hand_over: str = "09:00", **more: Any) -> ScheduleLayer:
    windows = (parse_window(hours),) if hours else ()
    said = {"people": people, "start": START, "windows": windows, "hand_over": time.fromisoformat(hand_over)}
    return ScheduleLayer(**{"days": 1, **said, **more})


def roster(*layers: ScheduleLayer, overrides: tuple[Override, ...] = (), **more: Any) -> ScheduleRoster:
    return ScheduleRoster(Schedule(name="nights", layers=layers, **more), overrides)


def override(person: str, start: datetime, end: datetime, **more: Any) -> Override:
    said: dict[str, Any] = {
        "how": OverrideKind.TAKE,
        "by": person,
        "at": at(1),
        "id": derive_change_id("nights", person, start, end),
    }
    return Override(schedule="nights", person=person, start=start, end=end, **said | more)
