"""The ledger: list needs or questions, add cases to an entry, change, merge. A person decides each of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.action_ids import decode_menu_choice
from bot.cards.block_kit import RenderedMessage
from bot.cards.ledger_entries import ENTRIES_SHOWN, EntryForm, LedgerCases, render_ledger
from bot.cards.sanitize import sanitize_url
from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.commits import NotAllowed
from bot.domain.ledger.entry import (
    ENTRY_GONE,
    EntryKind,
    EntryState,
    LedgerEntry,
    change_entry,
    find_entry_kind,
    open_entry,
)
from bot.domain.ledger.suggestions import EntrySuggestion, UnlistedPost, rank_entries, suggest_entries
from bot.domain.ledger.telling import LedgerPerson
from bot.domain.persons.person import derive_person_id
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.spikes.topic_words import extract_informative_words
from bot.domain.subject import Subject
from bot.store.cases import CaseStore
from bot.store.keys import JOINED_MOST
from bot.store.ledger import LedgerStore
from bot.usecases.staff import StaffDirectory

MOST_READ = 500
"""The newest cases in no entry that are compared with one another."""


@dataclass(frozen=True, slots=True)
class LedgerUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: LedgerStore
    _cases: CaseStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _subjects: Callable[[], Sequence[Subject]]
    _clock: Clock

    async def list_entries(self, kind: EntryKind, by: str) -> RenderedMessage:
        entries = [one for one in (await self._store.load()).values() if one.kind is kind]
        unlisted = await self._store.list_unlisted(kind, MOST_READ)
        entries.sort(key=lambda one: (-one.people, one.title))
        newest = await self._cases.find([case for one in entries[:ENTRIES_SHOWN] for case in one.newest])
        found = self._suggest_entries(unlisted)
        cases = {**newest, **{case.id: case for case in unlisted}}
        shown = {one.department for one in entries[:ENTRIES_SHOWN]} | {case.department for case in unlisted}
        mine = {name for name in shown if await self.can_change(name, by)}
        return render_ledger(kind, entries, found, cases, mine)

    async def find_cases(self, value: str, by: str) -> LedgerCases:
        """Return the cases that a button adds: its value is a case, or a kind with the words of a suggestion."""
        first, words = decode_menu_choice(value)
        if words:
            kind = EntryKind(first)
            unlisted = await self._store.list_unlisted(kind, MOST_READ)
            cases = [one for one in unlisted if words in extract_informative_words(one.mention.text)]
        else:
            cases = [await self._cases.get(first)]
            kind = _get_kind(cases[0])
        if not cases:
            raise NotAllowed("Somebody else has just added these. Open the list again.")
        await self._check_permission(cases[0].department, by)
        entries = [one for one in (await self._store.load()).values() if one.kind is kind]
        ranked = rank_entries(entries, " ".join(one.mention.text for one in cases[:10]))
        return LedgerCases(kind, tuple(cases), words, ranked)

    async def add(self, value: str, entry_id: str, title: str, by: str) -> LedgerEntry:
        """Add who asked to an entry; without an `entry_id` to one with this title."""
        asked, at = await self.find_cases(value, by), self._clock.now()
        entries = await self._store.load()
        if entry_id and entry_id not in entries:
            raise NotAllowed(ENTRY_GONE)
        if entry_id:
            entry = entries[entry_id]
        else:
            entry = open_entry(asked.kind, title, asked.cases[0].department, by, at, entries.values())
        people: dict[str, str] = {}
        for case in reversed(asked.cases):  # of two cases of one person the newer counts
            for mention in (case.mention, *await self._cases.load_joined(case.id, JOINED_MOST)):
                people[derive_person_id(mention.author_key or mention.id)] = str(LedgerPerson(case.id, case.department))
        return await self._store.add_people(entry, people, by, at)

    async def get(self, entry_id: str, by: str) -> tuple[LedgerEntry, list[LedgerEntry], list[Case], datetime]:
        """Return an entry that this person may change, the others of its kind, and the newest cases behind it."""
        entries = await self._store.load()
        if (entry := entries.get(entry_id)) is None:
            raise NotAllowed(ENTRY_GONE)
        await self._check_permission(entry.department, by)
        others = [one for one in entries.values() if one.kind is entry.kind and one.id != entry_id]
        cases = await self._cases.find(entry.newest)
        newest = sorted(cases.values(), key=lambda case: case.mention.created_at, reverse=True)
        return entry, rank_entries(others, entry.title), newest, self._clock.now()

    async def change(self, shown: EntryForm, typed: EntryForm, merge_into: str, by: str) -> LedgerEntry:
        """Change what differs from what was shown, and then merge it into another entry, if one was chosen."""
        await self.get(shown.entry, by)
        if typed.link and not sanitize_url(typed.link):
            raise NotAllowed("That isn't a link. Links begin with https://.")
        at = self._clock.now()

        def decide(entry: LedgerEntry) -> LedgerEntry:
            now = (entry.title, entry.state, entry.link)
            title, state, link = (
                new if new != old else kept for new, old, kept in zip(typed[1:], shown[1:], now, strict=True)
            )
            return change_entry(entry, title, EntryState(state), link, by, at)

        if merge_into:
            return await self._store.change(
                merge_into, lambda entry: entry.copy_with(changed_by=by), by, at, shown.entry
            )
        return await self._store.change(shown.entry, decide, by, at)

    async def remove_case(self, value: str, by: str) -> LedgerEntry:
        """Take a case out of an entry: it was added by mistake. `value` is that of the button: entry and case."""
        entry_id, case_id = decode_menu_choice(value)
        await self.get(entry_id, by)
        return await self._store.remove_case(entry_id, await self._cases.get(case_id), by, self._clock.now())

    async def can_change(self, department: str, by: str) -> bool:
        """Whether this person may add cases of this department, and change its entries."""
        staff = await self._staff.load_staff(get_department_or_lost(self._rules, department), self._rules.managers)
        return staff.can_answer(by)

    def _suggest_entries(self, cases: Sequence[Case]) -> list[EntrySuggestion]:
        posts = [UnlistedPost(one.id, one.mention.author_key or one.id, one.mention.text) for one in cases]
        return suggest_entries(posts, [word for one in self._subjects() for word in (one.name, *one.terms)])

    async def _check_permission(self, name: str, by: str) -> None:
        if not await self.can_change(name, by):
            raise NotAllowed(f"Only deputies of {name} and managers change the ledger. Tell one of them.")


def _get_kind(case: Case) -> EntryKind:
    """Raises `NotAllowed` for a case whose posts ask for nothing by now."""
    if (kind := find_entry_kind(case.assessment)) is None:
        raise NotAllowed("The ledger has needs and questions only. Press Change type… first.")
    return kind
