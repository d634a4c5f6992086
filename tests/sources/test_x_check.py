from collections.abc import AsyncIterator

import pytest

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.x_options import XOptions, check_x
from tests.sources.fake_x import TOKEN, FakeX, serve_fake_x
from tests.sources.source_fakes import InstantClock

KETTLE = Subject(name="Kettle", terms=("kettle",))


async def check(options: XOptions, subjects: list[Subject], token: str, url: str = "") -> list[str]:
    found = await check_x(options, SourceContext("x", InstantClock(), lambda: 0.5, tuple(subjects), token, url))
    assert {place for place, _ in found.faults} <= {""}
    return [sentence for _, sentence in found.faults]


@pytest.fixture
async def loopback() -> AsyncIterator[tuple[FakeX, str]]:
    async with serve_fake_x(InstantClock()) as found:
        yield found


async def test_when_all_is_well_nothing_is_said_and_nothing_is_changed(loopback: tuple[FakeX, str]) -> None:
    x, url = loopback
    assert await check(XOptions(), [KETTLE], TOKEN, url) == []
    assert (x.rules, x.connects, x.rule_calls) == ([], [], 1)


async def test_a_rule_that_x_would_refuse_is_said_with_its_subject(loopback: tuple[FakeX, str]) -> None:
    odd = Subject(name="Odd", terms=("nonsense:x",))
    assert await check(XOptions(), [KETTLE, odd], TOKEN, loopback[1]) == [
        "X refuses a rule for Odd: Reference to invalid operator"
    ]


async def test_too_many_rules_are_said_before_x_refuses_them(loopback: tuple[FakeX, str]) -> None:
    x, url = loopback
    x.rules = [{"id": str(n), "value": f"(other {n})", "tag": "theirs"} for n in range(1000)]
    assert await check(XOptions(), [KETTLE], TOKEN, url) == [
        "X takes 1000 rules. The playbook needs 1, and other programs have 1000."
    ]


async def test_a_token_that_x_refuses_is_said(loopback: tuple[FakeX, str]) -> None:
    [fault] = await check(XOptions(), [KETTLE], "stolen", loopback[1])
    assert fault.startswith("X refuses the bearer token (401).")


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "olá"])
async def test_what_cannot_be_a_token_is_said_without_asking_x(token: str) -> None:
    [fault] = await check(XOptions(), [KETTLE], token)
    assert fault.startswith("X_BEARER_TOKEN is not set, or not a bearer token")


async def test_x_that_is_not_there_is_said() -> None:
    [fault] = await check(XOptions(), [KETTLE], TOKEN, "http://127.0.0.1:9")
    assert fault == "X cannot be reached (ClientConnectorError)."
