"""Decide for a batch of mentions: which case each joins, where its route leads, or that it is only counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.cards.similar_posts import is_near_duplicate
from bot.domain.assessment import Assessment, Intent, Signal, build_assessment
from bot.domain.case import Case, JoinReason, derive_case_id
from bot.domain.cases.deletion_transitions import count_deleted, decide_deletion
from bot.domain.cases.edit_transitions import PostEdit, decide_edit, skip_edit
from bot.domain.cases.flag_transitions import join_flagged_case
from bot.domain.cases.intake import count_only, drop_calls, join_case, open_case
from bot.domain.cases.public_reply_transitions import remove_public_reply
from bot.domain.commits import CaseDecision, ProcessedMention
from bot.domain.department import Department
from bot.domain.links import derive_link_id, list_answered_links
from bot.domain.mention import Mention
from bot.domain.mutes import MuteSet
from bot.domain.own_accounts import OwnAccounts
from bot.domain.paging.decision import refresh_messages
from bot.domain.paging.page import Page
from bot.domain.persons.person import PERSON_DIMENSION, PersonLabel
from bot.domain.routing import NOBODY, Route
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.case_writer import LookupKey
from bot.store.inbox import InboxEntry, LookupGuard, MentionMark, TriagedEntry
from bot.store.restore_records import RestoreRecord
from bot.store.store import Store
from bot.workers.own_replies import OwnReplyDecider, find_staff_sign


class LazyAssessment(Protocol):
    @property
    def assessment(self) -> Assessment:
        """The labels that decide where a mention goes."""

    def explain_assessment(self) -> Assessment:
        """Return the assessment with its reasons, computed only for what is kept."""


class _EmptyAssessment:
    assessment = Assessment()

    def explain_assessment(self) -> Assessment:
        return self.assessment


class PersonAssessment:
    """An assessment with what colleagues said about the author, so that routes can ask for it."""

    def __init__(self, result: LazyAssessment, labels: Iterable[PersonLabel]) -> None:
        self._result = result
        self._signals = tuple(Signal(PERSON_DIMENSION, f"{PERSON_DIMENSION}:{label}", 1.0) for label in sorted(labels))
        self.assessment = build_assessment(result.assessment.signals, self._signals)

    def explain_assessment(self) -> Assessment:
        return build_assessment(self._result.explain_assessment().signals, self._signals)


WORDLESS = _EmptyAssessment()
"""The assessment of a deletion."""


class TriageItem(NamedTuple):
    entry: InboxEntry
    mention: Mention
    result: LazyAssessment
    route: Route
    lookup_keys: tuple[LookupKey, ...]
    owner: str | None = None
    """Whose account of ours it is, as `OwnAccounts.find_owner` says."""
    may_be_answered: bool = False
    """Whether the playbook knows an account of ours, which may have answered it already."""

    @property
    def is_own(self) -> bool:
        return self.owner is not None


class DeciderRules(PlaybookRules, Protocol):
    def get_own_accounts(self) -> OwnAccounts: ...


class _TriageBatch(NamedTuple):
    """What the decisions of a batch are made on; each decision is added to it for those that follow."""

    found: dict[str, str]
    """What stands under the keys that are looked up."""
    joined: Mapping[str, str]
    """The case that each edited or deleted mention joined."""
    cases: dict[str, Case]
    pages: Mapping[str, Sequence[Page]]
    """By case, the pages that show its words; only if a post of the batch was edited or deleted."""
    flagged: Mapping[str, str]
    """By mention, the case for which its post was flagged."""


class TriageDecider:
    def __init__(self, store: Store, rules: DeciderRules) -> None:
        self._store = store
        self._rules = rules
        self._replies = OwnReplyDecider(store, rules)
        self._mutes = MuteSet()
        self._flagged_links: dict[str, str] = {}
        self._restoration: RestoreRecord | None = None
        self._knows_restoration = False

    async def load_mutes(self, at: datetime) -> None:
        """Load the mutes, and what was flagged, for the batches to come: once for each read of the inbox."""
        self._mutes = await self._store.mutes.load_set(at)
        self._flagged_links = await self._store.flags.load_links(at)
        if not self._knows_restoration:  # once: nothing is restored while a process works
            self._restoration, self._knows_restoration = await self._store.restores.load(), True

    async def decide_batch(
        self, items: Sequence[TriageItem], opened: Mapping[str, Case], at: datetime
    ) -> list[TriagedEntry]:
        """Decide the items in order, each on the results of those before it, as the commits are applied.

        `opened` has the cases that mentions of this batch opened before: a source may deliver one again after its dedup
        key has expired. It is loaded only after a commit was stale.
        """
        batch = await self._load_batch(items)
        ready = []
        for item in items:
            decision = self._decide_entry(item, batch, at)
            is_new = decision.before is None and decision.deletion is None
            if is_new and self._has_own_case(item.mention, opened):
                decision = skip_edit() if item.entry.edit else _decide_count_only(item, at)
            decision = self._add_own_voice(item, decision, batch, at)
            if self._restoration and self._restoration.is_earlier(item.mention.created_at):
                decision = drop_calls(decision)
            seen = self._store.keys.seen_key(item.mention.id)
            guards = [LookupGuard(seen, batch.found[seen])]
            if item.may_be_answered and not item.entry.edit:
                guards += self._replies.list_guards(decision, item.mention, batch.found, is_own=item.is_own)
            if decision.target_decision is not None:
                batch.cases[decision.target_decision.case.id] = decision.target_decision.case
            if decision.after is not None:
                batch.cases[decision.after.id] = decision.after
                if decision.before is None:
                    guards += [LookupGuard(trace.key, batch.found[trace.key]) for trace in item.lookup_keys]
                    batch.found.update((trace.key, decision.after.id) for trace in item.lookup_keys)
            self._replies.record_decision(decision, batch.found)
            ready.append(TriagedEntry(item.entry, decision, tuple(guards)))
        return ready

    async def count_mentions(self, items: Sequence[TriageItem], at: datetime) -> list[ProcessedMention | None]:
        """Return what to count of each mention that no department needs to see, as `decide_batch` would.

        None for what may open or change a case, and for what one of us wrote.
        """
        flagged = self._find_flagged(items)
        asked = [item for item in items if self._is_unrouted(item) and item.mention.id not in flagged]
        keys = {
            item.mention.id: [one.key for one in item.lookup_keys if one.joining is JoinReason.SAME_PERSON]
            for item in asked
        }
        found = await self._store.inbox.read_lookups(key for some in keys.values() for key in some)
        counted: dict[str, ProcessedMention | None] = {}
        for item in asked:
            mute = self._mutes.find_mute(item.mention, item.result.assessment)
            if mute or not any(found[key] for key in keys[item.mention.id]):
                counted[item.mention.id] = _decide_count_only(item, at, mute).processed
        return [counted.get(item.mention.id) for item in items]

    def _is_unrouted(self, item: TriageItem) -> bool:
        if item.entry.edit or item.is_own or self._rules.get_own_accounts().find_staff_sign(item.mention):
            return False
        is_muted = bool(self._mutes.find_mute(item.mention, item.result.assessment))
        return is_muted or item.route.to == NOBODY

    async def _load_batch(self, items: Sequence[TriageItem]) -> _TriageBatch:
        seen = [self._store.keys.seen_key(item.mention.id) for item in items]
        lookups = [trace.key for item in items for trace in item.lookup_keys]
        answering = [item for item in items if item.may_be_answered and not item.entry.edit]
        replies = [key for item in answering for key in self._replies.list_keys(item.mention, is_own=item.is_own)]
        found = await self._store.inbox.read_lookups([*lookups, *seen, *replies])
        marks = [key for item in answering if not item.is_own for key in self._replies.list_marks(found, item.mention)]
        found |= await self._store.inbox.read_lookups(marks)
        known = [item.mention.id for item in items if item.entry.edit]
        joined = await self._store.inbox.find_joined_cases(known)
        flagged = self._find_flagged(items)
        wanted = [*map(found.__getitem__, lookups), *joined.values(), *map(derive_case_id, known), *flagged.values()]
        for item in answering:
            wanted += self._replies.list_cases(found, item.mention) if item.is_own else []
        cases = dict(await self._store.cases.find([case for case in wanted if case]))
        cases |= await self._load_holders(cases.values())
        pages = await self._load_pages(cases.values()) if known else {}
        return _TriageBatch(found, joined, cases, pages, flagged)

    async def _load_holders(self, cases: Iterable[Case]) -> dict[str, Case]:
        """Return the cases that have the posts of merged ones, and those between."""
        found: dict[str, Case] = {}
        wanted = {case.merged_into for case in cases}
        while wanted := wanted - found.keys() - {""}:
            loaded = await self._store.cases.find(sorted(wanted))
            found |= loaded
            wanted = {case.merged_into for case in loaded.values()}
        return found

    def _find_flagged(self, items: Iterable[TriageItem]) -> dict[str, str]:
        """Return by mention the case for which its post was flagged, or of ours the post that it answers.

        Addresses are compared only if any was flagged.
        """
        found: dict[str, str] = {}
        for mention, is_own in ((item.mention, item.is_own) for item in items if self._flagged_links):
            links = list_answered_links(mention) if is_own else [derive_link_id(mention.url)] if mention.url else []
            found.update((mention.id, self._flagged_links[link]) for link in links if link in self._flagged_links)
        return found

    async def _load_pages(self, cases: Iterable[Case]) -> dict[str, list[Page]]:
        """Return by case the pages that show its words: its own, and that of the group it was paged with."""
        found = {case.id: await self._store.pages.find_for_case(case) for case in cases}
        own = {case_id: page for case_id, page in found.items() if page is not None}
        leaders = await self._store.pages.find([page.leader for page in own.values() if page.leader])
        return {
            case_id: [page, *(leaders[page.leader] for _ in range(page.leader in leaders))]
            for case_id, page in own.items()
        }

    def _decide_entry(self, item: TriageItem, batch: _TriageBatch, at: datetime) -> CaseDecision:
        mark = MentionMark.parse(batch.found[self._store.keys.seen_key(item.mention.id)])
        if item.mention.deleted_at is None and mark.is_deleted:
            return skip_edit() if item.entry.edit else count_deleted(item.mention, at)
        if not item.entry.edit:
            if item.is_own:
                name = self._replies.find_flagged(item.mention, batch.found) or batch.flagged.get(item.mention.id, "")
                flagged = batch.cases.get(name)
                flagged = _find_holder(flagged, batch.cases) if flagged and flagged.merged_into else flagged
                return self._replies.decide_own(
                    item.mention, item.result.assessment, batch.found, batch.cases, at, flagged
                )
            return self._decide_new(item, batch, at)
        if item.mention.deleted_at is None and item.mention.version < mark.version:
            return skip_edit()  # a newer wording has come: another worker may even have processed it
        decision = self._decide_known(item, batch, at)
        if decision is None:
            decision = skip_edit() if item.entry.known_only else self._decide_new(item, batch, at)
        decision = replace(decision, processed=None, is_edit=True)
        if decision.before is None or decision.after is None or decision.before.mention == decision.after.mention:
            return decision
        redrawn = [one for page in batch.pages.get(decision.after.id, ()) for one in refresh_messages(page)]
        return replace(decision, notifications=(*decision.notifications, *redrawn))

    def _decide_known(self, item: TriageItem, batch: _TriageBatch, at: datetime) -> CaseDecision | None:
        """Decide on the edit or the deletion of a known post; None if it is routed as new."""
        known = item.mention.id
        opened, joined = batch.cases.get(derive_case_id(known)), batch.cases.get(batch.joined.get(known, ""))
        case = opened if opened is not None and opened.mention.id == known else joined
        if case is not None and any(reply.mention == known for reply in case.public_replies):
            department = self._find_department(case.department)
            return remove_public_reply(case, known, department, at) if item.mention.deleted_at else skip_edit()
        if item.mention.deleted_at:
            return decide_deletion(item.mention, case, at)
        if case is None or (item.is_own and case is joined):
            return skip_edit() if item.is_own else None
        edit = PostEdit(item.mention, item.result.explain_assessment(), item.route)
        return decide_edit(case, edit, self._find_department, at, _find_holder(case, batch.cases))

    def _decide_new(self, item: TriageItem, batch: _TriageBatch, at: datetime) -> CaseDecision:
        mention, assessment = item.mention, item.result.assessment
        if mute := self._mutes.find_mute(mention, assessment):
            return _decide_count_only(item, at, mute)
        flagged = batch.cases.get(batch.flagged.get(mention.id, ""))
        if flagged is not None and not flagged.found_as:
            return join_flagged_case(flagged, mention, assessment, self._find_department(flagged.department), at)
        return self._decide_by_lookups(item, batch, at)

    def _decide_by_lookups(self, item: TriageItem, batch: _TriageBatch, at: datetime) -> CaseDecision:
        there = {trace.joining: batch.cases.get(batch.found[trace.key]) for trace in item.lookup_keys}
        mention, assessment = item.mention, item.result.assessment
        if case := there.get(JoinReason.SAME_PERSON):
            department = self._find_department(case.department)
            return join_case(case, mention, assessment, JoinReason.SAME_PERSON, department, at)
        if item.route.to == NOBODY or self._is_praise_by_staff(mention, assessment):
            return _decide_count_only(item, at)
        copied = there.get(JoinReason.COPY)
        if copied is not None and not copied.is_closed:
            return join_case(copied, mention, assessment, JoinReason.COPY, self._find_department(copied.department), at)
        if similar := _find_similar_case(item, batch):
            department = self._find_department(similar.department)
            return join_case(similar, mention, assessment, JoinReason.SIMILAR, department, at)
        department = self._find_department(item.route.to)
        return open_case(mention, item.result.explain_assessment(), item.route, department, at)

    def _is_praise_by_staff(self, mention: Mention, assessment: Assessment) -> bool:
        """Return whether a colleague praises us, which needs no thanks. What goes wrong is a case, whoever says it."""
        is_praise = assessment.intent is Intent.PRAISE
        return is_praise and self._rules.get_own_accounts().find_staff_sign(mention) is not None

    def _add_own_voice(
        self, item: TriageItem, decision: CaseDecision, batch: _TriageBatch, at: datetime
    ) -> CaseDecision:
        """Mark what one of us wrote, and add an answer of ours that came before the post."""
        processed = decision.processed
        if processed is None:
            return decision
        if not item.is_own and item.may_be_answered and decision.after is not None:
            decision = self._replies.add_early_reply(decision, item.mention, batch.found, at)
        sign = find_staff_sign(item.owner, decision, self._rules.get_own_accounts())
        if not item.is_own and sign is None:
            return decision
        return replace(decision, processed=replace(processed, is_own=item.is_own, staff_sign=sign or ""))

    def _has_own_case(self, mention: Mention, opened: Mapping[str, Case]) -> bool:
        """Return whether the mention has opened a case before; an unreadable case counts as such."""
        case = opened.get(derive_case_id(mention.id))
        if case is None:
            return self._store.cases.is_unreadable(derive_case_id(mention.id))
        return case.mention.id == mention.id

    def _find_department(self, name: str) -> Department:
        return get_department_or_lost(self._rules, name)


def _find_holder(case: Case, cases: Mapping[str, Case]) -> Case | None:
    """Return the case that has the posts of a merged one; None if it is no longer kept."""
    holder = None
    while case.merged_into and (next_case := cases.get(case.merged_into)):
        holder = case = next_case
    return None if case.merged_into else holder


def _find_similar_case(item: TriageItem, batch: _TriageBatch) -> Case | None:
    """Return the open case that says nearly the same; never that of a crisis for what is none, nor the reverse.

    What a post adds to a crisis may be another harm, so it has a case, and a page, of its own.
    """
    urgent = item.result.assessment.intent is Intent.CRISIS
    found = [batch.found[trace.key] for trace in item.lookup_keys if trace.joining is JoinReason.SIMILAR]
    for case in map(batch.cases.get, dict.fromkeys(found)):
        if case is None or case.is_closed or case.is_urgent != urgent or case.mention.is_forgotten:
            continue
        if is_near_duplicate(item.mention.text, case.mention.text, with_more=not urgent):
            return case
    return None


def _decide_count_only(item: TriageItem, at: datetime, muted_by: str = "") -> CaseDecision:
    """Count a mention without a case; spam keeps its reasons, as it may be restored."""
    spam = item.result.assessment.intent is Intent.SPAM
    return count_only(item.mention, item.result.explain_assessment() if spam else item.result.assessment, at, muted_by)
