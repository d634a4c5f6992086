"""Tell one listener of this process about each exception that is logged as an error: nobody expected it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from structlog.typing import EventDict, WrappedLogger

ErrorListener = Callable[[BaseException], None]
LEVELS = frozenset({"error", "critical"})
_listeners: list[ErrorListener] = []


@contextmanager
def listen_for_errors(listener: ErrorListener) -> Iterator[None]:
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def notify_listeners(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the event as it is. To be called while its exception is still the current one."""
    given = event.get("exc_info")
    if _listeners and given and event.get("level") in LEVELS:
        found = given if isinstance(given, tuple) else sys.exc_info()
        error = given if isinstance(given, BaseException) else found[1]
        if error is not None:
            for listener in _listeners:
                listener(error)
    return event
