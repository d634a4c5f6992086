"""Write the keys of a file into the store of a brand, and remove what was there before."""

from collections.abc import AsyncIterator, Collection, Iterable
from importlib import resources

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


class StateWriter:
    def __init__(self, client: RedisClient, keys: Keys, clock: Clock) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock
        self._add_entries = resources.files("bot.store").joinpath("lua/add_entries.lua").read_text(encoding="utf-8")
        self._commands: list[Words] = []
        self._size = 0

    async def remove_all(self, keep: Collection[str] = ()) -> None:
        """Remove all keys but `meta`, and those of the kinds to keep."""
        async for batch in self._client.scan_bytes(self._keys.root):
            names = ((name, name.removeprefix(self._keys.locate(b""))) for name in batch)
            gone = [name for name, logical in names if logical != META and get_kind(logical) not in keep]
            await self._client.execute_batch([("UNLINK", name) for name in gone])

    async def write(self, lines: Iterable[StateLine]) -> AsyncIterator[int]:
        """Write the keys, each in place of what it holds; yield the number of lines from time to time.

        What has expired since the export is left out. Raises `StateFileError` for a value that does not fit its type.
        """
        number = 0
        for number, line in enumerate(lines, 1):
            if line.key != META and not self._has_expired(line):
                self._add(line)
            if self._size >= BATCH_BYTES or len(self._commands) >= BATCH_COMMANDS:
                await self._flush()
                yield number
        await self._flush()
        yield number

    def _has_expired(self, line: StateLine) -> bool:
        return bool(line.expires_at) and line.expires_at <= to_ms(self._clock.now())

    def _add(self, line: StateLine) -> None:
        try:
            commands = self._build_commands(self._keys.locate(line.key), line)
            self._size += sum(len(word) if isinstance(word, bytes) else 8 for words in commands for word in words)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise StateFileError("The value of one of its keys does not fit the type of the key.") from None
        self._commands += commands

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
        try:
            await self._client.execute_batch(self._commands)
        except ResponseError as no:
            raise StateFileError("The server refuses the value of one of its keys.") from no
        self._commands.clear()
        self._size = 0
