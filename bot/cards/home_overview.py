"""The lower half of the Home tab: on call, the day's figures, episodes and crises, sources and status."""

from datetime import timedelta

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_button, make_context, make_header, make_plain_text, make_section
from bot.cards.crises import format_crisis_title
from bot.cards.help import format_precision
from bot.cards.home_view import HomeView
from bot.cards.oncall import render_on_call_section
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.cards.source_rows import SOURCES_SHOWN, render_sources
from bot.cards.spikes import format_spike_title
from bot.domain.reports.report import DepartmentFigures
from bot.domain.text import format_count, format_duration

ON_CALL = "oncall"
"""The section of the rows with *Take it* and *Ask for cover*."""
ON_CALL_SHOWN = 6
FIGURES_SHOWN = 30
ACTIVITY_SHOWN = 4
TROUBLES_SHOWN = 5


def render_on_call_rows(home: HomeView) -> list[Block]:
    """Return who is on call now and next in each department with a schedule, with *Take* or *Cover*, and when I am."""
    scheduled = [one.on_call for one in home.departments if one.department.schedules]
    if not scheduled:
        return []
    rows = [
        {**render_on_call_section(one, home.person), "block_id": action_ids.build_home_place(ON_CALL, number)}
        for number, one in enumerate(scheduled[:ON_CALL_SHOWN])
    ]
    more = len(scheduled) - len(rows)
    rest = [make_context(f"… and {more:,} more: `{action_ids.ONCALL}`")] if more > 0 else []
    return [make_header("On call"), *rows, *rest, make_context(_format_next_shift(home))]


def _format_next_shift(home: HomeView) -> str:
    if home.next_shift is None:
        return "You have no shift in the next four weeks."
    schedule, shift = home.next_shift
    name = escape(sanitize_line(schedule, 60))
    if shift.start <= home.at:
        return f"You are on call now for *{name}*, until {format_date(shift.end)}."
    return f"Your next shift: *{name}*, {format_date(shift.start)} until {format_date(shift.end)}."


def render_day(home: HomeView) -> list[Block]:
    lines = [_format_figures(one) for one in home.figures[:FIGURES_SHOWN]]
    more = len(home.figures) - len(lines)
    rest = [f"… and {format_count(more, 'department')} more"] if more > 0 else []
    return [make_header("Today"), make_section("\n".join([*lines, *rest]) or "No figures yet.")]


def _format_figures(one: DepartmentFigures) -> str:
    took = f" · median {format_duration(timedelta(seconds=one.claim.median))} to claim" if one.claim else ""
    overdue = f" · {one.overdue:,} overdue" if one.overdue else ""
    return f"*{escape(sanitize_line(one.name, 60))}* · {one.open:,} open{overdue} · {one.answered:,} answered{took}"


def render_activity(home: HomeView) -> list[Block]:
    crises = [(f"🚨 {format_crisis_title(one)}", one.id) for one in home.crises]
    episodes = [(f"📈 {format_spike_title(one)}", one.id) for one in home.episodes]
    found = [*crises, *episodes]
    rows = [_render_activity_row(title, name) for title, name in found[:ACTIVITY_SHOWN]]
    more = len(found) - len(rows)
    rest = [make_context(f"… and {more:,} more")] if more > 0 else []
    return [make_header("Episodes and crises"), *rows, *rest] if rows else []


def _render_activity_row(title: str, name: str) -> Block:
    view = make_button("View", action_ids.HOME_ACTIVITY, name, a11y_label=f"View: {title}")
    return make_section(make_plain_text(title, 200), accessory=view)


def render_status(home: HomeView) -> list[Block]:
    """Return what is wrong with Earshot; for managers also each source, with what is wrong with it."""
    sources = {one.source for one in home.sources[:SOURCES_SHOWN]}
    issues = [
        f"⚠️ {escape(sanitize_line(sentence, 200))}"
        for part, sentence in home.health_issues.items()
        if part.partition(":")[2] not in sources
    ]
    normal = [] if home.health_issues else ["✅ All systems normal"]
    lines = [*normal, *issues[:TROUBLES_SHOWN]]
    if home.is_manager and home.precisions and not home.precisions[0].is_small_sample:
        lines.append(f"🎯 {format_precision(home.precisions)}")
    status = [make_section("\n".join(lines))] if lines else []
    return [make_header("Status"), *status, *render_sources(home)]
