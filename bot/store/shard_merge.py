"""Bring what an export holds of shards to the brand's own keys, so that it fits any number of shards.

An import writes the keys of each shard beside the brand's own, in a folder. What waits in it is left to the brand's own
triage; what the shard has seen counts as seen by the brand, which the relay and the admission of edits ask.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from math import inf

from bot.store.client import RedisClient, Words, parse_counts, parse_hash
from bot.store.inbox import Inbox
from bot.store.keys import SEEN_AUTHORS_KEPT, SHARD_KIND, Keys, build_shard_folder, build_shard_name
from bot.store.relay import BATCH, RelayEntry, ShardRelay, append_to_relay
from bot.store.source_health import merge_health_fields
from bot.store.transaction import Transaction, commit

WORKER = "import"


@asynccontextmanager
async def open_shard_keys(client: RedisClient, brand: str, count: int) -> AsyncIterator[list[tuple[RedisClient, Keys]]]:
    """Connect to so many shards of the brand, of which one alone has no keys of its own."""
    async with AsyncExitStack() as stack:
        shards = []
        for number in range(count if count > 1 else 0):
            own = client.open_for(build_shard_name(brand, number))
            stack.push_async_callback(own.close)
            shards.append((own, Keys(brand, number)))
        yield shards


async def merge_shards(client: RedisClient, brand: str, count: int) -> None:
    """Move what so many folders hold to the brand's own keys. If it is cut short, import the file again."""
    home = Keys(brand)
    for number in range(count if count > 1 else 0):
        await _ShardMerge(client, home, number, Keys(brand, folder=build_shard_folder(number))).run()
    async for names in client.scan_bytes(home.root + SHARD_KIND + ":"):
        await client.execute_batch([("UNLINK", name) for name in names])
    await client.execute("DEL", home.relayed)  # the next shards begin streams of their own


class _ShardMerge:
    def __init__(self, client: RedisClient, home: Keys, number: int, keys: Keys) -> None:
        self._client, self._home, self._keys = client, home, keys
        self._inbox = Inbox(client, keys)
        self._relay = ShardRelay(number, client, keys, client, home, inf)

    async def run(self) -> None:
        """Relay first: what is marked as seen before would be taken for a duplicate."""
        await self._move_inbox()
        while await self._relay.relay_batch():
            pass
        await self._copy_marks()
        await self._merge_authors()
        await self._merge_sources()

    async def _move_inbox(self) -> None:
        """Append what waits in the inbox, also what a worker had in hand, to the relay, without a decision."""
        await self._inbox.create_group()
        while entries := (
            await self._inbox.reclaim(WORKER, BATCH, timedelta()) or await self._inbox.read(WORKER, BATCH, wait=False)
        ):
            transactions = []
            for entry in entries:
                transaction = Transaction(self._keys.inbox, entry.id)
                append_to_relay(transaction, self._keys, RelayEntry.from_inbox(entry))
                transactions.append(transaction)
            await commit(self._client, *transactions)

    async def _copy_marks(self) -> None:
        """COPY keeps when a mark ends, and leaves one that the brand has: the relay has just brought it up to date."""
        async for names in self._client.scan_bytes(self._keys.seen_key("")):
            await self._client.execute_batch([("COPY", name, self._find_home(name)) for name in names])

    async def _merge_authors(self) -> None:
        async for names in self._client.scan_bytes(self._keys.seen_authors_key("")):
            commands: list[Words] = []
            for name in names:
                own = self._find_home(name)
                commands += [("BITOP", "OR", own, own, name), ("EXPIRE", own, int(SEEN_AUTHORS_KEPT.total_seconds()))]
            await self._client.execute_batch(commands)

    async def _merge_sources(self) -> None:
        """The counters of mentions are not added: the relay counts each mention where it brings it."""
        ours, theirs = [
            parse_counts(await self._client.execute("HGETALL", keys.source_activity))
            for keys in (self._home, self._keys)
        ]
        latest = [word for name, at in theirs.items() for word in (name, max(at, ours.get(name, 0)))]
        if latest:
            await self._client.execute("HSET", self._home.source_activity, *latest)
        for name in theirs:
            keys = [keys.source_health_key(name) for keys in (self._home, self._keys)]
            found = [parse_hash(await self._client.execute("HGETALL", key)) for key in keys]
            if merged := merge_health_fields(*found):
                words = [word for pair in merged.items() for word in pair]
                await self._client.execute("HSET", keys[0], *words)

    def _find_home(self, name: bytes) -> bytes:
        return self._home.locate(name.removeprefix(self._keys.locate(b"")))
