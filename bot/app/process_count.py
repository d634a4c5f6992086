"""How many processes a machine, or a container, has room for, and what each of them runs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MOST = 8
"""Unless more are asked for: the store is the limit then."""
CHILD_WORKERS = ("triage", "spikes")
"""What the other processes run, where there are any: it computes for long, and clicks would wait for it."""
MEMORY = 256_000_000
"""Bytes for each process: what one takes, with some room (`earshot bench memory`)."""


class ProcessPlan(NamedTuple):
    workers: tuple[str, ...]
    """What this process runs."""
    children: int
    """Processes beside it."""
    child_workers: tuple[str, ...] = ()
    """What each of these runs. Only one of them looks for spikes at a time."""

    @property
    def total(self) -> int:
        return 1 + self.children


def plan_processes(workers: Sequence[str], wanted: int | None) -> ProcessPlan:
    """Plan with as many processes as are wanted; None: as many as there is room for."""
    if "triage" not in workers:
        return ProcessPlan(tuple(workers), 0)
    count = wanted or min(MOST, count_cores(), max(1, measure_memory() // MEMORY))
    others = tuple(worker for worker in workers if worker not in CHILD_WORKERS)
    moved = tuple(worker for worker in workers if worker in CHILD_WORKERS) if count > 1 else ()
    return ProcessPlan(others if others and moved else tuple(workers), count - 1, moved)


def count_cores(root: Path = Path("/")) -> int:
    """Count the cores that this process may use, in whole: a container may have fewer than the machine.

    `root`: the file system of the machine, with `proc` and `sys`.
    """
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    for limit in _read_limits(root, "cpu.max"):
        quota, _, period = limit.partition(" ")
        if quota.isdecimal() and period.isdecimal():
            cores = min(cores, int(quota) / int(period))
    return max(1, int(cores))


def measure_memory(root: Path = Path("/")) -> int:
    """Return the bytes that this process and its children may use together."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([memory, *(int(limit) for limit in _read_limits(root, "memory.max") if limit.isdecimal())])


def _read_limits(root: Path, name: str) -> Iterator[str]:
    """Read a limit of our control group (version 2) and of each that it is in."""
    try:
        groups = (root / "proc/self/cgroup").read_text("ascii").splitlines()
    except OSError:
        return
    mount = root / "sys/fs/cgroup"
    for path in (line.removeprefix("0::/") for line in groups if line.startswith("0::/")):
        folder = mount / path
        for group in (folder, *folder.parents):
            if group.is_relative_to(mount):
                with suppress(OSError):
                    yield (group / name).read_text("ascii").strip()
