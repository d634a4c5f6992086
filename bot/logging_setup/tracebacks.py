"""Describe errors by type and location. Their messages may be untrusted: a KeyError's is the key."""

import errno
import re
import traceback
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from bot.logging_setup.sanitize_values import MOST, sanitize_log_text

OURS = ("bot", "handlers")
"""Packages whose error messages are our own words."""
_SLACK_CODE = re.compile(r"[a-z][a-z_]{1,60}")
_REDIS_CODE = re.compile(r"[A-Z]{2,20}\b")


class SafeTraceback(str):
    """Lines that are sanitized one by one, so that the whole keeps its length and line breaks."""

    __slots__ = ()


def describe_error(error: BaseException) -> str:
    """Return the type, and of the message only what cannot be untrusted."""
    kind = type(error).__name__
    if isinstance(error, ValidationError):
        return sanitize_log_text(f"{kind} of {error.title} at {', '.join(sorted(_list_error_locations(error)))}")
    words = str(error) if type(error).__module__.partition(".")[0] in OURS else _extract_error_code(error)
    return sanitize_log_text(f"{kind}: {words}" if words else kind)


def _list_error_locations(error: ValidationError) -> set[str]:
    """List where validation failed. Keys that are no field names are untrusted, too, and left out."""
    found = {tuple(one["loc"]) for one in error.errors(include_input=False, include_url=False, include_context=False)}
    return {".".join(str(step) if _is_field_name(step) else "…" for step in place) for place in found}


def _is_field_name(step: int | str) -> bool:
    return isinstance(step, int) or (step.isidentifier() and step.isascii() and len(step) <= 40)


def _extract_error_code(error: BaseException) -> str:
    """Return the error code of Slack, HTTP, Redis or the system, or ''."""
    response: Any = getattr(error, "response", None)
    word = response.get("error") if hasattr(response, "get") else None
    if isinstance(word, str) and _SLACK_CODE.fullmatch(word):
        return word
    if isinstance(status := getattr(error, "status", None), int):
        return str(status)
    if type(error).__module__.partition(".")[0] == "redis":
        found = _REDIS_CODE.match(str(error))
        return found[0] if found else ""
    return errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""


def render_traceback(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Format as Python does, without source lines, notes and messages."""
    return SafeTraceback("\n".join(islice(_iter_traceback_lines(exc_info[1], set()), 5 * MOST)))


def _iter_traceback_lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    yield describe_error(error)
    for frame in reversed(traceback.extract_tb(error.__traceback__)[-MOST:]):
        yield f"  {sanitize_log_text(frame.filename)}:{frame.lineno} in {frame.name}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield "of these"
            yield from _iter_traceback_lines(one, seen)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield "after"
        yield from _iter_traceback_lines(before, seen)
