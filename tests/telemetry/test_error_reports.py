"""Unexpected errors reach Sentry without what strangers wrote, without secrets, and only they."""

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator

import pytest
import sentry_sdk
import structlog

from bot.app.telemetry import start_telemetry
from bot.clock import SystemClock
from bot.config.settings_loader import load_settings
from bot.domain.commits import StoreUnavailable
from bot.logging_setup import configure_logging
from bot.workers.runner import Worker, run_worker
from tests.telemetry.fake_sentry import KEY, FakeSentry, run_sentry

WORDS = "you lost my suitcase again"
SECRET = "xoxb-1234-5678-secret"


class FailingWorker(Worker):
    name = "failing"
    idle = 0.0

    def __init__(self, error: Exception, stop: asyncio.Event) -> None:
        self._error = error
        self._stop = stop

    async def step(self) -> int:
        words, known = f"{WORDS} {SECRET}", dict[str, str]()
        self._stop.set()
        try:
            known[words]
        except KeyError as first:
            raise self._error from first
        return 0


@pytest.fixture
async def sentry() -> AsyncIterator[FakeSentry]:
    configure_logging("info", "json", io.StringIO())
    async with run_sentry() as found:
        yield found


async def fail(dsn: str, error: Exception) -> None:
    stop = asyncio.Event()
    with start_telemetry(load_settings({"SENTRY_DSN": dsn}), {}):
        logging.getLogger("bot").info("a line before: %s", WORDS)
        await run_worker(FailingWorker(error, stop), SystemClock(), stop)
        await asyncio.to_thread(sentry_sdk.flush, 2)  # the endpoint runs in this loop


async def test_an_unexpected_error_arrives_with_its_types_and_places_alone(sentry: FakeSentry) -> None:
    await fail(sentry.dsn, ValueError(f"cannot read {WORDS}"))
    [event] = sentry.events
    errors = event["exception"]["values"]
    assert [(one["type"], one["value"]) for one in errors] == [("KeyError", "KeyError"), ("ValueError", "ValueError")]
    frames = [frame for one in errors for frame in one["stacktrace"]["frames"]]
    assert {frame["function"] for frame in frames} == {"step", "run_worker"}
    assert not any({"vars", "context_line", "pre_context"} & set(frame) for frame in frames)
    assert not {"breadcrumbs", "request", "user", "extra", "server_name", "modules", "contexts"} & set(event)
    said = "".join(sentry.bodies).replace(KEY, "")
    assert not re.search(f"suitcase|{SECRET}|marta", said)


async def test_what_is_expected_is_not_reported(sentry: FakeSentry) -> None:
    await fail(sentry.dsn, StoreUnavailable("Redis is away."))
    structlog.get_logger("delivery").warning("slack slow")
    structlog.get_logger("delivery").error("message rejected", error="not_in_channel")
    assert not sentry.events


async def test_a_sentry_that_is_away_or_refuses_holds_up_nothing(sentry: FakeSentry) -> None:
    await fail(f"http://{KEY}@127.0.0.1:9/1", ValueError("x"))
    await fail(sentry.dsn.replace(KEY, "another"), ValueError("x"))
    assert not sentry.events


def test_an_address_that_is_none_is_said_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="SENTRY_DSN") as no:
        start_telemetry(load_settings({"SENTRY_DSN": "https://sentry.example/my-key"}), {})
    assert "my-key" not in str(no.value)
