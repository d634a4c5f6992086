"""What a page is about, as whoever is called has to hear it: read anew at each call, and never kept with the page."""

from datetime import datetime
from typing import NamedTuple


class PageContext(NamedTuple):
    """In our own words, but for `author` and `quote`, which are a stranger's and may hold anything."""

    headline: str
    """`Crisis at Northwind Air`: begins a sentence, ends without a stop."""
    severity_text: str
    """How bad: `urgency 90 of 100, reach 34k`; may be empty."""
    since: datetime
    location: str
    """Where it is to be seen: a department's name, or a channel's."""
    author: str = ""
    quote: str = ""
    card_link: str = ""
    """Opens the card in Slack; empty where there is none yet."""
    url: str = ""
    """Opens what was said, at its outlet."""
    case_id: str = ""
    """The case that can be claimed, if it is one."""
    reach: str = ""
    """`X, 270 followers`: of whoever is quoted; may be empty."""
    newest_at: datetime | None = None
    """When that came which is quoted, where the page began with something else."""
    earlier_count: int = 0
    """How much came before it, for which the same page calls."""


class CauseStatus(NamedTuple):
    """How a cause stands for its page."""

    is_over: bool = False
    owner: str = ""
    """Who has it by now, without having pressed Acknowledge."""
    alarm_mention: str = ""
    """The newest mention that makes a crisis of it, where that is not its first; when it joined."""
    alarmed_at: datetime | None = None
