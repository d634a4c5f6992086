"""Errors of a playbook: location, sentence, suggestion."""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Path of a value in the file, as in pydantic: `("routes", 2, "to")`."""
Found = tuple[Path, str]
"""An error before its line is known: path and sentence."""


class PlaybookFault(NamedTuple):
    """One error. `place` counts from one, as in `routes[1]`; '' for the whole file."""

    place: str
    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.place) if part)
        return f"{where}: {self.sentence}" if where else self.sentence


class PlaybookError(Exception):
    """The playbook is invalid; `faults` are in the order of the file."""

    def __init__(self, file: str, faults: Sequence[PlaybookFault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__(file, self.faults)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}: {fault}" for fault in self.faults)


def format_place(path: Path) -> str:
    """Return `routes[3].to` for `("routes", 2, "to")`."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            words += f".{step}" if words else step
    return words if words.isprintable() else ascii(words)[1:-1]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `. Did you mean 'sales'?`, else the known words, or '' where they are too many."""
    choices = {choice.casefold(): choice for choice in known}
    near = difflib.get_close_matches(word.casefold(), choices, n=1)
    if near:
        return f". Did you mean '{choices[near[0]]}'?"
    return f". Use {join_alternatives(choices.values())}" if 0 < len(choices) <= 12 else ""


def join_alternatives(words: Iterable[str]) -> str:
    """Return `'a', 'b' or 'c'`."""
    *first, last = [f"'{word}'" for word in words]
    return f"{', '.join(first)} or {last}" if first else last


def safe_repr(value: object) -> str:
    """Return a value of the file quoted, truncated, and safe for a terminal."""
    words = ascii(value) if not str(value).isprintable() else f"'{value}'"
    return words if len(words) <= 60 else f"{words[:57]}…'"
