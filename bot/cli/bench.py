"""`earshot bench`: measures throughput and latency on this machine, beside a baseline in the same run."""

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

from bot import logging_setup
from bot.benchmarks.baseline import TextBlobBaseline
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.machine_info import MachineInfo, read_machine_info
from bot.benchmarks.measurement import NoMeasurementsError
from bot.benchmarks.measurement_catalogue import CATALOGUE
from bot.benchmarks.results_table import print_results
from bot.benchmarks.run import MeasurementResult, run_measurements
from bot.benchmarks.sample_mentions import EmptySampleError, SampleMentions
from bot.cli.exits import exit_on_error, fail_with
from bot.clock import SystemClock

STDOUT = "-"
NAMES = ", ".join(CATALOGUE)


def run_bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"What to measure, of: {NAMES}. All by default.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smaller version, to see that it works.")] = False,
    to: Annotated[
        str, typer.Option("--json", help="Write the figures to this file too. - writes them to stdout only.")
    ] = "",
    mentions: Annotated[
        Path | None, typer.Option(help="Mentions as JSON lines to measure with, instead of the sample day.")
    ] = None,
    week: Annotated[
        Path | None,
        typer.Option(help="A week of mentions with their subjects, for `spikes` and `backfires`."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Its sentiments, as a person judged them: JSON lines with id and sentiment.")
    ] = None,
    cases: Annotated[
        int, typer.Option(min=1, help="Open cases, for `open_cases`. A million takes 15 minutes and 4 GB of memory.")
    ] = 20_000,
) -> None:
    """Measure speed and memory on this machine. It takes some minutes and needs no network."""
    chosen = _select_measurements(names or [])
    logging_setup.configure_logging("error")
    machine = read_machine_info()
    try:
        sample = SampleMentions.read(mentions)
        baseline = TextBlobBaseline(sample.list_texts())
        with exit_on_error(), _show_progress() as show:
            context = BenchmarkContext(sample, baseline, show, quick=quick, week=week, labels=labels, cases=cases)
            found = asyncio.run(_run_measurements(context, chosen))
    except (EmptySampleError, NoMeasurementsError) as no:
        raise fail_with([no]) from None
    _write_results(machine, found, to, quick=quick)


def _select_measurements(names: list[str]) -> list[str]:
    """Return the measurements in the order of the catalogue; raise BadParameter for an unknown name."""
    for name in names:
        if name not in CATALOGUE:
            near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.4)
            meant = f"Did you mean {near[0]}?" if near else f"There are {NAMES}."
            raise typer.BadParameter(f"there is no measurement {name!r}. {meant}")
    return [name for name in CATALOGUE if not names or name in names]


async def _run_measurements(context: BenchmarkContext, chosen: list[str]) -> list[MeasurementResult]:
    return [one async for one in run_measurements(context, chosen)]


@contextmanager
def _show_progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the current step on a terminal, and nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("", refresh_per_second=2) as status:  # rarely, since it runs on the core that is measured
        yield status.update


def _write_results(machine: MachineInfo, found: list[MeasurementResult], to: str, *, quick: bool) -> None:
    if to != STDOUT:
        print_results(Console(), machine, found, quick=quick)
    if to:
        words = json.dumps(_format_results(machine, found, quick=quick), indent=2, ensure_ascii=False) + "\n"
        if to == STDOUT:
            sys.stdout.write(words)
            return
        try:
            Path(to).write_text(words, encoding="utf-8")
        except OSError as no:
            raise fail_with([f"{to} cannot be written: {no.strerror}."]) from None


def _format_results(machine: MachineInfo, found: list[MeasurementResult], *, quick: bool) -> dict[str, Any]:
    return {
        "at": SystemClock().now().isoformat(),
        "machine": machine.as_json(),
        "quick": quick,
        "yardstick": "TextBlob(text).sentiment on the same texts",
        "measurements": [one.as_json() for one in found],
    }
