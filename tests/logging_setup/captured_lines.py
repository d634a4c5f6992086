"""What was written when something was said."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

from bot.logging_setup import configure_logging

HOSTILE = "<!channel> \x1b[2J\u202egnp.exe\nERROR: all is lost"


def capture_lines(say: Callable[[], object], level: str = "info") -> list[dict[str, Any]]:
    stream = io.StringIO()
    configure_logging(level, "json", stream)
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if getattr(one, "stream", None) is stream]  # not pytest's own
    say()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def capture_line(say: Callable[[], object]) -> dict[str, Any]:
    (found,) = capture_lines(say)
    return found
