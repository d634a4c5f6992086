"""A report in sentences: how it is, with the figures that say so, and what changed beyond chance."""

from bot.domain.periods import DAY
from bot.domain.reports.range_parts import find_step
from bot.domain.reports.range_points import WEEK
from bot.domain.reports.report import TODAY, Report, SentimentCounts
from bot.domain.reports.statistics import MIN_SAMPLE, ShareChange, VolumeChange
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.text import format_count, format_percent

SENTIMENTS = {"negative": "negative", "neutral": "neutral", "positive": "positive", "unsure": "unclear"}
"""Fields of `SentimentCounts`, and how they are called."""
RIVALS_SHOWN = 3
MIN_THEME = 3
"""Negative mentions from which a theme is in the sentence."""


def format_headline(report: Report) -> str:
    """Return the answer in one sentence, as plain text."""
    split = report.split
    query = report.query
    scope = f" {'on' if query.theme else 'for'} {query.scope}" if query.scope else ""
    about = f" about {query.scope}" if query.subject or query.theme else scope
    when = report.range.label
    so_far = " so far" if report.range.is_running and "so far" not in when else ""
    if not split.opinion_count:
        what = "No mentions" if not split.total else "Nothing but spam" if scope else "Nothing about us"
        return f"{what}{about} {when}{so_far}{_format_overdue(report, 'but ')}."
    if split.opinion_count < MIN_SAMPLE:
        count = format_count(split.opinion_count, "mention")
        return f"{count}{about} {when}: too few to compare, {split.negative:,} negative{_format_overdue(report)}."
    share = f"{format_percent(compute_percent(split, 'negative'))} negative"
    change, theme = report.compute_sentiment_change("negative"), _format_main_theme(report)
    if change is None:
        return f"{share}{scope} {when}, too little earlier to compare with{_format_overdue(report)}{theme}."
    usual = f"{format_before(report)} {round(compute_percent(report.usual, 'negative'))}"
    overdue = _format_overdue(report, "but " if change.is_significant and change.points < 0 else "")
    return f"{_format_tone(report, change)}{scope}: {share} ({usual}){overdue}{theme}."


def compute_percent(split: SentimentCounts, field: str) -> float:
    count: int = getattr(split, field)
    return 100 * count / split.opinion_count


def format_before(report: Report) -> str:
    """Return the words for what a figure is compared with: `usually`, `a week earlier`."""
    weeks = report.range.weeks
    return {0: "usually", 1: "a week earlier"}.get(weeks, f"{weeks} weeks earlier")


def _format_tone(report: Report, change: ShareChange) -> str:
    worse = change.points > 0
    if report.query.period == TODAY:
        word = "Usual" if not change.is_significant else "Bad" if worse else "Good"
        return f"{word} {'morning' if report.brand_time.hour < 12 else 'day'}"
    word = "About the same" if not change.is_significant else "Worse" if worse else "Better"
    return f"{word} {report.range.label}"


def _format_overdue(report: Report, link: str = "") -> str:
    """Return what is overdue now in the department with the most of it; nothing for a time that is over."""
    if not report.range.is_running or not any(one.open for one in report.departments):
        return ""
    overdue = sum(one.overdue for one in report.departments)
    if not overdue:
        return ", nothing overdue"
    worst = max(report.departments, key=lambda one: one.overdue)
    rest = f" ({overdue:,} in all)" if overdue > worst.overdue else ""
    return f", {link}{worst.overdue:,} of {worst.open:,} in {worst.name} overdue{rest}"


def _format_main_theme(report: Report) -> str:
    """Return what most of the negative mentions with a theme are about, and how many these are."""
    main = max(report.themes, key=lambda one: one.negative, default=None)
    if main is None or main.negative < MIN_THEME:
        return ""
    often = "mostly" if 2 * main.negative >= report.split.negative else "most often"
    return f". Negative posts are {often} about {main.name} ({main.negative:,})"


def format_theme(theme: ThemeFigures) -> str:
    """Return how many mentions a theme has, and how many of them are negative; a share only of enough."""
    mentions = format_count(theme.mentions, "mention")
    if theme.negative_interval is None:
        return f"{mentions}, {theme.negative:,} negative"
    share, low, high = theme.negative_interval
    return f"{mentions}, {format_percent(share)} negative ({low:.0f}–{high:.0f}\N{NO-BREAK SPACE}%)"


def format_total(report: Report) -> str:
    """Return the one total, and where all of it went."""
    split = report.split
    total = format_count(split.total, "mention")
    rivals = [f"{count:,} about {name}" for name, count in report.competitors[:RIVALS_SHOWN]]
    if rest := split.competitors - sum(count for _, count in report.competitors[:RIVALS_SHOWN]):
        rivals.append(f"{rest:,} about other competitors" if rivals else f"{rest:,} about competitors")
    moods = ", ".join(
        f"{getattr(split, field):,} {word}" for field, word in SENTIMENTS.items() if getattr(split, field)
    )
    ours = f"{split.opinion_count:,} about us" + (f" ({moods})" if moods else "")
    parts = [ours, *rivals, *([f"{split.spam:,} spam"] if split.spam else [])]
    return f"{total}: {', '.join(parts)}." if len(parts) > 1 else f"{total}: {moods or 'none about us'}."


def list_changes(report: Report) -> list[str]:
    """Return what differs by more than chance, each with its sample and 95 % interval; else that nothing does."""
    size, usual, before = report.split.opinion_count, report.usual, format_before(report)
    found = []
    volume = report.compute_volume_change()
    if volume is None or report.compute_sentiment_change("negative") is None:
        mentions = format_count(size, "mention")
        if not report.before:
            return [f"Nothing earlier to compare with: {mentions}."]
        average = round(report.range.elapsed * usual.opinion_count / len(report.before))
        return [f"Too few to compare: {mentions}, {before} {f'{average:,}' if average else 'hardly any'}."]
    if volume.is_significant:
        more = "more" if volume.percent > 0 else "fewer"
        by = format_percent(abs(volume.percent))
        found.append(f"{by} ({_format_interval(volume)}) {more} mentions: {size:,}, {before} {volume.usual:,.0f}")
    for field, word in SENTIMENTS.items():
        change = report.compute_sentiment_change(field)
        if change is None or not change.is_significant:
            continue
        now, then = compute_percent(report.split, field), compute_percent(usual, field)
        points = format_count(max(1, round(abs(change.points))), "point")
        found.append(
            f"{word.capitalize()} {'up' if change.points > 0 else 'down'} {points} ({_format_interval(change)}): "
            f"{format_percent(now)} of {size:,}, {before} {format_percent(then)} of {usual.opinion_count:,}"
        )
    return found or [f"No change beyond chance: {size:,} mentions, {before} {volume.usual:,.0f}."]


def list_peaks(report: Report) -> list[str]:
    """Return when most negative mentions came, which a chart shows; nothing of few."""
    if report.split.negative < MIN_SAMPLE or not report.parts:
        return []
    label, peak = max(report.parts, key=lambda one: one[1].negative)
    return [f"Most negative {_format_part(label, report)}: {peak.negative:,} of {peak.opinion_count:,}"]


def _format_part(label: str, report: Report) -> str:
    """Return when a part of the range was: each is some hours, a day, or weeks."""
    begin, _, rest = label.partition(", ")
    counted = f" ({rest})" if rest else ""
    *day, clock = begin.split()
    if ":" in clock:
        return (f"on {day[0]} at {clock}" if day else f"at {clock}") + counted
    weeks = find_step(report.range.current, report.brand_time.tzinfo, DAY) // WEEK
    return (f"in the {'week' if weeks == 1 else f'{weeks} weeks'} from {begin}" if weeks else f"on {begin}") + counted


def _format_interval(change: ShareChange | VolumeChange) -> str:
    """Return the interval of a change that excludes zero, without signs: `3 to 13`, `less than 1 to 2`."""
    low, high = sorted((abs(change.low), abs(change.high)))
    return f"{f'{low:.0f}' if low >= 1 else 'less than 1'} to {max(1, round(high))}"
