"""Describe the machine, without which a figure says nothing."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.store.embedded_server import EmbeddedServerError, find_server

BUSY = 0.5
"""Load per core from which the machine counts as busy."""


@dataclass(frozen=True, slots=True)
class MachineInfo:
    cores: int
    processor: str
    system: str
    python: str
    server: str
    load: float

    def __str__(self) -> str:
        return f"{self.cores_text} ({self.processor}), {self.system}, Python {self.python}, {self.server}"

    @property
    def cores_text(self) -> str:
        return f"{self.cores} core{'s' if self.cores != 1 else ''}"

    @property
    def warning(self) -> str:
        """A sentence if other processes use the machine, else empty."""
        if self.load < BUSY * self.cores:
            return ""
        return f"This machine is busy: load {self.load:.1f} on {self.cores_text}. Figures are pessimistic."

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "warning": self.warning}


def read_machine_info() -> MachineInfo:
    """Read the load before the benchmarks add to it."""
    return MachineInfo(
        cores=_count_cores(),
        processor=_read_processor_name(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        server=_read_server_version(),
        load=round(os.getloadavg()[0], 2),
    )


def _count_cores() -> int:
    """Count the cores that this process may use: a container has fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_processor_name() -> str:
    """Read the model from Linux's /proc, else what Python knows."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _read_server_version() -> str:
    """Shorten `Valkey server v=9.1.2 sha=… bits=64`."""
    try:
        words = [str(find_server()), "--version"]
        output = subprocess.run(words, capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 - our own server
    except (EmbeddedServerError, OSError, subprocess.SubprocessError):
        return "no embedded server"
    version = next((word.removeprefix("v=") for word in output.split() if word.startswith("v=")), "of unknown version")
    return f"{output.split(' ', 1)[0]} {version}"
