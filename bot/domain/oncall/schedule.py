"""Schedules: layers of people who take turns, overrides and cover requests."""

import hashlib
import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from bot.domain.business_hours import HoursWindow
from bot.domain.immutable import FrozenModel

_WEBCAL = re.compile(r"^webcals?://", re.IGNORECASE)


class ScheduleLayer(FrozenModel):
    """People who take turns of `days` days, from `hand_over` to `hand_over` in local time, beginning on `start`.

    `windows` limit the layer to some hours; none: always.
    """

    people: tuple[str, ...]
    days: int = 7
    hand_over: time = time(9)
    start: date
    windows: tuple[HoursWindow, ...] = ()
    zone: str = "UTC"


class Schedule(FrozenModel):
    """The last layer that has somebody counts. A calendar is a layer below the first."""

    name: str
    zone: str = "UTC"
    layers: tuple[ScheduleLayer, ...] = ()
    calendar: str = ""
    """The address or the file of a calendar from outside; an address may hold a password."""
    named: tuple[tuple[str, str], ...] = ()
    """Slack ids for the names and addresses in that calendar."""
    user_group: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody in its layers and calendar, each once, in the order of the playbook."""
        turns = (person for layer in self.layers for person in layer.people)
        return tuple(dict.fromkeys((*turns, *(person for _, person in self.named))))


class Shift(NamedTuple):
    """A person is on call from `start` until just before `end` (UTC). `source`: a layer's turn, event or override."""

    person: str
    start: datetime
    end: datetime
    source: str = ""

    def contains_time(self, at: datetime) -> bool:
        return self.start <= at < self.end


class OverrideKind(StrEnum):
    """How a person made the change, as it is shown."""

    TAKE = "took"
    SWAP = "swapped"
    COVER = "covers"


class Override(FrozenModel):
    """`person` is on call from `start` to `end` instead of the layers. Of overlapping ones the later counts."""

    id: str
    schedule: str
    person: str
    start: datetime
    end: datetime
    how: OverrideKind
    by: str
    at: datetime
    instead: str = ""
    """Who would have been on call at its start, if anybody."""
    plea: str = ""
    """The id of the cover request that it answers."""
    undone: str = ""
    """Who undid it; then it does not count."""


class CoverOutcome(StrEnum):
    """How a request to one person ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class CoverRequest(FrozenModel):
    """A person asks to be covered by anybody, or asks one person, who accepts or declines."""

    id: str
    schedule: str
    person: str
    start: datetime
    end: datetime
    at: datetime
    to: str = ""
    """The person who is asked; empty: everybody in the channel."""
    until: datetime | None = None
    """The deadline to answer."""
    their_start: datetime | None = None
    """The shift that the asker would get, in a swap."""
    their_end: datetime | None = None
    outcome: CoverOutcome | None = None

    def is_pending(self, at: datetime) -> bool:
        return self.outcome is None and (self.until is None or at < self.until)


def derive_change_id(schedule: str, *parts: str | datetime) -> str:
    """Derive the id, so that a repeated change is one change (idempotency)."""
    said = "|".join([schedule, *(part if isinstance(part, str) else part.isoformat() for part in parts)])
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


class ScheduleRoster(NamedTuple):
    """A schedule with its overrides. `booked` are the shifts of its calendar."""

    schedule: Schedule
    overrides: tuple[Override, ...] = ()
    booked: tuple[Shift, ...] = ()


def convert_to_https(address: str) -> str:
    """Return a `webcal://` address as https://, any other unchanged."""
    return _WEBCAL.sub("https://", address)
