"""Tempo: a table of how long each step took."""

from collections.abc import Sequence
from datetime import timedelta

from bot.cards.block_kit import (
    RenderedMessage,
    make_context,
    make_plain_text,
    make_table,
    render_text,
)
from bot.domain.commits import DurationKind
from bot.domain.reports.statistics import MIN_DURATIONS, DurationStats
from bot.domain.reports.step_timings import STEPS, TempoRow
from bot.domain.text import format_duration

ROWS_SHOWN = 25
"""One for each hour of the day, and one for what began before."""
LEGEND = f"Half within · nine in ten within (how many). Of fewer than {MIN_DURATIONS}, the second is the slowest."
STEP_MEANINGS = {
    DurationKind.RECEIVED: "Received: from the post to its case.",
    DurationKind.CARD: "Card: from the case.",
    DurationKind.CLAIM: "Claimed: from the case.",
    DurationKind.REPLY: "First reply: from the post to our answer in public.",
    DurationKind.RESOLVE: "Resolved: from the case.",
    DurationKind.FOLLOW_UP: "Follow-up: from the resolution.",
}
"""Of those whose column is shown."""


def render_tempo(title: str, rows: Sequence[TempoRow], note: str = "") -> RenderedMessage:
    """Return one table; columns in which nothing was timed are left out. The title may mention a person."""
    if not rows:
        return render_text(f"*{title}*", make_context("Nothing was timed yet."))
    used = [nth for nth in range(len(STEPS)) if any(row.steps[nth] for row in rows)]
    head = ["Group", *(STEPS[nth][1] for nth in used)]
    cells = [[row.name, *(_format_cell(row.steps[nth]) for nth in used)] for row in rows[:ROWS_SHOWN]]
    meanings = " ".join(STEP_MEANINGS[STEPS[nth][0]] for nth in used)
    legend = make_context(make_plain_text(f"{note} {LEGEND} {meanings}".strip()))
    return render_text(f"*{title}*", make_table(head, cells), legend)


def _format_cell(stats: DurationStats | None) -> str:
    if stats is None:
        return ""
    half, most = (format_duration(timedelta(seconds=one)) for one in (stats.median, stats.percentile_90))
    return f"{half} (1)" if stats.times == 1 else f"{half} · {most} ({stats.times:,})"
