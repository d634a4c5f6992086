"""A flood of lines that are alike is one line, and then how many there were."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from bot.logging_setup import configure_logging
from bot.logging_setup.dedup import KEPT_MOST, WINDOW, LogDeduplicator
from tests.logging_setup.captured_lines import capture_lines

log = structlog.get_logger()


def at(seconds: float, event: str = "junk", **more: Any) -> dict[str, Any]:
    return {"timestamp": f"2026-03-10T04:{int(seconds) // 60:02}:{seconds % 60:06.3f}Z", "event": event, **more}


def reported(folder: LogDeduplicator, line: dict[str, Any]) -> list[tuple[str, int]]:
    try:
        written = folder(None, "", line)
    except structlog.DropEvent:
        return []
    return [(found["event"], found.get("repeated", 0)) for found in map(json.loads, written.splitlines())]


@pytest.fixture
def folder() -> LogDeduplicator:
    return LogDeduplicator(structlog.processors.JSONRenderer())


def test_lines_that_are_alike_are_one_and_their_number_is_told_when_the_window_ends(folder: LogDeduplicator) -> None:
    assert reported(folder, at(0)) == [("junk", 0)]
    assert [reported(folder, at(1 + n / 1000)) for n in range(500)] == [[]] * 500
    assert reported(folder, at(WINDOW)) == [("junk", 500), ("junk", 0)]


def test_the_number_is_reported_with_any_next_line(folder: LogDeduplicator) -> None:
    reported(folder, at(0))
    reported(folder, at(1))

    assert reported(folder, at(30, "another")) == [("junk", 1), ("another", 0)]


def test_lines_that_differ_in_anything_but_their_time_are_not_folded(folder: LogDeduplicator) -> None:
    written = [reported(folder, at(0, "opened", case=case)) for case in ("A", "B", 1, "1")]

    assert written == [[("opened", 0)]] * 4


def test_no_more_is_remembered_than_is_useful_and_nothing_goes_uncounted(folder: LogDeduplicator) -> None:
    reported(folder, at(0))
    reported(folder, at(0))
    written = [line for n in range(KEPT_MOST) for line in reported(folder, at(1, f"event {n}"))]

    assert ("junk", 1) in written
    assert len(written) == KEPT_MOST + 1


def test_a_clock_that_is_set_back_folds_nothing_for_ever(folder: LogDeduplicator) -> None:
    reported(folder, at(3000))

    assert reported(folder, at(0)) == [("junk", 0)]


def test_what_a_library_repeats_with_its_traceback_is_folded_too() -> None:
    def say() -> None:
        for number in range(100):
            try:
                int(f"{number} is no number")
            except ValueError:
                logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    assert len(capture_lines(say)) == 1


def test_the_number_is_told_at_the_end() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    for _ in range(5):
        log.warning("junk")
    configure_logging("info", "json", io.StringIO())

    assert [json.loads(line).get("repeated") for line in stream.getvalue().splitlines()] == [None, 4]
