"""A progress bar over the lines of a file, or the rows of a new one: on a terminal, not in a pipe; sentences always."""

import sys
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cards.sanitize import sanitize_line
from bot.cli.exits import print_warning

CHUNK = 1 << 20


class ProgressBar:
    def __init__(self, file: Path, *, writes: bool = False, total: int | None = None) -> None:
        """With `writes`, nobody knows how many rows there will be. `total`: how many lines there are, if known."""
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            unit = TextColumn("rows" if writes else "lines")
            self._bar = Progress(*columns, unit, TimeRemainingColumn(), console=console, transient=True)
            total = None if writes else _count_lines(file) if total is None else total
            self._task = self._bar.add_task(sanitize_line(file.name, 40), total=total)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, line: int) -> None:
        if self._bar:
            self._bar.update(self._task, completed=line)

    def print_sentence(self, sentence: object) -> None:
        if self._bar:
            self._bar.console.print(sanitize_line(str(sentence)), markup=False)
        else:
            print_warning(sentence)


def _count_lines(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(CHUNK), b""))
