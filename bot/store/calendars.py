"""What calendars from outside say: the last good one of each, and who is booked by it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter

from bot.domain.schedules.schedule import Shift
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.reading import Records
from bot.store.transaction import Transaction, commit
from bot.store.writing import ms

CALENDAR_KEPT = timedelta(days=60)
"""After it was last read: a schedule that the playbook has lost takes its calendar along."""


class Fetched(NamedTuple):
    """The last good answer. `tag` is the server's own word for this version; `of` tells what was asked for.

    `at` is when the answer came, `read_at` when it was last turned into shifts, which lie around that time.
    """

    text: str = ""
    tag: str = ""
    of: str = ""
    at: datetime | None = None
    read_at: datetime | None = None


class CalendarStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._records = Records(client, keys, "calendar", read_bookings)

    async def fetched(self, schedule: str) -> Fetched:
        """Nothing, so that it is fetched again, where its shifts cannot be read."""
        if await self._read(schedule) is None:
            return Fetched()
        fields = ("text", "tag", "of", "at", "read")
        text, tag, of, at, read = await self._client.call("HMGET", self._keys.calendar(schedule), *fields)
        return Fetched(text or "", tag or "", of or "", _moment(at), _moment(read))

    async def keep(self, schedule: str, fetched: Fetched, booked: Sequence[Shift]) -> None:
        """All or nothing: who is booked is of the text that is kept."""
        assert fetched.at is not None
        assert fetched.read_at is not None
        key = self._keys.calendar(schedule)
        body = json.dumps([(shift.person, ms(shift.start), ms(shift.end), shift.source) for shift in booked])
        times = ("at", ms(fetched.at), "read", ms(fetched.read_at))
        transaction = Transaction(self._keys.inbox)
        transaction.write(
            "HSET", key, "text", fetched.text, "tag", fetched.tag, "of", fetched.of, *times, "booked", body
        )
        transaction.write("EXPIRE", key, int(CALENDAR_KEPT.total_seconds()))
        await commit(self._client, transaction)

    async def booked(self, schedule: str) -> tuple[Shift, ...]:
        return await self._read(schedule) or ()

    async def _read(self, schedule: str) -> tuple[Shift, ...] | None:
        key = self._keys.calendar(schedule)
        [body] = await self._client.bodies([key], "booked")
        return await self._records.read(key, "[]" if body is None else body, "booked")


class _Booked(NamedTuple):
    """Written by place until releases that read it by name alone are gone; both are read."""

    person: str
    start: int
    end: int
    source: str


_Bookings = TypeAdapter(tuple[_Booked, ...])


def read_bookings(body: str) -> tuple[Shift, ...]:
    return tuple(Shift(one.person, _at(one.start), _at(one.end), one.source) for one in _Bookings.validate_json(body))


def _at(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _moment(milliseconds: str | None) -> datetime | None:
    return _at(float(milliseconds)) if milliseconds else None
