"""An entry of the ledger: a need or a question, how many people have it, and what became of it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Assessment
from bot.domain.case import Case
from bot.domain.errors import NotAllowed
from bot.domain.immutable import FrozenModel
from bot.domain.typed_names import normalize_name

MAX_ENTRIES = 500
MAX_TITLE = 80
MAX_PEOPLE = 10_000
"""People of one entry who are told apart; more are not counted."""
MAX_CASES = 10
"""The newest cases that an entry names."""
CONTENT_REQUEST_FROM = 5
"""People after which a question that nothing answers yet is a content request."""
ENTRY_GONE = "This entry is gone: somebody merged it into another. Open the list again."


class EntryKind(StrEnum):
    """Also the intent of the cases that are behind it."""

    NEED = "need"
    QUESTION = "question"


_KINDS = frozenset(kind.value for kind in EntryKind)


class EntryState(StrEnum):
    """As it is stored; `LedgerEntry.state_word` is what people read."""

    HEARD = "heard"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"

    def get_word(self, kind: EntryKind) -> str:
        return _WORDS.get((kind, self), self.value)


_WORDS = {
    (EntryKind.NEED, EntryState.DONE): "built",
    (EntryKind.QUESTION, EntryState.PLANNED): "content requested",
    (EntryKind.QUESTION, EntryState.DONE): "answered",
}


class LedgerEntry(FrozenModel):
    """`people` counts those who asked, each once, also those whose posts were erased since."""

    id: str
    kind: EntryKind
    title: str
    state: EntryState = EntryState.HEARD
    link: str = ""
    """Where people read the answer, or about what was built."""
    department: str = ""
    opened_at: datetime
    changed_at: datetime
    changed_by: str
    """Who last changed the title or the state, or merged."""
    people: int = 0
    newest: tuple[str, ...] = ()
    """The cases that were added last."""
    is_telling: bool = False
    """Whether some of those who asked may still have to be told that it is done."""
    told: int = 0
    """People of whom a colleague said that they were told."""

    @property
    def state_word(self) -> str:
        return self.state.get_word(self.kind)

    @property
    def progress(self) -> str:
        """How many were told of what is done, such as `12 of 41 told`; '' before that."""
        is_done = self.state is EntryState.DONE and self.people
        return f"{min(self.told, self.people):,} of {self.people:,} told" if is_done else ""

    @property
    def is_content_request(self) -> bool:
        is_open = self.state in {EntryState.HEARD, EntryState.PLANNED}
        return self.kind is EntryKind.QUESTION and is_open and self.people >= CONTENT_REQUEST_FROM

    @property
    def news(self) -> str:
        """What those who asked are told, as plain text."""
        return f"“{self.title}” is {self.state_word}.{f' {self.link}' if self.link else ''}"

    def add_people(self, cases: Iterable[str], count: int, at: datetime) -> "LedgerEntry":
        """Return the entry with cases of this many new people. Who asks for what is done already is told, too."""
        newest = tuple(dict.fromkeys((*cases, *self.newest)))[:MAX_CASES]
        is_telling = self.state is EntryState.DONE
        return self.copy_with(newest=newest, people=self.people + count, is_telling=is_telling, changed_at=at)

    def remove_case(self, case: str, people: int, by: str, at: datetime) -> "LedgerEntry":
        """Return the entry without a case, and without so many people, of whom it was the last case."""
        newest = tuple(one for one in self.newest if one != case)
        left = max(0, self.people - people)
        return self.copy_with(newest=newest, people=left, changed_by=by, changed_at=at)


def has_intent(kind: EntryKind, case: Case) -> bool:
    """Return whether the author of this case has such a need or question."""
    return case.assessment.intent == kind.value and case.has_words


def find_entry_kind(found: Assessment) -> EntryKind | None:
    """Return what a post asks for: what it is mainly, or a need beside a complaint, or None.

    A question beside a complaint mostly asks for nothing: *why are you late again?*
    """
    if found.intent in _KINDS:
        return EntryKind(found.intent)
    return EntryKind.NEED if EntryKind.NEED in found.get_words("intent") else None


def normalize_title(title: str) -> str:
    """Return the title in one line. Raises `NotAllowed` if it is empty, or has what Slack reads as markup."""
    if not (line := normalize_name(title)[:MAX_TITLE].strip()):
        raise NotAllowed("Type a title, such as “Power at every seat”.")
    return line


def open_entry(
    kind: EntryKind, title: str, department: str, by: str, at: datetime, taken: Iterable[LedgerEntry]
) -> LedgerEntry:
    """Return the entry with this title, or a new one. `taken` are all entries there are."""
    line, entries = normalize_title(title), list(taken)
    known = (one for one in entries if one.kind is kind and one.title.casefold() == line.casefold())
    if (found := next(known, None)) is not None:
        return found
    if len(entries) >= MAX_ENTRIES:
        raise NotAllowed(f"The ledger has {MAX_ENTRIES} entries, which is the most. Merge some first.")
    name = hashlib.blake2b(f"{kind}|{line.casefold()}".encode(), digest_size=7).hexdigest()
    return LedgerEntry(
        id=name, kind=kind, title=line, department=department, opened_at=at, changed_at=at, changed_by=by
    )


def change_entry(entry: LedgerEntry, title: str, state: EntryState, link: str, by: str, at: datetime) -> LedgerEntry:
    """Return the entry with another title, state or link. A question is answered by a link."""
    if state is EntryState.DONE and entry.kind is EntryKind.QUESTION and not link:
        raise NotAllowed("Add the link to the answer, so that those who asked can read it.")
    return entry.copy_with(
        title=title if title == entry.title else normalize_title(title),
        state=state,
        link=link,
        changed_by=by,
        changed_at=at,
        is_telling=state is EntryState.DONE,
    )
