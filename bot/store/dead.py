"""The dead letters: mentions that failed again and again, with the reason, listed and replayable."""

import json
from datetime import datetime
from typing import NamedTuple

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Transaction, commit
from bot.store.writing import ms


class DeadLetter(NamedTuple):
    id: str
    why: str
    at: datetime
    tries: int
    raw: str
    """The mention as it was kept."""


class Dead:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def count(self) -> int:
        return int(await self._client.call("HLEN", self._keys.dead))

    async def letters(self) -> list[DeadLetter]:
        """Oldest first."""
        reply = await self._client.call("HGETALL", self._keys.dead)
        found = []
        for entry, body in zip(reply[::2], reply[1::2], strict=True):
            letter = json.loads(body)
            moment = datetime.fromisoformat(letter["at"])
            found.append(DeadLetter(entry, letter["why"], moment, letter["tries"], letter["m"]))
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
        body = {"why": letter.why, "at": letter.at.isoformat(), "tries": letter.tries, "m": letter.raw}
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.dead, json.dumps(body), letter.id)
        transaction.write("HDEL", self._keys.dead, letter.id)
        return transaction
