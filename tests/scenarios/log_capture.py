"""What Earshot wrote to its log during a story."""

import io
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from bot import logging_setup

RUN = 4
"""Words in a row that nobody says by chance."""


class LogCapture:
    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]

    def events(self) -> list[str]:
        return [str(line["event"]) for line in self.lines]

    def find_repeated(self, texts: Iterable[str]) -> set[str]:
        """What of these texts stands in the log, word for word."""
        written = set(_runs(self._stream.getvalue()))
        for line in self.lines:
            written.update(_runs(json.dumps(line, ensure_ascii=False)))
        return written & {run for text in texts for run in _runs(text)}


def _runs(words: str) -> Iterator[str]:
    said = re.findall(r"\w+", words.lower())
    for start in range(len(said) - RUN + 1):
        yield " ".join(said[start : start + RUN])


@contextmanager
def capture_log() -> Iterator[LogCapture]:
    """Logging is one for the whole process; other tests find it as they left it."""
    loggers = [logging.getLogger(name) for name in ("", *logging_setup.CHATTY, *logging_setup.ACCESS)]
    levels = [logger.level for logger in loggers]
    handlers = list(loggers[0].handlers)
    stream = io.StringIO()
    logging_setup.configure_logging("debug", "json", stream)
    try:
        yield LogCapture(stream)
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        loggers[0].handlers[:] = handlers
        logging.captureWarnings(False)
        structlog.reset_defaults()
