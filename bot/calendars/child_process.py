"""Parse a calendar in a child process, which is killed if it takes too long."""

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
"""Seconds, start included. The child limits itself to three seconds of CPU time."""
_RUN = "import sys; sys.path[:] = sys.argv[1:]; from bot.calendars.child import main; main()"
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""It gets none of our secrets."""


async def read_calendar(text: str, schedule: Schedule, span: TimeSpan) -> ParsedCalendar:
    """Return the shifts of a calendar within a span. Raises `CalendarError`."""
    asked = ParseRequest(text=text, schedule=schedule, span=span).model_dump_json().encode()
    try:
        code, said = await asyncio.wait_for(_run_child(asked), TIMEOUT)
    except TimeoutError:
        raise _build_timeout_error() from None
    except OSError as no:
        raise CalendarError(f"no process can be started to read it ({no.strerror})") from None
    if code:
        raise _build_timeout_error() if code < 0 else CalendarError("it cannot be evaluated")
    answer = ParseResult.model_validate_json(said)
    if answer.booked is None:
        raise CalendarError(answer.broken)
    return answer.booked


async def _run_child(asked: bytes) -> tuple[int | None, bytes]:
    """Run the child, which ends with the wait for it, however that ends."""
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


def _build_timeout_error() -> CalendarError:
    return CalendarError("it takes more than 3 seconds, or too much memory, to evaluate")
