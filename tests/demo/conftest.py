"""The show before nobody: everything runs as before a page, and a test does what its panel does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.cast import Cast
from bot.demo.clocks import FastClock
from bot.demo.panel.doings import Doings
from bot.demo.reading import read
from bot.demo.show import Show, start_of
from bot.demo.staging import set_up
from bot.domain.mention import Author, Mention

FIRST = Mention(
    id="x:1",
    source="x",
    text="@northwindair you lost my bag AGAIN, worst airline, still waiting for an answer",
    created_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
    author=Author(id="marta", handle="marta", followers=3400),
)


@pytest.fixture
async def show() -> AsyncIterator[Show]:
    """A day on which one thing is said, at ten times the speed of life."""
    playbook = read(None, None).playbook
    assert playbook is not None
    clock = FastClock(start_of([FIRST]), 10)
    async with set_up(playbook, clock) as stage:
        made = Show(stage, clock, [FIRST], Cast(stage.sandbox, stage.workspace, playbook.current))
        playing = asyncio.create_task(made.play(stage.sandbox.page.opened))
        yield made
        stage.house.stop.set()
        await playing


@pytest.fixture
async def begun(show: Show) -> Show:
    """Somebody looks, and the first card is there."""
    show.stage.sandbox.page.opened.set()
    care = show.stage.workspace.channel("care")
    await show.stage.sandbox.until(lambda: care.messages)
    return show


@pytest.fixture
def doings(begun: Show) -> Doings:
    return Doings(begun)
