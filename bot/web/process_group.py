"""What the endpoints ask about the processes that this one has started."""

import os
from collections.abc import Mapping
from typing import Any, Protocol

from bot.metrics import MetricRows

MAIN = "main"
"""The name of the process that answers."""


class ProcessGroup(Protocol):
    def export_metrics(self) -> Mapping[str, MetricRows]:
        """Return the metrics of the other processes, by name."""

    def list_processes(self) -> Mapping[str, Any]:
        """Return the state of all processes, by name."""

    def describe_problem(self, brand: str) -> str:
        """Return which processes do not work for this brand, or ""."""


class OneProcess(ProcessGroup):
    """This process has started no other."""

    def export_metrics(self) -> Mapping[str, MetricRows]:
        return {}

    def list_processes(self) -> Mapping[str, Any]:
        return {MAIN: describe_process(os.getpid())}

    def describe_problem(self, brand: str) -> str:  # noqa: ARG002 - there is none for any
        return ""


ONE_PROCESS = OneProcess()


def describe_process(pid: int | None, *, working: bool = True, restarts: int = 0, last_end: str = "") -> dict[str, Any]:
    """Describe a process for `/statusz`. `last_end`: how the one before it ended."""
    return {"pid": pid, "working": working, "restarts": restarts, "last_end": last_end}
