"""One line for what is said over and over: a flood of junk at the door must not become a flood in the log."""

import json
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

WINDOW = 10.0
"""Seconds in which lines that are alike but for their time are one."""
KEPT_MOST = 200
"""Different lines that are remembered."""


class _Line(NamedTuple):
    event: EventDict
    until: float
    left_out: int


class Folder:
    """Renders a line, or drops it where it repeats one of the last seconds.

    What was left out is told with the next line that is written, of whatever kind: `"repeated": 6412`.
    """

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer
        self._lines: OrderedDict[str, _Line] = OrderedDict()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        """Raises `structlog.DropEvent` where there is nothing to write."""
        now = datetime.fromisoformat(event["timestamp"]).timestamp()
        key = json.dumps({name: value for name, value in event.items() if name != "timestamp"}, default=str)
        written = [*self._due(now), *self._take(key, event, now)]
        if not written:
            raise structlog.DropEvent
        return "\n".join(str(self._renderer(logger, method, dict(line))) for line in written)

    def _take(self, key: str, event: EventDict, now: float) -> Iterator[EventDict]:
        if (known := self._lines.get(key)) is not None:
            self._lines[key] = known._replace(event=event, left_out=known.left_out + 1)
            return
        self._lines[key] = _Line(event, now + WINDOW, 0)
        yield event
        while len(self._lines) > KEPT_MOST:
            yield from _tell(self._lines.popitem(last=False)[1])

    def _due(self, now: float) -> Iterator[EventDict]:
        """Lines are kept in the order of their ends, unless the clock was set back."""
        while self._lines and not now < (line := next(iter(self._lines.values()))).until <= now + WINDOW:
            self._lines.popitem(last=False)
            yield from _tell(line)

    def rest(self) -> str:
        """What was left out and is not told yet, for the end."""
        told = [event for line in self._lines.values() for event in _tell(line)]
        self._lines.clear()
        return "\n".join(str(self._renderer(None, "", dict(event))) for event in told)


def _tell(line: _Line) -> Iterator[EventDict]:
    if line.left_out:
        yield {**line.event, "repeated": line.left_out}
