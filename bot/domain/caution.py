"""The question that is asked before somebody answers a person, as their case keeps it."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.stored_tuples import store_by_name


@store_by_name
class CautionRecord(NamedTuple):
    """Asked once in each round of a case, which begins when it comes to a channel."""

    at: datetime
    round: int
    by: str = ""
    """Who went on all the same; empty: nobody, so they held back."""
