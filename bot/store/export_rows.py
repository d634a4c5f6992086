"""Exports: the rows of one kind of record in a span of time, read a page at a time."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.campaigns.campaign import Campaign, build_campaign_row
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
from bot.domain.reports.report import select_theme
from bot.domain.reports.rolled_days import find_local_day
from bot.store.store import Store

ExportRows = AsyncIterator[ExportRow | None]
"""None in place of what this release cannot read."""


def iter_export_rows(
    store: Store,
    kind: ExportKind,
    span: TimeSpan,
    zone: ZoneInfo,
    planned: Sequence[Campaign] = (),
    theme: str = "",
) -> ExportRows:
    """Yield the rows; tallies are added up by the days of the zone, and may be those of one theme.

    `planned` are the campaigns of the playbook.
    """
    match kind:
        case ExportKind.CASES:
            return _read_cases(store, span)
        case ExportKind.MENTIONS:
            return _read_mentions(store, span)
        case ExportKind.AUDIT:
            return _read_events(store, span)
        case ExportKind.TALLIES:
            return _read_tallies(store, span, zone, theme)
        case ExportKind.EPISODES:
            return _read_episodes(store, span, planned)


async def _read_cases(store: Store, span: TimeSpan) -> ExportRows:
    async for case in store.exports.iter_cases():
        if case is None or get_post_time(case) in span:
            yield build_case_row(case) if case else None


async def _read_mentions(store: Store, span: TimeSpan) -> ExportRows:
    async for mention in store.exports.iter_mentions():
        if mention is None or mention.at in span:
            yield build_mention_row(mention) if mention else None


async def _read_events(store: Store, span: TimeSpan) -> ExportRows:
    async for fields in store.exports.iter_events():
        try:
            row = build_audit_row(fields)
        except ValueError:
            yield None
        else:
            if row["happened_at"] in span:
                yield row


async def _read_tallies(store: Store, span: TimeSpan, zone: ZoneInfo, theme: str) -> ExportRows:
    counters, register = store.report_counters, await store.themes.load()
    for day in split_days(span, zone):
        local = find_local_day(day.start, zone)
        rolled = [local] if local.span == day else []  # after a month a whole day alone has counters
        if theme:
            [counts] = await counters.load_themes(day, rolled=rolled)
            tally = select_theme(counts, theme, register)
            words = await counters.load_theme_words(day, rolled, register.list_counted_names(theme))
        else:
            [tally] = await counters.load_tallies(day, rolled=rolled)
            words = await counters.count_resolutions(day)
        for row in build_tally_rows(day, tally, words):
            yield row


async def _read_episodes(store: Store, span: TimeSpan, planned: Sequence[Campaign]) -> ExportRows:
    """Yield what was detected, oldest first, then the campaigns, newest first."""
    async for episode in store.exports.iter_episodes():
        if episode is None or _is_within(span, episode.started_at, episode.ended_at):
            yield build_episode_row(episode) if episode else None
    for campaign in (await store.campaigns.load_book(planned)).campaigns:
        if _is_within(span, campaign.starts_at, campaign.ends_at):
            yield build_campaign_row(campaign)


def _is_within(span: TimeSpan, start: datetime, end: datetime | None) -> bool:
    """Whether something that began at `start` was in the span; without an end, it still goes on."""
    return start < span.end and (end is None or end >= span.start)
