"""Check the on-call schedules: coverage gaps in the next two weeks, and calendars that cannot be read."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.child_process import read_calendar
from bot.calendars.fetch import fetch_calendar
from bot.cards.sanitize import sanitize_line
from bot.cli.check_report import CheckFinding, Findings, make_fault, make_note, make_ok
from bot.cli.checks.locations import PlaybookLocations
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.domain.oncall.on_call import find_department_gaps
from bot.domain.oncall.overrides import ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule, ScheduleRoster, Shift
from bot.domain.periods import TimeSpan
from bot.domain.text import format_count, format_duration
from bot.store.embedded_server import EmbeddedServerError
from bot.store.leases import build_process_name
from bot.store.store import connect_store

AHEAD = timedelta(days=14)
SHOWN = 5
"""Gaps of one department, or bad events of one calendar; a wrong schedule has one each day."""
TITLE_SHOWN = 60


async def check_schedules(settings: Settings, playbook: Playbook, places: PlaybookLocations, at: datetime) -> Findings:
    span = TimeSpan(at, at + AHEAD)
    rosters: dict[str, ScheduleRoster] = {}
    changes = await _load_overrides(settings, playbook)
    for number, schedule in enumerate(playbook.schedules.values()):
        shifts: tuple[Shift, ...] = ()
        if schedule.calendar:
            findings, shifts = await _check_calendar(schedule, places.find("schedules", number, "calendar"), span)
            for finding in findings:
                yield finding
        rosters[schedule.name] = ScheduleState(schedule, shifts, changes.get(schedule.name, ScheduleOverrides())).roster
        called = any(schedule.name in one.schedules for one in playbook.departments.values())
        if not called and schedule.name not in playbook.operators.on_call:
            hint = f'no department uses this schedule. Name it in one: on_call = "{schedule.name}"'
            yield make_note(places.find("schedules", number), hint)
    for finding in _check_gaps(playbook, rosters, places, span):
        yield finding


async def _load_overrides(settings: Settings, playbook: Playbook) -> Mapping[str, ScheduleOverrides]:
    """Load takes and swaps; none if the store is unavailable, which its own check reports."""
    if not playbook.schedules:
        return {}
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    try:
        async with connect_store(url, settings.data, playbook.slug, build_process_name(), settings.copies) as store:
            return await store.overrides.load(playbook.schedules)
    except (EmbeddedServerError, StoreUnavailable, ValueError):
        return {}


async def _check_calendar(
    schedule: Schedule, place: str, span: TimeSpan
) -> tuple[list[CheckFinding], tuple[Shift, ...]]:
    try:
        answer = await fetch_calendar(schedule.calendar)
        assert answer is not None
        found = await read_calendar(answer.text, schedule, span)
    except CalendarError as no:
        return [make_fault(place, f"this calendar cannot be read: {no}")], ()
    titles = [(repr(sanitize_line(one.title, TITLE_SHOWN)), one.reason) for one in found.unreadable]
    notes = [make_note(place, f"its event {title} is skipped, because it {reason}") for title, reason in titles]
    if len(notes) > SHOWN:
        notes = [*notes[:SHOWN], make_note(place, f"{len(notes) - SHOWN} more of its events are skipped")]
    gist = f"{format_count(len(found.shifts), 'shift')} in the next {AHEAD.days} days"
    if found.strangers:
        unknown = f"{format_count(found.strangers, 'shift')} without anybody from its people"
        return [*notes, make_note(place, f"{unknown}. It has {gist}")], found.shifts
    return [*notes, make_ok(place, gist)], found.shifts


def _check_gaps(
    playbook: Playbook, rosters: Mapping[str, ScheduleRoster], places: PlaybookLocations, span: TimeSpan
) -> Iterator[CheckFinding]:
    for number, department in enumerate(playbook.departments.values()):
        found = find_department_gaps(department, rosters, span)
        place = places.find("departments", number, "on_call")
        zone = rosters[department.schedules[0]].schedule.zone if department.schedules else ""
        for gap in found[:SHOWN]:
            when = f"from {_format_local_time(gap.start, zone)} until {_format_local_time(gap.end, zone)}"
            when = f"{when} ({format_duration(gap.end - gap.start)}, {zone})"
            yield make_note(place, f"nobody is on call for {department.name} {when}. The managers are called then")
        if len(found) > SHOWN:
            rest = format_count(len(found) - SHOWN, "more gap", "more gaps")
            yield make_note(place, f"{department.name} has {rest} in the next {AHEAD.days} days")
        if department.schedules and not found:
            yield make_ok(place, f"{department.name} has no coverage gap in the next {AHEAD.days} days")


def _format_local_time(at: datetime, zone: str) -> str:
    clock = at.astimezone(ZoneInfo(zone))
    return f"{clock:%a} {clock.day} {clock:%b %H:%M}"
