"""Start what `earshot run` sends elsewhere: reports of unexpected errors, and traces. Neither is imported while off."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING

import structlog

from bot.config.settings import Settings
from bot.distribution import find_version, format_requirement
from bot.logging_setup import describe_error, listen_for_errors
from bot.telemetry.traces import TRACES

if TYPE_CHECKING:
    from bot.telemetry.error_reports import ErrorReporter
    from bot.telemetry.otlp import OtlpRecorder

CLOSE_SECONDS = 3.0
"""At the end, for what was not sent yet."""
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

log = structlog.get_logger("earshot")


def start_telemetry(settings: Settings, environ: Mapping[str, str] = os.environ) -> AbstractContextManager[None]:
    """Start what the settings ask for, and return a context at whose end what is left is sent.

    Raises `ValueError` with a sentence if errors cannot be reported.
    """
    reporter = _start_error_reports(settings.sentry_dsn.get_secret_value()) if settings.sentry_dsn else None
    recorder = _start_traces(environ) if has_collector(environ) else None
    return _send_telemetry(reporter, recorder)


@contextmanager
def _send_telemetry(reporter: "ErrorReporter | None", recorder: "OtlpRecorder | None") -> Iterator[None]:
    TRACES.recorder = recorder
    try:
        with listen_for_errors(reporter.report_error) if reporter else nullcontext():
            yield
    finally:
        TRACES.recorder = None
        closing = [Thread(target=one.close, daemon=True) for one in (reporter, recorder) if one is not None]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(CLOSE_SECONDS)


def has_collector(environ: Mapping[str, str]) -> bool:
    """Return whether the standard variables name a collector of traces."""
    exporter = environ.get("OTEL_TRACES_EXPORTER", "")
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or exporter not in {"", "otlp"}:
        return False
    return exporter == "otlp" or any(environ.get(name) for name in ENDPOINTS)


def _start_error_reports(dsn: str) -> "ErrorReporter":
    try:
        from bot.telemetry.error_reports import ErrorReporter  # noqa: PLC0415 - an extra, and 0.2 s
    except ImportError:
        raise ValueError(f"SENTRY_DSN needs: pip install {format_requirement('sentry')}") from None
    try:
        return ErrorReporter(dsn, find_version(), describe_error)
    except ValueError:  # its message has the address
        raise ValueError("SENTRY_DSN is not an address of Sentry, such as https://KEY@HOST/PROJECT") from None


def _start_traces(environ: Mapping[str, str]) -> "OtlpRecorder | None":
    """Start traces; without the extra only say so, because some clusters set these variables for all."""
    try:
        from bot.telemetry.otlp import OtlpRecorder  # noqa: PLC0415 - an extra, and 0.2 s
    except ImportError:
        log.warning("no traces are sent", reason=f"pip install {format_requirement('otel')}")
        return None
    return OtlpRecorder(environ, find_version())
