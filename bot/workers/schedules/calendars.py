"""Calendars from outside: read on a clock; one that is broken is said, and the last good one stays."""

import hashlib
from datetime import datetime, timedelta

import structlog

from bot.calendars.broken import Broken
from bot.calendars.fetching import fetched
from bot.calendars.process import read_calendar
from bot.calendars.reading import Booked
from bot.cards.words import spelled
from bot.domain.schedules.changed import OVERRIDE_RETENTION
from bot.domain.schedules.changes import SEARCH_AHEAD
from bot.domain.schedules.schedule import Schedule
from bot.domain.spans import TimeSpan
from bot.domain.words import format_count
from bot.store.calendars import CachedCalendar
from bot.store.opening import Store
from bot.workers.schedules.parts import Rosters

EVERY = timedelta(minutes=15)
READ_AS = 2
"""Goes up when the same calendar is understood otherwise than before, so that it is read again after an upgrade."""
READ_AGAIN = timedelta(days=1)
"""What has not changed reaches a day further each day."""

log = structlog.get_logger("schedules")


class Calendars:
    def __init__(self, store: Store, rosters: Rosters) -> None:
        self._store = store
        self._rosters = rosters
        self._asked: dict[str, tuple[str, datetime]] = {}

    async def step(self, at: datetime) -> int:
        """How many were asked for."""
        due = [one for one in self._rosters.schedules().values() if one.calendar and self._due(one, at)]
        for schedule in due:
            self._asked[schedule.name] = (asked_for(schedule), at)
            await self._refresh(schedule, at)
        return len(due)

    def _due(self, schedule: Schedule, at: datetime) -> bool:
        of, then = self._asked.get(schedule.name, ("", at))
        return of != asked_for(schedule) or abs(at - then) >= EVERY  # the clock may have been set back

    async def _refresh(self, schedule: Schedule, at: datetime) -> None:
        before = await self._store.calendars.load_cached(schedule.name)
        try:
            found = await self._read(schedule, before, at)
        except Broken as no:
            log.warning("calendar broken", schedule=schedule.name, reason=str(no))
            await self._tell(schedule, f"cannot be read: {no}. {_stays(before)}")
            return
        await self._tell(schedule, _said(found) if found else "")

    async def _read(self, schedule: Schedule, before: CachedCalendar, at: datetime) -> Booked | None:
        """None where nothing is new. Raises `Broken`."""
        same = before.request == asked_for(schedule)
        answer = await fetched(schedule.calendar, before.tag if same else "")
        text = answer.text if answer else before.text
        unread = before.read_at is None or abs(at - before.read_at) >= READ_AGAIN
        if same and text == before.text and not unread:
            return None if not await self._troubled(schedule) else await read_calendar(text, schedule, around(at))
        found = await read_calendar(text, schedule, around(at))
        kept = CachedCalendar(text, answer.tag if answer else before.tag, asked_for(schedule), at, at)
        await self._store.calendars.save_cached(schedule.name, kept, found.shifts)
        log.info("calendar read", schedule=schedule.name, shifts=len(found.shifts), strangers=found.strangers)
        return found

    async def _troubled(self, schedule: Schedule) -> bool:
        return _part(schedule) in await self._store.health_issues.load_issues()

    async def _tell(self, schedule: Schedule, sentence: str) -> None:
        said = f"The calendar of {schedule.name} {sentence}" if sentence else ""
        await self._store.health_issues.save_issue(_part(schedule), said)


def _part(schedule: Schedule) -> str:
    return f"calendar:{schedule.name}"


def around(at: datetime) -> TimeSpan:
    return TimeSpan(at - OVERRIDE_RETENTION, at + SEARCH_AHEAD)


def asked_for(schedule: Schedule) -> str:
    """Another address or other names are another question, so that an old answer does not do. Says neither of them."""
    said = repr((READ_AS, schedule.calendar, schedule.named, schedule.zone))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _stays(before: CachedCalendar) -> str:
    if before.fetched_at is None:
        return "Nobody is on call by it until it can."
    return f"The last good one, of {spelled(before.fetched_at)}, stays in force."


def _said(found: Booked) -> str:
    if found.unreadable:
        events = format_count(len(found.unreadable), "event")
        return f"has {events} that cannot be used and would put nobody on call; earshot check says which and why."
    if not found.strangers:
        return ""
    return (
        f"has {format_count(found.strangers, 'shift')} that name nobody whom the playbook knows, so they are nobody's. "
        "Add the names under people in its schedule."
    )
