"""How this process speaks to its operators: one line per thing that happened, and never a stranger's words.

Ours (structlog) and the libraries' (logging) go one way: stamped, guarded, then drawn as JSON or for a terminal.
"""

import contextlib
import logging
import os
import re
import sys
import traceback
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

import structlog
from pydantic import ValidationError
from structlog.typing import EventDict, Processor, WrappedLogger

LONGEST = 300
"""Characters of one value: enough for an address or an error, too little for a post or a body."""
MOST = 20
"""Values of a list, frames of a traceback."""
WITHHELD = frozenset(
    {"text", "body", "blocks", "payload", "attachments", "content", "raw", "input", "data", "params", "query"}
    | {"note", "headline", "author", "handle", "who", "bio", "headers", "cookie", "response_url", "trigger_id"}
    | {"token", "secret", "password", "authorization", "signature", "ticket"}
)
"""Keys, or the last words of keys (`bot_token`), whose values never reach a log."""
CHATTY = ("slack_bolt", "slack_sdk", "tweepy", "aiohttp", "uvicorn", "asyncio", "urllib3", "redis")
"""Libraries that put whole requests into their debug lines: they get no debug lines."""
FIRST = ("timestamp", "level", "event")
"""What an eye looks for, and in which order."""
ACCESS = ("aiohttp.access", "uvicorn.access")
"""A line for each request is what /metrics is for."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SECRET = re.compile(
    r"(?:xoxe\.)?xox[a-z]-[\w.-]+|xoxe-[\w.-]+|xapp-[\w-]+|whsec_[\w+/=]+|(?<=earer )[\w%.~+/=-]+"
    r"|(?<=://)[^\s/@]*:[^\s/@]*@|(?<=ticket=)[\w-]+|(?<=hooks\.slack\.com/)\S+"
)
_ERROR = re.compile(r"['\"]error['\"]: ['\"](\w+)['\"]")


def configure(level: str = "info", fmt: str = "auto", stream: TextIO | None = None) -> None:
    """`fmt`: json, console, or auto: console on a terminal, else JSON lines. May be called again."""
    out = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and out.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    _through(_Handler(out), number, _renderer(out) if console else structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[*_stamps(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )


def _through(handler: "_Handler", level: int, renderer: Processor) -> None:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_stamps(), structlog.stdlib.ExtraAdder(), _only_the_gist],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_trace),
                guard,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    for earlier in [other for other in root.handlers if isinstance(other, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    for name in ACCESS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)


def _stamps() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(out: TextIO) -> Processor:
    colours = out.isatty() and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """What this replaces would print the line's arguments as they are."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f'{{"event": "a log line could not be written", "logger": "{neutral(record.name)}"}}\n')


def _only_the_gist(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Libraries put what they were sent into their sentences; what Slack calls the error is worth keeping."""
    words = str(event["event"])
    gist, brace, rest = words.partition("{")
    found = _ERROR.search(rest)
    event["event"] = f"{gist}{{…}}{f' {found[1]}' if found else ''}" if brace else words
    return event


def guard(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Nothing leaves that a stranger may have written: by its key, by its length, by what it would do to a terminal."""
    passed: dict[str, Any] = {key: "" for key in FIRST if key in event}
    withheld: list[str] = []
    for key, value in event.items():
        if _is_withheld(key):
            withheld.append(neutral(key))
        else:
            passed[neutral(key)] = _value(value)
    return {**passed, "withheld": withheld} if withheld else passed


def _is_withheld(key: str) -> bool:
    return key.lower() in WITHHELD or key.lower().rpartition("_")[2] in WITHHELD


def _value(value: object) -> object:
    """What is neither a number nor a word nor made of these is named, not shown: a mention is full of text."""
    match value:
        case bool() | int() | float() | None | _Trace():
            return value
        case str() | date() | timedelta() | PurePath():
            return neutral(str(value))
        case BaseException():
            return _said(value)
        case Mapping():
            return guard(None, "", {str(key): item for key, item in list(value.items())[:MOST]})
        case list() | tuple() | set() | frozenset():
            return [_value(item) for item in list(value)[:MOST]]
        case _:
            return f"<{type(value).__name__}>"


def neutral(words: str) -> str:
    """Cut to length, secrets blanked, and whatever is not seen or moves a cursor written out: ESC as `x1b`."""
    words = _SECRET.sub("***", words[: LONGEST * 5])
    words = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return words if words.isprintable() else "".join(map(_visible, words))


def _visible(char: str) -> str:
    return char.encode("unicode_escape").decode() if unicodedata.category(char) in _INVISIBLE else char


def _said(error: BaseException) -> str:
    """A ValidationError repeats what it was given, so only its places are told."""
    kind = type(error).__name__
    if isinstance(error, ValidationError):
        places = {".".join(map(str, found["loc"])) for found in error.errors(include_input=False, include_url=False)}
        return neutral(f"{kind} of {error.title} at {', '.join(sorted(places))}")
    return neutral(f"{kind}: {error}" if str(error) else kind)


class _Trace(str):
    """Lines made harmless one by one, so that the whole may keep its length and its line ends."""

    __slots__ = ()


def _trace(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """As Python tells it, without the source lines, and with each error's words made harmless."""
    return _Trace("\n".join(islice(_told(exc_info[1]), 5 * MOST)))


def _told(error: BaseException) -> Iterator[str]:
    yield _said(error)
    for frame in reversed(traceback.extract_tb(error.__traceback__)[-MOST:]):
        yield f"  {neutral(frame.filename)}:{frame.lineno} in {frame.name}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield "of these"
            yield from _told(one)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield "after"
        yield from _told(before)
