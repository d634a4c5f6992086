"""The answer to `/sentiment themes`: all themes with their figures, and words that might become one."""

from collections.abc import Sequence

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
    make_table,
    render_text,
)
from bot.cards.case_search import SearchQuery
from bot.cards.modal_blocks import make_option, make_select
from bot.cards.sanitize import escape_name, sanitize_line
from bot.domain.reports.report import EVERYTHING, ReportQuery
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.text import format_count, format_percent
from bot.domain.theme_suggestions import ThemeSuggestion
from bot.domain.themes import Theme

COLUMNS = ("Theme", "Mentions", "Negative", "Positive", "Negative share")
ROWS_SHOWN = 30
OPTION_LENGTH = 150
CHANGE = (
    "Managers change them: `/sentiment themes rename delay to late flights`, `merge … into …`, `add wifi: wi-fi`, "
    "`remove wifi`."
)


def render_themes(
    themes: Sequence[ThemeFigures],
    when: str,
    suggestions: Sequence[ThemeSuggestion],
    *,
    can_change: bool,
    asked: ReportQuery = EVERYTHING,
) -> RenderedMessage:
    """Return the table, with a menu of the report of each theme and a button to the cases behind it."""
    title = f"*What posts are about, {escape_name(when)}*"
    rows = [
        row for theme in themes for row in (_list_cells(theme), *(_list_cells(one, "– ") for one in theme.subjects))
    ]
    left_out = len(rows) - ROWS_SHOWN
    blocks: list[Block] = (
        [make_table(COLUMNS, rows[:ROWS_SHOWN])] if rows else [make_section("Nothing with a theme yet.")]
    )
    if left_out > 0:
        blocks.append(
            make_context(f"{format_count(left_out, 'row')} left out. Ask for one subject, or a shorter time.")
        )
    if rows:
        behind = SearchQuery(report=asked.command_text, figure=f"theme:{themes[0].name}").to_json()
        label = "Show the cases behind these figures"
        cases = make_button("Cases…", action_ids.EPISODE_CASES, behind, a11y_label=label)
        blocks.append(make_actions(*_list_report_menu(themes, asked), cases))
    if suggestions:
        said = ", ".join(f"{one.words} ({format_count(one.people, 'person', 'people')})" for one in suggestions)
        blocks.append(make_context(make_plain_text(f"Many people also say, without a theme yet: {said}")))
        if can_change:
            menu = make_select([make_option(one.words, one.words) for one in suggestions])
            menu |= {"action_id": action_ids.THEME_ADD, "placeholder": make_plain_text("Add as a theme…")}
            blocks.append(make_actions(menu))
    note = "A mention with two themes is in both. A share is shown of 30 mentions or more."
    return render_text(title, *blocks, make_context(f"{note} {CHANGE}"))


def _list_report_menu(themes: Sequence[ThemeFigures], asked: ReportQuery) -> list[Block]:
    """Return the menu that shows the report of one theme, of all departments and subjects together."""
    queries = [ReportQuery(asked.period, theme=one.name) for one in themes[:ROWS_SHOWN]]
    options = [make_option(one.theme, one.command_text) for one in queries if len(one.command_text) <= OPTION_LENGTH]
    menu = make_select(options) | {"placeholder": make_plain_text("Report of a theme")}
    return [menu | {"action_id": action_ids.SHOW_SCOPE}] if options else []


def _list_cells(one: ThemeFigures, prefix: str = "") -> list[str]:
    share = "too few"
    if one.negative_interval is not None:
        middle, low, high = one.negative_interval
        share = f"{format_percent(middle)} ({low:.0f}–{high:.0f}\N{NO-BREAK SPACE}%)"
    return [f"{prefix}{one.name}", *(f"{count:,}" for count in (one.mentions, one.negative, one.positive)), share]


def render_rename_receipt(name: str, new: str, *, is_merge: bool) -> RenderedMessage:
    old, now = (escape_name(sanitize_line(one, 60)) for one in (name, new))
    if is_merge:
        both = "Earlier mentions of both themes are still counted twice."
        return render_text(f"*{old}* is now part of *{now}*, including its earlier figures. {both}")
    return render_text(
        f"*{old}* is now called *{now}*, including in earlier figures. Routes in the playbook still use the old name."
    )


def render_split_receipt(name: str, others: Sequence[str]) -> RenderedMessage:
    """Say that themes of the playbook have their own names again, which is all that could be taken back."""
    names = ", ".join(f"*{escape_name(sanitize_line(one, 60))}*" for one in others)
    have = "has its own name" if len(others) == 1 else "have their own names"
    shown = escape_name(sanitize_line(name, 60))
    return render_text(f"{names} {have} again. The name *{shown}* no longer stands for that.")


def render_theme_end(name: str) -> RenderedMessage:
    shown = escape_name(sanitize_line(name, 60))
    return render_text(
        f"*{shown}* and its figures are no longer shown. Themes from the playbook that were part of it have their own "
        "names again. To get it back, add it again."
    )


def render_add_receipt(theme: Theme) -> RenderedMessage:
    words = escape_name(sanitize_line(", ".join(theme.words), 300))
    return render_text(f"*{escape_name(sanitize_line(theme.name, 60))}* now counts posts with: {words}.")
