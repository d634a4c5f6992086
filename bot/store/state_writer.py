"""Write the keys of a file into the store of a brand, and remove what was there before."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from importlib import resources
from typing import Any

from redis.exceptions import ResponseError

from bot.clock import Clock
from bot.store.client import RedisClient, Words
from bot.store.decision_writer import to_ms
from bot.store.keys import Keys
from bot.store.state_file import StateFileError, StateLine
from bot.store.state_reader import get_kind
from bot.store.state_types import KEY_TYPES

BATCH_BYTES = 1 << 20
BATCH_COMMANDS = 1_000
"""What is sent in one round trip."""
META = b"meta"
"""It says whose the keys are, so it is written when all others are there."""

Place = Callable[[str, str, Any], int]
"""Return the number of the shard for a key, by its logical name, type and value (or the part of it that is at hand)."""


def place_first(name: str, type_: str, value: object) -> int:  # noqa: ARG001
    return 0


class StateWriter:
    """Writes to one or more shards, of which each has a connection and keys of its own."""

    def __init__(self, shards: Sequence[tuple[RedisClient, Keys]], clock: Clock, place: Place = place_first) -> None:
        self._shards = shards
        self._clock = clock
        self._place = place
        self._add_entries = resources.files("bot.store").joinpath("lua/add_entries.lua").read_text(encoding="utf-8")
        self._commands = [list[Words]() for _ in shards]
        self._size = 0

    async def remove_all(self, keep: Collection[str] = ()) -> None:
        """Remove all keys but `meta`, and those of the kinds to keep."""
        for client, keys in self._shards:
            async for batch in client.scan_bytes(keys.root):
                names = ((name, name.removeprefix(keys.locate(b""))) for name in batch)
                gone = [name for name, logical in names if logical != META and get_kind(logical) not in keep]
                await client.execute_batch([("UNLINK", name) for name in gone])

    async def write(self, lines: Iterable[StateLine]) -> AsyncIterator[int]:
        """Write the keys, each in place of what it holds; yield the number of lines from time to time.

        What has expired since the export is left out. Raises `StateFileError` for a value that does not fit its type.
        """
        number = 0
        for number, line in enumerate(lines, 1):
            if line.key != META and not self._has_expired(line):
                self._add(line)
            if self._size >= BATCH_BYTES or sum(map(len, self._commands)) >= BATCH_COMMANDS:
                await self._flush()
                yield number
        await self._flush()
        yield number

    def _has_expired(self, line: StateLine) -> bool:
        return bool(line.expires_at) and line.expires_at <= to_ms(self._clock.now())

    def _add(self, line: StateLine) -> None:
        try:
            shard = self._place(line.key.decode(errors="surrogateescape"), line.type, line.value)
            commands = self._build_commands(self._shards[shard][1].locate(line.key), line)
            self._size += sum(len(word) if isinstance(word, bytes) else 8 for words in commands for word in words)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise StateFileError("The value of one of its keys does not fit the type of the key.") from None
        self._commands[shard] += commands

    def _build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        """Return commands of which each may be repeated, since the driver may send a batch twice."""
        commands: list[Words] = [] if line.at else [("UNLINK", key)]
        if line.type == "stream" and line.value["entries"]:
            words = [word for entry, fields in line.value["entries"] for word in (entry, len(fields), *fields)]
            commands.append(("EVAL", self._add_entries, 1, key, *words))
        commands += KEY_TYPES[line.type].build_commands(key, line)
        if line.expires_at and not line.has_more:
            commands.append(("PEXPIRE", key, max(1, line.expires_at - to_ms(self._clock.now()))))
        return commands

    async def _flush(self) -> None:
        for (client, _), commands in zip(self._shards, self._commands, strict=True):
            try:
                await client.execute_batch(commands)
            except ResponseError as no:
                raise StateFileError("The server refuses the value of one of its keys.") from no
            commands.clear()
        self._size = 0
