"""`earshot demo` at a terminal of its own, and what it says there."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).parents[2]
WITHIN = 60
"""Seconds; some are enough, on a machine with nothing else to do."""
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """In a session of its own, so that Ctrl-C reaches all that it started, as at a real one."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(REPOSITORY)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", *words],
            cwd=folder,
            env={**environment, "TMPDIR": str(folder), "COLUMNS": "200"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._ours)

    @property
    def lines(self) -> list[str]:
        return [line for line in COLOURS.sub("", self.text).splitlines() if line.strip()]

    def wait_for_line(self, words: str) -> str:
        """Waits for the line with these words in it."""
        while not (found := next((line for line in self.lines if words in line), "")):
            assert self._reads(), f"It ended without a word of {words!r}:\n{self.text}"
        return found

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)

    def wait_for_exit(self) -> int:
        """Its exit code, once all of it is gone."""
        while self._reads():
            pass
        return self.process.wait(WITHIN)

    def _reads(self) -> bool:
        """False when nobody holds the other end any more."""
        ready, _, _ = select.select([self._ours], [], [], WITHIN)
        assert ready, f"Nothing more within {WITHIN} s, after:\n{self.text}"
        try:
            said = os.read(self._ours, 65536)
        except OSError:
            return False
        self.text += said.decode(errors="replace")
        return bool(said)


def list_remaining_processes(terminal: Terminal) -> list[str]:
    """The command lines of what still runs of its session."""
    listed = subprocess.run(["ps", "-eo", "sid=,args="], check=True, capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=1) for line in listed.splitlines()]
    return [row[1] for row in rows if row[0] == str(terminal.process.pid)]
