"""The table, and the words of its cells."""

from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.bench.figure import MEGABYTES, MS, SECONDS, Figure
from bot.bench.machine import Machine
from bot.bench.run import Measured


def show(console: Console, machine: Machine, found: Sequence[Measured], *, quick: bool) -> None:
    console.print(f"[bold]earshot bench[/bold] on {machine}.", highlight=False)
    if machine.warning:
        console.print(machine.warning, style="yellow", highlight=False)
    if quick:
        console.print("Quick: too few of everything for a figure that says much.", style="yellow", highlight=False)
    console.print(_table(found))
    pace = median(one.texts_per_second for one in found)
    console.print(
        f"The yardstick is TextBlob alone on the same texts, in the same minutes: {pace:,.0f} texts/s. "
        "A rate is held against that rate, a time against what TextBlob reads meanwhile.",
        style="dim",
        highlight=False,
    )
    for line in _notes(found):
        console.print(line, style="dim", highlight=False)


def _table(found: Iterable[Measured]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("figure")
    for name in ("measured", "aim"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("to TextBlob", justify="right", no_wrap=True)
    for measured in found:
        table.add_section()
        for figure in measured.figures:
            table.add_row(figure.name, valued(figure.value, figure.unit), aimed(figure), _verdict(figure), held(figure))
    return table


def _verdict(figure: Figure) -> Text:
    return Text(figure.verdict, style={True: "green", False: "bold red", None: ""}[figure.met])


def _notes(found: Iterable[Measured]) -> list[str]:
    return [f"{figure.name}: {figure.note}." for one in found for figure in one.figures if figure.note]


def valued(value: float, unit: str) -> str:
    if unit in {MS, SECONDS, MEGABYTES}:
        return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    if unit == "/s":
        return f"{value:,.0f}{unit}"
    return f"{value:,.0f} {unit}" if unit or value >= 10 else f"{value:.2g}"


def aimed(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'≥' if figure.aim.high else '≤'} {valued(figure.aim.bound, figure.unit)}" if figure.aim.bound else "0"


def held(figure: Figure) -> str:
    """`0.44 ×` of its rate, or `96 texts` in that time."""
    if figure.ratio is None:
        return ""
    if figure.seconds is None:
        return f"{figure.ratio:.2f} ×"
    return f"{figure.ratio:,.0f} texts" if figure.ratio >= 10 else f"{figure.ratio:.1f} texts"
