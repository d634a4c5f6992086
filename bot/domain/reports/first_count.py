"""What a report says of a time before anything was counted: nothing, and since when it was."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowed
from bot.domain.periods import HOUR, TimeSpan
from bot.domain.reports.range_parts import RangePart
from bot.domain.reports.ranges import ReportRange
from bot.domain.reports.report import SentimentCounts


def select_counted_parts(
    divided: Sequence[RangePart], splits: Sequence[SentimentCounts], started: datetime | None
) -> tuple[tuple[str, SentimentCounts], ...]:
    """Return the parts without those of before counting started: zero is no figure of them."""
    return tuple(
        (one.label, split)
        for one, split in zip(divided, splits, strict=True)
        if split.total or started is None or one.span.end > started
    )


def select_counted_spans(
    asked: ReportRange, before: Sequence[SentimentCounts], started: datetime | None
) -> tuple[SentimentCounts, ...]:
    """Return what was counted before, without spans in which counting began."""
    return tuple(
        one
        for span, one in zip(asked.before, before, strict=True)
        if one.total and (started is None or started not in TimeSpan(span.start + HOUR, span.end))
    )


def require_figures(asked: ReportRange, started: datetime | None, zone: ZoneInfo) -> None:
    """Raise `NotAllowed` about a time before anything was counted."""
    if started and asked.current.end <= started:
        first = started.astimezone(zone)
        day = f"{first.day} {first:%b %Y}"
        raise NotAllowed(f"Earshot counts since {day}: there's nothing {asked.label}. Try `since {day.lower()}`.")


def name_first_count(
    asked: ReportRange, started: datetime | None, counted: Sequence[TimeSpan], brand_time: datetime, *, is_scoped: bool
) -> ReportRange:
    """Say since when it was counted, if that was an hour or more after the range began.

    `counted` are the parts of it with mentions: there may be some of before the first source began.
    """
    if started is None:
        return asked
    is_earlier = bool(counted) and counted[0].end <= started
    if is_earlier and is_scoped:
        return asked  # the first mention of one subject, department or theme does not say when counting began
    begin = counted[0].start if is_earlier else started
    if begin < asked.current.start + HOUR:
        return asked
    first = begin.astimezone(brand_time.tzinfo)
    since, clock = f"{first.day} {first:%b}", f"{first:%H:%M}"
    if first.date() == brand_time.date():
        since = clock
    elif first.date() == asked.current.start.astimezone(brand_time.tzinfo).date():
        since = f"{since}, {clock}"
    return asked._replace(label=f"{asked.label} (counted since {since})")
