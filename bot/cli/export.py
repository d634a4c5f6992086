"""`earshot export`: writes cases, mentions, the audit log, tallies or episodes, as CSV or JSON lines."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO
from zoneinfo import ZoneInfo

import typer

from bot.cards.sanitize import sanitize_line
from bot.cli.exits import REFUSED, exit_on_error, fail_with, guard_output, print_warning, require_config
from bot.cli.progress import ProgressBar
from bot.cli.state import PRIVATE, export_state
from bot.cli.store_connection import run_with_store
from bot.clock import SystemClock
from bot.domain.commits import NotAllowed
from bot.domain.periods import DAY, TimeSpan, floor_to_quarter
from bot.domain.reports.export_request import ExportFormat, make_row_writer
from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.range_points import RangePoint, WordParser, compute_time, take_point
from bot.domain.reports.ranges import MAX_AGE, parse_range
from bot.domain.text import format_count
from bot.store.export_rows import iter_export_rows
from bot.store.store import Store


class ExportChoice(StrEnum):
    """What Slack offers, too, and everything."""

    MENTIONS = ExportKind.MENTIONS.value
    CASES = ExportKind.CASES.value
    AUDIT = ExportKind.AUDIT.value
    TALLIES = ExportKind.TALLIES.value
    EPISODES = ExportKind.EPISODES.value
    STATE = "state"


PROGRESS_ROWS = 100
OLDEST = 10 * MAX_AGE
"""No case stays open for so long."""
TIMES = "2026-03-01, “1 march” or “friday 18:00”"


def export(
    what: Annotated[ExportChoice, typer.Argument(help="What to write. state: everything, to import it again.")],
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help=f"From when on: {TIMES}. Default: all."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Until when, with the whole of a day. Default: now.")
    ] = None,
    as_format: Annotated[
        ExportFormat, typer.Option("--format", help="CSV for spreadsheets, or JSON lines.")
    ] = ExportFormat.CSV,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Default: the output. state: compressed if it ends with .gz", show_default=False
        ),
    ] = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Of state: with the keys that sign links.")
    ] = False,
    while_running: Annotated[bool, typer.Option("--while-running", help="Of state: while Earshot works.")] = False,
) -> None:
    """Write what Earshot has stored. If a record cannot be read, the others are written, and the exit code is 1.

    Times are in UTC, and again in the brand's time zone. Posts that were deleted or forgotten have no words.
    """
    if what is ExportChoice.STATE:
        if start or until:
            raise typer.BadParameter("state is always everything", param_hint="--from or --until")
        export_state(out, with_secrets=with_secrets, while_running=while_running)
    elif with_secrets or while_running:
        raise typer.BadParameter("is only for state", param_hint="--with-secrets or --while-running")
    else:
        _export_rows(ExportKind(what), start, until, as_format, out)


def _export_rows(
    what: ExportKind, start: str | None, until: str | None, as_format: ExportFormat, out: Path | None
) -> None:
    with exit_on_error():
        zone = ZoneInfo((playbook := require_config()[1].current).brand.time_zone)
    span = _parse_span(start, until, zone)

    async def write_rows(store: Store) -> int:
        unreadable = 0
        with open_output(out) as stream, _open_progress(out, what) as bar, guard_output():
            write_row = make_row_writer(stream, as_format, zone)
            rows = 0
            async for row in iter_export_rows(store, what, span, zone, playbook.campaigns):
                unreadable += row is None
                if row is not None:
                    write_row(row)
                    rows += 1
                if bar and rows % PROGRESS_ROWS == 0:
                    bar.update(rows)
            stream.flush()
        return unreadable

    if unreadable := run_with_store(write_rows):
        left_out = format_count(unreadable, "record")
        print_warning(
            f"{left_out} can't be read by this release and {'is' if unreadable == 1 else 'are'} left out. "
            "To see why: earshot dead list --kind records"
        )
        raise typer.Exit(REFUSED)


def _parse_span(start: str | None, until: str | None, zone: ZoneInfo) -> TimeSpan:
    """Parse both with the words of `/sentiment`. Fail with a sentence about what nobody understands."""
    at = SystemClock().now()
    everything = TimeSpan(floor_to_quarter(at - OLDEST), floor_to_quarter(at + DAY))
    if start is None and until is None:
        return everything
    if start is None and until is not None:
        _check_kept(until, at, zone)
    begin = start if start is not None else f"{(at - MAX_AGE + DAY).astimezone(zone):%Y-%m-%d}"
    words = f"{begin} to {until}" if until is not None else f"since {begin}"
    try:
        found = parse_range(" ".join(words.casefold().split()), at, zone)
    except NotAllowed as no:
        raise fail_with([no]) from None
    if found is None or found[1]:
        asked = words if until is not None else begin
        problem = f"“{sanitize_line(asked, 60)}” is not a time. Write a day, or a day and an hour: {TIMES}"
        raise typer.BadParameter(problem, param_hint="--from or --until")
    return found[0].current if start is not None else everything._replace(end=found[0].current.end)


def _check_kept(until: str, at: datetime, zone: ZoneInfo) -> None:
    """Fail with a sentence if everything until then is older than what is kept."""
    first, now = at - MAX_AGE + DAY, at.astimezone(zone)
    day = first.astimezone(zone).date()
    with suppress(NotAllowed):
        point = take_point(WordParser(" ".join(until.casefold().split())), now, begin=RangePoint(day))
        if point is not None and compute_time(point, now, is_end=True) <= first:
            kept = f"Earshot has {MAX_AGE.days} days, since {RangePoint(day).format_label(now)}."
            raise fail_with([f"“{sanitize_line(until, 60)}” is longer ago than what is kept: {kept}"])


@contextmanager
def open_output(out: Path | None) -> Iterator[TextIO]:
    """Open a file that only its owner can read, or the output. Fail with a sentence if it cannot be written."""
    if out is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    except OSError as no:
        raise fail_with([f"{out} cannot be written: {no.strerror}."]) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        yield stream


@contextmanager
def _open_progress(out: Path | None, what: ExportKind) -> Iterator[ProgressBar | None]:
    """Show no bar between the rows on a terminal."""
    if out is None and sys.stdout.isatty():
        yield None
        return
    with ProgressBar(Path(out or what.value), writes=True) as bar:
        yield bar
