"""Reads a batch, assesses it, picks the route, finds the case each mention joins or opens its own, and commits."""

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

log = structlog.get_logger("triage")

BATCH_SIZE = 256
"""Entries a read: large enough to share round trips, and that seldom a last part is committed with no next one to
assess meanwhile; few enough that whoever dies leaves others little to take up one by one."""
PART_SIZE = 32
"""Of these, as many are assessed and committed at a time: few enough that a click waits a hundredth of a second."""
MAX_TRIES = 20
"""Lost races before an entry is left for the next reading."""


class LazyAssessment(Protocol):
    @property
    def assessment(self) -> Assessment:
        """All that decides where a mention goes."""

    def explain_assessment(self) -> Assessment:
        """With the reasons, which are worked out for what is kept alone."""


class BatchAssessor(Protocol):
    async def assess_in_thread(
        self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()
    ) -> Sequence[LazyAssessment]: ...


class TriageRules(PlaybookRules, Protocol):
    """The rules in force, and what hears by them."""

    def get_assessor(self) -> BatchAssessor: ...


class _TriageItem(NamedTuple):
    entry: InboxEntry
    mention: Mention
    result: LazyAssessment
    lookup_keys: tuple[LookupKey, ...]


class TriageWorker:
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
        """What failed, in parts that are tried again each by itself."""
        self._retries_first = False
        self._failures = 0
        """In a row, of whatever was in hand."""
        self._failure_reasons: dict[str, str] = {}

    async def step(self) -> int:
        """One batch of new entries, or some that failed or that another worker did not finish: by turns."""
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
        """What failed together is tried in halves, so that it costs the others little; what failed alone waits.

        The reason goes with an entry to the dead letters, should it come to that. Never its words. Nobody rests for it,
        unless a whole batch and all its parts have failed: then the fault is ours.
        """
        failed, self._in_hand = self._in_hand, []
        if (half := len(failed) // 2) > 0:
            self._retries[:0] = [failed[:half], failed[half:]]
        else:
            self._failure_reasons.update((entry.id, type(error).__name__) for entry in failed)
        self._failures += 1
        return self._failures < 2 * BATCH_SIZE

    async def _read_batch(self) -> list[InboxEntry]:
        """Old failures stand in no new work's way, nor new work in theirs."""
        if not self._retries and (left := await self._reclaim_abandoned()):
            self._retries.append(left)
        self._retries_first = bool(self._retries) and not self._retries_first
        if self._retries_first:
            return self._retries.pop(0)
        new = await self._store.inbox.read(self._worker, BATCH_SIZE, wait=self._wait and not self._retries)
        return new or (self._retries.pop(0) if self._retries else [])

    async def _reclaim_abandoned(self) -> list[InboxEntry]:
        """What somebody took and did not answer; one at a time."""
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
            raise StoreUnavailable(
                f"{DEAD_MOST:,} dead letters: triage has stopped. Look at them with: earshot dead list"
            )
        why = self._failure_reasons.pop(entry.id, "") or (
            "it cannot be read" if entry.mention is None else "its worker died"
        )
        await self._store.inbox.move_to_dead_letters(entry, f"{why}, {entry.tries} tries", self._clock.now())
        log.error("mention buried", entry=entry.id, why=why, tries=entry.tries)
        return True

    async def _load_recent_mentions(self) -> None:
        """What was heard before we started, all of it the first time, and then what others hear."""
        more = True
        while more:
            recent, self._recent_cursor, more = await self._store.recent_mentions.read_page(
                self._recent_cursor, self._excluded_worker
            )
            self._recent_mentions.load_recent(recent, self._clock.now())
        self._excluded_worker = self._worker

    async def _process_entries(self, entries: Sequence[InboxEntry]) -> None:
        """Part by part: while the server commits one we assess the next, and decide on it when that commit is done."""
        ahead = await self._assess_entries(entries[:PART_SIZE])
        for start in range(PART_SIZE, len(entries) + PART_SIZE, PART_SIZE):
            items, at = ahead, self._clock.now()
            ready = await self._decide_batch(items, {}, at)
            share = self._recent_mentions.export_recent(self._worker, (item.mention for item in items), at)
            committing = asyncio.ensure_future(self._store.inbox.commit(ready, at, share))
            try:
                await asyncio.sleep(0)  # it is on its way
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
        backgrounds = [self._recent_mentions.record_mention(mention, at) for mention in mentions]
        listened = await self._rules.get_assessor().assess_in_thread(mentions, backgrounds)
        keys = self._store.keys
        return [
            _TriageItem(entry, mention, heard, build_lookup_keys(keys, mention, heard.assessment.subject))
            for entry, mention, heard in zip(entries, mentions, listened, strict=True)
        ]

    async def _retry_stale(self, items: list[_TriageItem]) -> None:
        """What came too late is decided on again."""
        for _ in range(MAX_TRIES - 1):
            if not items:
                return
            heard, at = (
                await self._store.cases.find([derive_case_id(item.mention.id) for item in items]),
                self._clock.now(),
            )
            ready = await self._decide_batch(items, heard, at)
            items = _filter_stale(items, await self._store.inbox.commit(ready, at))
        if items:
            self._failure_reasons.update((item.entry.id, "it came too late each time") for item in items)
            log.warning("triage outrun", entries=[item.entry.id for item in items])

    async def _decide_batch(
        self, items: Sequence[_TriageItem], opened: Mapping[str, Case], at: datetime
    ) -> list[TriagedEntry]:
        """In order, each seeing what those before it will have done: commits are applied in the same order.

        `result` has the cases that mentions of this batch opened before: an outlet may give one again when we have
        forgotten that it was seen. It is asked for only after a commit came too late, so that the others need not wait.
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
        if talking := there.get(JoinReason.SAME_PERSON):
            return join_case(
                talking, mention, assessment, JoinReason.SAME_PERSON, self._find_department(talking.department), at
            )
        route = find_route(self._rules.list_routes(), mention, assessment)
        if route.to == NOBODY:
            return _decide_count_only(item, at)
        copied = there.get(JoinReason.COPY)
        if copied is not None and not copied.is_closed:
            return join_case(copied, mention, assessment, JoinReason.COPY, self._find_department(copied.department), at)
        return open_case(mention, item.result.explain_assessment(), route, self._find_department(route.to), at)

    def _has_own_case(self, mention: Mention, opened: Mapping[str, Case]) -> bool:
        """A case that is there and cannot be read is taken for its own."""
        case = opened.get(derive_case_id(mention.id))
        if case is None:
            return self._store.cases.is_unreadable(derive_case_id(mention.id))
        return case.mention.id == mention.id

    def _find_department(self, name: str) -> Department:
        return get_department_or_lost(self._rules, name)


def _decide_count_only(item: _TriageItem, at: datetime) -> CaseDecision:
    """Spam is kept with its reasons, as it may be brought back."""
    spam = item.result.assessment.intent is Intent.SPAM
    return count_only(item.mention, item.result.explain_assessment() if spam else item.result.assessment, at)


def _filter_stale(items: Sequence[_TriageItem], replies: Sequence[CommitResult]) -> list[_TriageItem]:
    return [item for item, reply in zip(items, replies, strict=True) if reply is CommitResult.STALE]


def _observe_latency(items: Sequence[_TriageItem], replies: Sequence[CommitResult], at: datetime) -> None:
    now = at.timestamp()
    for item, reply in zip(items, replies, strict=True):
        if reply is CommitResult.WRITTEN:
            metrics.TRIAGE_SECONDS.observe(max(0.0, now - item.entry.arrived / 1000))
