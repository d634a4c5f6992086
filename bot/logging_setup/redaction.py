"""Redact log events by key and by type of value."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from structlog.typing import EventDict, WrappedLogger

from bot.logging_setup.sanitize_values import MOST, sanitize_log_text
from bot.logging_setup.tracebacks import SafeTraceback, describe_error

WITHHELD = frozenset(
    {"text", "body", "blocks", "payload", "attachments", "content", "raw", "input", "data", "params", "query"}
    | {"note", "headline", "author", "handle", "who", "bio", "headers", "cookie", "response_url", "trigger_id"}
    | {"token", "secret", "password", "authorization", "signature", "ticket"}
)
"""Keys, or last words of keys (`bot_token`), whose values are never logged."""
FIRST = ("timestamp", "level", "process", "event")
"""Keys that come first, in this order."""


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the event without sensitive keys, and with every value sanitized."""
    passed: dict[str, Any] = {key: "" for key in FIRST if key in event}
    withheld: list[str] = []
    for key, value in event.items():
        name, is_sensitive = _check_key(key)
        if is_sensitive:
            withheld.append(name)
        else:
            passed[name] = _redact_value(value)
    return {**passed, "withheld": withheld} if withheld else passed


@lru_cache(maxsize=500)
def _check_key(key: str) -> tuple[str, bool]:
    """Return the sanitized key, and whether its values are withheld. Nearly all lines have the same few keys."""
    return sanitize_log_text(key), key.lower() in WITHHELD or key.lower().rpartition("_")[2] in WITHHELD


def _redact_value(value: object) -> object:
    """Return a sanitized value; objects are replaced by their type, because a mention is full of text."""
    match value:
        case bool() | int() | float() | None | SafeTraceback():
            return value
        case str() | date() | timedelta() | PurePath():
            return sanitize_log_text(str(value))
        case BaseException():
            return describe_error(value)
        case Mapping():
            return redact_event(None, "", {str(key): item for key, item in list(value.items())[:MOST]})
        case list() | tuple() | set() | frozenset():
            return [_redact_value(item) for item in list(value)[:MOST]]
        case _:
            return f"<{type(value).__name__}>"
