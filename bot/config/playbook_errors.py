"""What is wrong with a playbook, where, and what was probably meant."""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way from the top of the file to a value, as pydantic writes it: `("routes", 2, "to")`."""
Found = tuple[Path, str]
"""A fault before its line is known: where, and the sentence."""


class PlaybookFault(NamedTuple):
    """`format_place` is counted as people count: the first route is `routes[1]`. Empty where the whole file is
    meant.
    """

    place: str
    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.place) if part)
        return f"{where}: {self.sentence}" if where else self.sentence


class PlaybookError(Exception):
    """The playbook cannot be used; every reason is in `faults`, in the order of the file."""

    def __init__(self, file: str, faults: Sequence[PlaybookFault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__(file, self.faults)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}: {fault}" for fault in self.faults)


def format_place(path: Path) -> str:
    """`routes[3].to` from `("routes", 2, "to")`."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            words += f".{step}" if words else step
    return words if words.isprintable() else ascii(words)[1:-1]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'sales'?`, or the words there are where none is near, or nothing where they are too many."""
    choices = {choice.casefold(): choice for choice in known}
    near = difflib.get_close_matches(word.casefold(), choices, n=1)
    if near:
        return f"; did you mean '{choices[near[0]]}'?"
    return f"; use {join_alternatives(choices.values())}" if 0 < len(choices) <= 12 else ""


def join_alternatives(words: Iterable[str]) -> str:
    """`'a', 'b' or 'c'`."""
    *first, last = [f"'{word}'" for word in words]
    return f"{', '.join(first)} or {last}" if first else last


def safe_repr(value: object) -> str:
    """A value of the file, short enough for a sentence and unable to play tricks on a terminal."""
    words = ascii(value) if not str(value).isprintable() else f"'{value}'"
    return words if len(words) <= 60 else f"{words[:57]}…'"
