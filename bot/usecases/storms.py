"""Work on many cases at once: take the next ten, claim all that say the same, resolve many, share the facts."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from bot.cards.case_messages import format_claim_question
from bot.cards.similar_posts import group_similar_cases
from bot.cards.storms import ClaimedCases, OwnCases, ResolvedCases
from bot.clock import Clock
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases.caution_transitions import ask_caution
from bot.domain.cases.transitions import claim_from_list
from bot.domain.commits import CaseDecision, NotAllowed, StoreUnavailable
from bot.domain.errors import FieldError
from bot.domain.lifecycle import CaseTransition, Context, check_allowed
from bot.domain.outbox import Notification, Priority
from bot.domain.persons.claim_questions import find_claim_question
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.spikes.episode import EPISODE_PREFIX, Episode
from bot.domain.spikes.episode_transitions import notify_episode_card, set_facts
from bot.store.digests import sort_by_urgency
from bot.store.repository import TRIES
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.digests import LIST_GONE
from bot.usecases.staff import StaffDirectory

CHANGED_AT_ONCE = 32
"""Cases that are changed in one round trip."""
TAKEN_AT_ONCE = 10
MAX_GROUPED = 2_000
"""Unclaimed cases of a list that are compared with one another; the most pressing ones."""
SCAN_SIZE = 100
"""Cases whose status is read at a time."""


ResolveOne = Callable[[str, str, CaseResolution, str], Awaitable[CaseView]]
"""Resolves a case: its id, who does it, the outcome, a note."""


class WorkList(NamedTuple):
    """The cases of an episode or of a digest, the most pressing first."""

    id: str
    case_ids: Sequence[str]
    redraw: Notification
    facts: str = ""


@dataclass(slots=True)
class _ClaimedSoFar:
    """What one person claimed. The first refusal is what they are told if they could claim nothing."""

    by: str
    cases: list[Case] = field(default_factory=list)
    contexts: dict[str, Context] = field(default_factory=dict)
    """By department."""
    refused: set[str] = field(default_factory=set)
    refusal: NotAllowed | None = None
    left_out: list[Case] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """What there is to think of, by case; see `ClaimedCases`."""


@dataclass(frozen=True, slots=True)
class StormUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: Store
    _rules: PlaybookRules
    _staff: StaffDirectory
    _cases: CaseUseCases
    _clock: Clock
    _one_after_another: asyncio.Lock = field(default_factory=asyncio.Lock)
    """People who press in one process at once need not race; between processes the versions of the cases decide."""

    async def take_cases(self, list_id: str, by: str) -> ClaimedCases:
        """Claim the ten most pressing cases that nobody has. Who loses a race looks further down the list."""
        async with self._one_after_another:
            work, claimed = await self._load_list(list_id), _ClaimedSoFar(by)
            return await self._finish_claim(work, claimed, self._take(work, claimed))

    async def _take(self, work: WorkList, claimed: _ClaimedSoFar) -> None:
        for turn in range(TRIES):
            if not (missing := TAKEN_AT_ONCE - len(claimed.cases)):
                return
            window = await self._list_unclaimed(work, TAKEN_AT_ONCE << min(turn, 10), claimed.refused)
            if not window:
                return
            start = crc32(claimed.by.encode()) % len(window) if turn else 0
            picked = [*window[start:], *window[:start]][:missing]
            await self._claim((await self._store.cases.find(picked)).values(), claimed)

    async def list_groups(self, list_id: str, by: str) -> tuple[str, list[tuple[Case, ...]]]:
        """Return the facts, and the groups of unclaimed cases that say the same, the largest first."""
        work = await self._load_list(list_id)
        waiting = await self._load_unclaimed(work)
        if waiting:
            context = await self._load_context(waiting[0].department, by)
            check_allowed(CaseTransition.CLAIM, waiting[0], by, context.staff)
        groups = sorted((one for one in group_similar_cases(waiting) if len(one) > 1), key=len, reverse=True)
        if not groups:
            raise NotAllowed("No two unclaimed posts here say the same.")
        return work.facts, groups

    async def claim_alike(self, list_id: str, first: str, by: str) -> ClaimedCases:
        """Claim all unclaimed cases of the list that say the same as `first`."""
        work, lead = await self._load_list(list_id), await self._store.cases.get(first)
        waiting = await self._load_unclaimed(work)
        alike = group_similar_cases([lead, *(case for case in waiting if case.id != first)])[0]
        group = [case for case in alike if case is not lead or lead.status is CaseStatus.NEW]
        claimed = _ClaimedSoFar(by)

        async def claim_group() -> None:
            for start in range(0, len(group), CHANGED_AT_ONCE):
                await self._claim(group[start : start + CHANGED_AT_ONCE], claimed)

        return await self._finish_claim(work, claimed, claim_group())

    async def list_own(self, list_id: str, by: str) -> OwnCases:
        """Return one's own cases; of an episode only those that belong to it. An empty `list_id`: of any."""
        work = await self._load_list(list_id) if list_id else None
        own = list(await self._store.cases.list_owned(by))
        if work is not None and list_id.startswith(EPISODE_PREFIX):
            there = set(work.case_ids)
            own = [case for case in own if case.id in there]
        if not own:
            raise NotAllowed("You have no cases here. Press Take 10 to get some.")
        return OwnCases(own, work.facts if work else "", self._clock.now())

    async def resolve_many(
        self,
        case_ids: Iterable[str],
        by: str,
        resolution: CaseResolution,
        note: str,
        list_id: str = "",
        resolve_one: ResolveOne | None = None,
    ) -> ResolvedCases:
        """Resolve each with the same outcome and note; a case that cannot be resolved stops none of the others.

        `resolve_one` resolves a case in which something was given, for which each takes a closer look. Its `FieldError`
        is raised for the first, so that a wrong amount changes nothing.
        """
        ids, resolved, refusals, interrupted = list(dict.fromkeys(case_ids)), list[Case](), list[str](), False
        resolve = resolve_one or self._cases.resolve
        try:
            for start in range(0, len(ids), CHANGED_AT_ONCE):
                some = ids[start : start + CHANGED_AT_ONCE]
                singly = some if resolve_one else await self._resolve_together(some, by, resolution, note, resolved)
                for case_id in singly:
                    try:
                        resolved.append((await resolve(case_id, by, resolution, note)).case)
                    except NotAllowed as no:
                        if isinstance(no, FieldError) and not resolved:
                            raise
                        refusals.append(str(no))
        except StoreUnavailable:
            if not resolved:
                raise
            interrupted = True
        if resolved and list_id and not interrupted:
            with suppress(NotAllowed, StoreUnavailable):  # what was resolved stays so
                await self._store.outbox.add((await self._load_list(list_id)).redraw, self._clock.now())
        return ResolvedCases(resolved, resolution, refusals, interrupted)

    async def _resolve_together(
        self, case_ids: Sequence[str], by: str, resolution: CaseResolution, note: str, resolved: list[Case]
    ) -> list[str]:
        """Resolve in one round trip, add to `resolved`, and return those for which it takes a closer look."""
        found = await self._store.cases.find(case_ids)
        contexts = {name: await self._load_context(name, by) for name in {one.department for one in found.values()}}
        decisions: list[CaseDecision] = []
        for case in found.values():
            with suppress(NotAllowed):
                decisions.append(self._cases.decide_resolution(case, contexts[case.department], resolution, note))
        results = await self._store.cases.commit_each(decisions, self._clock.now()) if decisions else []
        written = [one.case for one, result in zip(decisions, results, strict=True) if result is CommitResult.WRITTEN]
        resolved += written
        done = {case.id for case in written}
        return [case for case in case_ids if case not in done]

    async def load_episode(self, episode_id: str, by: str) -> Episode:
        """Return an episode whose facts this person may set."""
        episode = await self._store.episodes.get(episode_id)
        if episode is None:
            raise NotAllowed(LIST_GONE)
        if not (await self._load_context(episode.department, by)).staff.can_answer(by):
            raise NotAllowed(f"Only deputies of {episode.department} and managers set the facts. Tell one of them.")
        return episode

    async def set_facts(self, episode_id: str, facts: str, by: str) -> Episode:
        for _ in range(TRIES):
            decision = set_facts(await self.load_episode(episode_id, by), facts, by, self._clock.now())
            if await self._store.episodes.commit(decision, self._clock.now()) is CommitResult.WRITTEN:
                return decision.after
        raise NotAllowed("Too many people are changing this episode right now. Try again in a moment.")

    async def find_facts(self, case: Case) -> str:
        """Return the facts of the episode that the case belongs to; empty if there are none."""
        for episode in await self._store.episodes.list_latest(5):
            if episode.facts and await self._store.episode_cases.has_case(episode.id, case):
                return episode.facts
        return ""

    async def _load_list(self, list_id: str) -> WorkList:
        if list_id.startswith(EPISODE_PREFIX):
            episode = await self._store.episodes.get(list_id)
            if episode is None:
                raise NotAllowed(LIST_GONE)
            ids = await self._store.episode_cases.list_ids(list_id)
            return WorkList(list_id, ids, notify_episode_card(episode, Priority.CRISIS), episode.facts)
        record = await self._store.digests.load(list_id)
        if record is None:
            raise NotAllowed(LIST_GONE)
        shown = sort_by_urgency(list((await self._store.cases.find(record.cases)).values()))
        ids = [*(case.id for case in shown), *await self._store.digests.list_hidden(record, -1)]
        running = (await self._store.episodes.load_running()).values()
        facts = next((one.facts for one in running if one.facts and one.department == record.department), "")
        return WorkList(list_id, ids, Notification.draw_digest(record.id, record.department), facts)

    async def _list_unclaimed(self, work: WorkList, most: int, refused: Container[str] = ()) -> list[str]:
        """Return the first cases of the list that nobody has, but for those that this person may not claim."""
        found: list[str] = []
        ids = [case for case in dict.fromkeys(work.case_ids) if case not in refused]
        for start in range(0, len(ids), SCAN_SIZE):
            statuses = await self._store.cases.load_statuses(ids[start : start + SCAN_SIZE])
            found += [case for case in ids[start : start + SCAN_SIZE] if statuses.get(case) is CaseStatus.NEW]
            if len(found) >= most:
                break
        return found[:most]

    async def _load_unclaimed(self, work: WorkList) -> list[Case]:
        found = await self._store.cases.find(await self._list_unclaimed(work, MAX_GROUPED))
        return [case for case in found.values() if case.status is CaseStatus.NEW and not case.is_snoozed]

    async def _claim(self, cases: Iterable[Case], so_far: _ClaimedSoFar) -> None:
        """Claim each of them that nobody has by now, in one round trip. One that is snoozed is left in peace."""
        decisions, held_back = list[CaseDecision](), list[CaseDecision]()
        cases, at = list(cases), self._clock.now()
        authors = await self._store.persons.load_contexts(cases, at, self._staff.find_display_name)
        for case in cases:
            if case.is_snoozed:
                so_far.refused.add(case.id)
                continue
            if case.department not in so_far.contexts:
                so_far.contexts[case.department] = await self._load_context(case.department, so_far.by)
            try:
                context, author = so_far.contexts[case.department], authors[case.id]
                question = find_claim_question(case, context.department, author, so_far.by, at)
                decision = claim_from_list(case, context, question.caution if question else None)
                if question:
                    words = format_claim_question(case, context.department, author, at, question)
                    so_far.reasons[case.id] = words
                if question and question.is_for_one:
                    so_far.left_out.append(case)
                    so_far.refused.add(case.id)
                    asked = ask_caution(case, context) if question.caution else None
                    held_back += [asked] if asked else []
                else:
                    decisions.append(decision)
            except NotAllowed as no:
                so_far.refused.add(case.id)
                so_far.refusal = so_far.refusal or no
        results = await self._store.cases.commit_each(decisions, self._clock.now()) if decisions else []
        written = (one.case for one, result in zip(decisions, results, strict=True) if result is CommitResult.WRITTEN)
        so_far.cases += written
        if held_back:  # only counted: whatever changes meanwhile counts it itself
            await self._store.cases.commit_each(held_back, self._clock.now())

    async def _finish_claim(
        self, work: WorkList, claimed: _ClaimedSoFar, claiming: Coroutine[None, None, None]
    ) -> ClaimedCases:
        """Claim, and ask for the list to be drawn again. What was claimed before the store failed is said."""
        try:
            await claiming
            if not claimed.cases and not claimed.left_out:
                raise claimed.refusal or NotAllowed("Nothing is unclaimed here any more. Thank you all.")
            await self._store.outbox.add(work.redraw, self._clock.now())
        except StoreUnavailable:
            if not claimed.cases:
                raise
            return ClaimedCases(work.id, claimed.cases, work.facts, self._clock.now(), interrupted=True)
        shown, at = sort_by_urgency(claimed.cases), self._clock.now()
        return ClaimedCases(work.id, shown, work.facts, at, reasons=claimed.reasons, left_out=claimed.left_out)

    async def _load_context(self, department_name: str, by: str) -> Context:
        department = get_department_or_lost(self._rules, department_name)
        staff = await self._staff.load_staff(department, self._rules.managers)
        return Context(by, self._clock.now(), staff, department)
