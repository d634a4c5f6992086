"""What a report says of a time before anything was counted: nothing, and since when it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowed
from bot.domain.periods import DAY, HOUR, TimeSpan
from bot.domain.reports.range_parts import RangePart
from bot.domain.reports.ranges import ReportRange
from bot.domain.reports.report import SentimentCounts


def find_first_count(started: datetime | None, counted: Sequence[TimeSpan]) -> datetime | None:
    """Return when counting began: when the first source did, or before, if mentions of before that were counted.

    `counted` are the parts of the range with mentions of any subject, department and theme.
    """
    is_earlier = started is not None and bool(counted) and counted[0].end <= started
    return counted[0].start if is_earlier else started


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


def name_first_count(asked: ReportRange, started: datetime | None, brand_time: datetime) -> ReportRange:
    """Say since when it was counted, if that was an hour or more after the range began."""
    if started is None or started < asked.current.start + HOUR:
        return asked
    last = asked.current.end - timedelta(seconds=1)
    begin, first, last = (one.astimezone(brand_time.tzinfo) for one in (asked.current.start, started, last))
    since, clock = f"{first.day} {first:%b}", f"{first:%H:%M}"
    if first.date() == brand_time.date() or begin.date() == last.date():
        since = clock
    elif first.date() == begin.date() or asked.current.end - asked.current.start <= DAY:
        since = f"{since}, {clock}"
    return asked._replace(label=f"{asked.label} (counted since {since})")
