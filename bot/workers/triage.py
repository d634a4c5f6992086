"""Triage: read a batch of mentions, assess and route each, join it to a case or open one, and commit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from bot import metrics
from bot.clock import Clock
from bot.detectors.detector import MentionStats
from bot.domain.assessment import Assessment, Intent
from bot.domain.case import Case, JoinReason, derive_case_id
from bot.domain.cases.edit_transitions import decide_edit, skip_edit
from bot.domain.cases.intake import count_only, join_case, open_case
from bot.domain.commits import CaseDecision, StoreUnavailable
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, find_route
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.case_writer import LookupKey, build_lookup_keys
from bot.store.inbox import IDLE, MOST_TRIES, InboxEntry, TriagedEntry
from bot.store.keys import DEAD_MOST
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.recent_mentions import RecentMentions
from bot.workers.runner import Worker

log = structlog.get_logger("triage")

BATCH_SIZE = 256
"""Entries of one read: many enough to share round trips, few enough that a crash leaves little to reclaim."""
PART_SIZE = 32
"""Entries assessed and committed at a time: few enough that a click waits only 10 ms."""
MAX_TRIES = 20
"""Lost races before an entry is left for the next read."""


class LazyAssessment(Protocol):
    @property
    def assessment(self) -> Assessment:
        """The labels that decide where a mention goes."""

    def explain_assessment(self) -> Assessment:
        """Return the assessment with its reasons, computed only for what is kept."""


class BatchAssessor(Protocol):
    async def assess_in_thread(
        self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()
    ) -> Sequence[LazyAssessment]: ...


class TriageRules(PlaybookRules, Protocol):
    def get_assessor(self) -> BatchAssessor: ...


class _TriageItem(NamedTuple):
    entry: InboxEntry
    mention: Mention
    result: LazyAssessment
    lookup_keys: tuple[LookupKey, ...]


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
        self._rules = rules
        self._clock = clock
        self._worker = worker
        self._wait = wait
        self._idle_most = idle_most
        self._recent_mentions = RecentMentions()
        self._recent_cursor, self._excluded_worker = "0-0", ""
        self._reclaimed_at: datetime | None = None
        self._in_hand: list[InboxEntry] = []
        self._retries: list[list[InboxEntry]] = []
        """Batches that failed, each tried again by itself."""
        self._retries_first = False
        self._failures = 0
        """Failures in a row."""
        self._failure_reasons: dict[str, str] = {}

    async def step(self) -> int:
        """Process a batch of new entries, or of entries that failed or were abandoned: by turns."""
        if self._in_hand:  # the store went away with these in hand
            self._retries.insert(0, self._in_hand)
        entries = self._in_hand = await self._read_batch()
        living = [entry for entry in entries if not await self._move_to_dead_letters(entry)]
        if living:
            await self._load_recent_mentions()
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
        new = await self._store.inbox.read(self._worker, BATCH_SIZE, wait=self._wait and not self._retries)
        return new or (self._retries.pop(0) if self._retries else [])

    async def _reclaim_abandoned(self) -> list[InboxEntry]:
        """Reclaim an entry that another worker read and did not finish; one at a time."""
        at = self._clock.now()
        if self._reclaimed_at is not None and at - self._reclaimed_at < self._idle_most / 2:
            return []
        found = await self._store.inbox.reclaim(self._worker, 1, self._idle_most)
        if not found:
            self._reclaimed_at = at
        return found

    async def _move_to_dead_letters(self, entry: InboxEntry) -> bool:
        if entry.mention is not None and entry.tries <= MOST_TRIES:
            return False
        if await self._store.dead_letters.count() >= DEAD_MOST:
            hint = "Look at them with: earshot dead list"
            raise StoreUnavailable(f"{DEAD_MOST:,} dead letters: triage has stopped. {hint}")
        default = "it cannot be read" if entry.mention is None else "its worker died"
        why = self._failure_reasons.pop(entry.id, "") or default
        await self._store.inbox.move_to_dead_letters(entry, f"{why}, {entry.tries} tries", self._clock.now())
        log.error("mention buried", entry=entry.id, why=why, tries=entry.tries)
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

    async def _process_entries(self, entries: Sequence[InboxEntry]) -> None:
        """Process the entries in parts: while one part is committed, the next one is assessed."""
        ahead = await self._assess_entries(entries[:PART_SIZE])
        for start in range(PART_SIZE, len(entries) + PART_SIZE, PART_SIZE):
            items, at = ahead, self._clock.now()
            ready = await self._decide_batch(items, {}, at)
            share = self._recent_mentions.export_recent(self._worker, (item.mention for item in items), at)
            committing = asyncio.ensure_future(self._store.inbox.commit(ready, at, share))
            try:
                await asyncio.sleep(0)  # lets the commit be sent
                ahead = await self._assess_entries(entries[start : start + PART_SIZE])
            finally:
                replies = await committing
                late = _filter_stale(items, replies)
                _observe_latency(items, replies, self._clock.now())
            await self._retry_stale(late)
            self._in_hand = list(entries[start:])

    async def _assess_entries(self, entries: Sequence[InboxEntry]) -> list[_TriageItem]:
        mentions = [entry.mention for entry in entries if entry.mention is not None]
        at = self._clock.now()
        stats = [self._recent_mentions.record_mention(mention, at) for mention in mentions]
        results = await self._rules.get_assessor().assess_in_thread(mentions, stats)
        keys = self._store.keys
        return [
            _TriageItem(entry, mention, result, build_lookup_keys(keys, mention, result.assessment.subject))
            for entry, mention, result in zip(entries, mentions, results, strict=True)
        ]

    async def _retry_stale(self, items: list[_TriageItem]) -> None:
        """Decide stale items again: optimistic concurrency."""
        for _ in range(MAX_TRIES - 1):
            if not items:
                return
            opened = await self._store.cases.find([derive_case_id(item.mention.id) for item in items])
            at = self._clock.now()
            ready = await self._decide_batch(items, opened, at)
            items = _filter_stale(items, await self._store.inbox.commit(ready, at))
        if items:
            self._failure_reasons.update((item.entry.id, "it came too late each time") for item in items)
            log.warning("triage outrun", entries=[item.entry.id for item in items])

    async def _decide_batch(
        self, items: Sequence[_TriageItem], opened: Mapping[str, Case], at: datetime
    ) -> list[TriagedEntry]:
        """Decide the items in order, each on the results of those before it, as the commits are applied.

        `opened` has the cases that mentions of this batch opened before: a source may deliver one again after its dedup
        key has expired. It is loaded only after a commit was stale.
        """
        found = await self._store.inbox.find_cases(trace for item in items for trace in item.lookup_keys)
        edits = [item.mention.id for item in items if item.entry.edit]
        joined = await self._store.inbox.find_joined_cases(edits)
        wanted = [*found.values(), *joined.values(), *map(derive_case_id, edits)]
        cases = await self._store.cases.find([case for case in wanted if case])
        ready = []
        for item in items:
            edited = self._decide_edit(item, joined, cases, at) if item.entry.edit else None
            decision = edited or self._decide_item(item, found, cases, at)
            if item.entry.edit:
                decision = replace(decision, processed=None, is_edit=True)
            if decision.before is None and self._has_own_case(item.mention, opened):
                decision = skip_edit() if item.entry.edit else _decide_count_only(item, at)
            guards: tuple[tuple[str, str], ...] = ()
            if decision.after is not None:
                cases[decision.after.id] = decision.after
                if decision.before is None:
                    guards = tuple((trace.key, found[trace.key]) for trace in item.lookup_keys)
                    found.update((trace.key, decision.after.id) for trace in item.lookup_keys)
            ready.append(TriagedEntry(item.entry, decision, guards))
        return ready

    def _decide_edit(
        self, item: _TriageItem, joined: Mapping[str, str], cases: Mapping[str, Case], at: datetime
    ) -> CaseDecision | None:
        known, assessment = item.mention.id, item.result.explain_assessment()
        opened, case = cases.get(derive_case_id(known)), cases.get(joined.get(known, ""))
        return decide_edit(item.mention, assessment, opened, case, self._find_department, at)

    def _decide_item(
        self, item: _TriageItem, found: dict[str, str], cases: dict[str, Case], at: datetime
    ) -> CaseDecision:
        there = {trace.joining: cases.get(found[trace.key]) for trace in item.lookup_keys}
        mention, assessment = item.mention, item.result.assessment
        if case := there.get(JoinReason.SAME_PERSON):
            department = self._find_department(case.department)
            return join_case(case, mention, assessment, JoinReason.SAME_PERSON, department, at)
        route = find_route(self._rules.list_routes(), mention, assessment)
        if route.to == NOBODY:
            return _decide_count_only(item, at)
        copied = there.get(JoinReason.COPY)
        if copied is not None and not copied.is_closed:
            return join_case(copied, mention, assessment, JoinReason.COPY, self._find_department(copied.department), at)
        return open_case(mention, item.result.explain_assessment(), route, self._find_department(route.to), at)

    def _has_own_case(self, mention: Mention, opened: Mapping[str, Case]) -> bool:
        """Return whether the mention has opened a case before; an unreadable case counts as such."""
        case = opened.get(derive_case_id(mention.id))
        if case is None:
            return self._store.cases.is_unreadable(derive_case_id(mention.id))
        return case.mention.id == mention.id

    def _find_department(self, name: str) -> Department:
        return get_department_or_lost(self._rules, name)


def _decide_count_only(item: _TriageItem, at: datetime) -> CaseDecision:
    """Count a mention without a case; spam keeps its reasons, as it may be restored."""
    spam = item.result.assessment.intent is Intent.SPAM
    return count_only(item.mention, item.result.explain_assessment() if spam else item.result.assessment, at)


def _filter_stale(items: Sequence[_TriageItem], replies: Sequence[CommitResult]) -> list[_TriageItem]:
    return [item for item, reply in zip(items, replies, strict=True) if reply is CommitResult.STALE]


def _observe_latency(items: Sequence[_TriageItem], replies: Sequence[CommitResult], at: datetime) -> None:
    now = at.timestamp()
    for item, reply in zip(items, replies, strict=True):
        if reply is CommitResult.WRITTEN:
            metrics.TRIAGE_SECONDS.observe(max(0.0, now - item.entry.arrived / 1000))
