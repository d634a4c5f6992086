"""What reaches a log: ids and our own words, never a stranger's."""

import io
import json
import logging
import unicodedata
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logging_setup import LONGEST, configure_logging, redact_event, sanitize_log_text
from tests.domain.samples import build_mention
from tests.logging_setup.captured_lines import HOSTILE, capture_line

log = structlog.get_logger()


class Kind(StrEnum):
    CARD = "card"


@pytest.mark.parametrize(
    "key", ["text", "body", "blocks", "payload", "bot_token", "post_text", "Authorization", "note"]
)
def test_a_key_that_carries_others_words_or_a_secret_is_withheld_and_named(key: str) -> None:
    found = capture_line(lambda: log.info("said", **{key: HOSTILE, "mention": "x:1"}))

    assert key not in found
    assert (found["withheld"], found["mention"]) == ([key], "x:1")


def test_what_is_withheld_inside_of_something_is_withheld_too() -> None:
    found = capture_line(lambda: log.info("said", sent={"channel": "C1", "text": HOSTILE}))

    assert found["sent"] == {"channel": "C1", "withheld": ["text"]}


def test_a_thing_is_named_and_not_shown() -> None:
    assert capture_line(lambda: log.info("said", what=build_mention(text=HOSTILE)))["what"] == "<Mention>"


def test_simple_things_are_shown_as_they_are() -> None:
    found = capture_line(
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
    configure_logging("info", fmt, stream)
    log.info("said", who_said=HOSTILE, **{f"key{HOSTILE}": 1})
    logging.getLogger("somebody").warning("got %s", HOSTILE)
    log.error("failed", exc_info=ValueError(HOSTILE))

    written = stream.getvalue()
    assert written.replace("\n", "").isprintable()
    assert not any(line.startswith("ERROR") for line in written.splitlines())
    assert "\\x1b[2J\\u202e" in written.replace("\\\\", "\\")


def test_a_long_value_is_cut() -> None:
    found = capture_line(lambda: log.info("said", why="a" * 10_000))

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
    assert "***" in sanitize_log_text(words)
    assert "SECRET" not in sanitize_log_text(words)


def test_an_address_without_a_secret_is_left_alone() -> None:
    assert sanitize_log_text("https://api.example/2/tweets?a=1@b") == "https://api.example/2/tweets?a=1@b"


def test_a_value_that_calls_itself_an_exception_is_looked_at_like_any_other() -> None:
    passed = redact_event(None, "info", {"event": "refused", "exception": b"words", "found": {"exception": "\x1b[2J"}})

    assert passed == {"event": "refused", "exception": "<bytes>", "found": {"exception": "\\x1b[2J"}}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.text()),
)


@given(st.dictionaries(st.text(), anything))
def test_whatever_is_logged_is_one_printable_json_line(event: dict[str, Any]) -> None:
    drawn = json.dumps(redact_event(None, "info", dict(event)))

    assert drawn.isprintable()


@given(st.text(st.characters(exclude_categories=())))
def test_no_words_reach_a_terminal_that_cannot_be_seen(words: str) -> None:
    seen = "".join(" " if unicodedata.category(char) == "Zs" else char for char in sanitize_log_text(words))

    assert seen.isprintable()
