"""The review of an episode in six lines of plain text: what the figures say, with sample and 95 % interval."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.campaigns.case_outcome import CaseOutcome
from bot.domain.campaigns.episode_figures import EpisodeFigures
from bot.domain.periods import QUARTER
from bot.domain.reports.report import SentimentCounts
from bot.domain.reports.statistics import (
    DurationStats,
    compute_share_change,
    compute_volume_change,
    compute_wilson_interval,
)
from bot.domain.text import format_count, format_duration, format_percent, join_words


def list_review_lines(figures: EpisodeFigures) -> tuple[str, ...]:
    """Return the lines: volume, share of negative posts, weekday, others alike, cases, what our answers did.

    Without the comparisons if it is too short to count; with one line more if people were warned of a backfire.
    """
    compared = (_format_volume, _format_negative, _format_weekdays, _format_alike)
    counted = tuple(one(figures) for one in compared) if figures.has_counts else (_explain_too_short(figures),)
    outcome = figures.outcome
    lines = (*counted, *_list_warning_lines(figures), _format_cases(outcome), _format_effect(outcome))
    return tuple(line for line in lines if line)


def format_share(counts: SentimentCounts) -> str:
    """Return the share of negative posts with its 95 % Wilson interval, `60 % (53–67 %)`; a dash without posts."""
    size = counts.opinion_count
    return f"{format_percent(100 * counts.negative / size)} ({_format_interval(counts)})" if size else "–"


def _format_interval(counts: SentimentCounts) -> str:
    """Return the 95 % Wilson interval of the share of negative posts."""
    low, high = compute_wilson_interval(counts.negative / counts.opinion_count, counts.opinion_count)
    return f"{round(100 * low)}–{format_percent(100 * high)}"


def _list_warning_lines(figures: EpisodeFigures) -> list[str]:
    if not figures.warnings:
        return []
    first = figures.warnings[0].at.astimezone(figures.brand_time.tzinfo)
    count = format_count(len(figures.warnings), "warning")
    when = (
        f"first on {first.day} {first:%b at %H:%M}" if len(figures.warnings) > 1 else f"{first.day} {first:%b, %H:%M}"
    )
    assets = list(dict.fromkeys(one.asset for one in figures.warnings if one.asset))
    because = f", because of {join_words(assets)}" if assets else ""
    return [f"{count} of a backfire ({when}){because}."]


def _explain_too_short(figures: EpisodeFigures) -> str:
    ends = figures.spans.during.start + QUARTER
    if figures.after is None and (figures.ref.end is None or ends <= figures.ref.end):
        first = f"the first ends at {ends.astimezone(figures.brand_time.tzinfo):%H:%M}"
        return f"Too early to count mentions. Earshot counts whole quarter hours, and {first}."
    return "Too short to count mentions. Earshot counts whole quarter hours, and it has none."


def _format_counted(figures: EpisodeFigures) -> str:
    """Return ` from 9 Mar 10:30 until 10:45` where that is not the time from its start to its end."""
    ref, span = figures.ref, figures.spans.during
    if span == (ref.start, ref.end):
        return ""
    start, end = (edge.astimezone(figures.brand_time.tzinfo) for edge in span)
    day = "" if start.date() == end.date() else f"{end.day} {end:%b} "
    return f" from {start.day} {start:%b %H:%M} until {day}{end:%H:%M}"


def _format_volume(figures: EpisodeFigures) -> str:
    length = format_duration(figures.spans.during.end - figures.spans.during.start)
    after = figures.after
    still = ". It is still going" if after is None else f", {after.opinion_count:,} after"
    if after is not None and figures.spans.after.end - figures.spans.after.start < figures.spans.during.end - (
        figures.spans.during.start
    ):
        still += " so far"
    return (
        f"{format_count(figures.during.opinion_count, 'mention')} in {length}{_format_counted(figures)}, "
        f"{figures.before.opinion_count:,} in the same time before{still}."
    )


def _format_negative(figures: EpisodeFigures) -> str:
    during, before = figures.during, figures.before
    if not during.opinion_count:
        return "No mentions, so nothing is known of how negative they are."
    share = f"Negative: {_format_share_in_words(during)}"
    if not before.opinion_count:
        return f"{share}. There were no mentions before it to compare with."
    share += f", before it {format_share(before)} of {before.opinion_count:,}"
    change = compute_share_change(during.negative, during.opinion_count, [(before.negative, before.opinion_count)])
    if change is None:
        return f"{share}: too few to compare."
    if not change.is_significant:
        return f"{share}: no change beyond chance."
    points = format_count(max(1, round(abs(change.points))), "point")
    return f"{share}: {_format_change(points, change.points, change.low, change.high, ' points')}."


def _format_share_in_words(counts: SentimentCounts) -> str:
    percent = format_percent(100 * counts.negative / counts.opinion_count)
    return f"{percent} of {counts.opinion_count:,} (95\N{NO-BREAK SPACE}% interval {_format_interval(counts)})"


def _format_weekdays(figures: EpisodeFigures) -> str:
    if not figures.weekdays:
        return "Longer than a week: the time before has the same weekdays."
    counts = [one.opinion_count for one in figures.weekdays]
    weeks = "week" if len(counts) == 1 else f"{len(counts)} weeks"
    usual = f"Same weekday and hours in the {weeks} before: {sum(counts) / len(counts):,.0f} mentions"
    change = compute_volume_change(figures.during.opinion_count, counts)
    if change is None:
        return f"{usual}, too few to compare."
    if not change.is_significant:
        return f"{usual}: no change beyond chance."
    percent = format_percent(abs(change.percent))
    changed = _format_change(percent, change.percent, change.low, change.high, "\N{NO-BREAK SPACE}%")
    return f"{usual}: {changed}."


def _format_change(size: str, change: float, low: float, high: float, unit: str) -> str:
    """Return `8 points more (95 % interval 3 to 13 points)`."""
    least, most = sorted((abs(low), abs(high)))
    interval = f"95\N{NO-BREAK SPACE}% interval {least:,.0f} to {most:,.0f}{unit}"
    return f"{size} {'more' if change > 0 else 'fewer'} ({interval})"


def _format_alike(figures: EpisodeFigures) -> str:
    if not figures.alike:
        return f"The first {figures.ref.kind} about {figures.ref.subject}."
    total = _sum_counts([counts for _, counts in figures.alike])
    mean = total.opinion_count / len(figures.alike)
    one = len(figures.alike) == 1
    kind = figures.ref.kind if one else f"{len(figures.alike)} {figures.ref.kind}s"
    last = f"The last {kind} about {figures.ref.subject}"
    counted = f"{last}: {mean:,.0f} mentions{' on average' if len(figures.alike) > 1 else ''}"
    return f"{counted}, negative {_format_share_in_words(total)}." if total.opinion_count else f"{counted}."


def _sum_counts(counts: Sequence[SentimentCounts]) -> SentimentCounts:
    return SentimentCounts(
        **{field: sum(getattr(one, field) for one in counts) for field in SentimentCounts.__dataclass_fields__}
    )


def _format_cases(outcome: CaseOutcome) -> str:
    if not outcome.total:
        return "No cases."
    share = format_percent(100 * outcome.answered / outcome.total)
    more = f" (the first {outcome.total:,}, {outcome.unread:,} more)" if outcome.unread else ""
    still = f", {outcome.open:,} still open" if outcome.open else ""
    reply = _format_first_reply(outcome.first_reply)
    return f"{format_count(outcome.total, 'case')}{more}: {outcome.answered:,} answered ({share}), {reply}{still}."


def _format_first_reply(took: DurationStats | None) -> str:
    if took is None:
        return "no public reply yet"
    median, most = (format_duration(timedelta(seconds=one)) for one in took[1:])
    if took.times == 1:
        return f"one public reply, after {median}"
    slow = f"the slowest of {took.times} took {most}" if took.is_small_sample else f"9 in 10 within {most}"
    return f"first public reply: median {median}, {slow}"


def _format_effect(outcome: CaseOutcome) -> str:
    """Return nothing without cases."""
    if not outcome.total:
        return ""
    parts = []
    if outcome.again:
        answers = format_count(outcome.again, "answer")
        parts.append(f"Unhappy authors wrote again after {answers}: {outcome.turned:,} turned positive")
    if outcome.needs:
        parts.append(format_count(outcome.needs, "feature request"))
    if outcome.resolutions:
        parts.append("Closed as " + ", ".join(f"{word} {count:,}" for word, count in outcome.resolutions))
    return (
        ". ".join(parts) + "." if parts else "No case is closed yet, and no author has written again after an answer."
    )
