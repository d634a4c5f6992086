"""The inbox: a stream of admitted mentions that triage reads in a consumer group. Dedup, reclaim, dead letters."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError
from redis.exceptions import ResponseError

from bot.domain.case import derive_case_id
from bot.domain.commits import CaseDecision, StoreUnavailable
from bot.domain.health.source_health import DELAYS_KEPT, HOURS_KEPT
from bot.domain.mention import Mention
from bot.store.case_writer import write_decision
from bot.store.client import BLOCK_MS, RedisClient, parse_counts, parse_hash, parse_int
from bot.store.decision_writer import to_ms
from bot.store.keys import INBOX_MOST, SEEN_AUTHORS_KEPT, SEEN_FOR, Keys, format_month, list_months
from bot.store.recent_mentions import RecentBatch, build_recent
from bot.store.repository import RedisStore
from bot.store.transaction import GROUP, CommitResult, Transaction, commit

IDLE = timedelta(seconds=30)
"""After this another worker may reclaim a pending entry: a batch takes well under a second."""
CONSUMER_KEPT = timedelta(days=1)
"""Idle consumers without entries are deleted after this: each process has another name."""
LEFT_AFTER = 2 * IDLE
"""A pending entry that is idle for so long counts as backlog: a live worker reclaims it within 1.5 × `IDLE`."""
MOST_TRIES = 5
"""Deliveries of one entry before it moves to the dead letters."""


class InboxEntry(NamedTuple):
    """An entry that this worker has read. `mention` is None if `raw` cannot be parsed."""

    id: str
    mention: Mention | None
    raw: str
    arrived: int
    """Epoch milliseconds."""
    tries: int = 1
    edit: bool = False
    """A later wording, or the deletion, of a mention that was admitted before."""
    known_only: bool = False
    """An edit that names no subject: it may change a case, and open none."""


class MentionMark(NamedTuple):
    """What `seen:<mention>` holds: the newest version that was admitted, or that the post was deleted."""

    version: int
    is_deleted: bool

    @classmethod
    def parse(cls, held: str) -> "MentionMark":
        """Parse `v` with a version, or `d`; all else is when a mention without edits came."""
        return cls(parse_int(held[1:]) or 0 if held.startswith("v") else 0, held.startswith("d"))


class LookupGuard(NamedTuple):
    """What a key, or a field of one, held when a decision was made; empty for nothing."""

    key: str
    held: str
    field: str = ""


class TriagedEntry(NamedTuple):
    """A decision on an entry, with what the keys that it was made on held."""

    entry: InboxEntry
    decision: CaseDecision
    lookups: tuple[LookupGuard, ...] = ()


class Inbox(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, max_entries: int = INBOX_MOST) -> None:
        super().__init__(client, keys)
        self._max_entries = max_entries

    async def create_group(self) -> None:
        """Create the consumer group if it is missing, and delete consumers of processes that ended."""
        try:
            await self._client.execute("XGROUP", "CREATE", self._keys.inbox, GROUP, "0", "MKSTREAM")
        except ResponseError as there:
            if "BUSYGROUP" not in str(there):
                raise
        for flat in await self._client.execute("XINFO", "CONSUMERS", self._keys.inbox, GROUP):
            known = flat if isinstance(flat, dict) else parse_hash(flat)
            if not int(known["pending"]) and int(known["idle"]) > CONSUMER_KEPT.total_seconds() * 1000:
                await self._client.execute("XGROUP", "DELCONSUMER", self._keys.inbox, GROUP, known["name"])

    async def admit(
        self,
        source: str,
        mentions: Sequence[Mention],
        cursor: str | None,
        at: datetime,
        edits: Sequence[Mention] = (),
    ) -> int:
        """Add new mentions to the inbox, mark them as seen and move the source's cursor, all or nothing.

        Of each mention the newest wording counts, then the newest of `edits`, which are dropped where the mention is
        not known, then its deletion. Return how many were new. Raises `StoreUnavailable` if the inbox is full.
        """
        deleted = {one.id: one for one in mentions if one.deleted_at is not None}
        versions = [(one, one.version) for one in _choose_newest(one for one in mentions if one.deleted_at is None)]
        first_edit = len(versions)
        versions += [(one, one.version) for one in _choose_newest(one for one in edits if one.version)]
        known_only = range(first_edit, len(versions))
        versions += [(one, -1) for one in deleted.values()]
        keys = [self._keys.inbox, self._keys.cursors, self._keys.source_activity, self._keys.mention_counters]
        keys += [self._keys.source_health_key(source), self._keys.seen_authors_key(format_month(at))]
        keys += [self._keys.seen_key(mention.id) for mention, _ in versions]
        keys += [self._keys.case_key(derive_case_id(mention.id)) for mention, version in versions if version]
        args: list[str | int] = [source, cursor or "", to_ms(at), int(SEEN_FOR.total_seconds()), self._max_entries]
        args += (HOURS_KEPT, DELAYS_KEPT, int(SEEN_AUTHORS_KEPT.total_seconds()))
        for number, (mention, version) in enumerate(versions):
            author = _compute_author_digest(mention.source, mention.author.id)
            args += (version, to_ms(mention.created_at), author, "1" if number in known_only else "")
            args.append(mention.model_dump_json(exclude_defaults=True))
        new = int(await self._client.run_script("admit", keys, args))
        if new < 0:
            raise StoreUnavailable(f"The inbox is full ({self._max_entries:,} mentions wait for triage).")
        return new

    async def has_author(self, source: str, author_id: str, at: datetime) -> bool:
        """Whether mentions of an author were admitted within `SEEN_AUTHORS_KEPT`: no, or perhaps."""
        digest = _compute_author_digest(source, author_id)
        places = [int(digest[start : start + 5], 16) for start in range(0, len(digest), 5)]
        words = [word for place in places for word in ("GET", "u1", place)]
        months = list_months(at, SEEN_AUTHORS_KEPT)
        asked = [("BITFIELD", self._keys.seen_authors_key(month), *words) for month in months]
        return any(all(bits) for bits in await self._client.execute_batch(asked))

    async def load_cursor(self, source: str) -> str | None:
        found = await self._client.execute("HGET", self._keys.cursors, source)
        return str(found) if found is not None else None

    async def load_source_activity(self) -> dict[str, int]:
        """Return when each source last published a mention, in epoch milliseconds."""
        return parse_counts(await self._client.execute("HGETALL", self._keys.source_activity))

    async def read(self, worker: str, limit: int, *, wait: bool) -> list[InboxEntry]:
        """Read new entries, which are then pending for this worker. `wait` blocks for up to a second."""
        block = ("BLOCK", BLOCK_MS) if wait else ()
        options = ("COUNT", limit, *block, "STREAMS", self._keys.inbox, ">")
        reply = await self._execute_in_group("XREADGROUP", "GROUP", GROUP, worker, *options)
        return [_parse_entry(item) for _, entries in reply or [] for item in entries if item[1]]

    async def reclaim(self, worker: str, limit: int, idle: timedelta = IDLE) -> list[InboxEntry]:
        """Take over entries that other workers left pending, with how often each was delivered."""
        idle_ms = int(idle.total_seconds() * 1000)
        cursor, entries = "0-0", list[InboxEntry]()
        while not entries:  # the server looks past ten times as many as it may give, and says where it stopped
            options = (worker, idle_ms, cursor, "COUNT", limit)
            reply = await self._execute_in_group("XAUTOCLAIM", self._keys.inbox, GROUP, *options)
            cursor, found = reply[:2] if reply else ("0-0", [])
            entries = [_parse_entry(item) for item in found if item and item[1]]
            if cursor == "0-0":
                break
        asked = [("XPENDING", self._keys.inbox, GROUP, entry.id, entry.id, 1) for entry in entries]
        tries = [int(pending[0][3]) if pending else 1 for pending in await self._client.execute_batch(asked)]
        return [entry._replace(tries=count) for entry, count in zip(entries, tries, strict=True)]

    async def _execute_in_group(self, *words: str | int) -> Any:
        """Execute a command; if the server lost its data and the group with it, create the group and return None."""
        try:
            return await self._client.execute(*words)
        except ResponseError as no:
            if not str(no).startswith("NOGROUP"):
                raise
        await self.create_group()
        return None

    async def read_lookups(self, names: Iterable[str]) -> dict[str, str]:
        """Return what stands under lookup keys and `seen` keys, or an empty string."""
        names = list(dict.fromkeys(names))
        values = await self._client.execute("MGET", *names) if names else []
        return {name: value or "" for name, value in zip(names, values, strict=True)}

    async def find_deleted(self, mentions: Iterable[str]) -> frozenset[str]:
        """Return those that were deleted at their outlet."""
        keys = {self._keys.seen_key(mention): mention for mention in mentions}
        held = await self.read_lookups(keys)
        return frozenset(mention for key, mention in keys.items() if MentionMark.parse(held[key]).is_deleted)

    async def find_known(self, mentions: Iterable[str]) -> frozenset[str]:
        """Return those that were admitted here within `SEEN_FOR`, or have a case."""
        wanted = list(dict.fromkeys(mentions))
        asked = [("EXISTS", self._keys.seen_key(one), self._keys.case_key(derive_case_id(one))) for one in wanted]
        found = await self._client.execute_batch(asked) if asked else []
        return frozenset(one for one, count in zip(wanted, found, strict=True) if int(count))

    async def find_joined_cases(self, mentions: Iterable[str]) -> dict[str, str]:
        """Return the case that each of these mentions joined, without those that joined none."""
        wanted = list(mentions)
        cases = await self._client.execute("MGET", *map(self._keys.joined_case_key, wanted)) if wanted else []
        return {mention: case for mention, case in zip(wanted, cases, strict=True) if case}

    async def commit(
        self, ready: Sequence[TriagedEntry], at: datetime, recent_batch: RecentBatch | None = None
    ) -> list[CommitResult]:
        """Commit each decision as its own transaction, in order, and `recent_batch` with them, all in one round trip.

        The lookup keys are guarded, too: two workers with the same words at once must not both open a case, and words
        that were deleted or edited meanwhile must not be written.
        """
        transactions = []
        for entry, decision, found in ready:
            transaction = Transaction(self._keys.inbox, entry.id)
            for guard in found:
                transaction.guard(*guard)
            self._write_decision(transaction, decision, at)
            transactions.append(transaction)
        if recent_batch and recent_batch.recent:
            transactions.append(build_recent(self._keys, recent_batch))
        return (await commit(self._client, *transactions))[: len(ready)]

    def _write_decision(self, transaction: Transaction, decision: CaseDecision, at: datetime) -> None:
        """A benchmark overrides this, to see what a part of it costs."""
        write_decision(transaction, self._keys, decision, at)

    async def move_to_dead_letters(self, entry: InboxEntry, why: str, at: datetime) -> None:
        """Move an entry that failed too often to the dead letters, with the reason."""
        letter = {"why": why[:300], "at": at.isoformat(), "tries": entry.tries, "m": entry.raw} | (
            {"edit": True} if entry.edit else {}
        )
        transaction = Transaction(self._keys.inbox, entry.id)
        transaction.write("HSET", self._keys.dead_letters, entry.id, json.dumps(letter))
        await commit(self._client, transaction)

    async def count(self) -> int:
        """Count what waits for triage or is being processed."""
        return int(await self._client.execute("XLEN", self._keys.inbox))

    async def measure_backlog(self, left_after: timedelta = LEFT_AFTER) -> tuple[int, int]:
        """Return the length of the inbox, and when the oldest waiting entry arrived (epoch ms; 0 if none waits).

        A pending entry waits only if it was idle for `left_after`: one that fails is retried meanwhile.
        """
        starts = await self._find_backlog_starts(int(left_after.total_seconds() * 1000))
        reads = [("XRANGE", self._keys.inbox, start, "+", "COUNT", 1) for start in starts]
        length, *found = await self._client.execute_batch([("XLEN", self._keys.inbox), *reads])
        return int(length), min((_parse_entry(entries[0]).arrived for entries in found if entries), default=0)

    async def _find_backlog_starts(self, idle_ms: int) -> list[str]:
        """Return the ids at which unread entries begin, and idle pending ones."""
        left = ("XPENDING", self._keys.inbox, GROUP, "IDLE", idle_ms, "-", "+", 1)
        try:
            [group], idle = await self._client.execute_batch([("XINFO", "GROUPS", self._keys.inbox), left])
        except ResponseError:  # no worker has begun yet, or the server came back without its data
            return ["-"]
        return [f"({group[group.index('last-delivered-id') + 1]}", *(entry[0] for entry in idle)]


def _parse_entry(reply: Sequence[Any]) -> InboxEntry:
    """Parse `[id, [field, value, …]]`."""
    values = parse_hash(reply[1])
    raw = values.get("m", "")
    try:
        mention = Mention.from_stored(raw)
    except ValidationError:
        mention = None
    arrived, edit = parse_int(values.get("at")) or 0, values.get("edit")
    return InboxEntry(str(reply[0]), mention, raw, arrived, edit=edit is not None, known_only=edit == "known")


def _choose_newest(mentions: Iterable[Mention]) -> list[Mention]:
    """Return the newest wording of each mention."""
    return list({one.id: one for one in sorted(mentions, key=lambda mention: mention.version)}.values())


def _compute_author_digest(source: str, author_id: str) -> str:
    """Return four numbers of 20 bits, as hexadecimal digits; empty for an unknown author."""
    return hashlib.blake2b(f"{source}:{author_id}".encode(), digest_size=10).hexdigest() if author_id else ""
