"""The machine in words: a figure without it says nothing."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.store.embedded_server import EmbeddedServerError, find_server

BUSY = 0.5
"""Of each core, that others take already."""


@dataclass(frozen=True, slots=True)
class MachineInfo:
    cores: int
    processor: str
    system: str
    python: str
    server: str
    load: float

    def __str__(self) -> str:
        cores = f"{self.cores} core{'s' if self.cores != 1 else ''}"
        return f"{cores} ({self.processor}), {self.system}, Python {self.python}, {self.server}"

    @property
    def warning(self) -> str:
        """Empty where the machine is ours alone, or nearly."""
        if self.load < BUSY * self.cores:
            return ""
        cores = f"{self.cores} core{'s' if self.cores != 1 else ''}"
        return f"This machine is busy: load {self.load:.1f} on {cores}; figures are pessimistic."

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "warning": self.warning}


def read_machine_info() -> MachineInfo:
    """As it is before we begin: the load of our own work is not somebody else's."""
    return MachineInfo(
        cores=_count_cores(),
        processor=_read_processor_name(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        server=_read_server_version(),
        load=round(os.getloadavg()[0], 2),
    )


def _count_cores() -> int:
    """Those that we may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_processor_name() -> str:
    """Linux tells the model only here."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _read_server_version() -> str:
    """`Valkey server v=9.1.2 sha=… bits=64` in short."""
    try:
        words = [str(find_server()), "--version"]
        told = subprocess.run(words, capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 - our own server
    except (EmbeddedServerError, OSError, subprocess.SubprocessError):
        return "no embedded server"
    version = next((word.removeprefix("v=") for word in told.split() if word.startswith("v=")), "of unknown version")
    return f"{told.split(' ', 1)[0]} {version}"
