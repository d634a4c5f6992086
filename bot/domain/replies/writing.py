"""Who is writing a reply just now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.immutable import FrozenModel

WRITING_LASTS = timedelta(minutes=5)
"""After the last sign of it: Slack may not tell that a form was closed."""


class WritingRecord(FrozenModel):
    """A person has the form of a reply open; `at` is when it was last changed."""

    by: str
    at: datetime
    draft: str = ""
    """The last draft that they asked for."""
    is_draft_used: bool = False

    @property
    def ends(self) -> datetime:
        return self.at + WRITING_LASTS


WritingRecords = tuple[WritingRecord, ...]
"""Of one case, one for each person; who began first is the first."""


def find_writing(records: WritingRecords, by: str) -> WritingRecord | None:
    return next((one for one in records if one.by == by), None)


def replace_writing(records: WritingRecords, record: WritingRecord) -> WritingRecords:
    """Return the records with this one in the place of the person's former one."""
    if find_writing(records, record.by) is None:
        return (*records, record)
    return tuple(record if one.by == record.by else one for one in records)


def select_current(records: WritingRecords, at: datetime) -> WritingRecords:
    return tuple(one for one in records if at < one.ends)


def list_writers(records: Iterable[WritingRecord]) -> tuple[str, ...]:
    return tuple(one.by for one in records)
