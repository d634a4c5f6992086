"""What delivery writes down of a message: where it is, what it shows, how far its posting has come."""

from enum import StrEnum
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name


class CardState(StrEnum):
    NONE = "none"
    POSTING = "posting"
    """A post was begun and its answer not yet seen: it may be in the channel, or not."""
    POSTED = "posted"
    LISTED = "listed"
    """On a digest, without a card of its own."""
    UNKNOWN = "unknown"
    """What is kept of it cannot be read. Never kept itself."""


@store_by_name
class MessageRef(NamedTuple):
    channel: str
    ts: str


class CardRecord(FrozenModel):
    """Where the card of a case is. `drawn` is the version it shows; `stale` are cards in channels it has left."""

    state: CardState = CardState.NONE
    channel: str = ""
    ts: str = ""
    drawn: int = 0
    page: int = 0
    """Which version of its page it shows."""
    since: int = 0
    """When posting began, ms."""
    tries: int = 0
    digest: str = ""
    """The digest that lists this case instead of a card of its own."""
    stale: tuple[MessageRef, ...] = ()
    pinned: bool = False
    """Of a crisis: its head card is pinned, or cannot be."""
    reminded: MessageRef | None = None
    """A reminder in the channel that says that nobody has the case."""


class PageMessage(FrozenModel):
    """The one message by which a person, or a channel, is called for a page."""

    state: CardState = CardState.NONE
    channel: str = ""
    ts: str = ""
    said: int = 0
    """Cases that followed the page when its reader was last told of one."""
    said_at: int = 0
    """When that was, ms."""


class DigestRecord(FrozenModel):
    """One digest card: its cases are listed on it and claimed from it."""

    id: str
    department: str
    channel: str = ""
    ts: str = ""
    cases: tuple[str, ...] = ()
    total: int = 0
    """Of one that stands for more cases than it shows: how many; else 0."""
