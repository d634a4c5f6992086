"""How much memory a process holds, as the system tells it."""

import subprocess
from pathlib import Path
from typing import NamedTuple

MB = 1_000_000


class Resident(NamedTuple):
    """In MB. `most` is the highest it ever was, where the system keeps that."""

    now: float
    most: float


def resident(pid: int) -> Resident:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return Resident(_megabytes(told["VmRSS"]), _megabytes(told["VmHWM"]))
    words = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    told_now = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command
    return Resident(_megabytes(told_now), _megabytes(told_now))


def _megabytes(told: str) -> float:
    """From `  1234 kB`."""
    return int(told.split(maxsplit=1)[0]) * 1024 / MB
