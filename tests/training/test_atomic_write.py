"""What is put in the place of the weights: whole, or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.training.atomic_write import AlreadyRunningError, hold_exclusive_lock, write_atomically


@contextmanager
def a_disk_with_room_for(most: int) -> Iterator[None]:
    """As near to a full disk as a test may come: no file of this process may be longer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_there_is_kept_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "models" / "learned.weights"
    write_atomically(path, b"first")
    write_atomically(path, b"second")

    assert path.read_bytes() == b"second"
    assert path.with_suffix(".before").read_bytes() == b"first"


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first")

    with a_disk_with_room_for(1_000), pytest.raises(OSError, match="too large"):
        write_atomically(path, b"2" * 100_000)

    assert path.read_bytes() == b"first"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["learned.before", "learned.weights"]


def test_whoever_reads_meanwhile_goes_on_with_the_old(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first" * 1_000)

    with path.open("rb") as reading:
        begun = reading.read(5)
        write_atomically(path, b"second" * 1_000)

        assert begun + reading.read() == b"first" * 1_000


def test_what_a_killed_writer_left_behind_goes_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first")
    (tmp_path / "learned.weights.k1ll3d.new").write_bytes(b"half of i")
    (tmp_path / "others.weights.4l1v3.new").write_bytes(b"")

    with hold_exclusive_lock(path):
        write_atomically(path, b"second")

    assert sorted(one.name for one in tmp_path.glob("*.new")) == ["others.weights.4l1v3.new"]


def test_only_one_is_at_work_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "models" / "learned.weights"
    with hold_exclusive_lock(path), pytest.raises(AlreadyRunningError), hold_exclusive_lock(path):
        pass
    with hold_exclusive_lock(path):
        assert not path.exists()
