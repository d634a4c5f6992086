"""Strip the arguments of library log records, which may hold untrusted input; their templates stay."""

import logging
import re
from typing import Any

from structlog.typing import EventDict, WrappedLogger

from bot.logging_setup.sanitize_values import sanitize_log_text

_ERROR = re.compile(r"['\"]error['\"]: ['\"]([a-z][a-z_]{1,60})['\"]")
_FILLED_IN = re.compile(r"(?<!\w)['\"]|[{(\[<:\n]")
"""What precedes values in a message that was formatted already."""
_DIRECTIVE = re.compile(r"%(?:\((?P<name>\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?(?P<kind>[a-zA-Z%])")
_WARNING = re.compile(r"(?P<place>[^\n]*?:\d+): (?P<kind>\w+): ")
REST = "…"


def strip_library_arguments(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the message of a library's record by its template.

    Needs `positional_args`, which `ProcessorFormatter` passes with `pass_foreign_args`.
    """
    record: logging.LogRecord = event["_record"]
    args = event.pop("positional_args", ())
    event["event"] = (
        _format_warning(event["event"]) if record.name == "py.warnings" else _extract_template(record.msg, args)
    )
    return event


def _extract_template(template: object, args: Any) -> str:
    said = template if isinstance(template, str) else "{"
    if args:
        return _fill_template(said, args)
    own = _FILLED_IN.split(said, maxsplit=1)[0].rstrip()
    word = _ERROR.search(said)
    return f"{own if own == said.rstrip() else f'{own} {REST}'.lstrip()}{f' {word[1]}' if word else ''}"


def _fill_template(template: str, args: Any) -> str:
    """Format as `%` does, but with numbers and types of errors only."""
    given = iter(args if isinstance(args, tuple) else ())

    def fill_directive(found: re.Match[str]) -> str:
        if found["kind"] == "%":
            return "%"
        return _format_argument(args.get(found["name"]) if isinstance(args, dict) else next(given, None))

    return _DIRECTIVE.sub(fill_directive, template)


def _format_argument(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    return str(value) if isinstance(value, (int, float)) else REST


def _format_warning(words: str) -> str:
    """Return a warning `file:line: Kind: words` without its words."""
    found = _WARNING.match(words)
    return sanitize_log_text(f"{found['kind']} at {found['place']}") if found else "warning"
