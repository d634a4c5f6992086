"""What is kept of each person: counts, written by the commits of cases alone; and labels and links."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.outbox import Notification
from bot.domain.persons.links import Accounts
from bot.domain.persons.person import (
    AuthorContext,
    OpenCase,
    Person,
    PersonLabel,
    merge_persons,
)
from bot.store.case_queues import MAX_PERSON_CASES, list_person_entries
from bot.store.cases import CaseStore
from bot.store.client import ANOTHER_TYPE, RedisClient, parse_hash, parse_int
from bot.store.decision_writer import add_audit_event, add_notification
from bot.store.keys import AUTHORS_KEPT, PERSON_KEPT, Keys
from bot.store.message_records import CardRecord, CardState
from bot.store.outbox import Outbox
from bot.store.person_writer import (
    ANSWERED,
    ANSWERED_AT,
    ANSWERED_BY,
    APPROACHES,
    CONTACTS,
    FIRST_AT,
    LAST_AT,
    LOST_AT,
    PRAISED,
)
from bot.store.replies import ReplyStore
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

FindName = Callable[[str], Awaitable[str]]
LABELS, ACCOUNTS = "x", "s"
_LABELS = {label.value: label for label in PersonLabel}
_SECONDS = int(PERSON_KEPT.total_seconds())


class PersonStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore, outbox: Outbox, replies: ReplyStore) -> None:
        super().__init__(client, keys)
        self._cases, self._outbox, self._replies = cases, outbox, replies

    async def load(self, author_keys: Iterable[str]) -> dict[str, Person]:
        """Return the persons behind these accounts, without those of whom nothing is kept.

        Linked accounts are added up; they take a second round trip.
        """
        wanted = [key for key in dict.fromkeys(author_keys) if key]
        found = await self._read_fields(wanted)
        linked = {key: _parse_accounts(fields.get(ACCOUNTS, "")) for key, fields in found.items()}
        others = {one for accounts in linked.values() for one in accounts} - found.keys()
        known = found | await self._read_fields(sorted(others))
        return {
            key: merge_persons([_parse_person(one, known[one]) for one in {key: "", **linked[key]} if one in known])
            if linked[key]
            else _parse_person(key, fields)
            for key, fields in found.items()
        }

    async def _read_fields(self, author_keys: Sequence[str]) -> dict[str, dict[str, str]]:
        if not author_keys:
            return {}
        replies = await self._client.execute_each([("HGETALL", self._keys.person_key(key)) for key in author_keys])
        return {
            key: parse_hash(flat)
            for key, flat in zip(author_keys, replies, strict=True)
            if flat and flat is not ANOTHER_TYPE
        }

    async def load_context(self, case: Case, at: datetime, find_name: FindName | None = None) -> AuthorContext:
        """Return what the card of this case says about its author, with the names of the colleagues in it."""
        return (await self.load_contexts([case], at, find_name))[case.id]

    async def load_contexts(
        self, cases: Sequence[Case], at: datetime, find_name: FindName | None = None
    ) -> dict[str, AuthorContext]:
        """Return the same for each of these cases, in as many round trips as for one."""
        persons = await self.load(one.mention.author_key for one in cases)
        others = await self._find_claimed_cases(cases, persons, at)
        written = [one.id for one in cases if one.status is CaseStatus.CLAIMED]
        written += [one.case_id for some in others.values() for one in some]
        writers = await self._replies.load_writers(written, at) if written else {}
        found = {
            case.id: AuthorContext(
                persons.get(case.mention.author_key),
                tuple(one._replace(writers=writers.get(one.case_id, ())) for one in others[case.id]),
                writers=writers.get(case.id, ()),
            )
            for case in cases
        }
        people = {who for context in found.values() for who in context.colleagues}
        names = {one: name for one in sorted(people) if find_name and (name := await find_name(one))}
        return {case_id: replace(context, names=names) for case_id, context in found.items()}

    async def _find_claimed_cases(
        self, cases: Sequence[Case], persons: Mapping[str, Person], at: datetime
    ) -> dict[str, tuple[OpenCase, ...]]:
        """Return other cases of each person that somebody has claimed; mostly there are none, and no case is read."""
        authors = {case.id: case.mention.author_key for case in cases}
        accounts = {key: persons[key].accounts if key in persons else (key,) for key in authors.values() if key}
        firsts = [persons[key].first_at if key in persons else None for key in accounts]
        kept = max((at - min(first, at) if first else AUTHORS_KEPT for first in firsts), default=AUTHORS_KEPT)
        newest = await self._list_newest({one for some in accounts.values() for one in some}, at, kept)
        ids = {key: [one for account in some for one in newest[account]] for key, some in accounts.items()}
        others = {one for case_id, author in authors.items() for one in ids.get(author, ()) if one != case_id}
        statuses = await self._cases.load_statuses(sorted(others)) if others else {}
        claimed = await self._cases.find([one for one, status in statuses.items() if status is CaseStatus.CLAIMED])
        cards = await self._outbox.load_cards(list(claimed))
        known = {one.id: _build_open_case(one, cards[one.id]) for one in claimed.values()}
        return {
            case_id: tuple(known[one] for one in ids.get(author, ()) if one in known and one != case_id)
            for case_id, author in authors.items()
        }

    async def list_open_cases(self, case: Case, at: datetime) -> list[Case]:
        """Return the open cases among the newest of the author of a case, without that one."""
        return await self._find_open(await self.load_accounts(case.mention.author_key, ""), at, case.id)

    async def _find_open(self, accounts: Iterable[str], at: datetime, without: str = "") -> list[Case]:
        ids = [one for some in (await self._list_newest(accounts, at)).values() for one in some if one != without]
        return [one for one in (await self._cases.find(ids)).values() if not one.is_closed]

    async def _list_newest(
        self, accounts: Iterable[str], at: datetime, kept: timedelta = AUTHORS_KEPT
    ) -> dict[str, list[str]]:
        """Return the newest cases of each account, whatever became of them."""
        found: dict[str, list[str]] = {account: [] for account in accounts}
        for entry in await list_person_entries(self._client, self._keys, list(found), at, min(kept, AUTHORS_KEPT)):
            found[entry.account].append(entry.case_id)
        return {account: ids[:MAX_PERSON_CASES] for account, ids in found.items()}

    async def load_labels(self, author_keys: Iterable[str]) -> dict[str, frozenset[PersonLabel]]:
        """Return the labels of the person behind each account, if there are any.

        Linked accounts take a second round trip.
        """
        wanted = [key for key in dict.fromkeys(author_keys) if key]
        if not wanted:
            return {}
        own, links = await self._client.read_fields([*map(self._keys.person_key, wanted)], LABELS, ACCOUNTS)
        known = {key: _parse_labels(words or "") for key, words in zip(wanted, own, strict=True)}
        linked = {key: _parse_accounts(body) for key, body in zip(wanted, links, strict=True) if body}
        if others := sorted({one for accounts in linked.values() for one in accounts} - known.keys()):
            [theirs] = await self._client.read_fields([*map(self._keys.person_key, others)], LABELS)
            known |= {key: _parse_labels(words or "") for key, words in zip(others, theirs, strict=True)}
        found = {key: known[key].union(*(known[one] for one in linked.get(key, ()))) for key in wanted}
        return {key: labels for key, labels in found.items() if labels}

    async def change_labels(
        self,
        case: Case,
        accounts: Accounts,
        given: Collection[PersonLabel],
        taken: Collection[PersonLabel],
        event: AuditEvent,
    ) -> bool:
        """Give labels to the author of this case, and take others from all accounts of that person.

        So each account has its own, and keeps them when it is unlinked. Return False if somebody has changed these
        accounts or their labels meanwhile. The cards of the person are redrawn.
        """
        transaction, keys = Transaction(self._keys.inbox), [*map(self._keys.person_key, accounts)]
        if not await self._guard_accounts(transaction, accounts):
            return False
        for author_key, key, body in zip(accounts, keys, await self._client.read_bodies(keys, LABELS), strict=True):
            transaction.guard(key, body or "", LABELS)
            labels = _parse_labels(body or "").difference(taken)
            labels = labels.union(given) if author_key == case.mention.author_key else labels
            _write_field(transaction, key, LABELS, "|".join(sorted(labels)))
            transaction.write("EXPIRE", key, _SECONDS)
        await self._add_refresh(transaction, case, accounts, event.at)
        add_audit_event(transaction, self._keys, event)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def load_accounts(self, author_key: str, handle: str) -> dict[str, str]:
        """Return all accounts of a person with their handles; `handle` is that of this account."""
        return {author_key: handle} | _parse_accounts((await self._load_links([author_key]))[author_key])

    async def save_accounts(
        self,
        case: Case,
        before: Sequence[Accounts],
        after: Sequence[Accounts],
        event: AuditEvent,
    ) -> bool:
        """Save which accounts belong together, if that is still as before. Return False if it has changed.

        The cards of all of them are redrawn.
        """
        transaction = Transaction(self._keys.inbox)
        for accounts in before:
            if not await self._guard_accounts(transaction, accounts):
                return False
        for accounts in after:
            for key in map(self._keys.person_key, accounts):
                _write_field(transaction, key, ACCOUNTS, _dump_accounts(accounts))
                transaction.write("EXPIRE", key, _SECONDS)
            await self._add_refresh(transaction, case, accounts, event.at)
        add_audit_event(transaction, self._keys, event)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def _guard_accounts(self, transaction: Transaction, accounts: Accounts) -> bool:
        """Guard each account as it is linked now; return False if that is not this.

        One that says nothing is no contradiction: its record may have expired before those of the others.
        """
        known = accounts if len(accounts) > 1 else {}
        stored = await self._load_links(accounts)
        for key, body in stored.items():
            transaction.guard(self._keys.person_key(key), body, ACCOUNTS)
        return all(_parse_accounts(body) in ({}, known) for body in stored.values())

    async def _load_links(self, author_keys: Iterable[str]) -> dict[str, str]:
        """Return what each account says of those that are linked to it, as it is stored."""
        wanted = list(author_keys)
        bodies = await self._client.read_bodies(map(self._keys.person_key, wanted), ACCOUNTS) if wanted else []
        return {key: "" if body is ANOTHER_TYPE else body or "" for key, body in zip(wanted, bodies, strict=True)}

    async def _add_refresh(
        self, transaction: Transaction, case: Case | None, accounts: Iterable[str], at: datetime
    ) -> None:
        """Have the open cards of a person drawn again, that of this case among them if it is theirs."""
        if case is None or case.mention.author_key not in accounts:
            case = next(iter(await self._find_open(accounts, at)), None)
        if case is None:
            return
        add_notification(transaction, self._keys, Notification.refresh_person(case.id, case.department), at)
        if not case.is_closed:
            add_notification(transaction, self._keys, Notification.draw_card(case.id, case.department), at)

    async def forget(self, author_keys: Iterable[str], at: datetime) -> int:
        """Delete what is kept of these accounts, with their notes and links; return of how many there was something.

        The cards of accounts that were linked to them are redrawn.
        """
        return sum([await self._forget_account(author_key, at) for author_key in sorted(author_keys)])

    async def _forget_account(self, author_key: str, at: datetime) -> bool:
        """Optimistic concurrency: if somebody links one of the accounts meanwhile, it is tried again."""
        keys = (self._keys.person_key(author_key), self._keys.person_notes_key(author_key))
        while any(await self._client.execute_batch([("EXISTS", key) for key in keys])):
            transaction = Transaction(self._keys.inbox)
            for key in keys:
                transaction.write("DEL", key)
            links = await self._load_links(await self.load_accounts(author_key, ""))
            transaction.guard(keys[0], links.pop(author_key), ACCOUNTS)
            for other, body in links.items():
                rest = {one: handle for one, handle in _parse_accounts(body).items() if one != author_key}
                transaction.guard(self._keys.person_key(other), body, ACCOUNTS)
                _write_field(transaction, self._keys.person_key(other), ACCOUNTS, _dump_accounts(rest))
            await self._add_refresh(transaction, None, links, at)
            if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                return True
        return False


def _write_field(transaction: Transaction, key: str, field: str, body: str) -> None:
    """Write a field, or delete it if it is empty."""
    if body:
        transaction.write("HSET", key, field, body)
    else:
        transaction.write("HDEL", key, field)


def _build_open_case(case: Case, card: CardRecord) -> OpenCase:
    place = (card.channel, card.ts) if card.state is CardState.POSTED else ()
    return OpenCase(case.id, case.owner, case.department, *place)


def _dump_accounts(accounts: Accounts) -> str:
    """Return the stored form, the same for all accounts of a person; nothing for one that is not linked."""
    return json.dumps(dict(sorted(accounts.items())), ensure_ascii=False) if len(accounts) > 1 else ""


def _parse_accounts(body: str) -> dict[str, str]:
    """Return all accounts of the person with their handles; {} without links, or if nobody can read them."""
    try:
        found = json.loads(body or "{}")
    except ValueError:
        return {}
    accounts = found.items() if isinstance(found, dict) else ()
    return {key: handle for key, handle in accounts if isinstance(key, str) and isinstance(handle, str)}


def _parse_labels(words: str) -> frozenset[PersonLabel]:
    return frozenset(_LABELS[word] for word in words.split("|") if word in _LABELS)


def _parse_person(author_key: str, fields: dict[str, str]) -> Person:
    """Return the person of an account. A number that cannot be read counts as absent."""
    first, last = _parse_time(fields.get(FIRST_AT)), _parse_time(fields.get(LAST_AT))
    if first and last and first > last:  # an older post came later
        first, last = last, first
    answered_at = _parse_time(fields.get(ANSWERED_AT))
    if answered_at == _parse_time(fields.get(LOST_AT)):  # the last answer was taken back
        answered_at = None
    return Person(
        contacts=max(0, parse_int(fields.get(CONTACTS)) or 0),
        first_at=first,
        last_at=last,
        answered=max(0, parse_int(fields.get(ANSWERED)) or 0),
        answered_by=fields.get(ANSWERED_BY, "") if answered_at else "",
        answered_at=answered_at,
        praised=max(0, parse_int(fields.get(PRAISED)) or 0),
        labels=_parse_labels(fields.get(LABELS, "")),
        approaches=max(0, parse_int(fields.get(APPROACHES)) or 0),
        accounts=(author_key,),
    )


def _parse_time(text: str | None) -> datetime | None:
    seconds = parse_int(text)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 <= seconds < 1 << 35 else None
