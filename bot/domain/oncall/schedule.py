"""What a schedule is made of: layers of people who take turns, and the changes people make to it."""

import hashlib
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from bot.domain.business_hours import HoursWindow
from bot.domain.immutable import FrozenModel


class ScheduleLayer(FrozenModel):
    """People who take turns of some days each, from `hand_over` to `hand_over` on the wall clock.

    The first one's first turn begins on `start`; before that there is nobody. `windows` are the only times at which
    the layer counts; none: always.
    """

    people: tuple[str, ...]
    days: int = 7
    hand_over: time = time(9)
    start: date
    windows: tuple[HoursWindow, ...] = ()
    zone: str = "UTC"


class Schedule(FrozenModel):
    """Where several layers have somebody, the last of them counts. A calendar counts as a layer below the first."""

    name: str
    zone: str = "UTC"
    layers: tuple[ScheduleLayer, ...] = ()
    calendar: str = ""
    """The address or the file of a calendar from outside; an address may hold a password."""
    named: tuple[tuple[str, str], ...] = ()
    """Who is meant by the names and addresses in that calendar: each with a Slack id."""
    user_group: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody it may ever name by itself, each once, in the order of the playbook."""
        turns = (person for layer in self.layers for person in layer.people)
        return tuple(dict.fromkeys((*turns, *(person for _, person in self.named))))


class Shift(NamedTuple):
    """A person is on call from `start` until just before `end`, in UTC.

    `source` tells what gave her the time: a layer's turn, a calendar's event, or somebody's change.
    """

    person: str
    start: datetime
    end: datetime
    source: str = ""

    def contains_time(self, at: datetime) -> bool:
        return self.start <= at < self.end


class OverrideKind(StrEnum):
    """In the words of whoever made the change."""

    TAKE = "took"
    SWAP = "swapped"
    COVER = "covers"


class Override(FrozenModel):
    """`person` is on call from `start` to `end`, whatever the layers say. Of two at one time the later made counts."""

    id: str
    schedule: str
    person: str
    start: datetime
    end: datetime
    how: OverrideKind
    by: str
    at: datetime
    instead: str = ""
    """Who would have been on call when it began; empty for nobody."""
    plea: str = ""
    """What it answers."""
    undone: str = ""
    """Who took it back; then it counts no more."""


class CoverOutcome(StrEnum):
    """How a request to one person ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class CoverRequest(FrozenModel):
    """Somebody asks to be covered, by whoever presses the button first; or asks one person, who accepts or declines."""

    id: str
    schedule: str
    person: str
    start: datetime
    end: datetime
    at: datetime
    to: str = ""
    """The one person who is asked; empty: everybody in the channel."""
    until: datetime | None = None
    """Until when that person can answer."""
    their_start: datetime | None = None
    """Of the shift that the asker would have instead, in a swap."""
    their_end: datetime | None = None
    outcome: CoverOutcome | None = None

    def is_pending(self, at: datetime) -> bool:
        """Whether the one who is asked can still answer."""
        return self.outcome is None and (self.until is None or at < self.until)


def derive_change_id(schedule: str, *parts: str | datetime) -> str:
    """Derived, so that a change made twice is one change."""
    said = "|".join([schedule, *(part if isinstance(part, str) else part.isoformat() for part in parts)])
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


class ScheduleRoster(NamedTuple):
    """A schedule with all that is known to differ from it. `booked` came from its calendar."""

    schedule: Schedule
    overrides: tuple[Override, ...] = ()
    booked: tuple[Shift, ...] = ()
