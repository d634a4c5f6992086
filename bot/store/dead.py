"""The dead letters: mentions that failed again and again, with the reason, listed and replayable."""

from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, Field, ValidationError

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Transaction, commit
from bot.store.writing import ms

BROKEN = "this dead letter itself cannot be read"
BEFORE = datetime.fromtimestamp(0, UTC)
"""When something came of which that cannot be read."""


class DeadLetter(NamedTuple):
    id: str
    why: str
    at: datetime
    tries: int
    raw: str
    """The mention as it was kept."""
    kept: str = ""
    """The whole letter as it is kept."""


class _Letter(BaseModel):
    """As it is kept; what a newer release adds to it is passed over."""

    why: str
    at: datetime
    tries: int
    raw: str = Field(alias="m")


def _read(entry: str, body: str) -> DeadLetter:
    """One that cannot be read is listed as such, the oldest of all, with what it holds."""
    try:
        letter = _Letter.model_validate_json(body)
    except ValidationError:
        return DeadLetter(entry, BROKEN, BEFORE, 0, body)
    at = letter.at if letter.at.tzinfo else letter.at.replace(tzinfo=UTC)
    return DeadLetter(entry, letter.why, at, letter.tries, letter.raw)


class Dead:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def count(self) -> int:
        return int(await self._client.call("HLEN", self._keys.dead))

    async def letters(self) -> list[DeadLetter]:
        """Oldest first."""
        reply = await self._client.call("HGETALL", self._keys.dead)
        found = [_read(entry, body)._replace(kept=body) for entry, body in zip(reply[::2], reply[1::2], strict=True)]
        return sorted(found, key=lambda letter: letter.at)

    async def replay(self, letter: DeadLetter, at: datetime) -> None:
        """Back into the inbox, as if it had just come. Replayed twice at once, it is there once."""
        transaction = self._out(letter)
        transaction.write("XADD", self._keys.inbox, "*", "m", letter.raw, "at", ms(at))
        await commit(self._client, transaction)

    async def drop(self, letter: DeadLetter) -> None:
        """Given up on purpose: counted as tallied, so that the books still balance."""
        transaction = self._out(letter)
        transaction.write("HINCRBY", self._keys.books, "tallied", 1)
        await commit(self._client, transaction)

    def _out(self, letter: DeadLetter) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.dead, letter.kept, letter.id)
        transaction.write("HDEL", self._keys.dead, letter.id)
        return transaction
