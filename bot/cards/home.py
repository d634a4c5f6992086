"""The Home tab: own cases, open cases of each department, health of Earshot."""

from datetime import datetime
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_button, make_context, make_header, make_plain_text, make_section
from bot.cards.case_mention import format_author, format_kind_noun
from bot.cards.case_status import format_status
from bot.cards.help import format_precision
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.read_budget import ReadCounts
from bot.domain.reports.precision import PrecisionEstimate
from bot.domain.text import format_count

MINE_SHOWN = 15
DEPARTMENTS_SHOWN = 30
TROUBLES_SHOWN = 5


class DepartmentSummary(NamedTuple):
    """Counts of a department's open cases; `open` includes `overdue`."""

    department: Department
    open: int
    overdue: int
    on_call: OnCallSnapshot = OnCallSnapshot()


class SourceSummary(NamedTuple):
    """A source and the time of its last mention."""

    source: str
    last_mention_at: datetime
    reads: ReadCounts = ReadCounts()
    """Reads that the source bills for this month (UTC)."""


class HomeView(NamedTuple):
    own_cases: tuple[Case, ...]
    departments: tuple[DepartmentSummary, ...]
    sources: tuple[SourceSummary, ...]
    health_issues: tuple[str, ...]
    at: datetime
    precisions: tuple[PrecisionEstimate, ...] = ()
    """Precision over the last weeks; over all aspects first."""


def render_home(home: HomeView) -> dict[str, Any]:
    """Return a view of type home."""
    blocks = [
        make_header("Yours now"),
        *_render_own_cases(home),
        make_header("Waiting in the departments"),
        make_section("\n".join(_list_department_lines(home)) or "The playbook has no departments yet."),
        make_header("How Earshot is"),
        make_context("\n".join(_list_health_lines(home))),
        {"type": "divider"},
        make_context(HOW),
    ]
    return {"type": "home", "blocks": blocks}


def render_home_unavailable(sentence: str) -> dict[str, Any]:
    """Return a view that only says why there is nothing to show."""
    return {"type": "home", "blocks": [make_section(make_plain_text(sentence))]}


HOW = (
    "Claim a case in your department's channel, answer the person in public under your own name, then resolve it. Ask "
    f"`{action_ids.SENTIMENT} today` anywhere. Seen something yourself? Open the menu of the message (⋮) and choose "
    "*Flag for a department*."
)


def _render_own_cases(home: HomeView) -> list[Block]:
    if not home.own_cases:
        return [make_section("Nothing. Press *Claim* on a card, and the case is listed here.")]
    shown = [_render_own_case(case, home.at) for case in home.own_cases[:MINE_SHOWN]]
    more = len(home.own_cases) - len(shown)
    rest = [make_context(f"… and {format_count(more, 'case')} due later")] if more > 0 else []
    return [*shown, *rest]


def _render_own_case(case: Case, at: datetime) -> Block:
    resolve = make_button(
        "Resolve…",
        action_ids.RESOLVE,
        case.id,
        a11y_label=f"Resolve: {format_kind_noun(case)} from {format_author(case.mention)}",
    )
    return make_section(
        make_plain_text(f"{format_author(case.mention, 30)}: {sanitize_line(case.mention.text, 140)}", 200),
        fields=[f"{escape(case.department)} · {format_status(case, at)}"],
        accessory=resolve,
    )


def _list_department_lines(home: HomeView) -> list[str]:
    lines = [_format_department_line(one) for one in home.departments[:DEPARTMENTS_SHOWN]]
    more = len(home.departments) - len(lines)
    return [*lines, f"… and {format_count(more, 'department')} more"] if more > 0 else lines


def _format_department_line(summary: DepartmentSummary) -> str:
    name = escape(sanitize_line(summary.department.name, 60))
    where = f" <#{summary.department.channel}>" if summary.department.channel else ""
    late = f" · ⏰ *{summary.overdue} OVERDUE*" if summary.overdue else ""
    cases = format_count(summary.open, "open case") if summary.open else "nothing open"
    return f"*{name}*{where}: {cases}{late}{_format_on_call(summary)}"


def _format_on_call(summary: DepartmentSummary) -> str:
    """Return who is on call, for a department with a schedule."""
    if not summary.department.schedules:
        return ""
    until = f" until {format_date(summary.on_call.until)}" if summary.on_call.until else ""
    if summary.on_call.has_gap or not summary.on_call.people:
        return f" · ⚠️ nobody on call{until}"
    return f" · on call <@{summary.on_call.people[0]}>{until}"


def _format_billed_reads(source: SourceSummary) -> str:
    if not any(source.reads):
        return ""
    return f" · read this month: {format_count(source.reads.posts, 'post')}, {format_count(source.reads.users, 'user')}"


def _list_health_lines(home: HomeView) -> list[str]:
    sources = [
        f"{escape(sanitize_line(one.source, 40))}: last heard "
        f"{format_date(one.last_mention_at)}{_format_billed_reads(one)}"
        for one in home.sources[:10]
    ]
    issues = [f"⚠️ {escape(sanitize_line(sentence, 200))}" for sentence in home.health_issues[:TROUBLES_SHOWN]]
    precision = (
        [f"🎯 {format_precision(home.precisions)}"]
        if home.precisions and not home.precisions[0].is_small_sample
        else []
    )
    return [*(issues or ["✅ Everything works."]), *(sources or ["Nothing was heard yet."]), *precision]
