"""What a page is about, as whoever is called has to hear it: read anew at each call, and never kept with the page."""

from datetime import datetime
from typing import NamedTuple


class Matter(NamedTuple):
    """In our own words, but for `who` and `quote`, which are a stranger's and may hold anything."""

    what: str
    """`Crisis at Northwind Air`: begins a sentence, ends without a stop."""
    bad: str
    """How bad: `urgency 90 of 100, reach 34k`; may be empty."""
    since: datetime
    where: str
    """Where it is to be seen: a department's name, or a channel's."""
    who: str = ""
    quote: str = ""
    link: str = ""
    """Opens the card in Slack; empty where there is none yet."""
    url: str = ""
    """Opens what was said, at its outlet."""
    case: str = ""
    """The case that can be claimed, if it is one."""
    reach: str = ""
    """`X, 270 followers`: of whoever is quoted; may be empty."""
    newest_at: datetime | None = None
    """When that came which is quoted, where the page began with something else."""
    earlier: int = 0
    """How much came before it, for which the same page calls."""


class Standing(NamedTuple):
    """How a cause stands for its page."""

    over: bool = False
    taken_by: str = ""
    """Who has it by now, without having pressed Acknowledge."""
    said: str = ""
    """The newest mention that makes a crisis of it, where that is not its first; when it joined."""
    said_at: datetime | None = None
