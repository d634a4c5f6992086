"""`earshot report`: writes the figures of a period, against the one before and episode by episode, as a page."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cards.period_report import PeriodReport, render_period_report
from bot.cards.sanitize import sanitize_line
from bot.cli.exits import exit_on_error, fail_with, require_config
from bot.cli.export import TIMES, open_output
from bot.cli.store_connection import run_with_store
from bot.clock import SystemClock
from bot.domain.commits import NotAllowed
from bot.domain.reports.ranges import parse_range
from bot.live_rules import ReloadableRules
from bot.store.store import Store
from bot.usecases.period_reports import PeriodReports


def report(
    start: Annotated[str, typer.Option("--from", metavar="WHEN", help=f"From when on: {TIMES}.")],
    until: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="Until when, with the whole of a day. Default: now.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write.")] = Path("report.html"),
) -> None:
    """Write a report of a period as one HTML page, to read in a browser or to print.

    It compares the period with the one before, and its episodes and campaigns with each other.
    """
    with exit_on_error():
        playbook = require_config()[1]
    words = _parse_words(start, until, ZoneInfo(playbook.current.brand.time_zone))

    async def build_report(store: Store) -> PeriodReport:
        reports = PeriodReports(store, ReloadableRules(playbook), SystemClock())
        try:
            return await reports.build_period_report(playbook.current.brand.name, words)
        except NotAllowed as no:
            raise fail_with([no]) from None

    page = render_period_report(run_with_store(build_report))
    with open_output(out) as stream:
        stream.write(page)
    typer.echo(f"{out} is written. Open it in a browser.")


def _parse_words(start: str, until: str | None, zone: ZoneInfo) -> str:
    """Return the words of `/sentiment` for this time. Fail with a sentence about what it does not understand."""
    words = " ".join((f"{start} to {until}" if until is not None else f"since {start}").casefold().split())
    try:
        found = parse_range(words, SystemClock().now(), zone)
    except NotAllowed as no:
        raise fail_with([no]) from None
    if found is None or found[1]:
        asked = words if until is not None else start
        problem = f"“{sanitize_line(asked, 60)}” is not a time. Write a day, or a day and an hour: {TIMES}"
        raise typer.BadParameter(problem, param_hint="--from or --to")
    return words
