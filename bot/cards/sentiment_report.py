"""The answer to `/sentiment`: volume, sentiment, change, departments and the top posts."""

from collections.abc import Sequence
from datetime import timedelta

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
)
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseStatus
from bot.domain.periods import ReportPeriod, floor_to_quarter
from bot.domain.reports.report import (
    MIN_SAMPLE,
    DepartmentFigures,
    DurationStats,
    FlagFigures,
    FollowUpFigures,
    ReplyFigures,
    Report,
    SentimentCounts,
    ShareChange,
    VolumeComparison,
)
from bot.domain.text import format_count, format_duration, format_percent

SENTIMENTS = {"negative": "negative", "neutral": "neutral", "positive": "positive", "unsure": "unclear"}
"""Fields of `SentimentCounts`, and how they are called."""
DEPARTMENTS_SHOWN = 10
WORDS_SHOWN = 240
"""Characters of a top post: about four lines on a phone."""
SURPRISED = "Not what you expected? Ask your Earshot admin to run `earshot check`."
IN_WORDS = {ReportPeriod.TODAY: "today", ReportPeriod.YESTERDAY: "yesterday", ReportPeriod.WEEK: "in the last 7 days"}
PERIODS_BEFORE = {
    ReportPeriod.TODAY: "yesterday",
    ReportPeriod.YESTERDAY: "the day before",
    ReportPeriod.WEEK: "the 7 days before",
}
PLURALS = {
    Intent.CRISIS: ("crisis", "crises"),
    Intent.COMPLAINT: ("complaint", "complaints"),
    Intent.NEED: ("feature request", "feature requests"),
    Intent.QUESTION: ("question", "questions"),
    Intent.PURCHASE: ("purchase interest", "purchase interests"),
    Intent.PRAISE: ("praise", "praises"),
}


def format_report_headline(report: Report) -> str:
    split = report.split
    if not split.opinion_count:
        return f"{_format_report_title(report)}."
    shares = ", ".join(f"{_format_share(getattr(split, field), split)} {word}" for field, word in SENTIMENTS.items())
    overdue = sum(line.overdue for line in report.departments)
    return f"{_format_report_title(report)}: {shares}." + (
        f" {format_count(overdue, 'case')} overdue." if overdue else ""
    )


def render_report(report: Report, shared_by: str = "") -> RenderedMessage:
    """Return the report, with a button to share it unless it is shared. Drops top posts until it is within limits."""
    for shown in range(len(report.top_cases), -1, -1):
        blocks = [
            *_render_figures(report),
            *_render_top_posts(report.top_cases[:shown], report),
            *_render_departments(report),
            *_render_flags(report.flags),
        ]
        blocks += _render_footer(report, shared_by)
        if is_within_limits(blocks):
            break
    return RenderedMessage(escape(format_report_headline(report)), blocks)


def _format_report_title(report: Report) -> str:
    asked = report.query
    of = f" about {asked.subject}" if asked.subject else f" for {asked.department}" if asked.department else ""
    what = format_count(report.split.total, "mention") if report.split.total else "No mentions"
    so_far = " so far" if asked.period is ReportPeriod.TODAY and not report.split.total else ""
    return f"{what}{of} {IN_WORDS[asked.period]}{so_far}"


def _render_figures(report: Report) -> list[Block]:
    if not report.split.total:
        return [make_header(_format_report_title(report)), make_context(SURPRISED)]
    blocks = [make_header(_format_report_title(report)), make_context(make_plain_text(format_volume_change(report)))]
    blocks.append(make_rich_text(make_bullets(*_render_sentiment_lines(report), *_render_excluded_mentions(report))))
    if report.intents:
        kinds = ", ".join(format_count(times, *PLURALS[intent]) for intent, times in report.intents)
        blocks.append(make_rich_text(make_line("Including ", f"{kinds}.")))
    return blocks


def format_volume_change(report: Report) -> str:
    """Compare the volume with the period before, or say that the sample is too small."""
    volume = VolumeComparison(report.comparable.total, report.before.total)
    before = PERIODS_BEFORE[report.query.period]
    counts = f"{volume.now:,} vs. {volume.before:,}{_format_cut(report)}"
    if volume.is_small_sample:
        return f"Not enough data to compare with {before}: {counts}."
    if not volume.is_significant:
        return f"About the same as {before}: {counts}."
    more = "more" if volume.now > volume.before else "fewer"
    by = max(1, round(100 * abs(volume.now - volume.before) / volume.before))
    return f"{format_percent(by)} {more} than {before}: {counts}."


def _format_cut(report: Report) -> str:
    """Return the time of day until which both periods count; '' where both are over."""
    if report.query.period is ReportPeriod.YESTERDAY:
        return ""
    return f", both until {floor_to_quarter(report.brand_time).astimezone(report.brand_time.tzinfo):%H:%M}"


def _render_sentiment_lines(report: Report) -> list[Block]:
    shown = SENTIMENTS if report.split.opinion_count else {}
    return [
        make_line(
            make_run(f"{word} ", bold=True),
            _format_count_and_share(report, field) + _format_share_change(report.compute_sentiment_change(field)),
        )
        for field, word in shown.items()
    ]


def _format_share(times: int, split: SentimentCounts) -> str:
    """Return the share, or the number where the sample is too small."""
    return format_percent(100 * times / split.opinion_count) if split.opinion_count >= MIN_SAMPLE else f"{times:,}"


def _format_count_and_share(report: Report, field: str) -> str:
    times = getattr(report.split, field)
    return (
        f"{times:,} ({_format_share(times, report.split)})"
        if report.split.opinion_count >= MIN_SAMPLE
        else f"{times:,}"
    )


def _format_share_change(change: ShareChange | None) -> str:
    if change is None:
        return ""
    if not change.is_significant:
        return ", about the same"
    points = max(1, round(abs(change.points)))
    return f", {'up' if change.points > 0 else 'down'} {format_count(points, 'point')}"


def _render_excluded_mentions(report: Report) -> list[Block]:
    """List mentions of competitors and spam, which the total includes and the shares do not."""
    found = []
    for name, split in report.competitors:
        negative = f", {_format_share(split.negative, split)} of them negative" if split.negative else ""
        found.append(
            make_line(make_run(f"about {sanitize_line(name, 60)} ", bold=True), f"{split.opinion_count:,}{negative}")
        )
    if report.split.spam:
        found.append(make_line(make_run("spam ", bold=True), f"{report.split.spam:,}"))
    return found


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
    if report.query.subject:
        return []
    busy = sorted((d for d in report.departments if not d.is_idle), key=lambda d: (-d.overdue, -d.open, d.name))
    lines = [_render_department_line(department) for department in busy[:DEPARTMENTS_SHOWN]]
    if rest := busy[DEPARTMENTS_SHOWN:]:
        open_there, overdue_there = sum(d.open for d in rest), sum(d.overdue for d in rest)
        lines.append(
            make_line(make_run(f"{len(rest)} more: ", bold=True), f"{open_there:,} open, {overdue_there:,} overdue")
        )
    if idle := [department.name for department in report.departments if department.is_idle]:
        names = ", ".join(idle[:DEPARTMENTS_SHOWN]) + (" and others" if len(idle) > DEPARTMENTS_SHOWN else "")
        lines.append(make_line(make_run(f"{names}: ", bold=True), "no open or answered cases"))
    if not lines:
        return []
    title = f"*Departments*: open now, answered {IN_WORDS[report.query.period]}"
    return [make_section(title), make_rich_text(make_bullets(*lines))]


def _render_department_line(department: DepartmentFigures) -> Block:
    overdue = f", {department.overdue:,} overdue" if department.overdue else ", none overdue" if department.open else ""
    closed = f", {department.closed_otherwise:,} closed without a reply" if department.closed_otherwise else ""
    words = f"{department.open:,} open{overdue} · {department.answered:,} answered{closed}"
    times = [
        f"\nTime to {what}: {_format_duration_stats(took)}"
        for what, took in (
            ("claim", department.claim),
            ("resolve", department.resolve),
            ("first public reply", department.first_reply),
        )
        if took
    ]
    follow_ups = _format_follow_ups(department.follow_ups)
    replies = _format_replies(department.replies)
    return make_line(make_run(f"{department.name}: ", bold=True), words + "".join(times) + follow_ups + replies)


def _format_replies(count: ReplyFigures) -> str:
    warned = f", {count.warned:,} of them despite a warning" if count.warned else ""
    drafted = f", {count.drafted:,} with a draft ({count.edited:,} of them edited)" if count.drafted else ""
    return f"\nReplies opened: {count.opened:,}{warned}{drafted}" if count.opened else ""


def _format_follow_ups(count: FollowUpFigures) -> str:
    if not any(count):
        return ""
    thanked = f" ({count.thanked:,} wrote thanks)" if count.thanked else ""
    silent = f", {count.no_answer:,} no answer" if count.no_answer else ""
    return (
        f"\nFollow-ups: {count.due:,} due, {count.satisfied:,} satisfied{thanked}, {count.reopened:,} reopened{silent}"
    )


def _format_duration_stats(stats: DurationStats) -> str:
    half, most = (
        format_duration(timedelta(seconds=stats.median)),
        format_duration(timedelta(seconds=stats.percentile_90)),
    )
    if stats.times == 1:
        return half
    return f"median {half}, {f'max {most}' if stats.is_small_sample else f'{format_percent(90)} within {most}'}"


def _render_flags(count: FlagFigures) -> list[Block]:
    """Say how many posts our own sources miss."""
    if not count.flagged:
        return []
    missed = f"No source found {count.missed:,} of them." if count.missed else "Our sources found all of them."
    return [make_context(f"Flagged by colleagues: {format_count(count.flagged, 'post')}. {missed}")]


def _render_footer(report: Report, shared_by: str) -> list[Block]:
    at = report.brand_time
    note = f"As of {at.day} {at:%b, %H:%M}, {at.tzinfo}."
    if report.split.total > report.split.opinion_count >= MIN_SAMPLE:
        note += f" Percentages cover the {report.split.opinion_count:,} mentions about us."
    if shared_by:
        return [make_context(f"{note} Shared by <@{shared_by}>. Get your own with `{action_ids.SENTIMENT}`.")]
    share = make_button(
        "Share here", action_ids.SHARE_REPORT, report.query.command_text, a11y_label="Post this report in this channel"
    )
    spam = [make_button("View spam", action_ids.SPAM_LIST)] if report.split.spam else []
    is_week = report.query.period is ReportPeriod.WEEK and not report.query.scope
    has_praise = any(intent is Intent.PRAISE for intent, _ in report.intents)
    thanks = [make_button("People to thank", action_ids.THANK_LIST)] if is_week and has_praise else []
    return [make_actions(share, *spam, *thanks), make_context(f"{note} Only you can see this.")]
