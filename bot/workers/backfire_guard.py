"""Watch the campaigns that run for a backfire; the spike worker holds the lease, and has the posts in memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot import metrics
from bot.domain.campaigns.backfire import find_backfires, measure_share
from bot.domain.campaigns.backfire_record import BackfireRecord, warn_of_backfire, watch_campaign
from bot.domain.campaigns.campaign import Campaign, CampaignBook, fold_name
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import SpikeDetector
from bot.domain.spikes.episode import choose_department
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.retry_backoff import RetryBackoff

CHECK_INTERVAL = timedelta(seconds=20)


class BackfireRules(PlaybookRules, Protocol):
    def get_spike_thresholds(self) -> SpikeThresholds: ...


class BackfireGuard:
    """Holds nothing that cannot be read again: the posts are in the spike stream, the warnings in a record."""

    def __init__(self, store: Store, rules: BackfireRules, backoff: RetryBackoff) -> None:
        self._store = store
        self._rules = rules
        self._backoff = backoff
        self._checked_at: datetime | None = None

    async def check_campaigns(
        self,
        book: CampaignBook,
        watches: Mapping[str, SpikeDetector],
        baselines: Mapping[str, SubjectBaseline],
        at: datetime,
    ) -> int:
        """Begin to watch new campaigns, and warn of those that backfire; return how many records changed."""
        if self._checked_at is not None and abs(at - self._checked_at) < CHECK_INTERVAL:
            return 0
        self._checked_at = at
        running = [one for one in book.list_running(at) if one.subject in watches]
        records = await self._store.backfires.load(one.name for one in running)
        changed = 0
        for one in running:
            if not self._backoff.is_waiting(name := f"campaign {fold_name(one.name)}"):
                check = self._check_campaign(one, records, watches[one.subject], baselines[one.subject], at)
                changed += await self._backoff.run_guarded(name, check)
        return changed

    async def _check_campaign(
        self,
        campaign: Campaign,
        records: dict[str, BackfireRecord],
        watch: SpikeDetector,
        baseline: SubjectBaseline,
        at: datetime,
    ) -> int:
        name = fold_name(campaign.name)
        record = records.get(name)
        if self._store.backfires.is_unreadable(name):
            return 0
        if record is None or record.started_at != campaign.starts_at:
            decision = watch_campaign(record, campaign, measure_share(baseline))
            return int(await self._store.backfires.commit(decision, at) is CommitResult.WRITTEN)
        if record.muted_by:
            return 0
        departments = [one.name for one in self._rules.list_departments()]
        alike = [one for one in records.values() if one.subject == campaign.subject]
        for found in find_backfires(campaign, watch.observations, record.before, at.timestamp()):
            chosen = choose_department(found.critics, departments, self._rules.get_spike_thresholds())
            department = get_department_or_lost(self._rules, chosen)
            warned = warn_of_backfire(record, campaign, found, department, alike, at)
            if warned and await self._store.backfires.commit(warned, at) is CommitResult.WRITTEN:
                records[name] = warned.after
                metrics.BACKFIRES.labels("warned").inc()
                return 1
        return 0
