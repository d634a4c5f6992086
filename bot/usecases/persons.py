"""The history of a person: their cases, notes, labels and linked accounts. For those who answer them, and managers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.cards.block_kit import build_message_link
from bot.cards.person_history import CASES_SHOWN
from bot.clock import Clock
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.cases.queues import CasePage
from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.persons.links import Accounts, link_accounts, unlink_account
from bot.domain.persons.person import (
    MAX_NOTE_LENGTH,
    AuthorContext,
    PersonLabel,
    PersonNote,
    derive_person_id,
)
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.text import join_words
from bot.store.case_queues import CaseQueueStore
from bot.store.cases import CaseStore
from bot.store.person_notes import PersonNoteStore
from bot.store.persons import PersonStore
from bot.store.roll_ups import RollUpStore
from bot.usecases.staff import StaffDirectory

MAX_MATCHES = 20
MAX_TRIES = 5
NAMELESS_AUTHOR = "The outlet doesn't say who wrote this, so there is no history."
CHANGED = "Somebody else just linked these accounts. Open the history again."


class PersonHistory(NamedTuple):
    """All that is known about the author of a case, for the modal."""

    case: Case
    department: Department
    author: AuthorContext
    accounts: Accounts
    page: CasePage
    """Some of their newest cases; `total` is how many of those there are, `MAX_PERSON_CASES` at most."""
    links: Mapping[str, str]
    """To the message in which people see each of these cases, and each that one of them was merged into."""
    merged_into: Mapping[str, Case]
    notes: tuple[PersonNote, ...]

    @property
    def labels(self) -> frozenset[PersonLabel]:
        return self.author.person.labels if self.author.person else frozenset()


@dataclass(frozen=True, slots=True)
class PersonUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _persons: PersonStore
    _notes: PersonNoteStore
    _cases: CaseStore
    _queues: CaseQueueStore
    _roll_ups: RollUpStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _clock: Clock

    async def load_history(self, case_id: str, by: str, start: int = 0) -> PersonHistory:
        """`start`: how many newer cases are left out."""
        case, at = await self._cases.get(case_id), self._clock.now()
        if not (author_key := case.mention.author_key):
            raise NotAllowed(NAMELESS_AUTHOR)
        accounts = await self._persons.load_accounts(author_key, _get_handle(case))
        cases = await self._queues.list_person_cases(accounts, at)
        notes = await self._notes.load(accounts)
        had = {name for one in (case, *cases) for name in (one.department, *one.departments_before)}
        await self._check_reader(by, had.union(note.department for note in notes))
        context = await self._persons.load_context(case, at, self._staff.find_display_name)
        department = get_department_or_lost(self._rules, case.department)
        shown = tuple(cases[start : start + CASES_SHOWN])
        page = CasePage(shown, start, start + len(shown), len(cases))
        merged_into = await self._cases.find([one.merged_into for one in shown if one.merged_into])
        places = await self._roll_ups.find_cards([*(one.id for one in shown), *merged_into])
        links = {one: build_message_link(*place) for one, place in places.items()}
        return PersonHistory(case, department, context, accounts, page, links, merged_into, tuple(notes))

    async def save_history(
        self, case_id: str, by: str, note: str, chosen: Collection[PersonLabel], shown: Collection[PersonLabel]
    ) -> PersonHistory:
        """Add a note, unless it is empty, and change the labels in which `chosen` differs from what the form had shown.

        The others stay as a colleague may have set them meanwhile.
        """
        history, at = await self.load_history(case_id, by), self._clock.now()
        if words := note.strip()[:MAX_NOTE_LENGTH]:
            written = PersonNote(by, at, words, history.case.department)
            event = AuditEvent(at, by, AuditAction.PERSON_NOTED, f"of case {case_id}")
            await self._notes.add(history.case.mention.author_key, written, event)
        given, taken = frozenset(chosen).difference(shown), frozenset(shown).difference(chosen)
        for _ in range(MAX_TRIES):
            labels = history.labels.union(given) - taken
            if labels == history.labels:
                return await self.load_history(case_id, by)
            named = ", ".join(sorted(labels)) or "no label"
            event = AuditEvent(at, by, AuditAction.PERSON_LABELED, f"{named}, of case {case_id}")
            if await self._persons.change_labels(history.case, history.accounts, given, taken, event):
                return await self.load_history(case_id, by)
            history = await self.load_history(case_id, by)
        raise NotAllowed(CHANGED)

    async def search_accounts(self, case_id: str, by: str, words: str) -> list[Case]:
        """Return the newest case of each account whose handle or name begins with the words, without the own ones."""
        history = await self.load_history(case_id, by)
        newest: dict[str, Case] = {}
        for case in await self._queues.search_author(words, self._clock.now()):
            if case.mention.author_key and case.mention.author_key not in history.accounts:
                newest.setdefault(case.mention.author_key, case)
        return list(newest.values())[:MAX_MATCHES]

    async def link_account(self, case_id: str, by: str, other_case_id: str) -> PersonHistory:
        """Link the author of the other case to the author of this one."""
        for _ in range(MAX_TRIES):
            history, other = await self.load_history(case_id, by), await self._cases.get(other_case_id)
            if not other.mention.author_key:
                raise NotAllowed(NAMELESS_AUTHOR)
            theirs = await self._persons.load_accounts(other.mention.author_key, _get_handle(other))
            linked = link_accounts(history.accounts, theirs)
            event = AuditEvent(self._clock.now(), by, AuditAction.PERSON_LINKED, f"of cases {case_id}, {other_case_id}")
            if await self._persons.save_accounts(history.case, (history.accounts, theirs), (linked,), event):
                return await self.load_history(case_id, by)
        raise NotAllowed(CHANGED)

    async def unlink_account(self, case_id: str, by: str, person_id: str) -> PersonHistory:
        """Take an account out of the linked ones; `person_id` is derived from its author key."""
        for _ in range(MAX_TRIES):
            history = await self.load_history(case_id, by)
            author_key = next((key for key in history.accounts if derive_person_id(key) == person_id), "")
            rest = unlink_account(history.accounts, author_key)
            parts = (rest, {author_key: history.accounts[author_key]})
            event = AuditEvent(self._clock.now(), by, AuditAction.PERSON_UNLINKED, f"of case {case_id}")
            if await self._persons.save_accounts(history.case, (history.accounts,), parts, event):
                return await self.load_history(case_id, by)
        raise NotAllowed(CHANGED)

    async def _check_reader(self, by: str, departments: set[str]) -> None:
        """Raise `NotAllowed` for everybody but managers and deputies of a department that had the person."""
        is_unsure = False
        for name in sorted(departments):
            staff = await self._staff.load_staff(get_department_or_lost(self._rules, name), self._rules.managers)
            if staff.can_answer(by):
                return
            is_unsure = is_unsure or staff.unsure
        readers = join_words([*sorted(departments), "managers"])
        raise NotAllowed(DEPUTIES_UNKNOWN if is_unsure else f"Only {readers} can see this person's history.")


def _get_handle(case: Case) -> str:
    return case.mention.author.handle or case.mention.author.name
