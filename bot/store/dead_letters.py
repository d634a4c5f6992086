"""Dead letters: mentions that failed repeatedly in triage, with the reason. Listed, replayed or discarded."""

from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, Field, ValidationError

from bot.store.client import parse_hash
from bot.store.decision_writer import to_ms
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

BROKEN = "this dead letter itself cannot be read"
BEFORE = datetime.fromtimestamp(0, UTC)
"""The time of a record whose time cannot be read."""


class DeadLetter(NamedTuple):
    id: str
    reason: str
    at: datetime
    tries: int
    raw: str
    """The mention as stored."""
    stored: str = ""
    """The whole letter as stored."""
    edit: bool = False
    """A later wording, or the deletion, of a mention that was admitted before."""


class _DeadLetterRecord(BaseModel):
    """The stored form. Fields that a newer release adds are ignored."""

    why: str
    at: datetime
    tries: int
    raw: str = Field(alias="m")
    edit: bool = False


def _parse_letter(entry: str, body: str) -> DeadLetter:
    """Parse a letter. One that cannot be read is returned as such, as the oldest, with its raw body."""
    try:
        letter = _DeadLetterRecord.model_validate_json(body)
    except ValidationError:
        return DeadLetter(entry, BROKEN, BEFORE, 0, body)
    at = letter.at if letter.at.tzinfo else letter.at.replace(tzinfo=UTC)
    return DeadLetter(entry, letter.why, at, letter.tries, letter.raw, edit=letter.edit)


class DeadLetterStore(RedisStore):
    async def count(self) -> int:
        return int(await self._client.execute("HLEN", self._keys.dead_letters))

    async def list_letters(self) -> list[DeadLetter]:
        """Return all dead letters, oldest first."""
        reply = await self._client.execute("HGETALL", self._keys.dead_letters)
        found = [_parse_letter(entry, body)._replace(stored=body) for entry, body in parse_hash(reply).items()]
        return sorted(found, key=lambda letter: letter.at)

    async def replay(self, letter: DeadLetter, at: datetime) -> None:
        """Move a letter back to the inbox. Replayed twice at once, it is there once."""
        transaction = self._begin_removal(letter)
        edit = ("edit", "1") if letter.edit else ()
        transaction.write("XADD", self._keys.inbox, "*", "m", letter.raw, "at", to_ms(at), *edit)
        await commit(self._client, transaction)

    async def discard(self, letter: DeadLetter) -> None:
        """Delete a letter and count its mention as tallied (an edit was counted), so that the totals still add up."""
        transaction = self._begin_removal(letter)
        counted = ("editing", -1) if letter.edit else ("tallied", 1)
        transaction.write("HINCRBY", self._keys.mention_counters, *counted)
        await commit(self._client, transaction)

    def _begin_removal(self, letter: DeadLetter) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.dead_letters, letter.stored, letter.id)
        transaction.write("HDEL", self._keys.dead_letters, letter.id)
        return transaction
