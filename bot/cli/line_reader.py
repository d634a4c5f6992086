"""A reader of lines that knows when its input is idle, so that a command can answer before the next line comes."""

import io
import os
import select


class _CountingReader(io.RawIOBase):
    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.given = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def readinto(self, room: memoryview) -> int:  # type: ignore[override]
        data = os.read(self._number, len(room))
        room[: len(data)] = data
        self.given += len(data)
        return len(data)


class LineReader(io.BufferedReader):
    """Reads lines from a file descriptor, which it leaves open."""

    def __init__(self, number: int) -> None:
        self._raw = _CountingReader(number)
        self._taken = 0
        super().__init__(self._raw, buffer_size=1 << 16)

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self._taken += len(line)
        return line

    def is_idle(self) -> bool:
        """Return whether all input was consumed and no more can be read now."""
        return self._taken == self._raw.given and not select.select([self._raw.fileno()], [], [], 0)[0]
