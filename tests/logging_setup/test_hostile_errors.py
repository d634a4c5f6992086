"""What libraries and errors say of a stranger's post: the kind, the place, and none of its words."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import redis.exceptions
import structlog
from multidict import CIMultiDict, CIMultiDictProxy
from pydantic import BaseModel, ConfigDict, create_model
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from yarl import URL

from bot.domain.errors import StoreUnavailable
from bot.logging_setup import configure_logging, install_crash_hooks
from bot.web.http_server import serve_in_background
from tests.logging_setup.captured_lines import capture_line, capture_lines

WORDS = "smoke"
POST = f"there is {WORDS} in the cabin"
SAID, TASK = f"Failed to parse the body: {POST}", f"Task was destroyed\ntask: <Task {POST}"
KNOWN: dict[str, str] = {}
log = structlog.get_logger()
ASKED = aiohttp.RequestInfo(URL("https://x.example"), "GET", CIMultiDictProxy(CIMultiDict()), URL("https://x.example"))
slack_error: Any = SlackApiError


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: int = 0


def catch_error(act: Callable[[], object]) -> BaseException:
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def build_error_with_note() -> Exception:
    error = ValueError(POST)
    error.add_note(POST)
    return error


def build_chained_error() -> BaseException:
    def act() -> None:
        try:
            KNOWN[POST]
        except KeyError as inner:
            raise StoreUnavailable("our store does not answer") from inner

    return catch_error(act)


def in_passing() -> BaseException:
    def act() -> None:
        try:
            KNOWN[POST]
        except KeyError:
            json.loads(POST)

    return catch_error(act)


def circular() -> BaseException:
    one, other = ValueError(POST), KeyError(POST)
    one.__context__, other.__context__ = other, one
    return one


HOSTILE: dict[str, Callable[[], BaseException]] = {
    "KeyError": lambda: catch_error(lambda: KNOWN[POST]),
    "its place of pydantic": lambda: catch_error(lambda: Strict.model_validate({POST: 1, "text": POST})),
    "its title of a made model": lambda: catch_error(lambda: create_model("Made", a=(int, ...))(a=POST)),
    "UnicodeEncodeError": lambda: catch_error(
        lambda: POST.encode("utf-8").decode("utf-16") + "\ud800".encode().decode()
    ),
    "UnicodeDecodeError": lambda: catch_error((POST.encode() + b"\xff").decode),
    "JSONDecodeError": lambda: catch_error(lambda: json.loads(POST)),
    "SlackApiError": lambda: slack_error(POST, {"ok": False, "error": "msg_too_long", "text": POST}),
    "SlackApiError with a strange word": lambda: slack_error(POST, {"ok": False, "error": POST}),
    "ResponseError": lambda: redis.exceptions.ResponseError(f"ERR unknown command '{POST}'"),
    "ClientResponseError": lambda: aiohttp.ClientResponseError(ASKED, (), status=502, message=POST),
    "OSError": lambda: catch_error(lambda: open(f"/nowhere/{POST}", encoding="utf-8")),  # noqa: PTH123, SIM115
    "SyntaxError": lambda: catch_error(lambda: compile(POST, POST, "exec")),
    "int": lambda: catch_error(lambda: int(POST)),
    "notes": build_error_with_note,
    "a group": lambda: ExceptionGroup(POST, [KeyError(POST), ExceptionGroup(POST, [build_error_with_note()])]),
    "a cause": build_chained_error,
    "a context": in_passing,
    "a circle": circular,
    "no message": lambda: AssertionError({"text": POST}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_error_carries_no_strangers_words_into_the_log(kind: str) -> None:
    error = HOSTILE[kind]()
    ways: list[Callable[[], object]] = [
        lambda: log.error("failed", exc_info=error),
        lambda: log.error("failed", error=error, errors=[error], by={"one": error}),
        lambda: logging.getLogger("asyncio").error("Task failed\nfuture: <Task exception=%r>", error, exc_info=error),
        lambda: logging.getLogger("slack_bolt.app").error(f"Failed to run listener function (error: {error!r})"),  # noqa: G004
        lambda: logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error),
        lambda: logging.getLogger("tweepy").error("Stream encountered an exception: %s", error),
        lambda: logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error),
    ]
    for say in ways:
        found = capture_line(say)
        assert WORDS not in json.dumps(found)
        assert found["event"] != "a log line could not be written"


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        (slack_error(POST, {"ok": False, "error": "msg_too_long"}), "SlackApiError: msg_too_long"),
        (redis.exceptions.ResponseError("OOM command not allowed"), "ResponseError: OOM"),
        (ConnectionRefusedError(111, POST), "ConnectionRefusedError: ECONNREFUSED"),
        (StoreUnavailable("Redis does not answer: refused."), "StoreUnavailable: Redis does not answer: refused."),
        (KeyError("HELP"), "KeyError"),
    ],
)
def test_what_an_operator_can_act_on_is_kept_of_an_error(error: Exception, reported: str) -> None:
    assert capture_line(lambda: log.error("failed", error=error))["error"] == reported


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("tweepy.streaming", lambda logger: logger.error("Received unhandled message: %s", POST)),
        ("slack_sdk.web", lambda logger: logger.warning(SAID)),
        ("aiohttp.client", lambda logger: logger.warning("Can not load response cookies: %s", ValueError(POST))),
        ("asyncio", lambda logger: logger.error("got %(what)s", {"what": POST})),
        ("asyncio", lambda logger: logger.error(TASK)),
        ("redis", lambda logger: logger.error([POST])),
        ("anybody", lambda logger: logger.error("100%% of %5.1f and %s", 2.5, POST)),
    ],
)
def test_a_library_fills_no_strangers_words_into_its_sentence(
    name: str, say: Callable[[logging.Logger], object]
) -> None:
    assert WORDS not in json.dumps(capture_line(lambda: say(logging.getLogger(name))))


def test_what_a_library_counts_is_kept() -> None:
    found = capture_line(lambda: logging.getLogger("uvicorn.error").warning("%d of %s in %.1f", 3, POST, 2.5))

    assert found["event"] == "3 of … in 2.5"


def test_a_warning_is_reported_by_kind_and_place() -> None:
    def say() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn(POST, DeprecationWarning, stacklevel=1)

    found = capture_line(say)
    assert found["event"].startswith("DeprecationWarning at ")
    assert "test_hostile_errors.py:" in found["event"]
    assert WORDS not in json.dumps(found)


def test_what_nobody_catches_is_reported_the_same_way() -> None:
    before = (sys.excepthook, sys.unraisablehook, threading.excepthook)

    def say() -> None:
        install_crash_hooks()
        try:
            sys.excepthook(KeyError, KeyError(POST), None)
            thread = threading.Thread(target=json.loads, args=(POST,))
            thread.start()
            thread.join()
        finally:
            sys.excepthook, sys.unraisablehook, threading.excepthook = before

    found = capture_lines(say)
    assert [one["event"] for one in found] == ["crashed", "crashed"]
    assert WORDS not in json.dumps(found)


async def test_a_handler_that_fails_and_a_task_that_nobody_waits_for_tell_no_words() -> None:
    stream = io.StringIO()
    configure_logging("debug", "json", stream)

    async def fails(_: Request) -> Any:
        async def alone() -> None:
            raise ValueError(POST)

        task = asyncio.create_task(alone())
        await asyncio.wait({task})
        raise KeyError(POST)

    async with (
        serve_in_background(Starlette(routes=[Route("/", fails)])) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert answer.status == 500

    assert "KeyError" in stream.getvalue()
    assert WORDS not in stream.getvalue()
