"""Erase the posts of a person, or one post, everywhere in the store. Idempotent, and safe to interrupt."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

from redis.exceptions import ResponseError

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import PublicReply
from bot.domain.erasure import REQUEST, ErasureReason, QuoteTargets
from bot.domain.errors import StoreUnavailable
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Author, Mention
from bot.domain.redaction import redact_text
from bot.store.cases import CaseStore
from bot.store.client import RedisClient, parse_hash
from bot.store.day_messages import DayMessageStore
from bot.store.dead_letters import DeadLetterStore
from bot.store.decision_writer import add_audit_event
from bot.store.early_replies import parse_reply
from bot.store.keys import Keys
from bot.store.ledger import LedgerStore
from bot.store.mutes import MuteStore
from bot.store.outbox import Outbox
from bot.store.person_notes import PersonNoteStore
from bot.store.persons import PersonStore
from bot.store.quarantine import QuarantineStore
from bot.store.quote_redaction import QuoteStore, parse_entry_mention, parse_stored_mention
from bot.store.recent_mentions import RecentMention, dump_recent, parse_recent
from bot.store.record_redaction import RecordRedactor
from bot.store.replies import ReplyStore
from bot.store.repository import RedisStore
from bot.store.spike_stream import parse_observation
from bot.store.transaction import GROUP, Transaction, commit

PAGE_SIZE = 500
"""Stream entries in one XRANGE."""


class ErasureTarget(Protocol):
    """What is searched for: posts, or everything of an author."""

    def matches_mention(self, mention: Mention) -> bool: ...

    def matches_author(self, source: str, author: str, handle: str, /) -> bool: ...

    def matches_mute(self, mute_id: str, /) -> bool: ...

    def list_mentions(self) -> frozenset[str]:
        """Return the ids that are known without a search."""

    def list_author_keys(self) -> frozenset[str]:
        """Return the accounts that are known without a search."""

    def list_names(self, mention: Mention | None = None) -> frozenset[str]:
        """Return the names of its author, if all of theirs is to be erased; without one, those known before."""

    def list_phrases(self, mention: Mention | None = None) -> frozenset[str]:
        """Return phrases by which texts that quote the mention are found; without one, those known before."""


class ErasureMatches(NamedTuple):
    """The posts to erase: their ids, and phrases by which texts that quote them are found."""

    ids: frozenset[str]
    words: frozenset[str]
    """The beginning of each post, and at a person's request the handle of its author."""
    mutes: frozenset[str] = frozenset()
    """Ids of mutes that name the person."""
    persons: frozenset[str] = frozenset()
    """Author keys of the person's accounts, if all of theirs is to be erased."""
    names: frozenset[str] = frozenset()
    """Of the person: they are struck out where colleagues wrote about others."""


class MentionEraser(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._streams = (keys.unrouted, keys.spam, keys.staff_posts, keys.corrections)
        self._cases = CaseStore(client, keys)
        self._dead = DeadLetterStore(client, keys)
        self._quarantine = QuarantineStore(client, keys)
        self._quotes = QuoteStore(client, keys)
        self._records = RecordRedactor(client, keys)
        self._mutes = MuteStore(client, keys)
        self._replies = ReplyStore(client, keys)
        self._notes, self._day_messages = PersonNoteStore(client, keys), DayMessageStore(client, keys)
        self._ledger = LedgerStore(client, keys, self._cases)
        self._persons = PersonStore(client, keys, self._cases, Outbox(client, keys), self._replies)

    async def find(self, target: ErasureTarget) -> ErasureMatches:
        """Search the whole store for posts of the target. Changes nothing."""
        ids, words = set(target.list_mentions()), set(target.list_phrases())
        persons, names = set(target.list_author_keys()), set(target.list_names())
        async for mention in self._iter_mentions():
            if target.matches_author(mention.source, mention.author.id, mention.author.handle):
                persons.add(mention.author_key)
                names |= target.list_names(mention)
            if target.matches_mention(mention) and not mention.is_forgotten:
                ids.add(mention.id)
                words |= target.list_phrases(mention)
        async for _, entry in self._iter_entries(self._keys.spike_stream):
            one = parse_observation("0-0", entry["o"])
            source, _, author = one.who.partition(":")
            if target.matches_author(source, author, one.name):
                ids.add(one.mention)
        async for _, entry in self._iter_entries(self._keys.recent_mentions):
            for recent in parse_recent("", entry.get("heard", "")):
                source, _, author = recent.author.partition(":")
                if recent.author and target.matches_author(source, author, ""):
                    ids.add(recent.mention)
        mutes = {name for name in await self._mutes.list_ids() if target.matches_mute(name)}
        return ErasureMatches(
            frozenset(ids), frozenset(words), frozenset(mutes), frozenset(persons - {""}), frozenset(names)
        )

    async def forget(self, found: ErasureMatches, at: datetime, reason: ErasureReason = REQUEST) -> int:
        """Return how many entries, records and cases lost something."""
        lost = 0
        for name in self._streams:
            lost += await self._drop_entries(name, found.ids)
        lost += await self._drop_waiting(found.ids)
        lost += await self._drop_observations(found.ids)
        lost += await self._drop_recent(found.ids)
        lost += await self._drop_dead_letters(found)
        lost += await self._drop_joined(found.ids)
        lost += await self._drop_early_replies(found.ids)
        lost += await self._redact_quotes(QuoteTargets(found.ids, found.words, reason.text))
        lost += await self._records.redact_cases(found.ids, found.words, at, reason, found.names)
        lost += await self._records.redact_episodes(found.ids, at)
        lost += await self._records.redact_backfires(found.ids, at)
        lost += await self._records.redact_crises(found.words, at)
        lost += await self._mutes.forget(found.mutes)
        lost += await self._persons.forget(found.persons, at)
        redact = partial(redact_text, phrases=found.words, names=found.names)
        lost += await self._replies.forget(found.ids, redact)
        lost += await self._ledger.forget(found.persons, redact)
        lost += await self._notes.redact(redact) + await self._day_messages.redact(redact)
        if lost:
            note = Transaction(self._keys.inbox)
            deleted = AuditEvent(at, "", AuditAction.POSTS_DELETED, f"{len(found.ids)}, {reason.summary}")
            add_audit_event(note, self._keys, deleted)
            await commit(self._client, note)
        return lost

    async def rewrite_aof(self) -> bool:
        """Start a rewrite of the append-only file, which still has the words. Return False if the server refuses."""
        try:
            await self._client.execute("BGREWRITEAOF")
        except (ResponseError, StoreUnavailable):
            return False
        return True

    async def _iter_mentions(self) -> AsyncIterator[Mention]:
        """Yield every stored mention: of streams, cases, dead letters and joined mentions."""
        for name in (self._keys.inbox, *self._streams):
            async for _, entry in self._iter_entries(name):
                if (mention := parse_entry_mention(entry)) is not None:
                    yield mention
        async for batch in self._iter_batches("case"):
            for case in (await self._cases.find(batch)).values():
                yield case.mention
                for reply in case.public_replies:
                    yield _build_reply_mention(reply)
        async for raw in self._iter_raw_mentions():
            if (mention := parse_stored_mention(raw)) is not None:
                yield mention

    async def _iter_raw_mentions(self) -> AsyncIterator[str]:
        for letter in await self._dead.list_letters():
            yield letter.raw
        async for case_id in self._iter_names("joined"):
            for body in await self._client.execute("HVALS", self._keys.joined_mentions_key(case_id)):
                yield body

    async def _iter_entries(self, stream: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        start = "-"
        while entries := await self._client.execute("XRANGE", stream, start, "+", "COUNT", PAGE_SIZE):
            for entry, flat in entries:
                yield entry, parse_hash(flat)
            start = f"({entries[-1][0]}"

    async def _drop_entries(self, stream: str, ids: frozenset[str]) -> int:
        gone = 0
        async for entry, fields in self._iter_entries(stream):
            if (mention := parse_entry_mention(fields)) and mention.id in ids:
                gone += int(await self._client.execute("XDEL", stream, entry))
        return gone

    async def _drop_waiting(self, ids: frozenset[str]) -> int:
        """Drop inbox entries, also pending ones, and count them as tallied, so that the totals still add up."""
        gone = 0
        async for entry, fields in self._iter_entries(self._keys.inbox):
            if (mention := parse_entry_mention(fields)) and mention.id in ids:
                gone += await self.drop_waiting_entry(entry)
        return gone

    async def drop_waiting_entry(self, entry: str) -> bool:
        """Drop one inbox entry. Return False if triage has processed and counted it meanwhile."""
        keys = [self._keys.inbox, self._keys.mention_counters]
        return bool(await self._client.run_script("drop_entry", keys, [entry, GROUP]))

    async def _drop_observations(self, ids: frozenset[str]) -> int:
        gone = 0
        async for entry, fields in self._iter_entries(self._keys.spike_stream):
            if parse_observation(entry, fields["o"]).mention in ids:
                gone += int(await self._client.execute("XDEL", self._keys.spike_stream, entry))
        return gone

    async def _drop_recent(self, ids: frozenset[str]) -> int:
        """Rewrite entries without the erased mentions; reading the others twice does no harm."""
        gone = 0
        async for entry, fields in self._iter_entries(self._keys.recent_mentions):
            rows = parse_recent(entry, fields.get("heard", ""))
            rest: list[RecentMention] = [one for one in rows if one.mention not in ids]
            if len(rest) == len(rows):
                continue
            transaction = Transaction(self._keys.inbox)
            transaction.write("XDEL", self._keys.recent_mentions, entry)
            if rest:
                body = ("by", fields.get("by", ""), "heard", dump_recent(rest))
                transaction.write("XADD", self._keys.recent_mentions, "*", *body)
            await commit(self._client, transaction)
            gone += len(rows) - len(rest)
        return gone

    async def _drop_dead_letters(self, found: ErasureMatches) -> int:
        """Drop dead letters and quarantined records; one that cannot be parsed is matched by its text."""
        letters = [letter for letter in await self._dead.list_letters() if _is_about(letter.raw, found)]
        for letter in letters:
            await self._dead.discard(letter)
        records = [record for record in await self._quarantine.list_records() if _is_about(record.body, found)]
        for record in records:
            await self._quarantine.discard(record)
        return len(letters) + len(records)

    async def _drop_joined(self, ids: frozenset[str]) -> int:
        gone = 0
        async for case_id in self._iter_names("joined"):
            key = self._keys.joined_mentions_key(case_id)
            held = [one for one in await self._client.execute("HKEYS", key) if one in ids]
            if held:
                gone += int(await self._client.execute("HDEL", key, *held))
        return gone

    async def _drop_early_replies(self, ids: frozenset[str]) -> int:
        gone = 0
        async for name in self._iter_names("reply"):
            key = self._keys.early_reply_key(name)
            reply = parse_reply(await self._client.execute("GET", key) or "")
            gone += int(await self._client.execute("DEL", key)) if reply and reply.mention in ids else 0
        return gone

    async def _redact_quotes(self, erased: QuoteTargets) -> int:
        changed = await self._quotes.redact_dead_letters(await self._dead.list_letters(), erased)
        for name in (self._keys.inbox, *self._streams):
            changed += await self._quotes.redact_entries(name, self._iter_entries(name), erased)
        async for case_id in self._iter_names("joined"):
            changed += await self._quotes.redact_joined(case_id, erased)
        return changed


def _build_reply_mention(reply: PublicReply) -> Mention:
    """Return as much of an answer of ours as finds it by its author."""
    handle = reply.by.removeprefix("@") or UNKNOWN_AUTHOR_ID
    author = Author(id=handle, handle=handle)
    source = reply.mention.partition(":")[0]
    return Mention(id=reply.mention, source=source, text="", created_at=reply.at, author=author)


def _is_about(raw: str, found: ErasureMatches) -> bool:
    mention = parse_stored_mention(raw)
    if mention is not None:
        return mention.id in found.ids
    for ascii_only in (True, False):  # as json and as pydantic write them
        ids = (json.dumps(one, ensure_ascii=ascii_only) for one in found.ids)  # with its quotes: x:1 is not x:12
        words = (json.dumps(one, ensure_ascii=ascii_only)[1:-1] for one in found.words)
        if any(one in raw for one in (*ids, *words)):
            return True
    return False
