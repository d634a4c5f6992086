"""Putting a weight file where it is read: whole or not at all, by one training at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ALL_MAY_READ = 0o644
"""A temporary file is its maker's alone; the bot may run as somebody else."""
UNFINISHED = ".new"


class AlreadyRunningError(Exception):
    """Another training is at work on the same file."""


@contextmanager
def hold_exclusive_lock(path: Path) -> Iterator[None]:
    """From reading the old weights to writing the new ones: of two at once the later would undo what the other learned.

    The kernel gives the lock back, however its holder ends. Raises Busy, and OSError where there is no writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError from None
        for left in path.parent.glob(f"{path.stem}.*{UNFINISHED}"):  # its writer was killed
            left.unlink(missing_ok=True)
        yield


def write_atomically(path: Path, data: bytes) -> None:
    """What was there before is kept as `.before`. Who reads it meanwhile reads the old or the new. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        _replace_file(path.with_suffix(".before"), path.read_bytes())
    _replace_file(path, data)


def _replace_file(path: Path, data: bytes) -> None:
    """On the disk before it has its name: else a machine that dies could leave the name with half of it."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=UNFINISHED, dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), ALL_MAY_READ)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
