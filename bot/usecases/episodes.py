"""Episodes and campaigns in one list, and the page of each. Everyone may ask, as for other figures."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.campaign_list import format_campaign_name
from bot.cards.charts import LABEL_LENGTH
from bot.cards.episode_page import format_ref_name, render_episode_page, render_episodes
from bot.cards.sanitize import escape, format_date, quote_words
from bot.clock import Clock
from bot.domain.campaigns.campaign import Campaign, find_nearest_name, fold_name, match_names
from bot.domain.campaigns.episode_figures import (
    ALIKE_SHOWN,
    EpisodeFigures,
    EpisodeRef,
    EpisodeSpans,
    find_span,
)
from bot.domain.errors import NotAllowed
from bot.domain.periods import HOUR, TimeSpan
from bot.domain.reports.range_parts import RangePart, list_whole_parts
from bot.domain.reports.report import ReportQuery, SentimentCounts
from bot.domain.reports.rolled_days import compute_hours_start, list_counter_days
from bot.store.store import Store
from bot.usecases.campaigns import CampaignRules, get_first_subject

LISTED = 10
SEARCHED = 200
"""The latest detected episodes among which a name is looked for."""


@dataclass(frozen=True, slots=True)
class EpisodeUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: Store
    _rules: CampaignRules
    _clock: Clock

    async def list_episodes(self) -> RenderedMessage:
        return self._render_list(await self.load_refs())

    async def show_episode(self, words: str) -> RenderedMessage:
        """Return the page of an episode by its name or id. Raises `NotAllowed` with the nearest name."""
        name = " ".join(html.unescape(words).split())
        refs = await self.load_refs()
        if not name:
            return self._render_list(refs)
        planned = await self._find_planned(name)
        if planned is not None:
            starts_at = planned.starts_at.astimezone(ZoneInfo(self._rules.time_zone))
            return render_text(
                f"*{format_campaign_name(planned)}* starts {format_date(starts_at)}. Its page is here then."
            )
        return render_episode_page(await self.build_figures(_find_ref(name, refs), refs))

    def _render_list(self, refs: Sequence[EpisodeRef]) -> RenderedMessage:
        return render_episodes(refs[:LISTED], self._clock.now(), get_first_subject(self._rules))

    async def _find_planned(self, name: str) -> Campaign | None:
        """Return a campaign of exactly this name that has not begun."""
        found = (await self._store.campaigns.load_book(self._rules.list_campaigns())).find_campaign(name)
        return found if found and found.starts_at > self._clock.now() else None

    async def build_figures(self, ref: EpisodeRef, refs: Sequence[EpisodeRef]) -> EpisodeFigures:
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        spans = EpisodeSpans.from_ref(ref, at, zone)
        alike = [one for one in refs if one.is_like(ref) and (span := find_span(one, at)).start < span.end][
            :ALIKE_SHOWN
        ]
        drawn = TimeSpan(min(spans.before.start, spans.during.start - HOUR), spans.after.end)
        parts = list_whole_parts(drawn, zone, compute_hours_start(at, zone), at)
        wanted = [spans.before, spans.during, spans.after, *spans.weekdays]
        wanted += [find_span(one, at) for one in alike] + [one.span for one in parts]
        rolled, query = list_counter_days(wanted, at, zone), ReportQuery(subject=ref.subject)
        tallies = await self._store.report_counters.load_sentiments(*wanted, rolled=rolled, query=query)
        before, during, after, *rest = map(SentimentCounts.from_tally, tallies)
        weeks, others = len(spans.weekdays), len(spans.weekdays) + len(alike)
        records = await self._store.backfires.load([ref.name] if ref.is_campaign else [])
        warned = [one.warnings for one in records.values() if one.started_at == ref.start]
        return EpisodeFigures(
            ref=ref,
            spans=spans,
            brand_time=at.astimezone(zone),
            during=during,
            before=before,
            after=after if ref.end and ref.end <= at else None,
            weekdays=tuple(rest[:weeks]),
            alike=tuple(zip(alike, rest[weeks:others], strict=True)),
            parts=tuple((_format_part(one, ref, at), split) for one, split in zip(parts, rest[others:], strict=True)),
            children=tuple(one for one in refs if one.parent and fold_name(one.parent) == fold_name(ref.name)),
            outcome=await self._store.episode_cases.load_outcome(ref.id),
            warnings=warned[0] if warned else (),
        )

    async def load_refs(self) -> list[EpisodeRef]:
        """Return all that have begun, newest first: plans are for managers, in the list of campaigns."""
        at = self._clock.now()
        book = await self._store.campaigns.load_book(self._rules.list_campaigns())
        found = [EpisodeRef.from_episode(one) for one in await self._store.episodes.list_latest(SEARCHED)]
        found += [EpisodeRef.from_campaign(one) for one in book.campaigns if one.starts_at <= at]
        return sorted(found, key=lambda one: (one.start, one.id), reverse=True)


def _format_part(part: RangePart, ref: EpisodeRef, at: datetime) -> str:
    """Return its label with where the episode starts and ends, as far as there is room in a chart."""
    ends = ref.end is not None and part.span.start < ref.end <= part.span.end <= at
    edges = [*(["start"] if ref.start in part.span else []), *(["end"] if ends else [])]
    if not edges:
        return part.label
    begin = part.label.partition(",")[0]
    both = (f"{label} ▸ {', '.join(edges)}" for label in (part.label, begin))
    return next((one for one in both if len(one) <= LABEL_LENGTH), f"{begin} ▸ {edges[0]}")


def _find_ref(name: str, refs: Sequence[EpisodeRef]) -> EpisodeRef:
    """Return the newest with this id or name, else the one that begins so. Raises `NotAllowed` with the nearest."""
    wanted = fold_name(name)
    found = next((ref for ref in refs if wanted in {ref.id, fold_name(ref.name)}), None)
    if found is not None:
        return found
    names = list(map(format_ref_name, refs))
    match match_names(name, names):
        case [one]:
            return refs[names.index(one)]
        case [_, *_] as several:
            shown = ", ".join(f"`{escape(one)}`" for one in sorted(several)[:ALIKE_SHOWN])
            raise NotAllowed(f"Several begin with “{quote_words(name)}”: {shown}.")
    near = find_nearest_name(name, names)
    meant = f"Did you mean `{escape(near)}`?" if near else "`/sentiment episodes` lists the latest."
    raise NotAllowed(f"There's no episode “{quote_words(name)}”. {meant}")
