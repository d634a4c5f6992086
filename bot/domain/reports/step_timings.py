"""Tempo: how long each step of an answer took, by department, source and time of the day."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.business_hours import BusinessHours
from bot.domain.commits import DurationKind
from bot.domain.reports.statistics import DurationStats, compute_duration_stats

STEPS = (
    (DurationKind.RECEIVED, "Post to case"),
    (DurationKind.CARD, "Case to card"),
    (DurationKind.CLAIM, "Case to claim"),
    (DurationKind.REPLY, "Post to first reply"),
    (DurationKind.RESOLVE, "Case to resolution"),
    (DurationKind.FOLLOW_UP, "Resolution to follow-up"),
)
SOURCES_SHOWN = 5
BLOCK = 6
"""Hours of the local day in one row."""
BEFORE = "Before"
"""The row of steps that began before the time that was asked for."""


class StepTiming(NamedTuple):
    """One step of one case. `ended_at` is the quarter of an hour in which it ended, in UTC."""

    department: str
    kind: DurationKind
    ended_at: datetime
    seconds: float
    source: str = ""
    by: str = ""
    """Who claimed or resolved it."""

    @property
    def start(self) -> datetime:
        return self.ended_at - timedelta(seconds=self.seconds)


class TempoRow(NamedTuple):
    name: str
    steps: tuple[DurationStats | None, ...]
    """In the order of `STEPS`."""


def list_department_rows(timings: Sequence[StepTiming], departments: Sequence[str]) -> list[TempoRow]:
    """Return a row for each department in which anything was timed, and one for all if there are several."""
    rows = [_build_row(name, [one for one in timings if one.department == name]) for name in departments]
    timed = [row for row in rows if any(row.steps)]
    return [*timed, _build_row("All", timings)] if len(timed) > 1 else timed


def list_detail_rows(
    timings: Sequence[StepTiming],
    hours: BusinessHours,
    zone: ZoneInfo,
    since: datetime,
    name_source: Callable[[str], str],
) -> list[TempoRow]:
    """Return rows for business and off hours, the sources with most, and parts of the day, by when a step began.

    What ended within the time that begins at `since`, but began before, has a row of its own.
    """
    parts: dict[str, list[StepTiming]] = {"Business hours": [], "Off hours": []} if hours.windows else {}
    sources = Counter(one.source for one in timings if one.source)
    shown = [name for name, _ in sources.most_common(SOURCES_SHOWN)] if len(sources) > 1 else []
    parts |= {f"On {name_source(name)}": [one for one in timings if one.source == name] for name in shown}
    parts |= {name: [] for name in (BEFORE, *(_name_block(first) for first in range(0, 24, BLOCK)))}
    for one in timings:
        if hours.windows:
            parts["Business hours" if hours.is_open_at(one.start) else "Off hours"].append(one)
        parts[_name_block(one.start.astimezone(zone).hour // BLOCK * BLOCK) if one.start >= since else BEFORE].append(
            one
        )
    return [_build_row(name, found) for name, found in parts.items() if found]


def list_hour_rows(timings: Sequence[StepTiming], zone: ZoneInfo, since: datetime) -> list[TempoRow]:
    """Return a row for each hour of the local day in which any step began, and one for those before `since`."""
    parts: dict[str, list[StepTiming]] = {name: [] for name in (BEFORE, *(_name_block(hour, 1) for hour in range(24)))}
    for one in timings:
        parts[_name_block(one.start.astimezone(zone).hour, 1) if one.start >= since else BEFORE].append(one)
    return [_build_row(name, found) for name, found in parts.items() if found]


def list_person_rows(timings: Sequence[StepTiming], person: str, departments: Sequence[str]) -> list[TempoRow]:
    """Return what this person claimed and resolved themselves."""
    return list_department_rows([one for one in timings if one.by == person], departments)


def _name_block(first: int, hours: int = BLOCK) -> str:
    return f"{first:02}:00 to {first + hours:02}:00"


def _build_row(name: str, timings: Sequence[StepTiming]) -> TempoRow:
    seconds = {kind: [one.seconds for one in timings if one.kind is kind] for kind, _ in STEPS}
    return TempoRow(name, tuple(compute_duration_stats(seconds[kind]) for kind, _ in STEPS))
