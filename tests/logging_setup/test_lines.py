"""Levels and formats of log lines; records of libraries; errors."""

import io
import json
import logging
import warnings
from datetime import datetime, timedelta

import pytest
import structlog

from bot.domain.mention import Mention
from bot.logging_setup import ACCESS, configure_logging
from tests.logging_setup.captured_lines import HOSTILE, capture_line, capture_lines

log = structlog.get_logger()


def test_a_line_says_when_in_utc_how_grave_what_and_who_speaks() -> None:
    found = capture_line(lambda: log.info("mention heard", mention="x:1", new=True))

    assert list(found)[:3] == ["timestamp", "level", "event"]
    assert datetime.fromisoformat(found.pop("timestamp")).utcoffset() == timedelta()
    assert found == {"level": "info", "event": "mention heard", "logger": __name__, "mention": "x:1", "new": True}


def test_a_library_speaks_the_same_way_and_its_extras_are_kept() -> None:
    found = capture_line(lambda: logging.getLogger("somebody").warning("went %s", "wrong", extra={"mention": "x:1"}))

    assert (found["event"], found["logger"], found["level"]) == ("went …", "somebody", "warning")
    assert found["mention"] == "x:1"


def test_bolt_tells_no_body_whatever_the_level() -> None:
    def say() -> None:
        for name in ("slack_bolt.of_a_test", "slack_sdk.of_a_test", "tweepy.of_a_test"):
            logging.getLogger(name).debug("Request body: %s", HOSTILE)
        logging.getLogger("slack_bolt.of_a_test").warning("Unhandled request (%s)", {"text": HOSTILE})

    assert [found["event"] for found in capture_lines(say, "debug")] == ["Unhandled request (…)"]


def test_what_slack_calls_the_error_is_kept() -> None:
    said = "The server responded with: {'ok': False, 'error': 'channel_not_found', 'text': 'secret words'}"
    found = capture_line(lambda: logging.getLogger("slack_sdk").error(said))

    assert found["event"] == "The server responded with … channel_not_found"


def test_a_library_that_says_a_dict_itself_says_nothing_of_it() -> None:
    found = capture_line(lambda: logging.getLogger("slack_sdk").error({"text": HOSTILE}))

    assert found["event"] == "…"


def test_an_error_is_reported_with_the_way_to_it_and_what_came_before() -> None:
    def look() -> None:
        try:
            [].pop()
        except IndexError as inner:
            raise ValueError("outer") from inner

    def say() -> None:
        try:
            look()
        except ValueError:
            log.exception("failed", case="A")

    reported = capture_line(say)["exception"].splitlines()
    assert (reported[0], reported[3], reported[4]) == ("ValueError", "after", "IndexError")
    assert (reported[1][-8:], reported[2][-7:]) == (" in look", " in say")


def test_errors_that_came_together_are_all_reported() -> None:
    together = ExceptionGroup("workers", [ValueError("one"), ConnectionResetError(104, "two")])

    reported = capture_line(lambda: log.error("failed", exc_info=together))["exception"]
    assert reported.splitlines() == [
        "ExceptionGroup",
        "of these",
        "ValueError",
        "of these",
        "ConnectionResetError: ECONNRESET",
    ]


def test_an_error_of_pydantic_tells_its_places_and_not_what_it_was_given() -> None:
    def say() -> None:
        try:
            Mention.model_validate({"id": "secret words", "text": 3, "created_at": "secret words"})
        except ValueError as error:
            log.exception("refused", error=error)

    found = capture_line(say)
    assert found["error"] == "ValidationError of Mention at created_at, id, text"
    assert "secret words" not in json.dumps(found)


def test_a_line_that_cannot_be_made_is_reported_without_its_arguments() -> None:
    found = capture_line(lambda: logging.getLogger("somebody").warning("%s and %s", HOSTILE))  # noqa: PLE1206

    assert found == {"event": "a log line could not be written", "logger": "somebody"}


def test_a_stream_that_is_gone_stops_nobody() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    stream.close()

    log.info("said")


@pytest.mark.parametrize(("level", "heard"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_what_is_below_the_level_is_not_logged(level: str, heard: int) -> None:
    def say() -> None:
        for speak in (log.debug, log.info, log.warning, log.error):
            speak("said")
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger("somebody").log(number, "said")

    assert len(capture_lines(say, level)) == 2 * heard


def test_a_request_that_went_well_is_no_line() -> None:
    def say() -> None:
        for name in ACCESS:
            logging.getLogger(name).info("GET /healthz 200")

    assert capture_lines(say) == []


def test_what_is_bound_to_the_context_stands_on_every_line() -> None:
    def say() -> None:
        with structlog.contextvars.bound_contextvars(worker="triage"):
            log.info("said")

    assert capture_line(say)["worker"] == "triage"


def test_configuring_again_leaves_one_line_for_one_event() -> None:
    configure_logging("info", "json", io.StringIO())

    assert len(capture_lines(lambda: log.info("said"))) == 1


def test_warnings_go_the_same_way() -> None:
    def say() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn("old", stacklevel=1)

    assert capture_line(say)["logger"] == "py.warnings"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "fmt", "is_json"),
    [
        (io.StringIO(), "auto", "yes"),
        (Terminal(), "auto", "no"),
        (Terminal(), "json", "yes"),
        (io.StringIO(), "console", "no"),
    ],
)
def test_a_terminal_gets_lines_for_people_and_a_pipe_gets_json(stream: io.StringIO, fmt: str, is_json: str) -> None:
    configure_logging("info", fmt, stream)
    log.info("said", case="A")

    assert stream.getvalue().startswith("{") is (is_json == "yes")


def test_every_line_of_ours_and_of_a_library_names_its_process() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream, process="triage-2")

    structlog.get_logger("earshot").info("running")
    logging.getLogger("slack_sdk").warning("a session is closed")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["process"] for line in lines] == ["triage-2", "triage-2"]
    assert [list(line)[:4] for line in lines] == [["timestamp", "level", "process", "event"]] * 2
