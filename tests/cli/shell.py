"""A shell of its own for each test: a folder, an environment with a free port and what the test says."""

import asyncio
import contextlib
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.config.settings_loader import NAMES

REPOSITORY = Path(__file__).parents[2]
ANY_PORT = {"EARSHOT_PORT": "0"}
"""Where a test names none: other tests start Earshot at the same time."""

PLAYBOOK = """
[brand]
name = "{brand}"
managers = ["U0MIA"]

[[subjects]]
name = "Northwind"
terms = ["northwind"]

[[departments]]
name = "care"
channel = "C0CARE"
deputies = ["U0ANA", "S0CARE"]
on_call = ["U0RAJ"]

[[routes]]
when = {{ intent = "complaint" }}
to = "care"

[[routes]]
to = "nobody"
"""


@dataclass
class Shell:
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def playbook(self, *more: str, brand: str = "Northwind Air", **changes: str) -> None:
        """The one above, `changes` from old words to new, and more at its end."""
        text = PLAYBOOK.format(brand=brand)
        for old, new in changes.items():
            text = text.replace(old, new)
        self.write("playbook.toml", "\n".join([text, *more]))

    def run_in_process(self, *words: str) -> Result:
        """In this process, which is fast: what takes a terminal, a pipe or a signal needs `run_process`."""
        env: dict[str, str | None] = {**dict.fromkeys(NAMES), **ANY_PORT, **self.env}
        with contextlib.chdir(self.folder), _logs_as_before():
            return CliRunner().invoke(app, list(words), env=env)

    async def run_in_thread(self, *words: str) -> Result:
        """While this loop goes on, because a server that the command asks lives on it."""
        return await asyncio.to_thread(self.run_in_process, *words)

    def run_process(
        self, *words: str, stdin: bytes = b"", files: dict[str, int] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """As a process of its own."""
        channels: dict[str, int] = files or {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        given = {} if "stdin" in channels else {"input": stdin}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            self.command(*words), cwd=self.folder, env=self.environment, check=False, timeout=60, **channels, **given
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bot", *words]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), **ANY_PORT, **self.env}


@contextlib.contextmanager
def _logs_as_before() -> Iterator[None]:
    """A command sets up the logs of its process, which here is also that of all other tests."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()


def on_a_terminal(run: Callable[[int], object]) -> str:
    """What a person would see of it: `run` gets the terminal's descriptor."""
    ours, theirs = pty.openpty()
    seen = b""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(run, theirs)
        done.add_done_callback(lambda _: os.close(theirs))
        with contextlib.suppress(OSError):  # how a terminal says that nobody is on the other side any more
            while chunk := os.read(ours, 65_536):
                seen += chunk
        done.result()
    os.close(ours)
    return seen.decode()
