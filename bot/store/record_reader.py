"""Parse stored records one by one, and quarantine those that this release cannot read, so that others are not blocked.

An unreadable record stays where it is, for the release that wrote it. A copy goes to the key `unreadable`, with the
reason, which `earshot dead list --kind records` shows.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

import structlog
from pydantic import ValidationError

from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.store.client import ANOTHER_TYPE, RedisClient, parse_hash
from bot.store.health_issues import HealthIssueStore
from bot.store.keys import UNREADABLE_MOST, Keys

Model = TypeVar("Model")
OF_ANOTHER_TYPE = "another type of key"
"""The reason if the key holds another type, such as a string in place of a hash."""
TROUBLE = "records"
"""The part under which the health issue is reported."""
PARSED_AT_ONCE = 25
"""Records, 2 ms of the process, between which other tasks run."""
RETRY_AFTER = timedelta(minutes=1)
"""Another release may have written the record again meanwhile."""

log = structlog.get_logger("records")


class UnreadableRecordError(NotAllowed):
    """The record exists, but this release cannot read it."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"This {kind} was written by a newer release of Earshot, so this one can't show or change it. "
            "Nothing is lost – ask your Earshot admin to update it."
        )


class UnreadableRecord(NamedTuple):
    """A record that could not be read. `why` repeats no text of it; `at` is by the server's clock."""

    id: str
    kind: str
    key: str
    field: str
    """The field of a hash, the entry of a stream or the member of a set."""
    why: str
    at: datetime
    body: str


class RecordReader(Generic[Model]):
    """Reads records of one kind. `decode` raises ValueError, as pydantic does."""

    def __init__(self, client: RedisClient, keys: Keys, kind: str, decode: Callable[[str], Model]) -> None:
        self._client = client
        self._keys = keys
        self._kind = kind
        self._decode = decode
        self._unreadable: dict[str, tuple[int, datetime | None]] = {}
        """By record id: a hash of the body, and when it was last retried."""

    async def read(self, key: str, body: str | None, field: str = "body") -> Model | None:
        """Return the record, or None if it is absent or cannot be read; the latter is quarantined."""
        if self._unreadable and self._is_known_unreadable(key, body, field):
            return None
        if body is None:
            return None
        if body is ANOTHER_TYPE:
            await self._quarantine_record(key, body, field, why=OF_ANOTHER_TYPE)
            return None
        try:
            return self._decode(body)
        except ValueError as no:
            await self._quarantine_record(key, body, field, why=describe_error(no))
            return None

    async def read_fields(self, key: str) -> dict[str, Model]:
        """Return the fields of a hash that can be read."""
        [flat] = await self._client.execute_each([("HGETALL", key)])
        if flat is ANOTHER_TYPE:
            await self.read(key, flat, "")
            return {}
        read = {name: await self.read(key, body, name) for name, body in parse_hash(flat).items()}
        return {name: one for name, one in read.items() if one is not None}

    async def read_or_clear(self, key: str, body: str | None) -> Model | None:
        """Do as `read`, and delete a key of another type, so that a new record can be written in its place."""
        found = await self.read(key, body)
        if body is ANOTHER_TYPE and self.is_unreadable(key):
            await self._client.execute("DEL", key)
        return found

    async def read_all(self, key: Callable[[str], str], bodies: Mapping[str, str | None]) -> dict[str, Model]:
        """Return the records that exist and can be read, by name."""
        found = {}
        for number, (name, body) in enumerate(bodies.items(), 1):
            if (one := await self.read(key(name), body)) is not None:
                found[name] = one
            if number % PARSED_AT_ONCE == 0:  # a click should not wait for hundreds of them
                await asyncio.sleep(0)
        return found

    def is_unreadable(self, key: str, field: str = "body") -> bool:
        """Return True if this reader could not parse the record at the last read."""
        return bool(self._unreadable) and _build_record_id(key, field) in self._unreadable

    @property
    def unreadable_count(self) -> int:
        """How many could not be read: callers with a limit read as many more."""
        return len(self._unreadable)

    def skip_unreadable(self, key: Callable[[str], str], names: Iterable[str], at: datetime) -> list[str]:
        """Return the names without those that could not be read in the last minute."""
        if not self._unreadable:
            return list(names)
        return [name for name in names if self._should_retry(_build_record_id(key(name), "body"), at)]

    def _should_retry(self, place: str, at: datetime) -> bool:
        if place not in self._unreadable:
            return True
        body, since = self._unreadable[place]
        if since is not None and at - since < RETRY_AFTER:
            return False
        self._unreadable[place] = body, at
        return since is not None

    def _is_known_unreadable(self, key: str, body: str | None, field: str) -> bool:
        known = self._unreadable.get(place := _build_record_id(key, field))
        if known is None or known[0] == hash(body):
            return known is not None
        del self._unreadable[place]
        return False

    async def _quarantine_record(self, key: str, body: str, field: str, why: str) -> None:
        """Save a copy with the reason. If the store takes no writes, the next read tries again."""
        try:
            seconds, _ = await self._client.execute("TIME")
            at = datetime.fromtimestamp(int(seconds), UTC)
            name, short_key = _build_record_id(key, field), key.removeprefix(self._keys.root)
            record = UnreadableRecord(name, self._kind, short_key, field, why, at, body)
            await _save_unreadable(self._client, self._keys, record)
        except StoreUnavailable:
            return
        self._unreadable[record.id] = hash(body), None
        log.error("record set aside", kind=record.kind, key=record.key, field=field, why=why)


def describe_error(error: ValueError) -> str:
    """Describe up to three errors by field and type, without any text of the record."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'all of it'}: {one['type']}" for one in faults[:3])[:200]


async def report_unreadable(client: RedisClient, keys: Keys) -> int:
    """Set or clear the health issue by the number of quarantined records, and return that number."""
    count = int(await client.execute("HLEN", keys.unreadable))
    some = "1 record can't" if count == 1 else f"{count:,} records can't"
    sentence = (
        f"{some} be read by this release. Everything else continues. To see them: earshot dead list --kind records"
    )
    await HealthIssueStore(client, keys).save_issue(TROUBLE, sentence if count else "")
    return count


async def _save_unreadable(client: RedisClient, keys: Keys, record: UnreadableRecord) -> None:
    if int(await client.execute("HLEN", keys.unreadable)) >= UNREADABLE_MOST:
        return  # it stays under its own key
    kept = {**record._asdict(), "at": record.at.isoformat()}
    await client.execute("HSET", keys.unreadable, record.id, json.dumps(kept))
    await report_unreadable(client, keys)


def _build_record_id(key: str, field: str) -> str:
    return hashlib.blake2b(f"{key}|{field}".encode(), digest_size=6).hexdigest()
