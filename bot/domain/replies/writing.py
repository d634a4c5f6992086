"""Who is writing a reply just now, and what those who closed the form had typed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.immutable import FrozenModel

WRITING_LASTS = timedelta(minutes=5)
"""After the last sign of it: Slack may not tell that a form was closed."""

TEXT_KEPT = timedelta(days=1)
"""After it was last changed: for who closes the form and comes back."""


class WritingRecord(FrozenModel):
    """A person has the form of a reply open, or has closed it; `at` is when it was last changed."""

    by: str
    at: datetime
    draft: str = ""
    """The last draft that they asked for."""
    drafted_text: str = ""
    """The text as it was when the draft was put into it; empty: it was not."""
    text: str = ""
    """What stands in it, until it is opened at the outlet."""
    insertions: int = 0
    """How often something else than typing changed the text."""
    is_closed: bool = False

    @property
    def ends(self) -> datetime:
        return self.at + WRITING_LASTS

    def is_current(self, at: datetime) -> bool:
        return not self.is_closed and at < self.ends


WritingRecords = tuple[WritingRecord, ...]
"""Of one case, one for each person; who began first is the first."""


def find_writing(records: WritingRecords, by: str) -> WritingRecord | None:
    return next((one for one in records if one.by == by), None)


def insert_text(record: WritingRecord, text: str, **draft: Any) -> WritingRecord:
    """Return the record with a text that something else than typing has made; `draft` is what else changed."""
    return record.copy_with(text=text, insertions=record.insertions + 1, **draft)


def replace_writing(records: WritingRecords, record: WritingRecord) -> WritingRecords:
    """Return the records with this one in the place of the person's former one."""
    if find_writing(records, record.by) is None:
        return (*records, record)
    return tuple(record if one.by == record.by else one for one in records)


def select_current(records: WritingRecords, at: datetime) -> WritingRecords:
    return tuple(one for one in records if one.is_current(at))


def close_writing(records: WritingRecords, at: datetime, by: str = "") -> WritingRecords:
    """Return what stays of them once this person, and who has not typed for five minutes, have closed the form."""
    stay = (one if one.is_current(at) and one.by != by else one.copy_with(is_closed=True) for one in records)
    return tuple(one for one in stay if not one.is_closed or (one.text and at < one.at + TEXT_KEPT))


def list_writers(records: Iterable[WritingRecord]) -> tuple[str, ...]:
    return tuple(one.by for one in records)
