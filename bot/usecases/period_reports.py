"""Collect the figures of a period report: `/sentiment` for it and for the period before, and its episodes."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards.period_report import PeriodReport
from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.periods import TimeSpan
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import Report, ReportQuery
from bot.domain.reports.report_schedule import format_day
from bot.store.store import Store
from bot.usecases.campaigns import CampaignRules
from bot.usecases.episodes import EpisodeUseCases
from bot.usecases.report_query import ReportRules
from bot.usecases.reports import SentimentReports

EPISODES_SHOWN = 20


class PeriodRules(CampaignRules, ReportRules, Protocol): ...


@dataclass(frozen=True, slots=True)
class PeriodReports:
    """Raises `StoreUnavailable` if Redis is away."""

    _store: Store
    _rules: PeriodRules
    _clock: Clock

    async def build_period_report(self, brand: str, words: str) -> PeriodReport:
        """Return the figures of a time in the words of `/sentiment`. Raises `NotAllowed` about words it refuses."""
        reports = SentimentReports(self._store, self._rules, self._clock)
        report = await reports.build_report(ReportQuery(period=words))
        before = None
        if report.range.before:
            with suppress(NotAllowed):  # nothing was counted then
                before = await self._build_earlier_report(reports, report.range.before[0])
        episodes = EpisodeUseCases(self._store, self._rules, self._clock)
        refs, span = await episodes.load_refs(), report.range.current
        found = [ref for ref in reversed(refs) if ref.start < span.end and (ref.end is None or ref.end > span.start)]
        shown = [await episodes.build_figures(ref, refs) for ref in found[:EPISODES_SHOWN]]
        return PeriodReport(brand, report, before, tuple(shown), len(found) - len(shown))

    async def _build_earlier_report(self, reports: SentimentReports, span: TimeSpan) -> Report | None:
        """Return the report of a span before; None of one that words cannot name exactly."""
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        words = _format_span(span, zone)
        if parse_known_range(words, at, zone).current != span:
            return None
        return await reports.build_report(ReportQuery(period=words))


def _format_span(span: TimeSpan, zone: ZoneInfo) -> str:
    """Return the words for `/sentiment`: whole days by their dates, else with the times."""
    start, end = (edge.astimezone(zone) for edge in span)
    if not start.hour and not start.minute and not end.hour and not end.minute:
        first, last = format_day(start), format_day(end - timedelta(hours=3))
        return first if first == last else f"{first} – {last}"
    return f"{format_day(start)} {start:%H:%M} – {format_day(end)} {end:%H:%M}"
