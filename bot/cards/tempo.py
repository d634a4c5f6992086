"""Tempo: a table of how long each step took, with a row for each step of a group."""

from collections.abc import Sequence
from datetime import timedelta

from bot.cards.block_kit import (
    RenderedMessage,
    make_context,
    make_plain_text,
    make_table,
    render_text,
)
from bot.domain.reports.statistics import MIN_DURATIONS, DurationStats
from bot.domain.reports.step_timings import STEPS, TempoRow
from bot.domain.text import format_duration

ROWS_SHOWN = 99
"""As many as Slack takes in a table, below its head."""
COLUMNS = ("Group", "Step", "Cases", "Median", "9 in 10 within")
LEGEND = f"Of fewer than {MIN_DURATIONS} cases, the last column is the slowest."


def render_tempo(title: str, rows: Sequence[TempoRow], note: str = "") -> RenderedMessage:
    """Return one table; steps in which nothing was timed are left out. The title may mention a person."""
    cells = [
        [row.name, step, *_list_cells(stats)]
        for row in rows
        for (_, step), stats in zip(STEPS, row.steps, strict=True)
        if stats is not None
    ]
    if not cells:
        return render_text(f"*{title}*", make_context("Nothing was timed yet."))
    left_out = f" {len(cells) - ROWS_SHOWN:,} rows are left out." if len(cells) > ROWS_SHOWN else ""
    legend = make_context(make_plain_text(f"{note} {LEGEND}{left_out}".strip()))
    return render_text(f"*{title}*", make_table(COLUMNS, cells[:ROWS_SHOWN], names=2), legend)


def _list_cells(stats: DurationStats) -> list[str]:
    median, most = (format_duration(timedelta(seconds=one)) for one in (stats.median, stats.percentile_90))
    return [f"{stats.times:,}", median, f"slowest {most}" if stats.is_small_sample else most]
