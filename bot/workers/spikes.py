"""Watches what is said for what is unusual, opens episodes and lets them go, and learns what is usual."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
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
from bot.workers.retry_backoff import RetryBackoff

LEASE_NAME = "spikes"
LEARNING_DELAY = 2 * QUARTER
"""Seconds after a quarter's end: what an outlet brings later than that teaches nothing."""
CHECK_INTERVAL = timedelta(seconds=30)
"""At an episode of which nothing new is heard: it may be over."""
SILENCE_THRESHOLD = 3.0
"""Voices usual in a quarter, of all subjects together, from which hearing nobody is our silence and not theirs."""

log = structlog.get_logger("spikes")


class SpikeRules(PlaybookRules, Protocol):
    """The rules in force, and what is watched by them."""

    def get_spike_thresholds(self) -> SpikeThresholds: ...

    def list_subjects(self) -> Sequence[Subject]: ...


class SpikeWorker:
    """One at a time, where the lease is. What it holds is read again from the feed by whoever takes over."""

    name = "spikes"
    idle = 0.5

    def __init__(self, store: Store, rules: SpikeRules, clock: Clock, lease: timedelta = LEASE_LENGTH) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._lease = lease
        self._backoff = RetryBackoff(self.name, clock)
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
        """What is new in the feed, and what time alone does. Says how much was heard or decided."""
        if not await self._store.leases.acquire(LEASE_NAME, self._lease):
            self._reset_state()
            return 0
        at = self._clock.now()
        await self._load_subjects(at)
        if self._names is None or not self._rules.get_spike_thresholds().on:
            return 0
        heard = await self._read_stream()
        decided = 0
        for subject in self._find_due_subjects(heard, at):
            if subject in self._watches and not self._backoff.is_waiting(subject):
                # what was held is forgotten where somebody else has decided meanwhile
                decided += await self._backoff.run_guarded(subject, self._evaluate_subject(subject, at))
        await self._update_baselines(at)
        if self._check_saved_at is None or abs(at - self._check_saved_at) >= CHECK_INTERVAL:
            self._check_saved_at = at
            await self._store.baselines.save_check_time(at)
        return sum(heard.values()) + decided

    def handle_failure(self, error: Exception) -> None:  # noqa: ARG002 - whatever it was
        """What is held may be half of what happened: it is read again."""
        self._reset_state()

    async def release_lease(self) -> None:
        """So that another process need not wait for the lease to end."""
        await self._store.leases.release(LEASE_NAME)

    async def _load_subjects(self, at: datetime) -> None:
        """The subjects of the playbook, which may have changed: what is known of each, and which episodes run."""
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
                return  # all is read again in the next step

    async def _read_stream(self) -> dict[str, int]:
        """How much was heard of each subject."""
        heard: dict[str, int] = defaultdict(int)
        while True:
            some = await self._store.spike_stream.read(self._place)
            for one in some:
                if (watch := self._watches.get(one.subject)) is not None:
                    watch.add_observation(one)
                    heard[one.subject] += 1
            if some:
                self._place = some[-1].place
            if len(some) < PAGE_SIZE:
                return heard

    def _find_due_subjects(self, counts: dict[str, int], at: datetime) -> list[str]:
        quiet = [subject for subject in self._running if subject not in counts]
        waiting = [
            one for one in quiet if one not in self._checked_at or abs(at - self._checked_at[one]) >= CHECK_INTERVAL
        ]
        return [*counts, *waiting]

    async def _evaluate_subject(self, subject: str, at: datetime) -> int:
        self._checked_at[subject] = at
        watch, running = self._watches[subject], self._running.get(subject)
        known = DetectionContext(
            self._baselines[subject],
            [baseline.words for baseline in self._baselines.values()],
            [department.name for department in self._rules.list_departments()],
            self._rules.get_spike_thresholds(),
            is_ours=not any(
                one.name == subject and one.kind is SubjectKind.COMPETITOR for one in self._rules.list_subjects()
            ),
        )
        decision = decide_episode(watch, running, known, at)
        return 0 if decision is None else await self._commit_episode(decision, at)

    async def _commit_episode(self, decision: Decision[Episode], at: datetime) -> int:
        if await self._store.episodes.commit(decision, at) is not CommitResult.WRITTEN:
            self._reset_state()  # somebody else has decided since we read it
            return 0
        episode = decision.after
        if episode.is_over:
            del self._running[episode.subject]
        else:
            self._running[episode.subject] = episode
        for event in decision.events:
            log.info(
                "episode changed",
                episode=episode.id,
                what=str(event.what),
                kind=episode.kind,
                department=episode.department,
            )
        return 1

    async def _update_baselines(self, at: datetime) -> None:
        learnt = [self._learn_quarters(baseline, at.timestamp()) for baseline in self._baselines.values()]
        new = [after for after in learnt if after is not self._baselines[after.subject]]
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
        """With every quarter that is over for good; those of which we know nothing any more are passed over."""
        while baseline.until + QUARTER + LEARNING_DELAY <= at:
            if baseline.until < at - RETENTION_SECONDS or self._has_source_outage(baseline.until):
                after = max(baseline.until + QUARTER, int(at - RETENTION_SECONDS) // QUARTER * QUARTER)
                baseline = baseline.skip_until(after)
            else:
                watch = self._watches[baseline.subject]
                baseline = baseline.learn_quarter(watch.select_between(baseline.until, baseline.until + QUARTER))
        return baseline

    def _has_source_outage(self, start: int) -> bool:
        """Nobody at all was heard, where some are usual: sources were away, and quiet is not what is to be learnt."""
        if any(watch.select_between(start, start + QUARTER) for watch in self._watches.values()):
            return False
        usual = sum(one.volume.compute_shape(start) for one in self._baselines.values() if not one.is_learning)
        return usual >= SILENCE_THRESHOLD
