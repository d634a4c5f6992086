"""One handler for all of this process, put in place once."""

import contextlib
import logging
import os
import sys
import threading
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from bot.logging_setup.dedup import LogDeduplicator
from bot.logging_setup.library_loggers import strip_library_arguments
from bot.logging_setup.redaction import redact_event
from bot.logging_setup.sanitize_values import sanitize_log_text
from bot.logging_setup.tracebacks import render_traceback

CHATTY = ("slack_bolt", "slack_sdk", "tweepy", "aiohttp", "uvicorn", "asyncio", "urllib3", "redis")
"""Libraries that put whole requests into their debug lines: they get no debug lines."""
ACCESS = ("aiohttp.access", "uvicorn.access")
"""A line for each request is what /metrics is for."""


def configure_logging(level: str = "info", fmt: str = "auto", stream: TextIO | None = None) -> None:
    """`fmt`: json, console, or auto: console on a terminal, else JSON lines. May be called again."""
    out = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and out.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    folder = LogDeduplicator(_build_console_renderer(out) if console else structlog.processors.JSONRenderer())
    _install_handler(_DedupHandler(out, folder), number, folder)
    structlog.configure(
        processors=[*_list_stamp_processors(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )


def _install_handler(handler: "_DedupHandler", level: int, renderer: Processor) -> None:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            pass_foreign_args=True,
            foreign_pre_chain=[*_list_stamp_processors(), structlog.stdlib.ExtraAdder(), strip_library_arguments],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(render_traceback),
                redact_event,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    for earlier in [other for other in root.handlers if isinstance(other, _DedupHandler)]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    for name in ACCESS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)


def _list_stamp_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _build_console_renderer(out: TextIO) -> Processor:
    colours = out.isatty() and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)


class _DedupHandler(logging.StreamHandler[TextIO]):
    def __init__(self, out: TextIO, folder: LogDeduplicator) -> None:
        super().__init__(out)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(structlog.DropEvent):  # it repeats an earlier line
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """What this replaces would print the line's arguments as they are."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(
                f'{{"event": "a log line could not be written", "logger": "{sanitize_log_text(record.name)}"}}\n'
            )

    def close(self) -> None:
        """At the end, or when another takes its place."""
        with contextlib.suppress(OSError, ValueError):
            if rest := self._folder.flush():
                self.stream.write(f"{rest}\n")
                self.flush()
        super().close()


def install_crash_hooks() -> None:
    """For a process that is ours alone: what nobody catches, Python would print with others' words in it."""

    def log_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            return
        structlog.get_logger("earshot").critical("crashed", exc_info=(kind, error, trace))

    def log_unraisable(given: Any) -> None:
        log_crash(given.exc_type, given.exc_value, given.exc_traceback)

    def in_thread(given: Any) -> None:
        log_crash(given.exc_type, given.exc_value, given.exc_traceback)

    sys.excepthook, sys.unraisablehook, threading.excepthook = log_crash, log_unraisable, in_thread
