"""Exports: the rows of one kind of record in a span of time, read a page at a time."""

from collections.abc import AsyncIterator, Callable
from zoneinfo import ZoneInfo

from bot.domain.periods import TimeSpan
from bot.domain.reports.export_rows import (
    ExportKind,
    ExportRow,
    build_audit_row,
    build_case_row,
    build_episode_row,
    build_mention_row,
    build_tally_rows,
    get_post_time,
    split_days,
)
from bot.domain.reports.rolled_days import find_local_day
from bot.store.store import Store

ExportRows = AsyncIterator[ExportRow | None]
"""None in place of what this release cannot read."""


def iter_export_rows(store: Store, kind: ExportKind, span: TimeSpan, zone: ZoneInfo) -> ExportRows:
    """Yield the rows; tallies are added up by the days of the zone."""
    return _READERS[kind](store, span, zone)


async def _read_cases(store: Store, span: TimeSpan, _zone: ZoneInfo) -> ExportRows:
    async for case in store.exports.iter_cases():
        if case is None or get_post_time(case) in span:
            yield build_case_row(case) if case else None


async def _read_mentions(store: Store, span: TimeSpan, _zone: ZoneInfo) -> ExportRows:
    async for mention in store.exports.iter_mentions():
        if mention is None or mention.at in span:
            yield build_mention_row(mention) if mention else None


async def _read_events(store: Store, span: TimeSpan, _zone: ZoneInfo) -> ExportRows:
    async for fields in store.exports.iter_events():
        try:
            row = build_audit_row(fields)
        except ValueError:
            yield None
        else:
            if row["happened_at"] in span:
                yield row


async def _read_tallies(store: Store, span: TimeSpan, zone: ZoneInfo) -> ExportRows:
    for day in split_days(span, zone):
        local = find_local_day(day.start, zone)
        rolled = [local] if local.span == day else []  # after a month a whole day alone has counters
        [tally] = await store.report_counters.load_tallies(day, rolled=rolled)
        for row in build_tally_rows(day, tally, await store.report_counters.count_resolutions(day)):
            yield row


async def _read_episodes(store: Store, span: TimeSpan, _zone: ZoneInfo) -> ExportRows:
    async for episode in store.exports.iter_episodes():
        if episode is None or (episode.started_at < span.end and (episode.ended_at or span.end) >= span.start):
            yield build_episode_row(episode) if episode else None


_READERS: dict[ExportKind, Callable[[Store, TimeSpan, ZoneInfo], ExportRows]] = {
    ExportKind.CASES: _read_cases,
    ExportKind.MENTIONS: _read_mentions,
    ExportKind.AUDIT: _read_events,
    ExportKind.TALLIES: _read_tallies,
    ExportKind.EPISODES: _read_episodes,
}
