"""How many processes a machine has room for."""

import os
from pathlib import Path

import pytest

from bot.app import WORKERS
from bot.app.process_count import (
    CHILD_WORKERS,
    MEMORY,
    MOST,
    ProcessPlan,
    count_cores,
    measure_memory,
    plan_processes,
)

OTHERS = tuple(worker for worker in WORKERS if worker not in CHILD_WORKERS)
HERE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def test_one_process_does_everything() -> None:
    assert plan_processes(WORKERS, 1) == ProcessPlan(WORKERS, 0)


def test_of_several_processes_one_does_everything_but_triage_and_spikes() -> None:
    assert plan_processes(WORKERS, 4) == ProcessPlan(OTHERS, 3, ("triage", "spikes"))
    assert plan_processes(("slack", "triage"), 2) == ProcessPlan(("slack",), 1, ("triage",))
    assert plan_processes(WORKERS, 4).total == 4


def test_a_process_without_triage_has_no_children() -> None:
    assert plan_processes(("slack", "http"), 4) == ProcessPlan(("slack", "http"), 0)


def test_where_there_is_nothing_but_triage_the_first_process_triages_too() -> None:
    assert plan_processes(("triage",), 3) == ProcessPlan(("triage",), 2, ("triage",))


def test_by_default_there_are_as_many_as_cores_within_bounds() -> None:
    room = max(1, measure_memory() // MEMORY)
    assert plan_processes(WORKERS, None).total == min(MOST, count_cores(), room)


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("max 100000", HERE), ("150000 100000", 1), ("50000 100000", 1), ("100000 100000", 1), ("junk", HERE), ("", HERE)],
)
def test_a_quota_of_the_container_counts_in_whole_cores(limit: str, cores: int, tmp_path: Path) -> None:
    write_group(tmp_path, "", "cpu.max", limit)
    assert count_cores(tmp_path) == cores


def test_the_quota_of_a_group_around_ours_counts_too(tmp_path: Path) -> None:
    write_group(tmp_path, "system.slice/earshot.service", "cpu.max", "max 100000")
    write_group(tmp_path, "system.slice", "cpu.max", "100000 100000")
    (tmp_path / "proc/self/cgroup").write_text("1:cpu:/other\n0::/system.slice/earshot.service\n", "ascii")
    assert count_cores(tmp_path) == 1


def test_the_memory_of_the_container_counts(tmp_path: Path) -> None:
    write_group(tmp_path, "", "memory.max", str(2 * MEMORY))
    assert measure_memory(tmp_path) == 2 * MEMORY
    assert measure_memory(tmp_path / "nowhere") > 2 * MEMORY


def write_group(root: Path, group: str, name: str, limit: str) -> None:
    folder = root / "sys/fs/cgroup" / group
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"{limit}\n", "ascii")
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/cgroup").write_text(f"0::/{group}\n", "ascii")
