"""Detect spikes in the stream of mentions, open and close their episodes, and update the baselines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.campaigns.campaign import Campaign, CampaignBook
from bot.domain.commits import Decision
from bot.domain.rules import PlaybookRules
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import RETENTION_SECONDS, SpikeDetector
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_transitions import DetectionContext, close_unwatched, decide_episode
from bot.domain.spikes.observation import StreamPosition
from bot.domain.spikes.seasonal_baseline import QUARTER
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.subject import Subject, SubjectKind
from bot.store.leases import LEASE_LENGTH
from bot.store.spike_stream import PAGE_SIZE
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.backfire_guard import BackfireGuard
from bot.workers.episode_case_counter import EpisodeCaseCounter
from bot.workers.retry_backoff import RetryBackoff
from bot.workers.runner import Worker

LEASE_NAME = "spikes"
LEARNING_DELAY = 2 * QUARTER
"""Seconds after the end of a quarter of an hour; mentions that arrive later do not count in the baseline."""
CHECK_INTERVAL = timedelta(seconds=30)
"""Between checks of an episode without new mentions: it may be over."""
SILENCE_THRESHOLD = 3.0
"""Expected distinct authors in a quarter, all subjects together, from which silence means an outage of ours."""

log = structlog.get_logger("spikes")


class SpikeRules(PlaybookRules, Protocol):
    def get_spike_thresholds(self) -> SpikeThresholds: ...

    def list_subjects(self) -> Sequence[Subject]: ...

    def list_campaigns(self) -> Sequence[Campaign]: ...


class SpikeWorker(Worker):
    """Only the process with the lease works; another one that takes over rebuilds the state from the stream."""

    name = "spikes"
    idle = 0.5

    def __init__(self, store: Store, rules: SpikeRules, clock: Clock, lease: timedelta = LEASE_LENGTH) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._lease = lease
        self._backoff = RetryBackoff(self.name, clock)
        self._case_counter = EpisodeCaseCounter(store)
        self._backfires = BackfireGuard(store, rules, self._backoff)
        self._book = CampaignBook()
        self._reset_state()

    def _reset_state(self) -> None:
        self._place: StreamPosition = (0, 0)
        self._names: list[str] | None = None
        self._watches: dict[str, SpikeDetector] = {}
        self._baselines: dict[str, SubjectBaseline] = {}
        self._running: dict[str, Episode] = {}
        self._checked_at: dict[str, datetime] = {}
        self._check_saved_at: datetime | None = None

    async def step(self) -> int:
        """Read new mentions and evaluate the subjects that are due; return how many were read or decided."""
        if not await self._store.leases.acquire(LEASE_NAME, self._lease):
            self._reset_state()
            return 0
        at = self._clock.now()
        await self._load_subjects(at)
        self._book = await self._store.campaigns.load_book(self._rules.list_campaigns())
        if self._names is None or not self._rules.get_spike_thresholds().on:
            return 0
        counts = await self._read_stream()
        decided = 0
        for subject in self._find_due_subjects(counts, at):
            if subject in self._watches and not self._backoff.is_waiting(subject):
                # the state is reset if another process has decided meanwhile
                decided += await self._backoff.run_guarded(subject, self._evaluate_subject(subject, at))
        decided += await self._backfires.check_campaigns(self._book, self._watches, self._baselines, at)
        if self._names is not None:
            decided += await self._case_counter.count_cases(self._running, self._watches, self._book.campaigns, at)
        await self._update_baselines(at)
        if self._check_saved_at is None or abs(at - self._check_saved_at) >= CHECK_INTERVAL:
            self._check_saved_at = at
            await self._store.baselines.save_check_time(at)
        return sum(counts.values()) + decided

    def handle_failure(self, error: Exception) -> bool:  # noqa: ARG002 - the same for every error
        """Reset the state, which may be incomplete: it is read again."""
        self._reset_state()
        return False

    async def release_lease(self) -> None:
        """Release the lease, so that another process need not wait for its end."""
        await self._store.leases.release(LEASE_NAME)

    async def _load_subjects(self, at: datetime) -> None:
        """Load the baselines and episodes again if the subjects of the playbook have changed."""
        watched = self._rules.list_subjects() if self._rules.get_spike_thresholds().on else ()
        names = list(dict.fromkeys(one.name for one in watched))
        if names == self._names:
            return
        self._reset_state()
        self._names = names
        self._watches = {name: SpikeDetector(name) for name in names}
        found = await self._store.baselines.load(names)
        self._baselines = {name: baseline.start_learning(at.timestamp()) for name, baseline in found.items()}
        self._running = await self._store.episodes.load_running()
        for episode in [one for subject, one in self._running.items() if subject not in self._watches]:
            if not await self._commit_episode(close_unwatched(episode, at), at):
                return  # the state was reset, and is read again in the next step

    async def _read_stream(self) -> dict[str, int]:
        """Add new observations to their detectors; return how many there are for each subject."""
        counts: dict[str, int] = defaultdict(int)
        while True:
            batch = await self._store.spike_stream.read(self._place)
            for one in batch:
                if (watch := self._watches.get(one.subject)) is not None:
                    watch.add_observation(one)
                    counts[one.subject] += 1
            if batch:
                self._place = batch[-1].place
            if len(batch) < PAGE_SIZE:
                return counts

    def _find_due_subjects(self, counts: dict[str, int], at: datetime) -> list[str]:
        quiet = (subject for subject in self._running if subject not in counts)
        never = at - CHECK_INTERVAL
        return [*counts, *(one for one in quiet if abs(at - self._checked_at.get(one, never)) >= CHECK_INTERVAL)]

    async def _evaluate_subject(self, subject: str, at: datetime) -> int:
        self._checked_at[subject] = at
        competitors = {one.name for one in self._rules.list_subjects() if one.kind is SubjectKind.COMPETITOR}
        context = DetectionContext(
            self._baselines[subject],
            [baseline.words for baseline in self._baselines.values()],
            [department.name for department in self._rules.list_departments()],
            self._load_thresholds(),
            is_ours=subject not in competitors,
        )
        decision = decide_episode(self._watches[subject], self._running.get(subject), context, at)
        return 0 if decision is None else await self._commit_episode(decision, at)

    def _load_thresholds(self) -> SpikeThresholds:
        """Return the thresholds; a campaign is planned, wherever it was announced."""
        thresholds = self._rules.get_spike_thresholds()
        campaigns = (one.planned_event for one in self._book.campaigns)
        return replace(thresholds, planned=(*thresholds.planned, *campaigns))

    async def _commit_episode(self, decision: Decision[Episode], at: datetime) -> int:
        decision = await self._drop_deleted_samples(decision)
        if await self._store.episodes.commit(decision, at) is not CommitResult.WRITTEN:
            self._reset_state()  # another process has decided since we read it
            return 0
        episode = decision.after
        if episode.is_over:
            del self._running[episode.subject]
        else:
            self._running[episode.subject] = episode
        for event in decision.events:
            shown = {"kind": episode.kind, "department": episode.department}
            log.info("episode changed", episode=episode.id, what=str(event.what), **shown)
        return 1

    async def _drop_deleted_samples(self, decision: Decision[Episode]) -> Decision[Episode]:
        """Drop posts that were deleted since they were read: their words are still in memory."""
        episode = decision.after
        shown = {one.mention for one in (*episode.firsts, *episode.samples)}
        deleted = await self._store.inbox.find_deleted(shown)
        if not deleted:
            return decision
        kept = ([one for one in some if one.mention not in deleted] for some in (episode.firsts, episode.samples))
        firsts, samples = map(tuple, kept)
        return replace(decision, after=episode.copy_with(firsts=firsts, samples=samples))

    async def _update_baselines(self, at: datetime) -> None:
        updated = [self._learn_quarters(baseline, at.timestamp()) for baseline in self._baselines.values()]
        new = [after for after in updated if after is not self._baselines[after.subject]]
        if not new:
            return
        for watch in self._watches.values():
            watch.drop_older(at.timestamp())
        if not await self._store.baselines.save(new):
            self._reset_state()
            return
        self._baselines.update((one.subject, one.copy_with(version=one.version + 1)) for one in new)
        if oldest := [one.place for watch in self._watches.values() for one in watch.observations]:
            await self._store.spike_stream.trim_before(min(oldest))

    def _learn_quarters(self, baseline: SubjectBaseline, at: float) -> SubjectBaseline:
        """Return the baseline with all completed quarters; those that cannot be known any more are skipped."""
        while baseline.until + QUARTER + LEARNING_DELAY <= at:
            if baseline.until < at - RETENTION_SECONDS or self._has_source_outage(baseline.until):
                after = max(baseline.until + QUARTER, int(at - RETENTION_SECONDS) // QUARTER * QUARTER)
                baseline = baseline.skip_until(after)
            else:
                watch = self._watches[baseline.subject]
                baseline = baseline.learn_quarter(watch.select_between(baseline.until, baseline.until + QUARTER))
        return baseline

    def _has_source_outage(self, start: int) -> bool:
        """Return whether there were no mentions at all where some are expected: the sources were down."""
        if any(watch.select_between(start, start + QUARTER) for watch in self._watches.values()):
            return False
        usual = sum(one.volume.compute_shape(start) for one in self._baselines.values() if not one.is_learning)
        return usual >= SILENCE_THRESHOLD
