"""The process that reads one calendar and ends: what a stranger wrote can cost it its life, and nobody else."""

import sys
from contextlib import suppress

from pydantic import BaseModel

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.ical_parser import ParsedCalendar, parse_shifts
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan

CPU_SECONDS = 3
MEMORY_BYTES = 1 << 30
"""Bytes of addresses, some ten times what the largest calendar takes."""


class ParseRequest(BaseModel):
    text: str
    schedule: Schedule
    span: TimeSpan


class ParseResult(BaseModel):
    """One of the two is there."""

    booked: ParsedCalendar | None = None
    broken: str = ""


def main() -> None:
    _limit_resources()
    asked = ParseRequest.model_validate_json(sys.stdin.buffer.read())
    try:
        answer = ParseResult(booked=parse_shifts(asked.text, asked.schedule, asked.span))
    except CalendarError as no:
        answer = ParseResult(broken=str(no))
    sys.stdout.write(answer.model_dump_json())


def _limit_resources() -> None:
    """What a system does not know is left to the time limit of the parent."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
