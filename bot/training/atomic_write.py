"""Write a weight file atomically, by one training at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ALL_MAY_READ = 0o644
"""A temporary file is private to its owner; the bot may run as another user."""
UNFINISHED = ".new"


class AlreadyRunningError(Exception):
    """Another training holds the lock of the same file."""


@contextmanager
def hold_exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock from reading the old weights to writing the new ones, so that no training loses another's result.

    The kernel releases the lock when its holder ends. Raise `AlreadyRunningError`, or OSError if the folder cannot be
    written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError from None
        for leftover in path.parent.glob(f"{path.stem}.*{UNFINISHED}"):  # of a training that was killed
            leftover.unlink(missing_ok=True)
        yield


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file; readers see the old or the new one. The old one is kept as `.before`. Raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        _replace_file(path.with_suffix(".before"), path.read_bytes())
    _replace_file(path, data)


def _replace_file(path: Path, data: bytes) -> None:
    """Flush to disk before renaming: a crash must not leave a name with half of the content."""
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
