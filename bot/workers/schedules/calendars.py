"""Fetch external calendars at intervals; one that is broken is reported, and its last good version is kept."""

import hashlib
from datetime import datetime, timedelta

import structlog

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.child_process import read_calendar
from bot.calendars.fetch import fetch_calendar
from bot.calendars.ical_parser import ParsedCalendar
from bot.cards.sanitize import format_plain_time
from bot.domain.oncall.override_transitions import SEARCH_AHEAD
from bot.domain.oncall.overrides import OVERRIDE_RETENTION
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan
from bot.domain.text import format_count
from bot.store.calendars import CachedCalendar
from bot.store.store import Store
from bot.workers.schedules.protocols import RosterLookup

FETCH_INTERVAL = timedelta(minutes=15)
PARSER_VERSION = 2
"""Raised when the parser reads the same calendar differently, so that it is parsed again after an upgrade."""
REPARSE_INTERVAL = timedelta(days=1)
"""An unchanged calendar is parsed again, since the span of its shifts moves on."""

log = structlog.get_logger("schedules")


class CalendarRefresher:
    def __init__(self, store: Store, rosters: RosterLookup) -> None:
        self._store = store
        self._rosters = rosters
        self._fetched: dict[str, tuple[str, datetime]] = {}

    async def step(self, at: datetime) -> int:
        """Return how many calendars were fetched."""
        due = [one for one in self._rosters.get_schedules().values() if one.calendar and self._is_due(one, at)]
        for schedule in due:
            self._fetched[schedule.name] = (fingerprint_schedule(schedule), at)
            await self._refresh_calendar(schedule, at)
        return len(due)

    def _is_due(self, schedule: Schedule, at: datetime) -> bool:
        fingerprint, fetched_at = self._fetched.get(schedule.name, ("", at))
        return fingerprint != fingerprint_schedule(schedule) or abs(at - fetched_at) >= FETCH_INTERVAL

    async def _refresh_calendar(self, schedule: Schedule, at: datetime) -> None:
        before = await self._store.calendars.load_cached(schedule.name)
        try:
            found = await self._load_calendar(schedule, before, at)
        except CalendarError as no:
            log.warning("calendar failing", schedule=schedule.name, reason=str(no))
            await self._report_calendar_issue(schedule, f"cannot be read: {no}. {_describe_fallback(before)}")
            return
        await self._report_calendar_issue(schedule, _describe_problems(found) if found else "")

    async def _load_calendar(self, schedule: Schedule, before: CachedCalendar, at: datetime) -> ParsedCalendar | None:
        """Return None if nothing is new. Raises `CalendarError`."""
        same = before.request == fingerprint_schedule(schedule)
        answer = await fetch_calendar(schedule.calendar, before.tag if same else "")
        text = answer.text if answer else before.text
        unread = before.read_at is None or abs(at - before.read_at) >= REPARSE_INTERVAL
        unchanged = same and text == before.text and not unread
        if unchanged and not await self._has_issue(schedule):
            return None
        found = await read_calendar(text, schedule, build_shift_window(at))
        if unchanged:
            return found
        kept = CachedCalendar(text, answer.tag if answer else before.tag, fingerprint_schedule(schedule), at, at)
        await self._store.calendars.save_cached(schedule.name, kept, found.shifts)
        log.info("calendar read", schedule=schedule.name, shifts=len(found.shifts), strangers=found.strangers)
        return found

    async def _has_issue(self, schedule: Schedule) -> bool:
        return _build_issue_key(schedule) in await self._store.health_issues.load_issues()

    async def _report_calendar_issue(self, schedule: Schedule, sentence: str) -> None:
        issue = f"The calendar of {schedule.name} {sentence}" if sentence else ""
        await self._store.health_issues.save_issue(_build_issue_key(schedule), issue)


def _build_issue_key(schedule: Schedule) -> str:
    return f"calendar:{schedule.name}"


def build_shift_window(at: datetime) -> TimeSpan:
    return TimeSpan(at - OVERRIDE_RETENTION, at + SEARCH_AHEAD)


def fingerprint_schedule(schedule: Schedule) -> str:
    """Return a hash of all that the parsed result depends on; it reveals neither address nor names."""
    inputs = repr((PARSER_VERSION, schedule.calendar, schedule.named, schedule.zone))
    return hashlib.blake2b(inputs.encode(), digest_size=8).hexdigest()


def _describe_fallback(before: CachedCalendar) -> str:
    if before.fetched_at is None:
        return "Until then, it puts nobody on call."
    return f"The last good one, of {format_plain_time(before.fetched_at)}, stays in use."


def _describe_problems(found: ParsedCalendar) -> str:
    if found.unreadable:
        events = format_count(len(found.unreadable), "event")
        return f"has {events} that cannot be used, so nobody is on call then. To see which and why: earshot check."
    if not found.strangers:
        return ""
    return (
        f"has {format_count(found.strangers, 'shift')} without anybody from the playbook, so nobody is on call then. "
        "Add the names under people in its schedule."
    )
