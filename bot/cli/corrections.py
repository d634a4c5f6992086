"""`earshot corrections`: lists what people corrected, or exports it to learn from."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError

from bot import logging_setup
from bot.cards.sanitize import sanitize_line
from bot.cli.exits import exit_on_error, print_line, print_table, print_warning, require_config
from bot.cli.store_connection import open_brand_store
from bot.clock import SystemClock
from bot.config import PlaybookReloader
from bot.config.field_types import Duration
from bot.domain.correction import DETECTION_KINDS, CorrectionKind
from bot.store.corrections import StoredCorrection

app = typer.Typer(
    help="What people corrected: list it, or export it for training.",
    no_args_is_help=True,
    add_completion=False,
)

SHOWN = 120
"""Characters of a post in a list."""
UNDONE = "undone"
ROUTES = "routes decide on the department, so it cannot be learned. To see these: earshot corrections list"

Since = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="Only newer ones: a day like 2026-03-01, or a span like 30d."),
]


@app.command("list")
def list_(
    *,
    since: Since = None,
    kind: Annotated[CorrectionKind | None, typer.Option(help="Only those of one kind.")] = None,
) -> None:
    """List all corrections, oldest first, also undone ones: a table on a terminal, tab-separated lines in a pipe."""
    found = [one for one in _load_corrections(since) if kind in {None, one.correction.kind}]
    if sys.stdout.isatty():
        _print_corrections(found)
    else:
        for one in found:
            print_line("\t".join(_build_correction_row(one, 0)))


@app.command()
def export(
    *,
    since: Since = None,
    kind: Annotated[
        CorrectionKind | None, typer.Option(help="Only those of one kind. A corrected department is never exported.")
    ] = None,
) -> None:
    """Write JSON lines for `earshot train` and `earshot evaluate`: for each post the last correction of each kind.

    Corrections that were undone are left out, and so are those of a route.
    """
    if kind is CorrectionKind.DEPARTMENT:
        raise typer.BadParameter(ROUTES, param_hint="--kind")
    found = [one for one in _keep_latest(_load_corrections(since)) if one.correction.kind in DETECTION_KINDS]
    for one in found:
        if kind in {None, one.correction.kind}:
            print_line(json.dumps(_format_correction(one)))
    if not found:
        print_warning("There is nothing to export: nobody has corrected a label, or all corrections were undone.")


def _load_corrections(since: str | None) -> list[StoredCorrection]:
    async def load_from_store() -> list[StoredCorrection]:
        async with open_brand_store(settings, playbook.current) as store:
            found = [one async for one in store.corrections.iter_corrections()]
            return [one for one in found if start is None or one.correction.at >= start]

    with exit_on_error():
        settings, playbook = require_config()
        start = _parse_since(since, playbook) if since else None
        logging_setup.configure_logging("error", settings.log_format)
        return asyncio.run(load_from_store())


def _parse_since(since: str, playbook: PlaybookReloader) -> datetime:
    """Return the midnight of a day in the brand's time zone, or now minus a span, in UTC."""
    try:
        day, zone = datetime.fromisoformat(since).date(), ZoneInfo(playbook.current.brand.time_zone)
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except ValueError:
        pass
    try:
        return SystemClock().now() - TypeAdapter(Duration).validate_python(since)
    except ValidationError:
        problem = f"{sanitize_line(since, 40)!r} is neither a day like 2026-03-01 nor a span like 30d"
        raise typer.BadParameter(problem, param_hint="--since") from None


def _keep_latest(found: Iterable[StoredCorrection]) -> list[StoredCorrection]:
    """Return the newest correction of each mention and kind, unless it was undone."""
    last = {(one.mention.id, one.correction.kind): one for one in found}
    return [one for one in last.values() if not one.correction.is_undone]


def _format_correction(one: StoredCorrection) -> dict[str, Any]:
    correction = one.correction
    return {
        "mention": one.mention.model_dump(mode="json", exclude_defaults=True),
        "correction": {
            "kind": correction.kind.value,
            "was": correction.was,
            "is": correction.now,
            "by": correction.by,
            "at": correction.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "case": one.case,
        },
    }


def _build_correction_row(one: StoredCorrection, most: int) -> list[str]:
    """Return sanitized cells without tabs and line breaks, cut at `most` characters (0: not at all)."""
    correction = one.correction
    now = UNDONE if correction.is_undone else correction.now
    at = correction.at.isoformat(timespec="seconds")
    cells = (at, correction.by, correction.kind.value, correction.was, now, one.case, one.mention.id, one.mention.text)
    return [sanitize_line(cell, most) for cell in cells]


def _print_corrections(found: Sequence[StoredCorrection]) -> None:
    if not found:
        print_line("Nobody has corrected anything yet.")
        return
    rows = [_build_correction_row(one, SHOWN) for one in found]
    print_table(("when", "by", "kind", "was", "is", "case", "mention", "text"), rows)
    print_warning("To train with them: earshot corrections export > corrections.jsonl")
