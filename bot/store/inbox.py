"""Mentions between being heard and being answered: admitted once, read by one worker, reclaimed if it died."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError
from redis.exceptions import ResponseError

from bot.domain.commits import CaseDecision, StoreUnavailable
from bot.domain.mention import Mention
from bot.store.case_writer import LookupKey, to_ms, write_decision
from bot.store.client import BLOCK_MS, RedisClient, parse_counts, parse_hash, parse_int
from bot.store.keys import INBOX_MOST, SEEN_FOR, Keys
from bot.store.recent_mentions import RecentBatch, append_recent
from bot.store.repository import RedisStore
from bot.store.transaction import GROUP, CommitResult, Transaction, commit

IDLE = timedelta(seconds=30)
"""How long an entry may be in one worker's hands before another takes it: a batch takes well under a second."""
CONSUMER_GONE = timedelta(days=1)
LEFT_AFTER = 2 * IDLE
"""In nobody's hands for so long, an entry waits: whoever lives takes it up within one and a half times `IDLE`."""
MOST_TRIES = 5
"""Deliveries of one entry before it goes to the dead letters."""


class InboxEntry(NamedTuple):
    """An entry in our hands. `mention` is None where what was kept cannot be read as one."""

    id: str
    mention: Mention | None
    raw: str
    arrived: int
    """Milliseconds since the epoch."""
    tries: int = 1
    edit: bool = False
    """A newer wording of a mention that was let in before."""


class TriagedEntry(NamedTuple):
    """A decision on an entry, and what its traces led to when it was made: a case, or nothing."""

    entry: InboxEntry
    decision: CaseDecision
    lookups: tuple[tuple[str, str], ...] = ()


class Inbox(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, max_entries: int = INBOX_MOST) -> None:
        super().__init__(client, keys)
        self._max_entries = max_entries

    async def create_group(self) -> None:
        """Make the consumer group, once, and forget those of it who are long gone: each process has another name."""
        try:
            await self._client.execute("XGROUP", "CREATE", self._keys.inbox, GROUP, "0", "MKSTREAM")
        except ResponseError as there:
            if "BUSYGROUP" not in str(there):
                raise
        for flat in await self._client.execute("XINFO", "CONSUMERS", self._keys.inbox, GROUP):
            known = flat if isinstance(flat, dict) else parse_hash(flat)
            if not int(known["pending"]) and int(known["idle"]) > CONSUMER_GONE.total_seconds() * 1000:
                await self._client.execute("XGROUP", "DELCONSUMER", self._keys.inbox, GROUP, known["name"])

    async def admit(self, source: str, mentions: Sequence[Mention], cursor: str | None, at: datetime) -> int:
        """All or nothing: seen, in the inbox, cursor moved. Says how many were new; raises `StoreUnavailable` if
        full.
        """
        once = {mention.id: mention for mention in sorted(mentions, key=lambda mention: mention.edits)}
        keys = [self._keys.inbox, self._keys.cursors, self._keys.source_activity, self._keys.mention_counters]
        keys += [self._keys.seen_key(mention) for mention in once]
        remember = int(SEEN_FOR.total_seconds())
        bodies = [
            part
            for mention in once.values()
            for part in (mention.edits, mention.model_dump_json(exclude_defaults=True))
        ]
        new = int(
            await self._client.run_script(
                "admit", keys, [source, cursor or "", to_ms(at), remember, self._max_entries, *bodies]
            )
        )
        if new < 0:
            raise StoreUnavailable(f"The inbox is full ({self._max_entries:,} mentions wait for triage).")
        return new

    async def load_cursor(self, source: str) -> str | None:
        found = await self._client.execute("HGET", self._keys.cursors, source)
        return str(found) if found is not None else None

    async def load_source_activity(self) -> dict[str, int]:
        """When each source last gave a mention, ms."""
        return parse_counts(await self._client.execute("HGETALL", self._keys.source_activity))

    async def read(self, worker: str, limit: int, *, wait: bool) -> list[InboxEntry]:
        """New entries, now in this worker's hands; `wait` blocks for up to a second."""
        block = ("BLOCK", BLOCK_MS) if wait else ()
        reply = await self._execute_in_group(
            "XREADGROUP", "GROUP", GROUP, worker, "COUNT", limit, *block, "STREAMS", self._keys.inbox, ">"
        )
        return [_parse_entry(item) for _, entries in reply or [] for item in entries if item[1]]

    async def reclaim(self, worker: str, limit: int, idle: timedelta = IDLE) -> list[InboxEntry]:
        """Entries that others took and did not answer in time, with how often each was delivered."""
        idle_ms = int(idle.total_seconds() * 1000)
        cursor, entries = "0-0", list[InboxEntry]()
        while not entries:  # the server looks past ten times as many as it may give, and says where it stopped
            reply = await self._execute_in_group(
                "XAUTOCLAIM", self._keys.inbox, GROUP, worker, idle_ms, cursor, "COUNT", limit
            )
            cursor, found = reply[:2] if reply else ("0-0", [])
            entries = [_parse_entry(item) for item in found if item and item[1]]
            if cursor == "0-0":
                break
        counts = await self._client.execute_batch(
            [("XPENDING", self._keys.inbox, GROUP, entry.id, entry.id, 1) for entry in entries]
        )
        return [
            entry._replace(tries=int(pending[0][3]) if pending else 1)
            for entry, pending in zip(entries, counts, strict=True)
        ]

    async def _execute_in_group(self, *words: str | int) -> Any:
        """A server that came back without its data has no group any more; nothing is in it, and work goes on."""
        try:
            return await self._client.execute(*words)
        except ResponseError as no:
            if not str(no).startswith("NOGROUP"):
                raise
        await self.create_group()
        return None

    async def find_cases(self, traces: Iterable[LookupKey]) -> dict[str, str]:
        """The case each of these keys leads to; an empty string where there is none."""
        names = list(dict.fromkeys(trace.key for trace in traces))
        values = await self._client.execute("MGET", *names) if names else []
        return {name: value or "" for name, value in zip(names, values, strict=True)}

    async def find_joined_cases(self, mentions: Iterable[str]) -> dict[str, str]:
        """The case that each of these joined lately, of those that joined one."""
        wanted = list(mentions)
        cases = await self._client.execute("MGET", *map(self._keys.joined_case_key, wanted)) if wanted else []
        return {mention: case for mention, case in zip(wanted, cases, strict=True) if case}

    async def commit(
        self, ready: Sequence[TriagedEntry], at: datetime, recent_batch: RecentBatch | None = None
    ) -> list[CommitResult]:
        """Each decision as its own transaction, in order, in one round trip; `share` is written with the first.

        What the traces led to is guarded too: two workers that hold the same words at once must not both open a case.
        """
        transactions = []
        for entry, decision, found in ready:
            transaction = Transaction(self._keys.inbox, entry.id)
            for key, case in found:
                transaction.guard(key, case)
            write_decision(transaction, self._keys, decision, at)
            transactions.append(transaction)
        if recent_batch and recent_batch.recent and transactions:
            append_recent(transactions[0], self._keys, recent_batch)
        return await commit(self._client, *transactions)

    async def move_to_dead_letters(self, entry: InboxEntry, why: str, at: datetime) -> None:
        """To the dead letters, with the reason, out of the way of the living."""
        letter = {"why": why[:300], "at": at.isoformat(), "tries": entry.tries, "m": entry.raw}
        transaction = Transaction(self._keys.inbox, entry.id)
        transaction.write("HSET", self._keys.dead_letters, entry.id, json.dumps(letter))
        await commit(self._client, transaction)

    async def measure_backlog(self, left_after: timedelta = LEFT_AFTER) -> tuple[int, int]:
        """How many entries are in the inbox, and when the oldest came that waits for a worker (ms; 0 if none does).

        One that fails is in a worker's hands from try to try: it does not wait, unless nobody takes it up again.
        """
        starts = await self._find_backlog_starts(int(left_after.total_seconds() * 1000))
        reads = [("XRANGE", self._keys.inbox, start, "+", "COUNT", 1) for start in starts]
        length, *found = await self._client.execute_batch([("XLEN", self._keys.inbox), *reads])
        return int(length), min((_parse_entry(entries[0]).arrived for entries in found if entries), default=0)

    async def _find_backlog_starts(self, idle_ms: int) -> list[str]:
        """Where those begin that no worker has read, and those that a worker has left."""
        left = ("XPENDING", self._keys.inbox, GROUP, "IDLE", idle_ms, "-", "+", 1)
        try:
            [group], idle = await self._client.execute_batch([("XINFO", "GROUPS", self._keys.inbox), left])
        except ResponseError:  # no worker has begun yet, or the server came back without its data
            return ["-"]
        return [f"({group[group.index('last-delivered-id') + 1]}", *(entry[0] for entry in idle)]


def _parse_entry(reply: Sequence[Any]) -> InboxEntry:
    """From `[id, [field, value, …]]`."""
    values = parse_hash(reply[1])
    raw = values.get("m", "")
    try:
        mention = Mention.from_stored(raw)
    except ValidationError:
        mention = None
    return InboxEntry(str(reply[0]), mention, raw, parse_int(values.get("at")) or 0, edit="edit" in values)
