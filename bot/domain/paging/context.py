"""What a page is about, for the person who is called: read at each call and never stored with the page."""

from datetime import datetime
from typing import NamedTuple


class PageContext(NamedTuple):
    """In our own words, except `author`, `quote` and `crisis_headline`: a stranger's, with any content."""

    headline: str
    """The start of a sentence: `Safety crisis about Northwind Air on X`."""
    severity_text: str
    """`urgency 90 of 100, reach 34k`; may be empty."""
    since: datetime
    location: str
    """The name of a department or channel."""
    author: str = ""
    quote: str = ""
    card_link: str = ""
    """Link to the card in Slack; empty if there is none yet."""
    url: str = ""
    """Link to the post at its outlet."""
    case_id: str = ""
    """The case that can be claimed, if any."""
    reach: str = ""
    """`X, 270 followers`: of the quoted author; may be empty."""
    newest_at: datetime | None = None
    """When the quoted post came, if it is not the first."""
    earlier_count: int = 0
    """Earlier cases of the same page."""
    again_at: datetime | None = None
    """When an acknowledged page goes out again unless somebody claims the case."""
    crisis_headline: str = ""
    """`Safety crisis: smoke on board, NW 331 – Northwind Air on X`; empty if the post is about no crisis.

    It has a stranger's words, so it is neither texted nor spoken.
    """


class CauseStatus(NamedTuple):
    """What the state of a cause means for its page."""

    is_over: bool = False
    owner: str = ""
    """Who has the case, without having acknowledged the page."""
    alarm_mention: str = ""
    """The newest joined mention that speaks of a crisis; `alarmed_at` is when it joined."""
    alarmed_at: datetime | None = None
