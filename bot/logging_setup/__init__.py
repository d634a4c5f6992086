"""Logging: one line per event, without untrusted words.

Records of structlog and of libraries (logging) pass one pipeline: timestamps, redaction, dedup, JSON or console.
"""

from bot.logging_setup.configure import ACCESS, CHATTY, configure_logging, install_crash_hooks
from bot.logging_setup.error_listener import ErrorListener, listen_for_errors
from bot.logging_setup.redaction import WITHHELD, redact_event
from bot.logging_setup.sanitize_values import LONGEST, MOST, sanitize_log_text
from bot.logging_setup.tracebacks import describe_error

__all__ = [
    "ACCESS",
    "CHATTY",
    "LONGEST",
    "MOST",
    "WITHHELD",
    "ErrorListener",
    "configure_logging",
    "describe_error",
    "install_crash_hooks",
    "listen_for_errors",
    "redact_event",
    "sanitize_log_text",
]
