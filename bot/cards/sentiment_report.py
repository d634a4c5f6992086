"""The answer to `/sentiment`: a sentence, what it rests on, departments and the top posts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    is_within_limits,
    make_actions,
    make_bullets,
    make_button,
    make_context,
    make_header,
    make_line,
    make_link,
    make_plain_text,
    make_quote,
    make_rich_text,
    make_run,
    make_section,
    make_table,
)
from bot.cards.case_search import SearchQuery
from bot.cards.charts import TITLE_LENGTH, make_line_chart
from bot.cards.modal_blocks import make_option
from bot.cards.sanitize import escape, escape_name, sanitize_line
from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseStatus
from bot.domain.reports.headline import format_headline, format_theme, format_total, list_changes, list_peaks
from bot.domain.reports.recognition import ColleagueFigures
from bot.domain.reports.report import (
    CautionFigures,
    DepartmentFigures,
    FigureGap,
    FlagFigures,
    FollowUpFigures,
    ReplyFigures,
    Report,
    ReportQuery,
)
from bot.domain.reports.statistics import MIN_SAMPLE, DurationStats
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.text import format_count, format_duration

HEADER_LENGTH = 150
PARTS_DRAWN = 3
"""A line of fewer points says nothing."""
RANGE_BUTTONS = {
    "yesterday": ("Yesterday", action_ids.SHOW_YESTERDAY),
    "week": ("7 days", action_ids.SHOW_WEEK),
    "month": ("30 days", action_ids.SHOW_MONTH),
}
CHOICES_SHOWN = 10
OPTION_LENGTH = 150
HIDDEN = "Posts are left out: they are shown only in the channel of their department."
DEPARTMENTS_SHOWN = 10
THEMES_SHOWN = 3
DEPARTMENT_COLUMNS = ("Department", "Open now", "Overdue now", "Answered", "First reply: median", "9 in 10 within")
WORDS_SHOWN = 240
"""Characters of a top post: about four lines on a phone."""
SURPRISED = "Not what you expected? Ask your Earshot admin to run `earshot check`."
PLURALS = {
    Intent.CRISIS: ("crisis", "crises"),
    Intent.COMPLAINT: ("complaint", "complaints"),
    Intent.NEED: ("feature request", "feature requests"),
    Intent.QUESTION: ("question", "questions"),
    Intent.PURCHASE: ("purchase interest", "purchase interests"),
    Intent.PRAISE: ("praise", "praises"),
}


def render_report(report: Report, note: str = "") -> RenderedMessage:
    """Return the report, with buttons unless a note says why people see it who did not ask.

    Drops posts, menus, the chart until it fits.
    """
    headline = format_headline(report)
    smaller = [replace(report, top_cases=report.top_cases[:shown]) for shown in range(len(report.top_cases), -1, -1)]
    smaller += [replace(smaller[-1], choices=()), replace(smaller[-1], choices=(), parts=())]
    for one in smaller:
        blocks = [
            make_header(headline)
            if len(headline) <= HEADER_LENGTH
            else make_rich_text(make_line(make_run(headline, bold=True))),
            *_render_figures(one),
            *_render_departments(one),
            *_render_missing(one),
            *_render_themes(one, is_shared=bool(note)),
            *_render_flags(one.flags),
            *_render_colleagues(one.colleagues),
            *_render_footer(one, note),
        ]
        if is_within_limits(blocks):
            break
    return RenderedMessage(escape(headline), blocks)


def _render_figures(report: Report) -> list[Block]:
    silent = [make_context(_format_silence(one, report)) for one in report.gaps]
    if not report.split.total:
        return [*silent, make_context(SURPRISED)]
    kinds = ", ".join(format_count(times, *PLURALS[intent]) for intent, times in report.intents)
    total = format_total(report) + (f" Among them {kinds}." if kinds else "")
    changes = [make_line(one) for one in (*list_changes(report), *list_peaks(report))]
    asked, answered = report.coverage
    if asked:
        changes.append(
            make_line(
                f"{answered:,} of {format_count(asked, 'question or complaint', 'questions and complaints')} answered, "
                "counted by case"
            )
        )
    return [
        *silent,
        make_context(make_plain_text(total)),
        *_render_chart(report),
        make_rich_text(make_bullets(*changes)),
    ]


def _render_chart(report: Report) -> list[Block]:
    """Draw how many mentions about us there were when; nothing of few."""
    if report.split.opinion_count < MIN_SAMPLE or len(report.parts) < PARTS_DRAWN:
        return []
    splits = [split for _, split in report.parts]
    series = {  # the first colour of a palette is often green, which is wrong for what is negative
        "neutral or unclear": [one.neutral + one.unsure for one in splits],
        "negative": [one.negative for one in splits],
        "positive": [one.positive for one in splits],
    }
    title = f"Mentions {report.range.label}"
    if len(title) > TITLE_LENGTH:  # since when it was counted is in the sentence above
        title = title.partition(" (")[0]
    return [make_line_chart(title, [label for label, _ in report.parts], series)]


def _format_silence(source: FigureGap, report: Report) -> str:
    since = _format_since(source.since, report.brand_time)
    return f":warning: *{escape(source.name)}* silent since {since}: these figures lack it."


def _format_since(since: datetime, brand_time: datetime) -> str:
    return f"{since:%H:%M}" if since.date() == brand_time.date() else f"{since.day} {since:%b, %H:%M}"


def _render_themes(report: Report, *, is_shared: bool) -> list[Block]:
    """Render the most common themes, each with a post; then the top posts that are not among these."""
    themes: list[Block] = [make_section("*Top themes*")] if report.themes else []
    rest = list(report.top_cases)
    for theme in report.themes[:THEMES_SHOWN]:
        words = f"*{escape_name(sanitize_line(theme.name, 60))}:* {format_theme(theme)}"
        themes.append(make_section(words, accessory=None if is_shared else _make_theme_button(theme, report)))
        if post := next(filter(theme.includes_case, rest), None):
            themes.append(make_rich_text(make_quote(*_make_top_post_runs(post, report))))
            rest.remove(post)
    return [*themes, *_render_top_posts(rest, report)]


def _make_theme_button(theme: ThemeFigures, report: Report) -> Block:
    words = ReportQuery(report.query.period, theme=theme.name).command_text
    return make_button("Report", action_ids.SHOW_SCOPE, words, a11y_label=f"Report about {theme.name}"[:75])


def _render_top_posts(cases: Sequence[Case], report: Report) -> list[Block]:
    blocks = [make_rich_text(make_quote(*_make_top_post_runs(case, report))) for case in cases]
    if blocks:
        title = "Top post" if len(blocks) == 1 else "Top posts"
        blocks.insert(0, make_section(f"*{title}*"))
    return blocks


def _make_top_post_runs(case: Case, report: Report) -> tuple[Block, ...]:
    mention = case.mention
    became = case.resolution.value if case.resolution else {CaseStatus.NEW: "unclaimed"}.get(case.status, "claimed")
    overdue = ", overdue" if case.is_overdue(report.brand_time) else ""
    return (
        make_run(f"{sanitize_line(mention.display_name, 60)}: ", bold=True),
        make_run(f"{sanitize_line(mention.text, WORDS_SHOWN)}\n"),
        make_link(mention.url, "Open post") if mention.url else make_run("No link"),
        make_run(f" · {case.department}, {became}{overdue}"),
    )


def _render_departments(report: Report) -> list[Block]:
    """Render a table of what is open now and what was answered in this time; below it what it has no column for."""
    busy = sorted((d for d in report.departments if not d.is_idle), key=lambda d: (-d.overdue, -d.open, d.name))
    if not report.departments:
        return []
    shown, rest = busy[:DEPARTMENTS_SHOWN], busy[DEPARTMENTS_SHOWN:]
    notes = []
    if rest:
        open_there, overdue_there = sum(d.open for d in rest), sum(d.overdue for d in rest)
        notes.append(f"{len(rest)} more: {open_there:,} open, {overdue_there:,} overdue")
    if idle := [department.name for department in report.departments if department.is_idle]:
        names = ", ".join(idle[:DEPARTMENTS_SHOWN]) + (" and others" if len(idle) > DEPARTMENTS_SHOWN else "")
        notes.append(f"{names}: no open or answered cases")
    lines = [(one.name, _format_department_details(one, is_alone=len(report.departments) == 1)) for one in shown]
    details = [make_line(make_run(f"{name}: ", bold=True), words) for name, words in lines if words]
    return [
        *([make_table(DEPARTMENT_COLUMNS, [_list_cells(one) for one in shown])] if shown else []),
        *([make_rich_text(make_bullets(*details))] if details else []),
        *([make_context(make_plain_text(". ".join(notes)))] if notes else []),
    ]


def _list_cells(department: DepartmentFigures) -> list[str]:
    took = department.first_reply
    times = [format_duration(timedelta(seconds=one)) for one in took[1:]] if took else ["", ""]
    if took and took.is_small_sample:
        times[1] = f"{times[1]} (slowest of {took.times})"
    counts = (department.open, department.overdue, department.answered)
    return [department.name, *(f"{count:,}" for count in counts), *times]


def _format_department_details(department: DepartmentFigures, *, is_alone: bool) -> str:
    """Return the rest in words; how long claims and resolutions took only where one department was asked for."""
    times = (("claim", department.claim), ("resolve", department.resolve)) if is_alone else ()
    parts = [
        f"{department.closed_otherwise:,} closed without a reply" if department.closed_otherwise else "",
        f"{department.expired:,} expired" if department.expired else "",
        *(f"Time to {what}: {_format_duration_stats(took)}" for what, took in times if took),
        ", ".join(f"{count:,} {word}" for word, count in department.outcomes._asdict().items() if count),
        _format_follow_ups(department.follow_ups),
        _format_replies(department.replies),
        _format_cautions(department.cautions),
    ]
    return " · ".join(part for part in parts if part)


def _render_missing(report: Report) -> list[Block]:
    """Say which figures a report of one subject or theme lacks."""
    notes = []
    if report.query.subject:
        notes.append("What departments did and who was answered is not counted by subject.")
    if report.query.theme:
        notes.append("Spam has no theme, and what each colleague did is not counted by theme.")
    if since := report.work_counted_since:
        begin = _format_since(since, report.brand_time)
        notes.append(f"What departments did and who was answered is counted by theme only since {begin}.")
    if report.open_cases_read:
        notes.append(
            f"Open and overdue are of the {report.open_cases_read:,} cases of each department that are due first."
        )
    return [make_context(" ".join(notes))] if notes else []


def _format_replies(count: ReplyFigures) -> str:
    warned = f", {count.warned:,} of them despite a warning" if count.warned else ""
    drafted = f", {count.drafted:,} with a draft ({count.edited:,} of them edited)" if count.drafted else ""
    opened = f"Replies opened: {count.opened:,}{warned}{drafted}" if count.opened else ""
    answers = format_count(count.again, "answer")
    turned = f"Unhappy authors wrote again after {answers}: {count.turned:,} turned positive" if count.again else ""
    return " · ".join(part for part in (opened, turned) if part)


def _format_cautions(count: CautionFigures) -> str:
    held_back = max(0, count.asked - count.ignored)
    cases = format_count(count.asked, "case")
    went = f"{count.ignored:,} went ahead anyway, {held_back:,} held back"
    return f"Cautions shown in {cases}: {went}" if count.asked else ""


def _format_follow_ups(count: FollowUpFigures) -> str:
    if not any(count):
        return ""
    thanked = f" ({count.thanked:,} wrote thanks)" if count.thanked else ""
    silent = f", {count.no_answer:,} no answer" if count.no_answer else ""
    return f"Follow-ups: {count.due:,} due, {count.satisfied:,} satisfied{thanked}, {count.reopened:,} reopened{silent}"


def _format_duration_stats(stats: DurationStats) -> str:
    half, most = (
        format_duration(timedelta(seconds=stats.median)),
        format_duration(timedelta(seconds=stats.percentile_90)),
    )
    if stats.times == 1:
        return half
    return f"median {half}, {f'slowest {most}' if stats.is_small_sample else f'9 in 10 within {most}'}"


def _render_flags(count: FlagFigures) -> list[Block]:
    """Say how many posts our own sources miss."""
    if not count.flagged:
        return []
    missed = f"Our sources missed {count.missed:,} of them." if count.missed else "Our sources found all of them."
    return [make_context(f"Flagged by colleagues: {format_count(count.flagged, 'post')}. {missed}")]


def _render_colleagues(colleagues: Sequence[ColleagueFigures]) -> list[Block]:
    """Name the colleagues who did most, without those who chose to be left out."""
    named = []
    for one in colleagues:
        claim = f", median {format_duration(timedelta(seconds=one.claim.median))} to claim" if one.claim else ""
        parts = (
            f"resolved {one.resolved:,}{claim}" if one.resolved else "",
            f"spotted {format_count(one.spotted, 'post')} that no source found" if one.spotted else "",
        )
        named.append(f"{sanitize_line(one.name, 60)} {', '.join(filter(None, parts))}")
    leave = "To be left out, type `/earshot recognition off`."
    thanks = make_plain_text(f"Thanks to colleagues: {' · '.join(named)}.")
    return [make_context(thanks, leave)] if named else []


def _render_footer(report: Report, note: str) -> list[Block]:
    at = report.brand_time
    made = f"As of {at.day} {at:%b, %H:%M}, {at.tzinfo}. {_format_comparison(report)}".strip()
    if note:
        hidden = f" {HIDDEN}" if report.hidden else ""
        return [make_context(f"{made}{hidden} {note}")]
    return [make_actions(*_list_controls(report)), make_context(f"{made} Only you can see this.")]


def _list_controls(report: Report) -> list[Block]:
    """Return what leads on: other times and scopes, sharing, and lists. What else a report can do belongs here."""
    asked = report.query
    share = make_button(
        "Share here", action_ids.SHARE_REPORT, asked.command_text, a11y_label="Post this report in this channel"
    )
    ranges = [
        make_button(label, action, replace(asked, period=period).command_text)
        for period, (label, action) in RANGE_BUTTONS.items()
        if period != asked.period
    ]
    behind = SearchQuery(report=asked.command_text).to_json()
    cases = make_button("Cases…", action_ids.EPISODE_CASES, behind, a11y_label="Show the cases behind these figures")
    figures = make_button(
        "CSV", action_ids.EXPORT_REPORT, f"tallies {asked.command_text} csv", a11y_label="Get these figures as a file"
    )
    label, listed = "Show what these mentions are about", asked.period if asked.theme else asked.command_text
    has_themes = bool(report.themes or asked.theme)
    themes = [make_button("Themes", action_ids.SHOW_THEMES, listed, a11y_label=label)] if has_themes else []
    spam = [make_button("View spam", action_ids.SPAM_LIST)] if report.split.spam else []
    is_week = asked.period == "week" and not asked.scope
    has_praise = any(intent is Intent.PRAISE for intent, _ in report.intents)
    thanks = [make_button("People to thank", action_ids.THANK_LIST)] if is_week and has_praise else []
    return [*ranges, *_list_scope_menus(report), *themes, share, cases, figures, *spam, *thanks]


def _list_scope_menus(report: Report) -> list[Block]:
    """Return the menu of subjects, departments and themes, as far as there is room."""
    groups: list[Block] = []
    for title, queries in report.choices:
        options = [make_option(one.scope, one.command_text) for one in queries[:CHOICES_SHOWN]]
        if options := [one for one in options if len(one["value"]) <= OPTION_LENGTH]:
            groups.append({"label": make_plain_text(title, 75), "options": options})
    if not groups:
        return []
    placeholder = make_plain_text("By subject, department, theme")
    menu = {"type": "static_select", "action_id": action_ids.SHOW_SCOPE, "placeholder": placeholder}
    return [{**menu, "option_groups": groups}]


def _format_comparison(report: Report) -> str:
    """Say what it is compared with."""
    if report.range.weeks or not report.before:
        return ""
    weeks = len(report.before)
    return f"“Usually” is the same hours {'a week before' if weeks == 1 else f'in the {weeks} weeks before'}."
