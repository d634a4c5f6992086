"""Dedup of log lines, so that a flood of junk requests does not flood the log."""

import json
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

WINDOW = 10.0
"""Seconds within which lines that differ only in their time are one."""
KEPT_MOST = 200
"""Maximum number of remembered lines."""


class _RepeatedLine(NamedTuple):
    event: EventDict
    until: float
    repeats: int


class LogDeduplicator:
    """Renders a line, or drops it where it repeats one within `WINDOW`.

    Dropped lines are reported with the next line that is written: `"repeated": 6412`.
    """

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer
        self._lines: OrderedDict[str, _RepeatedLine] = OrderedDict()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        """Return the rendered lines. Raises `structlog.DropEvent` where there is nothing to write."""
        now = datetime.fromisoformat(event["timestamp"]).timestamp()
        key = json.dumps({name: value for name, value in event.items() if name != "timestamp"}, default=str)
        written = [*self._pop_expired(now), *self._admit_line(key, event, now)]
        if not written:
            raise structlog.DropEvent
        return "\n".join(str(self._renderer(logger, method, dict(line))) for line in written)

    def _admit_line(self, key: str, event: EventDict, now: float) -> Iterator[EventDict]:
        if (known := self._lines.get(key)) is not None:
            self._lines[key] = known._replace(event=event, repeats=known.repeats + 1)
            return
        self._lines[key] = _RepeatedLine(event, now + WINDOW, 0)
        yield event
        while len(self._lines) > KEPT_MOST:
            yield from _report_repeats(self._lines.popitem(last=False)[1])

    def _pop_expired(self, now: float) -> Iterator[EventDict]:
        """Report and remove expired lines, which come first unless the clock was set back."""
        while self._lines and not now < (line := next(iter(self._lines.values()))).until <= now + WINDOW:
            self._lines.popitem(last=False)
            yield from _report_repeats(line)

    def flush(self) -> str:
        """Return the pending reports, for shutdown."""
        pending = [event for line in self._lines.values() for event in _report_repeats(line)]
        self._lines.clear()
        return "\n".join(str(self._renderer(None, "", dict(event))) for event in pending)


def _report_repeats(line: _RepeatedLine) -> Iterator[EventDict]:
    if line.repeats:
        yield {**line.event, "repeated": line.repeats}
