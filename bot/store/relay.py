"""The relay of a shard: what its triage made of its mentions, on the way to the keys of the brand.

A shard and the brand may be on two nodes, so no script writes to both. The shard appends each result to a stream, in
the commit that answers its inbox. A batch of the stream is written to the brand together with the position behind it,
guarded by the position before it: it is written once, however often it is tried and by however many.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from bot.domain.assessment import Assessment
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY
from bot.store.client import RedisClient, parse_counts, parse_hash, parse_int
from bot.store.inbox import InboxEntry, MentionMark
from bot.store.keys import INBOX_MOST, SEEN_FOR, Keys
from bot.store.mention_writer import write_processed_mention
from bot.store.transaction import CommitResult, Transaction, commit

BATCH = 200
"""Entries that are written at once: some milliseconds of the brand's node."""
RELAYED = "relayed"
"""How many entries were relayed, among the counters of a shard. With the position, the brand has the same number."""
_SEEN_SECONDS = int(SEEN_FOR.total_seconds())


class RelayEntry(NamedTuple):
    """An entry of a shard's inbox, and what is counted of it; None leaves the decision to the brand's own triage."""

    raw: str
    mention: Mention | None
    arrived: int
    """Epoch milliseconds."""
    edit: str = ""
    """`1` for an edit or a deletion, `known` for one that may only change a case."""
    counted: ProcessedMention | None = None

    @classmethod
    def from_inbox(cls, entry: InboxEntry, counted: ProcessedMention | None = None) -> "RelayEntry":
        edit = ("known" if entry.known_only else "1") if entry.edit else ""
        return cls(entry.raw, entry.mention, entry.arrived, edit, counted)


def append_to_relay(transaction: Transaction, keys: Keys, entry: RelayEntry) -> None:
    fields: list[str | int] = ["m", entry.raw, "at", entry.arrived]
    if entry.edit:
        fields += ["edit", entry.edit]
    if counted := entry.counted:
        assessment = counted.assessment.model_dump_json(exclude_defaults=True)
        fields += ["a", assessment, "what", counted.outcome.value, "when", counted.at.isoformat()]
        fields += ["muted_by", counted.muted_by]
    transaction.write("XADD", keys.relay, "*", *fields)


def parse_relay_entry(flat: Sequence[str]) -> RelayEntry:
    """Parse the fields of an entry; what cannot be read is left to the brand's triage, and becomes a dead letter."""
    fields = parse_hash(flat)
    raw, arrived = fields.get("m", ""), parse_int(fields.get("at")) or 0
    try:
        mention = Mention.from_stored(raw)
    except ValidationError:
        return RelayEntry(raw, None, arrived)
    entry = RelayEntry(raw, mention, arrived, fields.get("edit", ""))
    return entry._replace(counted=_parse_counted(fields, mention)) if "what" in fields else entry


def _parse_counted(fields: dict[str, str], mention: Mention) -> ProcessedMention | None:
    try:
        assessment = Assessment.model_validate_json(fields["a"])
        outcome, at = MentionOutcome(fields["what"]), datetime.fromisoformat(fields["when"])
    except (ValueError, KeyError):
        return None
    return ProcessedMention(mention, assessment, NOBODY, outcome, at, fields.get("muted_by", ""))


class ShardRelay:
    def __init__(
        self, number: int, client: RedisClient, keys: Keys, home: RedisClient, home_keys: Keys, most: float = INBOX_MOST
    ) -> None:
        """`client` and `keys` are the shard's, `home` and `home_keys` the brand's own.

        Nothing is relayed while `most` mentions wait in the brand's inbox.
        """
        self._most = most
        self._field = str(number)
        self._client, self._keys = client, keys
        self._home, self._home_keys = home, home_keys

    async def count(self) -> int:
        return int(await self._client.execute("XLEN", self._keys.relay))

    async def relay_batch(self) -> int:
        """Write the next entries to the brand's keys, and delete them here; return how many that were."""
        asked = [("HGET", self._home_keys.relayed, self._field), ("XLEN", self._home_keys.inbox)]
        progress, waiting = await self._home.execute_batch(asked)
        position, _, count = (progress or "").partition(" ")
        read = ("XRANGE", self._keys.relay, f"({position}" if position else "-", "+", "COUNT", BATCH)
        found, counted = await self._client.execute_batch([read, ("HGET", self._keys.mention_counters, RELAYED)])
        if not found or int(waiting) + len(found) > self._most:
            return 0
        entries, last = [parse_relay_entry(flat) for _, flat in found], str(found[-1][0])
        total = (parse_int(count) or 0) + len(entries)
        transaction = Transaction(self._home_keys.inbox)
        transaction.guard(self._home_keys.relayed, progress or "", self._field)
        transaction.write("HSET", self._home_keys.relayed, self._field, f"{last} {total}")
        await self._write_entries(transaction, entries)
        [result] = await commit(self._home, transaction)
        if result is CommitResult.WRITTEN:
            await self._delete_entries(last, counted or "", total)
        return len(entries)

    async def count_lost(self) -> int:
        """Return how many entries the shard let in that are neither in it nor relayed, read at one instant.

        What a failover of the shard forgets is not among them: its counters forget it, too.
        """
        keys = [self._keys.mention_counters, self._keys.inbox, self._keys.dead_letters, self._keys.relay]
        flat, waiting, _, relaying = await self._client.run_script("books", keys, [])
        counted = parse_counts(flat)
        admitted = counted.get("seen", 0) + counted.get("editing", 0)
        return max(0, admitted - int(waiting) - int(relaying) - counted.get(RELAYED, 0))

    async def _delete_entries(self, last: str, counted: str, total: int) -> None:
        """Delete what was relayed, with how many entries that makes, unless another has done so by now."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.mention_counters, counted, RELAYED)
        transaction.write("XTRIM", self._keys.relay, "MINID", _find_next_id(last))
        transaction.write("HSET", self._keys.mention_counters, RELAYED, total)
        await commit(self._client, transaction)

    async def _write_entries(self, transaction: Transaction, entries: Sequence[RelayEntry]) -> None:
        """Guard each mention by what the brand knows of it: it may have come on another way, or been deleted."""
        keys = {entry.mention.id: self._home_keys.seen_key(entry.mention.id) for entry in entries if entry.mention}
        held: dict[str, str] = {}
        if keys:
            values = await self._home.execute("MGET", *keys.values())
            held = {key: value or "" for key, value in zip(keys.values(), values, strict=True)}
        for key, value in held.items():
            transaction.guard(key, value)
        for entry in entries:
            if entry.mention is None:
                _write_to_inbox(transaction, self._home_keys, entry)
                transaction.write("HINCRBY", self._home_keys.mention_counters, "seen", 1)
            elif entry.edit:
                _write_edit(transaction, self._home_keys, entry, entry.mention, held)
            else:
                _write_new(transaction, self._home_keys, entry, entry.mention, held)


def _write_new(transaction: Transaction, keys: Keys, entry: RelayEntry, mention: Mention, held: dict[str, str]) -> None:
    key = keys.seen_key(mention.id)
    if held[key]:
        return
    transaction.write("HINCRBY", keys.mention_counters, "seen", 1)
    if entry.counted is not None:
        write_processed_mention(transaction, keys, entry.counted, None)
        return
    held[key] = f"v{mention.version}" if mention.version else str(entry.arrived)
    transaction.write("SET", key, held[key], "EX", _SEEN_SECONDS)
    _write_to_inbox(transaction, keys, entry)


def _write_edit(
    transaction: Transaction, keys: Keys, entry: RelayEntry, mention: Mention, held: dict[str, str]
) -> None:
    key = keys.seen_key(mention.id)
    mark = MentionMark.parse(held[key])
    if mark.is_deleted or (mention.deleted_at is None and mention.version <= mark.version):
        return
    held[key] = "d" if mention.deleted_at else f"v{mention.version}"
    transaction.write("SET", key, held[key], "EX", _SEEN_SECONDS)
    transaction.write("HINCRBY", keys.mention_counters, "editing", 1)
    _write_to_inbox(transaction, keys, entry)


def _write_to_inbox(transaction: Transaction, keys: Keys, entry: RelayEntry) -> None:
    fields: tuple[Any, ...] = ("m", entry.raw, "at", entry.arrived)
    transaction.write("XADD", keys.inbox, "*", *fields, *(("edit", entry.edit) if entry.edit else ()))


def _find_next_id(entry: str) -> str:
    ms, _, number = entry.partition("-")
    return f"{ms}-{int(number) + 1}"
