"""What one commit guards and writes, gathered in Python and applied by `commit.lua`."""

from enum import IntEnum

from bot.store.client import Client, Words


class Committed(IntEnum):
    """The script's reply."""

    STALE = -1
    ANSWERED = 0
    WRITTEN = 1


GROUP = "triage"
"""The consumer group of the inbox."""


class Transaction:
    """Guards first, then writes in the order in which they were asked for; `entry` is the inbox entry it answers."""

    def __init__(self, inbox: str, entry: str = "") -> None:
        self._keys: dict[str, int] = {inbox: 1}
        self._entry = entry
        self._guards: list[str | int] = []
        self._writes: list[str | int | float] = []

    def _index(self, key: str) -> int:
        return self._keys.setdefault(key, len(self._keys) + 1)

    def guard(self, key: str, expected: str | int, field: str = "") -> None:
        """This key (or this field of it) must hold this value still; the empty string means that it is absent."""
        self._guards += (self._index(key), field, expected)

    def write(self, command: str, key: str, *words: str | float) -> None:
        self._writes += (len(words) + 2, command, self._index(key), *words)

    def words(self) -> tuple[list[str], Words]:
        return list(self._keys), [self._entry, GROUP, len(self._guards) // 3, *self._guards, *self._writes]


async def commit(client: Client, *transactions: Transaction) -> list[Committed]:
    """In one round trip, in order; each is all or nothing by itself."""
    replies = await client.scripts("commit", [transaction.words() for transaction in transactions])
    return [Committed(reply) for reply in replies]
