"""Keep which cases belong to an episode, and ask for its card again as they are answered."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import inf

from bot.domain.campaigns.campaign import Campaign
from bot.domain.campaigns.episode_figures import EpisodeRef
from bot.domain.case import derive_case_id
from bot.domain.outbox import Priority
from bot.domain.routing import NOBODY
from bot.domain.spikes.detector import SpikeDetector
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_transitions import notify_episode_card
from bot.domain.spikes.observation import StreamPosition
from bot.domain.storm import StormProgress
from bot.store.store import Store

TRACK_INTERVAL = timedelta(seconds=5)
CASES_PER_SECOND = 1_000
"""How many cases are counted for each second of waiting, so that 12,000 are counted every 12 s."""
TRIAGE_MOST = timedelta(hours=1)
"""So long after the end of a campaign its last posts may come out of triage."""
TRACKED_FOR = timedelta(days=7)
"""After its end an episode is tracked for so long, or until all its cases are answered."""


class EpisodeCaseCounter:
    """Holds nothing that cannot be read again; the spike worker holds the lease."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tracked: dict[str, Episode] | None = None
        self._seen: dict[str, StormProgress] = {}
        self._places: dict[str, StreamPosition] = {}
        self._checked_at: datetime | None = None
        self._pause = TRACK_INTERVAL

    async def count_cases(
        self,
        running: Mapping[str, Episode],
        watches: Mapping[str, SpikeDetector],
        campaigns: Iterable[Campaign],
        at: datetime,
    ) -> int:
        """Add the cases of what runs and count those of all that are tracked; return how many cards changed."""
        is_early = self._checked_at is not None and abs(at - self._checked_at) < self._pause
        if is_early and all(one.id in (self._tracked or {}) for one in running.values()):
            return 0
        self._checked_at = at
        if self._tracked is None:
            latest = await self._store.episodes.list_latest()
            self._tracked = {one.id: one for one in latest if one.ended_at and at - one.ended_at < TRACKED_FOR}
        for subject, episode in running.items():
            self._tracked[episode.id] = episode
            await self._add_cases(episode.id, watches[subject], episode.started_at)
        for campaign in campaigns:
            if campaign.subject in watches and campaign.starts_at <= at < campaign.ends_at + TRIAGE_MOST:
                ref = EpisodeRef.from_campaign(campaign)
                await self._add_cases(ref.id, watches[campaign.subject], ref.start, ref.end)
        changed = counted = 0
        for episode in list(self._tracked.values()):
            progress = await self._store.episode_cases.load_progress(episode.id)
            counted += progress.total
            changed += await self._report_change(episode, progress, at)
            if episode not in running.values() and _is_done(episode, progress, at):
                self._forget(episode.id)
        self._pause = max(TRACK_INTERVAL, timedelta(seconds=counted / CASES_PER_SECOND))
        return changed

    async def _add_cases(
        self, list_id: str, watch: SpikeDetector, start: datetime, end: datetime | None = None
    ) -> None:
        after, since = self._places.get(list_id, (0, 0)), start.timestamp()
        until = end.timestamp() if end else inf
        new = [one for one in watch.observations if since <= one.at < until and one.place > after]
        if new:
            ours = [derive_case_id(one.mention) for one in new if one.department != NOBODY]
            await self._store.episode_cases.add(list_id, ours)
            self._places[list_id] = max(one.place for one in new)

    async def _report_change(self, episode: Episode, progress: StormProgress, at: datetime) -> bool:
        changed = progress.total > 0 and self._seen.get(episode.id) != progress
        self._seen[episode.id] = progress
        if changed:
            # before the cards of its cases, which may be hundreds
            await self._store.outbox.add(notify_episode_card(episode, Priority.CRISIS), at)
        return changed

    def _forget(self, episode: str) -> None:
        self._seen.pop(episode, None)
        self._places.pop(episode, None)
        if self._tracked:
            self._tracked.pop(episode, None)


def _is_done(episode: Episode, progress: StormProgress, at: datetime) -> bool:
    return progress.is_finished or not progress.total or at - episode.unusual_at > TRACKED_FOR
