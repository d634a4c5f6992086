"""The shards of a brand: inboxes on nodes of their own, each with the mentions of some authors.

A shard drops duplicates, and its triage assesses what is new. Everything that is read is among the brand's own keys,
where the relay of each shard brings it; so cases, outboxes and counters are not split.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import SourceHealth, merge_source_health
from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.domain.sharding import find_author_shard, find_shard, has_known_author
from bot.store.access_check import verify_permissions, verify_write_access
from bot.store.client import RedisClient
from bot.store.inbox import Inbox, InboxEntry
from bot.store.keys import RELAY_MOST, Keys, build_shard_name
from bot.store.relay import RelayEntry, ShardRelay, append_to_relay, parse_relay_entry
from bot.store.report_counters import MentionCounters
from bot.store.source_health import SourceHealthStore
from bot.store.transaction import CommitResult, Transaction, commit

PAGE_SIZE = 200


class MentionIntake(Protocol):
    """What lets mentions in: the inbox of the brand, or its shards. The methods are those of `Inbox`."""

    async def create_group(self) -> None: ...

    async def admit(
        self,
        source: str,
        mentions: Sequence[Mention],
        cursor: str | None,
        at: datetime,
        edits: Sequence[Mention] = (),
    ) -> int: ...

    async def has_author(self, source: str, author_id: str, at: datetime) -> bool: ...

    async def load_cursor(self, source: str) -> str | None: ...

    async def load_source_activity(self) -> dict[str, int]: ...

    async def measure_backlog(self) -> tuple[int, int]: ...


class ShardDecision(NamedTuple):
    """What a shard's triage decided on an entry, and what `seen` of the mention held then; None if that is all one."""

    entry: InboxEntry
    relayed: RelayEntry
    seen: str | None = None


class MentionShard:
    def __init__(self, number: int, client: RedisClient, brand: str, home: RedisClient) -> None:
        self.number = number
        self.client = client
        self.keys = Keys(brand, number)
        self.inbox = Inbox(client, self.keys)
        self.relay = ShardRelay(number, client, self.keys, home, Keys(brand))
        self.source_health = SourceHealthStore(client, self.keys)

    async def commit(self, decided: Sequence[ShardDecision]) -> list[CommitResult]:
        """Answer each entry and append what was decided to the relay, all or nothing for each."""
        transactions = []
        for entry, relayed, seen in decided:
            transaction = Transaction(self.keys.inbox, entry.id)
            if seen is not None and relayed.mention is not None:
                transaction.guard(self.keys.seen_key(relayed.mention.id), seen)
            append_to_relay(transaction, self.keys, relayed)
            transactions.append(transaction)
        return await commit(self.client, *transactions)

    async def check_relay(self) -> None:
        """Raise `StoreUnavailable` if so much waits for the brand's own node that triage has to wait, too."""
        if await self.relay.count() >= RELAY_MOST:
            raise StoreUnavailable(f"{RELAY_MOST:,} mentions of shard {self.number} wait to be relayed.")

    async def count_waiting(self, matches: Callable[[Mention], bool]) -> int:
        """Return how many of these mentions are still in the shard."""
        count = 0
        for stream in (self.keys.inbox, self.keys.relay):
            start = "-"
            while entries := await self.client.execute("XRANGE", stream, start, "+", "COUNT", PAGE_SIZE):
                mentions = [parse_relay_entry(flat).mention for _, flat in entries]
                count += sum(mention is not None and matches(mention) for mention in mentions)
                start = f"({entries[-1][0]}"
        return count

    async def verify_access(self) -> None:
        """Raise `StoreUnavailable` if any command that is needed would be refused."""
        await verify_write_access(self.client, self.keys)
        await verify_permissions(self.client, self.keys)


def build_shard_client(url: str, brand: str, number: int, copies: int) -> RedisClient:
    """Return a client of the node that has the shard. Raises `ValueError`."""
    return RedisClient(url, build_shard_name(brand, number), copies)


class ShardIntake:
    """Lets mentions into the shards of their authors, and then moves the cursor, which is among the brand's keys.

    If one shard is away, nothing moves the cursor: what the others have taken comes again, and is dropped.
    """

    def __init__(self, home: Inbox, shards: Sequence[MentionShard]) -> None:
        self._home = home
        self._shards = shards

    async def create_group(self) -> None:
        for inbox in (self._home, *(shard.inbox for shard in self._shards)):
            await inbox.create_group()

    async def admit(
        self,
        source: str,
        mentions: Sequence[Mention],
        cursor: str | None,
        at: datetime,
        edits: Sequence[Mention] = (),
    ) -> int:
        changed = [one.id for one in mentions if one.version or one.deleted_at] + [one.id for one in edits]
        known = await self._home.find_known(changed)
        new = sum(await asyncio.gather(*self._admit_each(source, mentions, edits, known, at)))
        ours, known_edits = ([one for one in some if one.id in known] for some in (mentions, edits))
        if cursor is not None or ours or known_edits:
            new += await self._home.admit(source, ours, cursor, at, known_edits)
        return new

    def _admit_each(
        self, source: str, mentions: Iterable[Mention], edits: Iterable[Mention], known: frozenset[str], at: datetime
    ) -> Iterable[asyncio.Future[int]]:
        """Start the admission of what the brand's own keys do not know, each to its shard."""
        shares: dict[int, tuple[list[Mention], list[Mention]]] = defaultdict(lambda: ([], []))
        for nth, some in enumerate((mentions, edits)):
            for mention in some:
                if mention.id not in known:
                    for number in self._list_shards(mention):
                        shares[number][nth].append(mention)
        for number, (ours, edited) in shares.items():
            yield asyncio.ensure_future(self._shards[number].inbox.admit(source, ours, None, at, edited))

    def _list_shards(self, mention: Mention) -> Iterable[int]:
        """A deletion often names no author: all shards are told, and those that have not seen the post drop it."""
        if mention.deleted_at and not has_known_author(mention):
            return range(len(self._shards))
        return (find_shard(mention, len(self._shards)),)

    async def has_author(self, source: str, author_id: str, at: datetime) -> bool:
        shard = self._shards[find_author_shard(source, author_id, len(self._shards))]
        return await shard.inbox.has_author(source, author_id, at) or await self._home.has_author(source, author_id, at)

    async def load_cursor(self, source: str) -> str | None:
        return await self._home.load_cursor(source)

    async def load_source_activity(self) -> dict[str, int]:
        latest: dict[str, int] = {}
        for inbox in (self._home, *(shard.inbox for shard in self._shards)):
            for source, at in (await inbox.load_source_activity()).items():
                latest[source] = max(at, latest.get(source, 0))
        return latest

    async def measure_backlog(self) -> tuple[int, int]:
        """Return how many mentions wait for triage or to be relayed, and when the oldest in an inbox arrived."""
        measured = [await inbox.measure_backlog() for inbox in (self._home, *(one.inbox for one in self._shards))]
        relayed = sum([await shard.relay.count() for shard in self._shards])
        oldest = min((arrived for _, arrived in measured if arrived), default=0)
        return sum(length for length, _ in measured) + relayed, oldest


class ShardSourceHealthStore(SourceHealthStore):
    """Health as of all shards: each measures what it lets in."""

    def __init__(self, client: RedisClient, keys: Keys, shards: Sequence[MentionShard]) -> None:
        super().__init__(client, keys)
        self._shards = shards

    async def load_all(self) -> dict[str, SourceHealth]:
        found = [await super().load_all(), *[await shard.source_health.load_all() for shard in self._shards]]
        return {name: _merge(name, found) for name in sorted({name for one in found for name in one})}

    async def load(self, source: str) -> SourceHealth:
        parts = [await super().load(source), *[await shard.source_health.load(source) for shard in self._shards]]
        return merge_source_health(parts)


class ShardMentionCounters(MentionCounters):
    """Counters of the brand, with what its shards have lost."""

    def __init__(self, client: RedisClient, keys: Keys, shards: Sequence[MentionShard]) -> None:
        super().__init__(client, keys)
        self._shards = shards

    async def read(self) -> Reconciliation:
        lost = await asyncio.gather(*(shard.relay.count_lost() for shard in self._shards))
        return replace(await super().read(), lost=sum(lost))


def _merge(name: str, found: Sequence[Mapping[str, SourceHealth]]) -> SourceHealth:
    return merge_source_health([one[name] for one in found if name in one])
