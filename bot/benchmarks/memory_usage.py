"""How much memory a process holds, as the system tells it."""

import subprocess
from pathlib import Path
from typing import NamedTuple

MB = 1_000_000


class MemoryUsage(NamedTuple):
    """In MB. `peak` is the highest it ever was, where the system keeps that."""

    current: float
    peak: float


def read_memory_usage(pid: int) -> MemoryUsage:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return MemoryUsage(_parse_megabytes(told["VmRSS"]), _parse_megabytes(told["VmHWM"]))
    words = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    told_now = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command
    return MemoryUsage(_parse_megabytes(told_now), _parse_megabytes(told_now))


def _parse_megabytes(told: str) -> float:
    """From `  1234 kB`."""
    return int(told.split(maxsplit=1)[0]) * 1024 / MB
