"""Tempo: a table of how long each step took."""

from collections.abc import Sequence
from datetime import timedelta

from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_context,
    make_header,
    make_plain_text,
    make_table,
)
from bot.domain.reports.statistics import MIN_DURATIONS, DurationStats
from bot.domain.reports.step_timings import STEPS, TempoRow
from bot.domain.text import format_duration

ROWS_SHOWN = 24
"""One for each hour of the day."""
LEGEND = (
    "Half within · nine in ten within (how many). Of fewer than "
    f"{MIN_DURATIONS}, the second is the slowest. Received: from the post to its case. Card and claimed: from the "
    "case. First reply: from the post to our answer in public. Resolved: from the case. Follow-up: from the resolution."
)


def render_tempo(title: str, rows: Sequence[TempoRow], note: str = "") -> RenderedMessage:
    """Return one table; columns in which nothing was timed are left out."""
    if not rows:
        return RenderedMessage(title, [make_header(title), make_context("Nothing was timed yet.")])
    used = [nth for nth in range(len(STEPS)) if any(row.steps[nth] for row in rows)]
    head = ["Group", *(STEPS[nth][1] for nth in used)]
    cells = [[row.name, *(_format_cell(row.steps[nth]) for nth in used)] for row in rows[:ROWS_SHOWN]]
    blocks: list[Block] = [make_header(title), make_table(head, cells)]
    blocks.append(make_context(make_plain_text(f"{note} {LEGEND}".strip())))
    return RenderedMessage(title, blocks)


def _format_cell(stats: DurationStats | None) -> str:
    if stats is None:
        return ""
    half, most = (format_duration(timedelta(seconds=one)) for one in (stats.median, stats.percentile_90))
    return f"{half} (1)" if stats.times == 1 else f"{half} · {most} ({stats.times:,})"
