"""The child process that parses one calendar: hostile input can crash it, and nothing else."""

import sys
from contextlib import suppress

from pydantic import BaseModel

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.ical_parser import ParsedCalendar, parse_shifts
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan

CPU_SECONDS = 3
MEMORY_BYTES = 1 << 30
"""Bytes of address space, some ten times what the largest calendar takes."""


class ParseRequest(BaseModel):
    text: str
    schedule: Schedule
    span: TimeSpan


class ParseResult(BaseModel):
    """One of the two is set."""

    booked: ParsedCalendar | None = None
    broken: str = ""


def main() -> None:
    _limit_resources()
    request = ParseRequest.model_validate_json(sys.stdin.buffer.read())
    try:
        result = ParseResult(booked=parse_shifts(request.text, request.schedule, request.span))
    except CalendarError as no:
        result = ParseResult(broken=str(no))
    sys.stdout.write(result.model_dump_json())


def _limit_resources() -> None:
    """Set the limits that the system knows; the parent has a time limit, too."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    limits = {resource.RLIMIT_CPU: CPU_SECONDS, resource.RLIMIT_AS: MEMORY_BYTES, resource.RLIMIT_CORE: 0}
    for kind, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
