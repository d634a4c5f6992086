"""Print the table of results."""

from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.benchmarks.machine_info import MachineInfo
from bot.benchmarks.measurement import MEGABYTES, MICROSECONDS, MS, RATIO, SECONDS, Measurement
from bot.benchmarks.run import MeasurementResult

STYLES = {True: "green", False: "bold red", None: ""}
"""Of targets that are met, missed or not set."""


def print_results(console: Console, machine: MachineInfo, found: Sequence[MeasurementResult], *, quick: bool) -> None:
    console.print(f"[bold]earshot bench[/bold] on {machine}.", highlight=False)
    if machine.warning:
        console.print(machine.warning, style="yellow", highlight=False)
    if quick:
        console.print("Quick: too few of everything for a figure that says much.", style="yellow", highlight=False)
    console.print(_build_results_table(found))
    baseline = median(one.texts_per_second for one in found)
    console.print(
        f"The baseline is TextBlob alone on the same texts, in the same minutes: {baseline:,.0f} texts/s. "
        "A rate is compared with that rate, and a time with what TextBlob reads meanwhile. "
        "An aim is compared too, where TextBlob's rate on its machine is known.",
        style="dim",
        highlight=False,
    )
    for figure in [figure for result in found for figure in result.measurements if figure.note]:
        console.print(f"{figure.name}: {figure.note}.", style="dim", highlight=False)


def _build_results_table(found: Iterable[MeasurementResult]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("figure")
    for name in ("measured", "aim"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("to TextBlob", justify="right", no_wrap=True)
    for result in found:
        table.add_section()
        for figure in result.measurements:
            verdict = Text(figure.verdict, style=STYLES[figure.is_met])
            beside = Text(format_ratio(figure), style=STYLES[figure.is_met_relative])
            table.add_row(figure.name, format_value(figure.value, figure.unit), format_target(figure), verdict, beside)
    return table


def format_value(value: float, unit: str) -> str:
    if unit in {MICROSECONDS, MS, SECONDS, MEGABYTES}:
        return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    if unit == RATIO:
        return f"{value:.3g} {unit}"
    if unit == "/s":
        return f"{value:,.0f}{unit}"
    return f"{value:,.0f} {unit}" if unit or value >= 10 else f"{value:.2g}"


def format_target(figure: Measurement) -> str:
    if figure.target is None:
        return ""
    bound = figure.target.bound
    return f"{'≥' if figure.target.high else '≤'} {format_value(bound, figure.unit)}" if bound else "0"


def format_ratio(figure: Measurement) -> str:
    """Return `0.44 ×` of the baseline's rate, or `96 texts` in that time; `0.44 ≥ 0.42 ×` with a target."""
    if figure.ratio is None:
        return ""
    unit = "×" if figure.seconds is None else "texts"
    text = _shorten_ratio(figure, figure.ratio)
    if figure.target is not None and figure.target.ratio is not None:
        high, met = figure.target.high, figure.is_met_relative
        relation = "≥" if high and met else "≤" if met else "<" if high else ">"
        text += f" {relation} {_shorten_ratio(figure, figure.target.ratio)}"
    return f"{text} {unit}"


def _shorten_ratio(figure: Measurement, ratio: float) -> str:
    if figure.seconds is None:
        return f"{ratio:.2f}"
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
