"""Read a calendar in a process of its own, which is killed where it takes too long."""

import asyncio
import os
import sys
from contextlib import suppress

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.child import ParseRequest, ParseResult
from bot.calendars.ical_parser import ParsedCalendar
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan

TIMEOUT = 10.0
"""Seconds on the wall, start included. The child gives itself three of the processor's."""
_RUN = "import sys; sys.path[:] = sys.argv[1:]; from bot.calendars.child import main; main()"
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""It needs no token, so it is given none."""


async def read_calendar(text: str, schedule: Schedule, span: TimeSpan) -> ParsedCalendar:
    """Who is on call by this file within a span. Raises `CalendarError`."""
    asked = ParseRequest(text=text, schedule=schedule, span=span).model_dump_json().encode()
    try:
        code, said = await asyncio.wait_for(_run_child(asked), TIMEOUT)
    except TimeoutError:
        raise _timeout_error() from None
    except OSError as no:
        raise CalendarError(f"no process can be started to read it ({no.strerror})") from None
    if code:
        raise _timeout_error() if code < 0 else CalendarError("it cannot be worked out")
    answer = ParseResult.model_validate_json(said)
    if answer.booked is None:
        raise CalendarError(answer.broken)
    return answer.booked


async def _run_child(asked: bytes) -> tuple[int | None, bytes]:
    """Whatever ends the wait, ours or the whole process's end, ends the child."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _RUN, *sys.path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )  # fmt: skip
    try:
        said, _ = await child.communicate(asked)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return child.returncode, said


def _timeout_error() -> CalendarError:
    return CalendarError("it takes more than 3 seconds, or too much memory, to work out")
