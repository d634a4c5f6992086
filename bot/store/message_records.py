"""What delivery records about each message: where it is, what it shows, and the state of its posting."""

from enum import StrEnum
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name


class CardState(StrEnum):
    NONE = "none"
    POSTING = "posting"
    """A call was made and its reply is unknown: the message may be in the channel or not."""
    POSTED = "posted"
    LISTED = "listed"
    """Listed on a digest instead of a card of its own."""
    UNKNOWN = "unknown"
    """The record cannot be read. Never stored."""


@store_by_name
class MessageRef(NamedTuple):
    channel: str
    ts: str


class CardRecord(FrozenModel):
    """Where the card of a case is. `drawn` is the case version it shows; `stale` are cards in former channels."""

    state: CardState = CardState.NONE
    channel: str = ""
    ts: str = ""
    drawn: int = 0
    page: int = 0
    """The version of its page that it shows."""
    others: str = ""
    """What it shows of its author: other cases that are claimed, and by whom; labels; linked accounts."""
    progress: str = ""
    """Of an episode: the progress that it shows."""
    since: int = 0
    """When posting began, in epoch milliseconds."""
    tries: int = 0
    digest: str = ""
    """The digest that lists this case instead of a card of its own."""
    stale: tuple[MessageRef, ...] = ()
    pinned: bool = False
    """For a declared crisis: its head card is pinned, or cannot be."""
    reminded: MessageRef | None = None
    """The reply in its thread that nobody has claimed the case."""

    @property
    def is_first(self) -> bool:
        """Whether no card was there before the one that is posted next."""
        return not (self.drawn or self.stale or self.digest)


class PageMessage(FrozenModel):
    """The one message that calls a person or a channel for a page."""

    state: CardState = CardState.NONE
    channel: str = ""
    ts: str = ""
    said: int = 0
    """How many cases had joined the page when the message was last updated."""
    said_at: int = 0
    """When that was, in epoch milliseconds."""


class DigestRecord(FrozenModel):
    """One digest: a card that lists cases, which are claimed from it."""

    id: str
    department: str
    channel: str = ""
    ts: str = ""
    cases: tuple[str, ...] = ()
    total: int = 0
    """How many cases it stands for if those are more than it shows, else 0."""
    reminded: bool = False
    """Whether its thread says that nobody has claimed them."""
    reply: MessageRef | None = None
    """Where it says so, until nothing on it is unclaimed."""


class RollUpRecord(FrozenModel):
    """The message to a person on call about all unclaimed cases of a department. `card` is where it is."""

    card: CardRecord = CardRecord()
    day: int = 0
    """The day for which it was posted, such as 20261122: on another day it is posted again."""
    is_open: bool = False
    """Whether it says that something waits; after that, a new case posts a new message."""
    shown: str = ""
    """What it shows, to tell whether it has to be edited."""
    shown_at: int = 0
    """When it was last edited, in epoch milliseconds."""
    case: str = ""
    """The case that it quotes, where it is about one."""
