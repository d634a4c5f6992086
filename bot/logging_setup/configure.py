"""Install the one log handler of this process."""

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.logging_setup.dedup import LogDeduplicator
from bot.logging_setup.error_listener import notify_listeners
from bot.logging_setup.library_loggers import strip_library_arguments
from bot.logging_setup.redaction import redact_event
from bot.logging_setup.sanitize_values import sanitize_log_text
from bot.logging_setup.tracebacks import render_traceback

CHATTY = ("slack_bolt", "slack_sdk", "tweepy", "aiohttp", "uvicorn", "asyncio", "urllib3", "redis")
"""Libraries whose debug lines hold whole requests: their debug level is off."""
ACCESS = ("aiohttp.access", "uvicorn.access")
"""Access logs, which are off: /metrics counts requests."""


def configure_logging(level: str = "info", fmt: str = "auto", stream: TextIO | None = None, process: str = "") -> None:
    """Configure logging. `fmt` is json, console, or auto: console on a terminal, else JSON. May be called again.

    Every line has the name of the process, if it has one.
    """
    out = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and out.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    deduplicator = LogDeduplicator(_build_console_renderer(out) if console else structlog.processors.JSONRenderer())
    stamps = _list_add_processors(process)
    _install_handler(_DedupHandler(out, deduplicator), number, stamps, deduplicator)
    structlog.configure(
        processors=[*stamps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )


def _install_handler(handler: "_DedupHandler", level: int, stamps: Sequence[Processor], renderer: Processor) -> None:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            pass_foreign_args=True,
            foreign_pre_chain=[*stamps, structlog.stdlib.ExtraAdder(), strip_library_arguments],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                notify_listeners,
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


def _list_add_processors(process: str) -> list[Processor]:
    def add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**event, "process": process}

    return [
        *([add_process] if process else []),
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _build_console_renderer(out: TextIO) -> Processor:
    colours = out.isatty() and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)


class _DedupHandler(logging.StreamHandler[TextIO]):
    def __init__(self, out: TextIO, deduplicator: LogDeduplicator) -> None:
        super().__init__(out)
        self._deduplicator = deduplicator

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(structlog.DropEvent):  # it repeats an earlier line
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Log no arguments, which the replaced method prints as they are."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(
                f'{{"event": "a log line could not be written", "logger": "{sanitize_log_text(record.name)}"}}\n'
            )

    def close(self) -> None:
        """Write the pending repeat counts, then close."""
        with contextlib.suppress(OSError, ValueError):
            if rest := self._deduplicator.flush():
                self.stream.write(f"{rest}\n")
                self.flush()
        super().close()


def install_crash_hooks() -> None:
    """Log uncaught errors redacted; Python would print untrusted words. Only for a process of our own."""

    def log_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            return
        structlog.get_logger("earshot").critical("crashed", exc_info=(kind, error, trace))

    def log_details(details: Any) -> None:
        log_crash(details.exc_type, details.exc_value, details.exc_traceback)

    sys.excepthook, sys.unraisablehook, threading.excepthook = log_crash, log_details, log_details
