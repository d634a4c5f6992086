"""`earshot bench`: what it reaches on this machine, beside a yardstick in the same run."""

import asyncio
import difflib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot import logs
from bot.bench.catalogue import CATALOGUE
from bot.bench.figure import NothingMeasured
from bot.bench.ground import Bench
from bot.bench.machine import Machine, this_machine
from bot.bench.run import Measured, measured
from bot.bench.sayings import NothingSaid, Sayings
from bot.bench.table import show
from bot.bench.yardstick import Yardstick
from bot.cli.saying import refuse, refusing
from bot.clock import SystemClock

STDOUT = "-"
NAMES = ", ".join(CATALOGUE)


def bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"What to measure, of: {NAMES}. All by default.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smaller version, to see that it measures.")] = False,
    to: Annotated[str, typer.Option("--json", help="Write the figures to this file too; - is stdout, alone.")] = "",
    mentions: Annotated[
        Path | None, typer.Option(help="Mentions as JSON lines to measure with, instead of the sample day.")
    ] = None,
    week: Annotated[
        Path | None, typer.Option(help="A recorded week, as mentions with their subjects, for `spikes`.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Its sentiments by somebody's judgement: JSON lines with id and sentiment.")
    ] = None,
) -> None:
    """Measure what Earshot reaches on this machine. It takes some minutes; nothing outside is asked."""
    chosen = _chosen(names or [])
    logs.configure_logging("error")
    machine = this_machine()
    try:
        sayings = Sayings.read(mentions)
        with refusing(), _telling() as tell:
            prepared = Bench(sayings, Yardstick(sayings.texts()), tell, quick=quick, week=week, labels=labels)
            found = asyncio.run(_measure(prepared, chosen))
    except (NothingSaid, NothingMeasured) as no:
        raise refuse([no]) from None
    _write(machine, found, to, quick=quick)


def _chosen(names: list[str]) -> list[str]:
    """In the order of the catalogue."""
    for name in names:
        if name not in CATALOGUE:
            near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.4)
            meant = f"did you mean {near[0]}?" if near else f"there are {NAMES}."
            raise typer.BadParameter(f"there is no measurement {name!r}; {meant}")
    return [name for name in CATALOGUE if not names or name in names]


async def _measure(prepared: Bench, chosen: list[str]) -> list[Measured]:
    return [one async for one in measured(prepared, chosen)]


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal; nothing into a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("", refresh_per_second=2) as status:  # seldom: it runs on the core that is measured
        yield status.update


def _write(machine: Machine, found: list[Measured], to: str, *, quick: bool) -> None:
    if to != STDOUT:
        show(Console(), machine, found, quick=quick)
    if to:
        words = json.dumps(_as_json(machine, found, quick=quick), indent=2, ensure_ascii=False) + "\n"
        if to == STDOUT:
            sys.stdout.write(words)
            return
        try:
            Path(to).write_text(words, encoding="utf-8")
        except OSError as no:
            raise refuse([f"{to} cannot be written: {no.strerror}."]) from None


def _as_json(machine: Machine, found: list[Measured], *, quick: bool) -> dict[str, Any]:
    return {
        "at": SystemClock().now().isoformat(),
        "machine": machine.as_json(),
        "quick": quick,
        "yardstick": "TextBlob(text).sentiment on the same texts",
        "measurements": [one.as_json() for one in found],
    }
