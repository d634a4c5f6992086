"""The open cases of departments as queues: what is overdue, and what nobody has claimed yet; and a page of a list."""

from enum import StrEnum
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention

PAGE_ROWS = 10
"""Cases on one page of a list."""
MAX_TERM_LENGTH = 60
_SEPARATORS = str.maketrans(dict.fromkeys("\n\r\x00\x1f", " "))


class CaseQueue(StrEnum):
    """An open case of a department is in the first, if it is overdue, or in the second, if nobody claimed it."""

    OVERDUE = "overdue"
    UNCLAIMED = "unclaimed"


class QueueCounts(NamedTuple):
    """Counts of the open cases of a department; both others are a part of `open`, and may overlap."""

    open: int = 0
    overdue: int = 0
    unclaimed: int = 0


class CasePage(NamedTuple):
    """The cases of one page that can be read, where it begins and ends in its list, and the length of that."""

    cases: tuple[Case, ...] = ()
    start: int = 0
    end: int = 0
    total: int = 0


def normalize_name(name: str) -> str:
    """Fold a name or handle, so that `@Marta_Flies` is found as `marta_flies`."""
    folded = " ".join(name.translate(_SEPARATORS).casefold().split())
    return folded.removeprefix("@")[:MAX_TERM_LENGTH].strip()


def list_author_terms(mention: Mention) -> frozenset[str]:
    """Return the words under which the author is found: handle, name and last name."""
    author = mention.author
    if author.id == UNKNOWN_AUTHOR_ID and not author.handle:
        return frozenset()
    name = normalize_name(author.name)
    return frozenset({normalize_name(author.handle), name, name.rpartition(" ")[2]}) - {""}
