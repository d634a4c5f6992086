"""Forgetting what somebody wrote, wherever it is kept. Doing it again, or dying in between, does no harm."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from redis.exceptions import ResponseError

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.crisis import Crisis
from bot.domain.episode import Episode
from bot.domain.forget import ForgetTarget, forget_in_case, forget_in_crisis, forget_in_episode
from bot.domain.mention import Mention
from bot.domain.notification import Notification, NotificationKind
from bot.domain.pages.ladder import refresh_messages
from bot.domain.refusals import StoreUnavailable
from bot.store.cases import CaseStore
from bot.store.client import Client
from bot.store.crises import CrisisStore
from bot.store.dead import Dead
from bot.store.episodes import Episodes
from bot.store.feed import read_observation
from bot.store.keys import Keys
from bot.store.lately import Recent, read_rows, write_rows
from bot.store.pages import PageStore
from bot.store.quarantine import Quarantine
from bot.store.quotes import QuoteStore, mention_in, read_mention
from bot.store.transaction import GROUP, Committed, Transaction, commit
from bot.store.writing import audit, owe, traces, write

AT_ONCE = 500
"""Entries in one reading."""
TOLD_BY = 60
"""Characters of a post by which it is told in a text that quotes it."""


class Found(NamedTuple):
    """The posts that are to be forgotten, by what they may be found again."""

    ids: frozenset[str]
    words: frozenset[str]
    """The beginning of each, and its writer's handle."""


class Forgetting:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._cases = CaseStore(client, keys)
        self._episodes = Episodes(client, keys)
        self._crises = CrisisStore(client, keys)
        self._pages = PageStore(client, keys)
        self._dead = Dead(client, keys)
        self._quarantine = Quarantine(client, keys)
        self._quotes = QuoteStore(client, keys)

    async def find(self, target: ForgetTarget) -> Found:
        """Look through everything that is kept. Changes nothing."""
        ids, words = {target.mention} - {""}, set[str]()
        async for mention in self._mentions():
            if target.matches_mention(mention) and not mention.is_forgotten:
                ids.add(mention.id)
                words.update(_told_by(mention))
        async for _, entry in self._entries(self._keys.feed):
            one = read_observation("0-0", entry["o"])
            source, _, author = one.who.partition(":")
            if target.author and target.matches_author(source, author, one.name):
                ids.add(one.mention)
        async for _, entry in self._entries(self._keys.lately):
            for recent in read_rows("", entry.get("heard", "")):
                source, _, author = recent.author.partition(":")
                if target.author and recent.author and target.matches_author(source, author, ""):
                    ids.add(recent.mention)
        return Found(frozenset(ids), frozenset(words))

    async def forget(self, found: Found, at: datetime) -> int:
        """Return how many entries, records and cases lost something."""
        lost = 0
        for name in (self._keys.aside, self._keys.spam, self._keys.corrections):
            lost += await self._drop_entries(name, found.ids)
        lost += await self._drop_waiting(found.ids)
        lost += await self._drop_observations(found.ids)
        lost += await self._drop_recent(found.ids)
        lost += await self._drop_dead(found)
        lost += await self._drop_joined(found.ids)
        lost += await self._blank_quotes(found.words)
        lost += await self._blank_cases(found, at)
        lost += await self._blank_episodes(found.ids, at)
        lost += await self._blank_crises(found.words, at)
        if lost:
            note = Transaction(self._keys.inbox)
            deleted = AuditEvent(at, "", AuditAction.POSTS_DELETED, f"{len(found.ids)}, at a person's request")
            audit(note, self._keys, deleted)
            await commit(self._client, note)
        return lost

    async def rewrite_file(self) -> bool:
        """Until then the words stand in the append-only file of the server. False where it may not begin now."""
        try:
            await self._client.call("BGREWRITEAOF")
        except (ResponseError, StoreUnavailable):
            return False
        return True

    async def _mentions(self) -> AsyncIterator[Mention]:
        """Every mention that is kept as such, wherever."""
        for name in (self._keys.inbox, self._keys.aside, self._keys.spam, self._keys.corrections):
            async for _, entry in self._entries(name):
                if (mention := mention_in(entry)) is not None:
                    yield mention
        async for case_id in self._names("case"):
            for case in (await self._cases.find([case_id])).values():
                yield case.mention
        async for raw in self._singly():
            if (mention := read_mention(raw)) is not None:
                yield mention

    async def _singly(self) -> AsyncIterator[str]:
        for letter in await self._dead.letters():
            yield letter.raw
        async for case_id in self._names("joined"):
            for body in await self._client.call("HVALS", self._keys.joined(case_id)):
                yield body

    async def _names(self, kind: str) -> AsyncIterator[str]:
        """Of all keys of one kind, what follows it."""
        root = f"{self._keys.root}{kind}:"
        async for key in self._client.scan(root):
            yield key.removeprefix(root)

    async def _entries(self, stream: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        start = "-"
        while entries := await self._client.call("XRANGE", stream, start, "+", "COUNT", AT_ONCE):
            for entry, flat in entries:
                yield entry, dict(zip(flat[::2], flat[1::2], strict=True))
            start = f"({entries[-1][0]}"

    async def _drop_entries(self, stream: str, ids: frozenset[str]) -> int:
        gone = [e async for e, fields in self._entries(stream) if (one := mention_in(fields)) and one.id in ids]
        for entry in gone:
            await self._client.call("XDEL", stream, entry)
        return len(gone)

    async def _drop_waiting(self, ids: frozenset[str]) -> int:
        """Whoever has one in hand finds it answered. It counts as tallied, so that the totals still add up."""
        gone = 0
        async for entry, fields in self._entries(self._keys.inbox):
            if (mention := mention_in(fields)) is None or mention.id not in ids:
                continue
            gone += await self.drop_waiting_entry(entry)
        return gone

    async def drop_waiting_entry(self, entry: str) -> bool:
        """False where triage has answered it meanwhile, and so has counted it."""
        return bool(await self._client.script("drop_entry", [self._keys.inbox, self._keys.books], [entry, GROUP]))

    async def _drop_observations(self, ids: frozenset[str]) -> int:
        gone = [
            e async for e, fields in self._entries(self._keys.feed) if read_observation(e, fields["o"]).mention in ids
        ]
        for entry in gone:
            await self._client.call("XDEL", self._keys.feed, entry)
        return len(gone)

    async def _drop_recent(self, ids: frozenset[str]) -> int:
        """The others of an entry come again at the end, which nobody minds reading twice."""
        gone = 0
        async for entry, fields in self._entries(self._keys.lately):
            rows = read_rows(entry, fields.get("heard", ""))
            rest: list[Recent] = [one for one in rows if one.mention not in ids]
            if len(rest) == len(rows):
                continue
            transaction = Transaction(self._keys.inbox)
            transaction.write("XDEL", self._keys.lately, entry)
            if rest:
                transaction.write("XADD", self._keys.lately, "*", "by", fields.get("by", ""), "heard", write_rows(rest))
            await commit(self._client, transaction)
            gone += len(rows) - len(rest)
        return gone

    async def _drop_dead(self, found: Found) -> int:
        """What cannot be read is told by its text."""
        letters = [letter for letter in await self._dead.letters() if _tells(letter.raw, found)]
        for letter in letters:
            await self._dead.drop(letter)
        records = [record for record in await self._quarantine.records() if _tells(record.body, found)]
        for record in records:
            await self._quarantine.drop(record)
        return len(letters) + len(records)

    async def _drop_joined(self, ids: frozenset[str]) -> int:
        gone = 0
        async for case_id in self._names("joined"):
            key = self._keys.joined(case_id)
            held = [one for one in await self._client.call("HKEYS", key) if one in ids]
            if held:
                gone += int(await self._client.call("HDEL", key, *held))
        return gone

    async def _blank_quotes(self, words: frozenset[str]) -> int:
        changed = await self._quotes.blank_dead(await self._dead.letters(), words)
        for name in (self._keys.inbox, self._keys.aside, self._keys.spam, self._keys.corrections):
            changed += await self._quotes.blank_entries(name, self._entries(name), words)
        async for case_id in self._names("joined"):
            changed += await self._quotes.blank_joined(case_id, words)
        return changed

    async def _blank_cases(self, found: Found, at: datetime) -> int:
        names = [name async for name in self._names("case")]
        blank = {name for name in names if await self._blank_case(name, found, at)}
        if blank:
            await self._refresh_pages(blank, at)
        return len(blank)

    async def _refresh_pages(self, cases: set[str], at: datetime) -> None:
        """What people were called for is drawn anew; a page that called for others shows their words too."""
        transaction = Transaction(self._keys.inbox)
        async for name in self._names("page"):
            page = (await self._pages.find([name])).get(name)
            if page is None or page.cause.id not in cases:
                continue
            for shown in (await self._pages.find([name, page.leader])).values():
                for owed in refresh_messages(shown):
                    owe(transaction, self._keys, owed, at)
        await commit(self._client, transaction)

    async def _blank_case(self, name: str, found: Found, at: datetime) -> bool:
        """Too late? Read again, decide again."""
        while case := (await self._cases.find([name])).get(name):
            decision = forget_in_case(case, found.ids, at, found.words)
            if decision is None:
                return False
            transaction = Transaction(self._keys.inbox)
            write(transaction, self._keys, decision, at)
            for trace in (
                traces(self._keys, case.mention, case.assessment.subject) if case.mention.id in found.ids else ()
            ):
                transaction.write("DEL", trace.key)
            if (await commit(self._client, transaction))[0] is Committed.WRITTEN:
                return True
        return False

    async def _blank_episodes(self, ids: frozenset[str], at: datetime) -> int:
        changed = 0
        async for name in self._names("episode"):
            before = await self._episodes.peek(name)
            after = forget_in_episode(before, ids) if before else None
            if before is not None and after is not None:
                card = Notification.draw_episode(after.id, after.department)
                changed += await self._save(self._keys.episode(name), before.version, after, card, at)
        return changed

    async def _blank_crises(self, words: frozenset[str], at: datetime) -> int:
        changed = 0
        async for name in self._names("crisis"):
            before = await self._crises.peek(name)
            after = forget_in_crisis(before, words) if before else None
            if before is not None and after is not None:
                head = Notification(NotificationKind.CRISIS, after.id, after.destination)
                changed += await self._save(self._keys.crisis(name), before.version, after, head, at)
        return changed

    async def _save(self, key: str, before: int, after: Episode | Crisis, owed: Notification, at: datetime) -> bool:
        """Too late, and it stays as it is: the command says that something is left, and is typed again."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before, "v")
        transaction.write("HSET", key, "v", after.version, "body", after.model_dump_json())
        owe(transaction, self._keys, owed, at)
        return (await commit(self._client, transaction))[0] is Committed.WRITTEN


def _told_by(mention: Mention) -> set[str]:
    """What tells it in a text that quotes it: its beginning, and the handle where it is no common word."""
    beginning = " ".join(mention.text.split())[:TOLD_BY]
    handle = mention.author.handle.removeprefix("@")
    return {beginning, f"@{handle}" if handle else ""} - {""}


def _tells(raw: str, found: Found) -> bool:
    mention = read_mention(raw)
    if mention is not None:
        return mention.id in found.ids
    return any(json.dumps(one)[1:-1] in raw for one in (*found.ids, *found.words))
