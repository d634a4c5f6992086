"""Triage: read a batch of mentions, assess and route each, join it to a case or open one, and commit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import metrics
from bot.clock import Clock
from bot.detectors.detector import MentionStats
from bot.domain.case import derive_case_id
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.persons.person import PERSON_DIMENSION, PersonLabel
from bot.domain.routing import NOBODY, find_route
from bot.domain.themes import ThemeRegister
from bot.store.case_writer import build_lookup_keys
from bot.store.inbox import IDLE, MOST_TRIES, InboxEntry
from bot.store.keys import DEAD_MOST
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.mention_traces import TriageTimes, record_traces
from bot.workers.recent_mentions import RecentMentions
from bot.workers.runner import Worker
from bot.workers.triage_decider import (
    WORDLESS,
    DeciderRules,
    LazyAssessment,
    PersonAssessment,
    TriageDecider,
    TriageItem,
)

log = structlog.get_logger("triage")

BATCH_SIZE = 256
"""Entries of one read: many enough to share round trips, few enough that a crash leaves little to reclaim."""
PART_SIZE = 64
"""Entries assessed and committed at a time: many enough to share round trips and the cost of numpy's calls."""
PART_SECONDS = 0.004
"""For assessing a part where clicks are served, too. To commit the part before takes about as long."""
SMALLEST_PART = 4
MAX_TRIES = 20
"""Lost races before an entry is left for the next read."""


class BatchAssessor(Protocol):
    async def assess_in_thread(
        self,
        batch: Sequence[Mention],
        stats: Sequence[MentionStats] = (),
        count_waiting: Callable[[], Awaitable[int]] | None = None,
    ) -> Sequence[LazyAssessment]: ...


class TriageRules(DeciderRules, Protocol):
    def get_assessor(self) -> BatchAssessor: ...

    def apply_themes(self, register: ThemeRegister) -> None: ...


class TriageWorker(Worker):
    name = "triage"
    idle = 0.0

    def __init__(
        self,
        store: Store,
        rules: TriageRules,
        clock: Clock,
        worker: str,
        *,
        wait: bool = True,
        idle_most: timedelta = IDLE,
    ) -> None:
        self._store = store
        self._inbox = store.inbox
        self._rules = rules
        self._clock = clock
        self._worker = worker
        self._wait = wait
        self._idle_most = idle_most
        self._decider = TriageDecider(store, rules)
        self._recent_mentions = RecentMentions()
        self._person_labels: Mapping[str, frozenset[PersonLabel]] = {}
        self._recent_cursor, self._excluded_worker = "0-0", ""
        self._reclaimed_at: datetime | None = None
        self._in_hand: list[InboxEntry] = []
        self._part_size, self._has_short_parts = PART_SIZE, False
        self._retries: list[list[InboxEntry]] = []
        """Batches that failed, each tried again by itself."""
        self._retries_first = False
        self._failures = 0
        """Failures in a row."""
        self._failure_reasons: dict[str, str] = {}

    def limit_parts(self) -> None:
        """Keep parts so small that who shares this process need not wait long: by their time, not by their number."""
        self._part_size, self._has_short_parts = SMALLEST_PART, True

    async def step(self) -> int:
        """Process a batch of new entries, or of entries that failed or were abandoned: by turns."""
        if self._in_hand:  # the store went away with these in hand
            self._retries.insert(0, self._in_hand)
        entries = self._in_hand = await self._read_batch()
        living = [entry for entry in entries if not await self._move_to_dead_letters(entry)]
        if living:
            await self._load_recent_mentions()
            await self._decider.load_mutes(self._clock.now())
            await self._load_person_labels(living)
            self._rules.apply_themes(await self._store.themes.load())
            await self._process_entries(living)
            self._failures = 0
        self._in_hand = []
        return len(entries)

    def handle_failure(self, error: Exception) -> bool:
        """Split a failed batch in halves until the bad entry is alone; that is tried again, then a dead letter.

        Its dead letter has the error's type, never its text. Back off only if a whole batch and all its parts failed.
        """
        failed, self._in_hand = self._in_hand, []
        if (half := len(failed) // 2) > 0:
            self._retries[:0] = [failed[:half], failed[half:]]
        else:
            self._failure_reasons.update((entry.id, type(error).__name__) for entry in failed)
        self._failures += 1
        return self._failures < 2 * BATCH_SIZE

    async def _read_batch(self) -> list[InboxEntry]:
        """Read failed and new entries by turns, so that neither holds up the other."""
        if not self._retries and (left := await self._reclaim_abandoned()):
            self._retries.append(left)
        self._retries_first = bool(self._retries) and not self._retries_first
        if self._retries_first:
            return self._retries.pop(0)
        new = await self._inbox.read(self._worker, BATCH_SIZE, wait=self._wait and not self._retries)
        return new or (self._retries.pop(0) if self._retries else [])

    async def _reclaim_abandoned(self) -> list[InboxEntry]:
        """Reclaim an entry that another worker read and did not finish; one at a time."""
        at = self._clock.now()
        if self._reclaimed_at is not None and at - self._reclaimed_at < self._idle_most / 2:
            return []
        found = await self._inbox.reclaim(self._worker, 1, self._idle_most)
        if not found:
            self._reclaimed_at = at
        return found

    async def _move_to_dead_letters(self, entry: InboxEntry) -> bool:
        if entry.mention is not None and entry.tries <= MOST_TRIES:
            return False
        if await self._store.dead_letters.count() >= DEAD_MOST:
            hint = "Look at them with: earshot dead list"
            raise StoreUnavailable(f"{DEAD_MOST:,} dead letters, so triage has stopped. {hint}")
        default = "it cannot be read" if entry.mention is None else "its worker died"
        why = self._failure_reasons.pop(entry.id, "") or default
        await self._store.inbox.move_to_dead_letters(entry, f"{why}, {entry.tries} tries", self._clock.now())
        log.error("mention moved to dead letters", entry=entry.id, why=why, tries=entry.tries)
        return True

    async def _load_recent_mentions(self) -> None:
        """Load the recent mentions: all of them the first time, and later those of other workers."""
        more = True
        while more:
            recent, self._recent_cursor, more = await self._store.recent_mentions.read_page(
                self._recent_cursor, self._excluded_worker
            )
            self._recent_mentions.load_recent(recent, self._clock.now())
        self._excluded_worker = self._worker

    async def _load_person_labels(self, entries: Sequence[InboxEntry]) -> None:
        """Load what colleagues said about the authors: one round trip for each read, if any route asks."""
        is_asked = PERSON_DIMENSION in self._rules.list_routes().dimensions
        authors = [entry.mention.author_key for entry in entries if entry.mention is not None] if is_asked else []
        self._person_labels = await self._store.persons.load_labels(authors)

    async def _process_entries(self, entries: Sequence[InboxEntry]) -> None:
        """Process the entries in parts: while one part is committed, the next one is assessed."""
        began = self._clock.now()
        part, left = entries[: self._part_size], entries[self._part_size :]
        ahead = await self._assess_entries(part)
        while ahead:
            items, read_at, at = ahead, began, self._clock.now()
            ready = await self._decider.decide_batch(items, {}, at)
            living = (item.mention for item in items if item.mention.deleted_at is None)
            share = self._recent_mentions.export_recent(self._worker, living, at)
            committing = asyncio.ensure_future(self._store.inbox.commit(ready, at, share))
            try:
                await asyncio.sleep(0)  # lets the commit be sent
                began = self._clock.now()
                part, left = left[: self._part_size], left[self._part_size :]
                ahead = await self._assess_entries(part)
            finally:
                replies = await committing
                late = _filter_stale(items, replies)
                _observe_latency(items, replies, self._clock.now())
                record_traces(ready, replies, TriageTimes(read_at, at, self._clock.now()))
            await self._retry_stale(late, read_at)
            self._in_hand = [*part, *left]

    async def _assess_entries(self, entries: Sequence[InboxEntry]) -> list[TriageItem]:
        """Assess what has words; a deletion has none."""
        mentions = [entry.mention for entry in entries if entry.mention is not None]
        at, living = self._clock.now(), [mention for mention in mentions if mention.deleted_at is None]
        stats = [self._recent_mentions.record_mention(mention, at) for mention in living]
        assessor, count = self._rules.get_assessor(), self._inbox.count
        results = iter(await assessor.assess_in_thread(living, stats, count)) if living else iter(())
        if self._has_short_parts and living:
            took = (self._clock.now() - at).total_seconds() / len(living)
            self._part_size = min(PART_SIZE, max(SMALLEST_PART, int(PART_SECONDS / max(took, 1e-6))))
        assessed = [(mention, WORDLESS if mention.deleted_at else next(results)) for mention in mentions]
        return [self._build_item(entry, *one) for entry, one in zip(entries, assessed, strict=True)]

    def _build_item(self, entry: InboxEntry, mention: Mention, result: LazyAssessment) -> TriageItem:
        """Choose the route first, since what nobody needs to see is compared with nothing."""
        if labels := self._person_labels.get(mention.author_key):
            result = PersonAssessment(result, labels)
        route = find_route(self._rules.list_routes(), mention, result.assessment)
        subject, wanted = result.assessment.subject, route.to != NOBODY
        lookup_keys = build_lookup_keys(self._store.keys, mention, subject, with_similar=wanted)
        accounts = self._rules.get_own_accounts()
        owner = accounts.find_owner(mention)
        return TriageItem(entry, mention, result, route, lookup_keys if owner is None else (), owner, bool(accounts))

    async def _retry_stale(self, items: list[TriageItem], read_at: datetime) -> None:
        """Decide stale items again: optimistic concurrency."""
        for _ in range(MAX_TRIES - 1):
            if not items:
                return
            opened = await self._store.cases.find([derive_case_id(item.mention.id) for item in items])
            at = self._clock.now()
            ready = await self._decider.decide_batch(items, opened, at)
            replies = await self._store.inbox.commit(ready, at)
            record_traces(ready, replies, TriageTimes(read_at, at, self._clock.now()))
            items = _filter_stale(items, replies)
        if items:
            self._failure_reasons.update((item.entry.id, "it came too late each time") for item in items)
            log.warning("triage overtaken", entries=[item.entry.id for item in items])


def _filter_stale(items: Sequence[TriageItem], replies: Sequence[CommitResult]) -> list[TriageItem]:
    return [item for item, reply in zip(items, replies, strict=True) if reply is CommitResult.STALE]


def _observe_latency(items: Sequence[TriageItem], replies: Sequence[CommitResult], at: datetime) -> None:
    now = at.timestamp()
    for item, reply in zip(items, replies, strict=True):
        if reply is CommitResult.WRITTEN:
            metrics.TRIAGE_SECONDS.observe(max(0.0, now - item.entry.arrived / 1000))
