"""A weight file is replaced as a whole, or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.training.atomic_write import AlreadyRunningError, hold_exclusive_lock, write_atomically


@contextmanager
def limit_file_size(most: int) -> Iterator[None]:
    """Simulate a full disk: limit the size of files of this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_old_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "models" / "learned.weights"
    write_atomically(path, b"first")
    write_atomically(path, b"second")

    assert path.read_bytes() == b"second"
    assert path.with_suffix(".before").read_bytes() == b"first"


def test_a_full_disk_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first")

    with limit_file_size(1_000), pytest.raises(OSError, match="too large"):
        write_atomically(path, b"2" * 100_000)

    assert path.read_bytes() == b"first"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["learned.before", "learned.weights"]


def test_readers_keep_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first" * 1_000)

    with path.open("rb") as reading:
        begun = reading.read(5)
        write_atomically(path, b"second" * 1_000)

        assert begun + reading.read() == b"first" * 1_000


def test_leftovers_of_a_killed_writer_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "learned.weights"
    write_atomically(path, b"first")
    (tmp_path / "learned.weights.k1ll3d.new").write_bytes(b"half of i")
    (tmp_path / "others.weights.4l1v3.new").write_bytes(b"")

    with hold_exclusive_lock(path):
        write_atomically(path, b"second")

    assert sorted(one.name for one in tmp_path.glob("*.new")) == ["others.weights.4l1v3.new"]


def test_only_one_training_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "models" / "learned.weights"
    with hold_exclusive_lock(path), pytest.raises(AlreadyRunningError), hold_exclusive_lock(path):
        pass
    with hold_exclusive_lock(path):
        assert not path.exists()
