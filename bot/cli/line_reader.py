"""Lines as they arrive, for a command that answers a line while the next one is not yet written."""

import io
import os
import select


class _CountingReader(io.RawIOBase):
    """Counts what came through it."""

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
    """Knows when the next line has not been written yet. Leaves the descriptor open."""

    def __init__(self, number: int) -> None:
        self._tap = _CountingReader(number)
        self._taken = 0
        super().__init__(self._tap, buffer_size=1 << 16)

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self._taken += len(line)
        return line

    def is_idle(self) -> bool:
        """Nothing is held back here, and nothing can be read there: whoever writes waits for us, or rests."""
        return self._taken == self._tap.given and not select.select([self._tap.fileno()], [], [], 0)[0]
