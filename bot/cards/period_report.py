"""The report of a period as one HTML page, for those who plan a season: it needs nothing else, and prints.

Everything that a stranger or a colleague wrote is escaped; the page has no scripts and asks for nothing.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.cards.episode_page import format_ref_name
from bot.cards.sanitize import sanitize_keep_spaces, sanitize_line
from bot.cards.svg_charts import ShareRow, draw_bars, draw_shares
from bot.domain.campaigns.episode_figures import EpisodeFigures
from bot.domain.campaigns.episode_review import format_share, list_review_lines
from bot.domain.reports.headline import format_headline, format_total, list_changes, list_peaks
from bot.domain.reports.report import DepartmentFigures, Report, SentimentCounts
from bot.domain.reports.statistics import compute_wilson_interval
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.text import format_count, format_duration, format_percent

STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
SERIES: dict[str, Callable[[SentimentCounts], int]] = {
    "negative": lambda one: one.negative,
    "others": lambda one: one.neutral + one.unsure,
    "positive": lambda one: one.positive,
}
THEMES_SHOWN = 12
WORDS_SHOWN = 400
KEYS = "".join(
    f'<span><i class="key {name}"></i>{words}</span>'
    for name, words in (("negative", "negative"), ("others", "neutral or unclear"), ("positive", "positive"))
)
NONE = "–"


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """`before` is of the same weekdays right before; None if nothing is known of then."""

    brand: str
    report: Report
    before: Report | None = None
    episodes: tuple[EpisodeFigures, ...] = ()
    """That overlap the period, the first first."""
    left_out: int = 0
    """Episodes beyond those that are shown."""


def render_period_report(period: PeriodReport) -> str:
    """Return the whole page."""
    report = period.report
    title = f"{period.brand} {report.range.label}"
    parts = [
        f'<p class="muted">{_escape(title)}</p><h1>{_escape(format_headline(report))}</h1>',
        f"<p>{_escape(format_total(report))}</p>",
        _make_list(
            [f"{one.name} silent since {_format_time(one.since)}: these figures lack it" for one in report.gaps]
        ),
        _make_list([*list_changes(report), *list_peaks(report)]),
        _draw_mentions("Mentions about us", report.parts),
        _render_comparison(report, period.before),
        _render_departments(report, period.before),
        _render_themes(report, period.before),
        _render_episodes(period),
        _render_posts(report),
        _render_footer(report),
    ]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
    )
    style = f"<title>{_escape(title)}</title><style>{STYLE}</style>"
    return f"{head}{style}</head><body><main>{''.join(parts)}</main></body></html>\n"


def _render_comparison(report: Report, before: Report | None) -> str:
    """Compare with the period before, line by line."""
    rows = [
        [name, *(read(one.split) if one else NONE for one in (report, before))]
        for name, read in (
            ("Mentions about us", lambda one: f"{one.opinion_count:,}"),
            ("Negative", lambda one: f"{one.negative:,}"),
            ("Negative share (95 % interval)", format_share),
            ("Neutral", lambda one: f"{one.neutral:,}"),
            ("Unclear", lambda one: f"{one.unsure:,}"),
            ("Positive", lambda one: f"{one.positive:,}"),
            ("About competitors", lambda one: f"{one.competitors:,}"),
            ("Spam", lambda one: f"{one.spam:,}"),
        )
    ]
    covered = [one.coverage if one else None for one in (report, before)]
    asked = [f"{one.answered:,} of {one.asked:,}" if one and one.asked else NONE for one in covered]
    rows.append(["Questions and complaints answered", *asked])
    earlier = before.range.label if before else "the period before: not counted"
    table = _make_table(["Figure", report.range.label, earlier], rows)
    return f"<section><h2>Against the period before</h2>{table}</section>"


def _render_departments(report: Report, before: Report | None) -> str:
    has_cases = before and any(not one.is_idle for one in before.departments)
    known = {one.name: one for one in before.departments} if before and has_cases else {}
    busy = [one for one in report.departments if not one.is_idle]
    head = [
        "Department",
        "Answered",
        "Before",
        "First reply: median",
        "Before",
        "9 in 10 within",
        "Open now",
        "Overdue",
    ]
    rows = [_list_department_cells(one, known.get(one.name)) for one in busy]
    outcomes = [
        f"{one.name}: " + ", ".join(f"{count:,} {word}" for word, count in one.outcomes._asdict().items() if count)
        for one in busy
        if any(one.outcomes)
    ]
    return f"<section><h2>Departments</h2>{_make_table(head, rows)}{_make_list(outcomes)}</section>" if rows else ""


def _list_department_cells(now: DepartmentFigures, before: DepartmentFigures | None) -> list[str]:
    def format_reply(one: DepartmentFigures | None, nth: int) -> str:
        return format_duration(timedelta(seconds=one.first_reply[nth])) if one and one.first_reply else NONE

    answered = [f"{one.answered:,}" if one else NONE for one in (now, before)]
    replies = [format_reply(now, 1), format_reply(before, 1), format_reply(now, 2)]
    return [now.name, *answered, *replies, f"{now.open:,}", f"{now.overdue:,}"]


def _render_themes(report: Report, before: Report | None) -> str:
    known = {one.name: (one.mentions, one.negative) for one in before.themes} if before else {}
    shown, unknown = report.themes[:THEMES_SHOWN], (0, 0) if before else (NONE, NONE)
    if not shown:
        return ""
    drawn = [(one, interval) for one in shown if (interval := one.negative_interval)]
    rows = [ShareRow(one.name, *interval, _format_theme(one, *interval)) for one, interval in drawn]
    drawn_rows = draw_shares("Negative share of each theme", rows)
    chart = _make_figure(drawn_rows, "Negative share, with its 95 % interval") if rows else ""
    counts = [(one.name, (one.mentions, one.negative, *known.get(one.name, unknown))) for one in shown]
    cells = [[name, *(f"{one:,}" if isinstance(one, int) else one for one in numbers)] for name, numbers in counts]
    table = _make_table(["Theme", "Mentions", "Negative", "Mentions before", "Negative before"], cells)
    return f"<section><h2>Themes</h2>{chart}{table}</section>"


def _format_theme(theme: ThemeFigures, share: float, low: float, high: float) -> str:
    return f"{format_percent(share)} ({low:.0f}–{high:.0f}\N{NO-BREAK SPACE}%) of {theme.mentions:,}"


def _render_episodes(period: PeriodReport) -> str:
    """Compare episode with episode, then each with the time before it."""
    figures = period.episodes
    if not figures:
        return "<section><h2>Episodes</h2><p>None in this period.</p></section>"
    drawn = [one for one in figures if one.during.opinion_count]
    chart = draw_shares("Negative share of each episode", [_make_share_row(one) for one in drawn])
    head = ["Episode", "Mentions", "Before", "Negative", "Before", "Cases", "Answered", "Median reply"]
    table = _make_table(head, [_list_episode_cells(one) for one in figures])
    more = f"<p>{format_count(period.left_out, 'more episode')} left out.</p>" if period.left_out else ""
    figure = _make_figure(chart, "Negative share while it lasted, with its 95 % interval") if drawn else ""
    pages = "".join(_render_episode(one) for one in figures)
    return f"<section><h2>Episode against episode</h2>{figure}{table}{more}</section>{pages}"


def _make_share_row(figures: EpisodeFigures) -> ShareRow:
    size = figures.during.opinion_count
    share = figures.during.negative / size
    low, high = compute_wilson_interval(share, size)
    words = f"{format_share(figures.during)} of {size:,}"
    return ShareRow(format_ref_name(figures.ref), 100 * share, 100 * low, 100 * high, words)


def _list_episode_cells(figures: EpisodeFigures) -> list[str]:
    during, before, outcome = figures.during, figures.before, figures.outcome
    took = outcome.first_reply
    return [
        format_ref_name(figures.ref),
        *(f"{one.opinion_count:,}" for one in (during, before)),
        *(f"{one.negative:,}" for one in (during, before)),
        f"{outcome.total + outcome.unread:,}",
        f"{outcome.answered:,}",
        format_duration(timedelta(seconds=took.median)) if took else NONE,
    ]


def _render_episode(figures: EpisodeFigures) -> str:
    ref, zone = figures.ref, figures.brand_time.tzinfo
    edges = " – ".join(_format_time(edge.astimezone(zone)) for edge in (ref.start, ref.end) if edge)
    parent = f", part of {ref.parent}" if ref.parent else ""
    note = f"{ref.kind}{parent} · {ref.subject} · {edges}{'' if ref.end else ', still going'}"
    chart = _draw_mentions("Mentions before, during and after", figures.parts)
    lines = _make_list(list_review_lines(figures))
    name = _escape(format_ref_name(ref))
    return f'<section><h3>{name}</h3><p class="muted">{_escape(note)}</p>{lines}{chart}</section>'


def _render_posts(report: Report) -> str:
    quotes = [
        f"<blockquote><strong>{_escape(sanitize_line(case.mention.display_name, 60))}</strong>: "
        f"{_escape(sanitize_line(case.mention.text, WORDS_SHOWN))}</blockquote>"
        for case in report.top_cases
    ]
    return f"<section><h2>Top posts</h2>{''.join(quotes)}</section>" if quotes else ""


def _render_footer(report: Report) -> str:
    return (
        f"<footer>Made {_format_time(report.brand_time)}, {_escape(str(report.brand_time.tzinfo))}. "
        f"The figures are those of “/sentiment {_escape(report.query.command_text)}”. "
        "A change is named only if it is more than chance. Counts about an episode are all posts about its subject "
        "in that time. Posts can be deleted later: then delete this file, too.</footer>"
    )


def _draw_mentions(title: str, parts: Sequence[tuple[str, SentimentCounts]]) -> str:
    """Return the chart and the keys to its colours; nothing without mentions."""
    if not sum(one.opinion_count for _, one in parts):
        return ""
    series = {name: [read(one) for _, one in parts] for name, read in SERIES.items()}
    drawn = draw_bars(title, [label for label, _ in parts], series)
    return _make_figure(drawn, KEYS)


def _make_figure(drawn: str, caption: str) -> str:
    """Return a chart with its caption, both HTML."""
    return f"<figure>{_make_scroller(drawn, 'Chart')}<figcaption>{caption}</figcaption></figure>"


def _make_scroller(content: str, name: str) -> str:
    """Return content that may be wider than a phone, and is scrolled with the keyboard, too."""
    return f'<div class="scroll" role="group" aria-label="{name}" tabindex="0">{content}</div>'


def _make_list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{_escape(one)}</li>' for one in lines)}</ul>" if lines else ""


def _make_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    titles = "".join(f'<th scope="col">{_escape(one)}</th>' for one in head)
    body = "".join(
        f'<tr><th scope="row">{_escape(row[0])}</th>{"".join(f"<td>{_escape(one)}</td>" for one in row[1:])}</tr>'
        for row in rows
    )
    return _make_scroller(f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>", "Table")


def _format_time(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M}"


def _escape(words: str) -> str:
    return html.escape(sanitize_keep_spaces(words))
