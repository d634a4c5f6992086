"""Format numbers, durations and people for sentences."""

from collections.abc import Iterable, Sequence
from datetime import timedelta


def format_ago(span: timedelta) -> str:
    """Format as `2 s before you` if less than a minute ago, else as `12 min ago`."""
    seconds = max(0, int(span.total_seconds()))
    return f"{max(1, seconds)} s before you" if seconds < 60 else f"{format_duration(span)} ago"


def format_duration(span: timedelta) -> str:
    """Format as `45 s`, `12 min`, `3 h 20 min` or `2 d 4 h`: at most two units."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def format_people(ids: Iterable[str], most: int = 5) -> str:
    """Format as Slack mentions, sorted; those beyond `most` are counted."""
    known = sorted(ids)
    shown = ", ".join(f"<@{person}>" for person in known[:most])
    return f"{shown} and {len(known) - most} more" if len(known) > most else shown


def join_words(words: Sequence[str]) -> str:
    """Join as `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def format_percent(percent: float) -> str:
    """Format as `35 %`, rounded, with a space at which no line breaks."""
    return f"{round(percent):,}\N{NO-BREAK SPACE}%"


def format_count(number: int, noun: str, plural: str = "") -> str:
    """Format as `1 case`, `2 cases`, `1,204 mentions`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
