"""The question that is asked before somebody answers a person, as their case keeps it."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.stored_tuples import store_by_name


@store_by_name
class CautionRecord(NamedTuple):
    """Counted once for a case, however often somebody is asked in it."""

    at: datetime
    """When somebody was asked first."""
    round: int
    """The round of the case in which that was. Kept for releases that counted in each round."""
    by: str = ""
    """Who went on all the same; empty: nobody, so they held back."""
