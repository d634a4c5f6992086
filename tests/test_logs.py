"""What reaches a log: ids and our own words, never a stranger's."""

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mention import Mention
from bot.logs import ACCESS, CHATTY, LONGEST, configure, guard, neutral
from tests.domain.made import mention

HOSTILE = "<!channel> \x1b[2J\u202egnp.exe\nERROR: all is lost"
log = structlog.get_logger()


class Kind(StrEnum):
    CARD = "card"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is one for the whole process; other tests find it as they left it."""
    loggers = [logging.getLogger(name) for name in ("", *CHATTY, *ACCESS)]
    levels = [logger.level for logger in loggers]
    handlers = list(loggers[0].handlers)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    loggers[0].handlers[:] = handlers
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(say: Callable[[], object], level: str = "info") -> list[dict[str, Any]]:
    stream = io.StringIO()
    configure(level, "json", stream)
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if getattr(one, "stream", None) is stream]  # not pytest's own
    say()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def line(say: Callable[[], object]) -> dict[str, Any]:
    (found,) = lines(say)
    return found


def test_a_line_says_when_in_utc_how_grave_what_and_who_speaks() -> None:
    found = line(lambda: log.info("mention heard", mention="x:1", new=True))

    assert list(found)[:3] == ["timestamp", "level", "event"]
    assert datetime.fromisoformat(found.pop("timestamp")).utcoffset() == timedelta()
    assert found == {"level": "info", "event": "mention heard", "logger": __name__, "mention": "x:1", "new": True}


def test_a_library_speaks_the_same_way_and_its_extras_are_kept() -> None:
    found = line(lambda: logging.getLogger("somebody").warning("went %s", "wrong", extra={"mention": "x:1"}))

    assert (found["event"], found["logger"], found["level"]) == ("went wrong", "somebody", "warning")
    assert found["mention"] == "x:1"


@pytest.mark.parametrize(
    "key", ["text", "body", "blocks", "payload", "bot_token", "post_text", "Authorization", "note"]
)
def test_a_key_that_carries_others_words_or_a_secret_is_withheld_and_named(key: str) -> None:
    found = line(lambda: log.info("said", **{key: HOSTILE, "mention": "x:1"}))

    assert key not in found
    assert (found["withheld"], found["mention"]) == ([key], "x:1")


def test_what_is_withheld_inside_of_something_is_withheld_too() -> None:
    found = line(lambda: log.info("said", sent={"channel": "C1", "text": HOSTILE}))

    assert found["sent"] == {"channel": "C1", "withheld": ["text"]}


def test_a_thing_is_named_and_not_shown() -> None:
    assert line(lambda: log.info("said", what=mention(text=HOSTILE)))["what"] == "<Mention>"


def test_simple_things_are_shown_as_they_are() -> None:
    found = line(
        lambda: log.info(
            "said",
            kind=Kind.CARD,
            at=datetime(2026, 3, 10, tzinfo=UTC),
            took=timedelta(seconds=2),
            file=PurePosixPath("a/b"),
            ids=("a", "b"),
            none=None,
            share=0.5,
        )
    )

    assert [found[key] for key in ("kind", "at", "took", "file", "ids", "none", "share")] == [
        "card",
        "2026-03-10 00:00:00+00:00",
        "0:00:02",
        "a/b",
        ["a", "b"],
        None,
        0.5,
    ]


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_a_stranger_forges_neither_a_line_nor_an_escape(fmt: str) -> None:
    stream = io.StringIO()
    configure("info", fmt, stream)
    log.info("said", who_said=HOSTILE, **{f"key{HOSTILE}": 1})
    logging.getLogger("somebody").warning("got %s", HOSTILE)
    log.error("failed", exc_info=ValueError(HOSTILE))

    written = stream.getvalue()
    assert written.replace("\n", "").isprintable()
    assert not any(line.startswith("ERROR") for line in written.splitlines())
    assert "\\x1b[2J\\u202e" in written.replace("\\\\", "\\")


def test_a_long_value_is_cut() -> None:
    found = line(lambda: log.info("said", why="a" * 10_000))

    assert (len(found["why"]), found["why"][-1]) == (LONGEST, "…")


@pytest.mark.parametrize(
    "words",
    [
        "token xoxb-SECRET-1",
        "xoxe.xoxb-1-SECRET",
        "xapp-1-SECRET",
        "whsec_SECRET=",
        "Authorization: Bearer SECRET%3D",
        "redis://:SECRET@host/0",
        "rediss://user:SECRET@host/0",
        "wss://wss.slack.com/link/?ticket=SECRET&app_id=1",
        "https://hooks.slack.com/actions/T1/2/SECRET",
    ],
)
def test_a_secret_in_a_sentence_is_blanked(words: str) -> None:
    assert "***" in neutral(words)
    assert "SECRET" not in neutral(words)


def test_an_address_without_a_secret_is_left_alone() -> None:
    assert neutral("https://api.example/2/tweets?a=1@b") == "https://api.example/2/tweets?a=1@b"


def test_bolt_tells_no_body_whatever_the_level() -> None:
    def say() -> None:
        for name in ("slack_bolt.AsyncApp", "slack_sdk.web.async_client", "tweepy.client"):
            logging.getLogger(name).debug("Request body: %s", HOSTILE)
        logging.getLogger("slack_bolt.AsyncApp").warning("Unhandled request (%s)", {"text": HOSTILE})

    assert [found["event"] for found in lines(say, "debug")] == ["Unhandled request ({…}"]


def test_what_slack_calls_the_error_is_kept() -> None:
    said = "The server responded with: {'ok': False, 'error': 'channel_not_found', 'text': 'secret words'}"
    found = line(lambda: logging.getLogger("slack_sdk").error(said))

    assert found["event"] == "The server responded with: {…} channel_not_found"


def test_a_library_that_says_a_dict_itself_says_nothing_of_it() -> None:
    found = line(lambda: logging.getLogger("slack_sdk").error({"text": HOSTILE}))

    assert found["event"] == "{…}"


def test_an_error_is_told_with_the_way_to_it_and_what_came_before() -> None:
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

    told = line(say)["exception"].splitlines()
    assert (told[0], told[3], told[4]) == ("ValueError: outer", "after", "IndexError: pop from empty list")
    assert (told[1][-8:], told[2][-7:]) == (" in look", " in say")


def test_errors_that_came_together_are_all_told() -> None:
    together = ExceptionGroup("workers", [ValueError("one"), OSError("two")])

    told = line(lambda: log.error("failed", exc_info=together))["exception"]
    assert "ValueError: one" in told
    assert "OSError: two" in told


def test_an_error_of_pydantic_tells_its_places_and_not_what_it_was_given() -> None:
    def say() -> None:
        try:
            Mention.model_validate({"id": "secret words", "text": 3, "created_at": "secret words"})
        except ValueError as error:
            log.exception("refused", error=error)

    found = line(say)
    assert found["error"] == "ValidationError of Mention at created_at, id, text"
    assert "secret words" not in json.dumps(found)


def test_a_line_that_cannot_be_made_is_told_without_its_arguments() -> None:
    found = line(lambda: logging.getLogger("somebody").warning("%s and %s", HOSTILE))  # noqa: PLE1206

    assert found == {"event": "a log line could not be written", "logger": "somebody"}


def test_a_stream_that_is_gone_stops_nobody() -> None:
    stream = io.StringIO()
    configure("info", "json", stream)
    stream.close()

    log.info("said")


@pytest.mark.parametrize(("level", "heard"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_what_is_below_the_level_is_not_told(level: str, heard: int) -> None:
    def say() -> None:
        for speak in (log.debug, log.info, log.warning, log.error):
            speak("said")
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger("somebody").log(number, "said")

    assert len(lines(say, level)) == 2 * heard


def test_a_request_that_went_well_is_no_line() -> None:
    def say() -> None:
        for name in ACCESS:
            logging.getLogger(name).info("GET /healthz 200")

    assert lines(say) == []


def test_what_is_bound_to_the_context_stands_on_every_line() -> None:
    def say() -> None:
        with structlog.contextvars.bound_contextvars(worker="triage"):
            log.info("said")

    assert line(say)["worker"] == "triage"


def test_configuring_again_leaves_one_line_for_one_event() -> None:
    configure("info", "json", io.StringIO())

    assert len(lines(lambda: log.info("said"))) == 1


def test_warnings_go_the_same_way() -> None:
    def say() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn("old", stacklevel=1)

    assert line(say)["logger"] == "py.warnings"


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
    configure("info", fmt, stream)
    log.info("said", case="A")

    assert stream.getvalue().startswith("{") is (is_json == "yes")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.text()),
)


@given(st.dictionaries(st.text(), anything))
def test_whatever_is_logged_is_one_printable_json_line(event: dict[str, Any]) -> None:
    drawn = json.dumps(guard(None, "info", dict(event)))

    assert drawn.isprintable()


@given(st.text(st.characters(exclude_categories=())))
def test_no_words_reach_a_terminal_that_cannot_be_seen(words: str) -> None:
    assert neutral(words).replace("\u00a0", " ").isprintable() or all(char.isspace() for char in neutral(words))
