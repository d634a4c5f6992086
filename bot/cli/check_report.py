"""The findings of `earshot check`, and their output: faults on stderr, the rest on stdout, one sentence each."""

import sys
from collections.abc import AsyncIterator
from enum import Enum
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from bot.cards.sanitize import sanitize_line
from bot.cli.exits import print_line, print_warning


class FindingKind(Enum):
    """Mark and colour on a terminal, and the word that replaces them in a pipe."""

    OK = ("✓", "green", "ok: ")
    NOTE = ("!", "yellow", "note: ")
    """Worth a look: may be intended, or cannot be verified from here. Does not change the exit code."""
    FAULT = ("✗", "red", "")


class CheckFinding(NamedTuple):
    kind: FindingKind
    sentence: str
    """Begins with its place."""


Findings = AsyncIterator[CheckFinding]


def make_ok(place: str, sentence: str) -> CheckFinding:
    return CheckFinding(FindingKind.OK, f"{place}: {sentence}")


def make_note(place: str, sentence: str) -> CheckFinding:
    return CheckFinding(FindingKind.NOTE, f"{place}: {sentence}")


def make_fault(place: str, sentence: str) -> CheckFinding:
    return CheckFinding(FindingKind.FAULT, f"{place}: {sentence}")


class CheckReport:
    """Print each finding as it comes, and count the faults."""

    def __init__(self) -> None:
        self.faults = 0
        self._printed: set[CheckFinding] = set()

    def add(self, finding: CheckFinding) -> None:
        """Print a finding, once: several brands share the store and the app."""
        if finding in self._printed:
            return
        self._printed.add(finding)
        wrong = finding.kind is FindingKind.FAULT
        self.faults += wrong
        mark, colour, word = finding.kind.value
        words = sanitize_line(finding.sentence)
        stream = sys.stderr if wrong else sys.stdout
        if stream.isatty():
            console = Console(file=stream, highlight=False, soft_wrap=True)
            console.print(Text.assemble((f"{mark} ", colour), words))
        elif wrong:
            print_warning(words)
        else:
            print_line(f"{word}{words}")
