"""External calendars: a cache of the last good answer of each and its shifts. Links to our own calendars."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter

from bot.domain.oncall.schedule import Shift
from bot.store.client import RedisClient, parse_int
from bot.store.decision_writer import to_ms
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

CALENDAR_KEPT = timedelta(days=60)
"""After it was last parsed, so that the calendar of a schedule that left the playbook expires."""


class CachedCalendar(NamedTuple):
    """The last good answer: `tag` is its ETag, `request` what was asked for.

    `fetched_at` is when the answer came, `read_at` when it was last parsed into shifts, which lie around that time.
    """

    text: str = ""
    tag: str = ""
    request: str = ""
    fetched_at: datetime | None = None
    read_at: datetime | None = None


class CalendarStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "calendar", parse_stored_shifts)

    async def load_cached(self, schedule: str) -> CachedCalendar:
        """Return an empty cache entry, so that it is fetched again, if the stored shifts cannot be read."""
        if await self._read_shifts(schedule) is None:
            return CachedCalendar()
        fields = ("text", "tag", "of", "at", "read")
        text, tag, of, at, read = await self._client.execute("HMGET", self._keys.calendar_key(schedule), *fields)
        return CachedCalendar(text or "", tag or "", of or "", _parse_ms(at), _parse_ms(read))

    async def save_cached(self, schedule: str, fetched: CachedCalendar, booked: Sequence[Shift]) -> None:
        """Save the text and its shifts in one commit, so that they always match."""
        assert fetched.fetched_at is not None
        assert fetched.read_at is not None
        key = self._keys.calendar_key(schedule)
        body = json.dumps([(shift.person, to_ms(shift.start), to_ms(shift.end), shift.source) for shift in booked])
        times = ("at", to_ms(fetched.fetched_at), "read", to_ms(fetched.read_at))
        transaction = Transaction(self._keys.inbox)
        text = ("text", fetched.text, "tag", fetched.tag, "of", fetched.request)
        transaction.write("HSET", key, *text, *times, "booked", body)
        transaction.write("EXPIRE", key, int(CALENDAR_KEPT.total_seconds()))
        await commit(self._client, transaction)

    async def load_shifts(self, schedule: str) -> tuple[Shift, ...]:
        return await self._read_shifts(schedule) or ()

    async def _read_shifts(self, schedule: str) -> tuple[Shift, ...] | None:
        key = self._keys.calendar_key(schedule)
        [body] = await self._client.read_bodies([key], "booked")
        return await self._records.read(key, "[]" if body is None else body, "booked")


class CalendarLinkStore(RedisStore):
    async def load_serial(self, owner: str) -> int:
        """Return the serial number of the link that is valid now."""
        return parse_int(await self._client.execute("HGET", self._keys.calendar_links, owner)) or 0

    async def revoke_link(self, owner: str) -> int:
        """Make the current link invalid. Return the serial number of the next one."""
        return int(await self._client.execute("HINCRBY", self._keys.calendar_links, owner, 1))


class _StoredShift(NamedTuple):
    """Written as an array, for releases that read nothing else; arrays and objects are both read."""

    person: str
    start: int
    end: int
    source: str


_Bookings = TypeAdapter(tuple[_StoredShift, ...])


def parse_stored_shifts(body: str) -> tuple[Shift, ...]:
    stored = _Bookings.validate_json(body)
    return tuple(Shift(one.person, _from_ms(one.start), _from_ms(one.end), one.source) for one in stored)


def _from_ms(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _parse_ms(milliseconds: str | None) -> datetime | None:
    return _from_ms(float(milliseconds)) if milliseconds else None
