"""Read every key of a brand, whatever it is, a batch at a time and large ones in parts."""

import inspect
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from bot.clock import Clock
from bot.domain.cases.roll_ups import RollUpTopic
from bot.domain.destination import ToChannel
from bot.store.client import ANOTHER_TYPE, RedisClient
from bot.store.decision_writer import to_ms
from bot.store.keys import Keys
from bot.store.repository import RedisStore
from bot.store.state_file import StateLine
from bot.store.state_types import KEY_TYPES, PART

BATCH = 100
"""Keys that are read in one round trip, a part of each."""
LEFT_OUT = frozenset({"lease", "presence", "probe", "installation", "install_state", "uninstalled"})
"""Kinds of keys of processes that are gone when a file is imported, and of the app in Slack, with its token."""
SECRETS = frozenset({"secret"})
"""Kinds of keys that are exported only if somebody asks for them."""


def get_kind(key: bytes) -> str:
    """Return the first word of a logical name."""
    return key.partition(b":")[0].decode(errors="replace")


@cache
def list_kinds() -> frozenset[str]:
    """Return the kinds of keys that this release has. Others are exported, too, and named."""
    keys, root = Keys(""), len(Keys("").root)
    values = {str: "", int: 0, datetime: datetime(1970, 1, 1, tzinfo=UTC)}
    names = [value for value in vars(keys).values() if isinstance(value, str)]
    names += [getattr(keys, name) for name, _ in inspect.getmembers(Keys, lambda one: isinstance(one, property))]
    for name, method in inspect.getmembers(keys, inspect.ismethod):
        asked = inspect.signature(method).parameters
        words = {one: values.get(each.annotation, ToChannel("")) for one, each in asked.items()}
        topics = list(RollUpTopic) if "topic" in asked else [""]
        if name.endswith("_key"):
            names += [method(**words | ({"topic": topic} if topic else {})) for topic in topics]
    return frozenset(name[root:].partition(":")[0] for name in names) - {""}


class _FoundKey(NamedTuple):
    key: bytes
    type: str
    expires_at: int


class StateReader(RedisStore):
    def __init__(
        self, client: RedisClient, keys: Keys, clock: Clock, *, with_secrets: bool = False, folder: str = ""
    ) -> None:
        """`folder` goes before the name of each key, in the file."""
        super().__init__(client, keys)
        self._folder = folder.encode()
        self._root_length = len(keys.root.encode())
        self._clock = clock
        self._left_out = LEFT_OUT if with_secrets else LEFT_OUT | SECRETS
        self.unknown = set[str]()
        """Kinds of keys that this release does not know."""
        self.unreadable = set[str]()
        """Kinds of keys of a type that this release cannot read, which are left out."""

    async def iter_lines(self) -> AsyncIterator[StateLine]:
        """Yield all keys. One may come twice while the server moves its keys about, and is whole each time."""
        async for names in self._iter_key_batches():
            found = await self._find_types(names)
            firsts = await self._client.execute_bytes([KEY_TYPES[one.type].ask(one.key, None, 0) for one in found])
            for one, reply in zip(found, firsts, strict=True):
                async for line in self._iter_parts(one, reply):
                    yield line

    async def _iter_key_batches(self) -> AsyncIterator[list[bytes]]:
        async for keys in self._client.scan_bytes(self._keys.root):
            wanted = [key for key in keys if get_kind(key[self._root_length :]) not in self._left_out]
            for start in range(0, len(wanted), BATCH):
                yield wanted[start : start + BATCH]

    async def _find_types(self, names: Sequence[bytes]) -> list[_FoundKey]:
        commands = [(command, key) for key in names for command in ("TYPE", "PTTL")]
        replies, at = await self._client.execute_bytes(commands), to_ms(self._clock.now())
        found = []
        for key, type_, left in zip(names, replies[::2], replies[1::2], strict=True):
            kind, name = get_kind(key[self._root_length :]), type_.decode()
            if kind not in list_kinds():
                self.unknown.add(kind)
            if name in KEY_TYPES:
                found.append(_FoundKey(key, name, at + left if left >= 0 else 0))
            elif name != "none":  # which has expired meanwhile
                self.unreadable.add(kind)
        return found

    async def _iter_parts(self, one: _FoundKey, reply: Any) -> AsyncIterator[StateLine]:
        key_type, at = KEY_TYPES[one.type], 0
        while reply is not None and reply is not ANOTHER_TYPE:
            value, after = key_type.take(reply)
            count, is_stream = len(value), one.type == "stream"
            if is_stream:
                value = {"entries": value} if after else await self._add_groups(one.key, value)
            if count or at or after is not None or one.type in {"string", "stream"}:  # else it is gone
                name = self._folder + one.key[self._root_length :]
                yield StateLine(name, one.type, value, one.expires_at, at, after is not None)
            at, reply = at + count, None
            if after is not None:
                [reply] = await self._client.execute_bytes([key_type.ask(one.key, after, at)])

    async def _add_groups(self, key: bytes, entries: list[Any]) -> dict[str, Any]:
        """Return the last entries of a stream with its consumer groups, and what is pending in them."""
        stream, groups = await self._client.execute_bytes([("XINFO STREAM", key), ("XINFO GROUPS", key)])
        found = []
        for flat in groups or ():
            group = _parse_pairs(flat)
            pending = await self._list_pending(key, group[b"name"])
            found.append({"name": group[b"name"], "last_id": group[b"last-delivered-id"], "pending": pending})
        last = _parse_pairs(stream)[b"last-generated-id"] if stream else b"0-0"
        return {"entries": entries, "last_id": last, "groups": found}

    async def _list_pending(self, key: bytes, group: bytes) -> list[Any]:
        """Return id, consumer, milliseconds since it was delivered, and how often, of each pending entry."""
        found, start = list[Any](), b"-"
        while True:
            [some] = await self._client.execute_bytes([("XPENDING", key, group, start, "+", PART)])
            found += map(list, some or ())
            if len(some or ()) < PART:
                return found
            start = b"(" + some[-1][0]


def _parse_pairs(flat: Sequence[Any]) -> dict[bytes, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
