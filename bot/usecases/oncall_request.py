"""A request to change a schedule, and the times that it means."""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.commits import NotAllowed
from bot.domain.oncall.override_transitions import SEARCH_AHEAD
from bot.domain.oncall.overrides import ScheduleState
from bot.domain.oncall.shifts import find_next_change, list_shifts, merge_consecutive_shifts
from bot.domain.oncall.time_parser import ShiftRequest, parse_time, parse_whole_day
from bot.domain.periods import TimeSpan
from bot.usecases.schedule_permissions import ResolvedSchedule

INSTANT = timedelta(minutes=1)
"""A span around a moment, to find its shift."""


class OnCallRequest(NamedTuple):
    """A parsed request at one time in one time zone; `own`: the zone is the person's own, from Slack."""

    by: str
    parsed: ShiftRequest
    at: datetime
    zone: str
    own: bool
    target: ResolvedSchedule
    state: ScheduleState

    def resolve_start(self) -> datetime:
        return self._resolve_time(self.parsed.start, self.at) if self.parsed.start else self.at

    def find_end(self, state: ScheduleState, start: datetime) -> datetime:
        end = self._resolve_end(start) or find_next_change(state.roster, start)
        if end is None:
            raise NotAllowed("Until when? Nobody comes after you. Type it like `until 08:00` or `for 2h`.")
        return end

    def find_span(self, state: ScheduleState, person: str) -> TimeSpan:
        """Return the requested span; without one, the person's current or next shift."""
        start = self.resolve_start()
        end = self._resolve_end(start)
        if end is not None:
            return TimeSpan(start, end)
        for stint in merge_consecutive_shifts(list_shifts(state.roster, TimeSpan(start, start + SEARCH_AHEAD))):
            if stint.person == person and stint.end > start:
                return TimeSpan(max(stint.start, start), stint.end)
        raise NotAllowed(f"<@{person}> has no shift in {state.schedule.name} in the next {SEARCH_AHEAD.days} days.")

    def parse_span(self, words: str) -> TimeSpan:
        """Return the named day, or the moment."""
        day = parse_whole_day(words, self.at, self.zone)
        at = self._resolve_time(words, self.at) if day is None else self.at
        return day or TimeSpan(at, at + INSTANT)

    def _resolve_end(self, start: datetime) -> datetime | None:
        """Return the requested end, if there is one: `until 08:00`, `for 2h`, or just `2h`."""
        words = self.parsed.until or self.parsed.lasting or self.target.rest
        return self._resolve_time(words, start) if words else None

    def _resolve_time(self, words: str, after: datetime) -> datetime:
        return parse_time(words, after, self.zone)
