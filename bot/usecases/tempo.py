"""How long the steps of an answer take: `/sentiment tempo`, of departments, and of a person for themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.cards.block_kit import RenderedMessage
from bot.cards.case_mention import format_source_name
from bot.cards.sanitize import escape
from bot.cards.tempo import render_tempo
from bot.clock import Clock
from bot.domain.reports.ranges import ReportRange, parse_known_range
from bot.domain.reports.report import ReportQuery
from bot.domain.reports.step_timings import list_department_rows, list_detail_rows, list_hour_rows, list_person_rows
from bot.domain.rules import PlaybookRules
from bot.store.report_counters import ReportCounterStore
from bot.usecases.report_query import QueryWords, normalize_words, parse_query
from bot.usecases.staff import StaffDirectory

_PERSON = re.compile(r"(me\b|<@(\w+)(?:\|[^>]*)?>)\s*(.*)", re.IGNORECASE | re.DOTALL)
_BY_HOUR = re.compile(r"\s*\bby (?:the )?hours?\s*$", re.IGNORECASE)
RANGE = "week"
"""Unless another was asked for: of a day, few are timed."""


@dataclass(frozen=True, slots=True)
class TempoUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    _counters: ReportCounterStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _clock: Clock

    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        """Return the tempo of departments, or of one person: to themselves and to managers only."""
        found = _PERSON.fullmatch(words.strip())
        if found is None:
            return await self._show_departments(words)
        person = found[2] or by
        if person != by:
            await self._staff.check_manager(by, self._rules.managers, "see how fast a colleague is")
        return await self._show_person(person, by, found[3])

    async def _show_departments(self, words: str) -> RenderedMessage:
        words, is_by_hour = _BY_HOUR.subn("", words)
        departments = {one.name: one for one in self._rules.list_departments()}
        query, asked = self._parse_query(words, list(departments))
        names = [query.department] if query.department else list(departments)
        timings, zone = await self._counters.load_timings(asked.current, names), ZoneInfo(self._rules.time_zone)
        title = escape(f"Tempo of {query.department} {asked.label}" if query.department else f"Tempo {asked.label}")
        if is_by_hour:
            note = "By the hour in which a step began. Before: it began earlier than the time you asked for."
            rows = list_hour_rows(timings, zone, asked.current.start)
            return render_tempo(f"{title}, by hour", rows, note)
        rows = list_department_rows(timings, names)
        if query.department:
            hours = departments[query.department].hours
            rows += list_detail_rows(timings, hours, zone, asked.current.start, format_source_name)
            return render_tempo(title, rows, f"Each hour: /sentiment tempo {query.command_text} by hour.")
        return render_tempo(title, rows, f"By source and time of the day: /sentiment tempo {query.period} {names[0]}.")

    async def _show_person(self, person: str, by: str, words: str) -> RenderedMessage:
        names = [one.name for one in self._rules.list_departments()]
        query, asked = self._parse_query(words, names)
        timings = await self._counters.load_timings(asked.current, [query.department] if query.department else names)
        whose, they = ("Your tempo", "you") if person == by else (f"Tempo of <@{person}>", "they")
        rows = list_person_rows(timings, person, names)
        return render_tempo(f"{whose} {asked.label}", rows, f"Only {they} and managers can see this.")

    def _parse_query(self, words: str, names: Sequence[str]) -> tuple[ReportQuery, ReportRange]:
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        said = normalize_words(words)
        if not said or said in map(normalize_words, names):
            said = f"{RANGE} {said}".strip()
        query = parse_query(said, QueryWords(None, names, at, zone))
        return query, parse_known_range(query.period, at, zone)
