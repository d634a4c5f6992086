"""The show before nobody: everything runs as before a page, and a test does what its panel does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.demo.clocks import FastClock
from bot.demo.panel.actions import PanelActions
from bot.demo.session import DemoSession, compute_start
from bot.demo.setup import load_demo_inputs, run_demo_app
from bot.demo.simulated_users import SimulatedUsers
from bot.domain.mention import Author, Mention

FIRST = Mention(
    id="x:1",
    source="x",
    text="@northwindair you lost my bag AGAIN, worst airline, still waiting for an answer",
    created_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
    author=Author(id="marta", handle="marta", followers=3400),
)


@asynccontextmanager
async def play_day(*day: Mention) -> AsyncIterator[DemoSession]:
    """At ten times the speed of life, once somebody looks and clicks."""
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    clock = FastClock(compute_start(day), 10)
    async with run_demo_app(playbook, clock) as stage:
        made = DemoSession(stage, clock, day, SimulatedUsers(stage.sandbox, playbook.current))
        playing = asyncio.create_task(made.run(stage.sandbox.page.opened))
        yield made
        stage.app.stop.set()
        await playing


async def start_session(session: DemoSession) -> None:
    """Somebody looks, and the first card is there."""
    session.stage.sandbox.page.opened.set()
    care = session.stage.workspace.find_channel("care")
    await session.stage.sandbox.wait_until(lambda: care.messages)


@pytest.fixture
async def session() -> AsyncIterator[DemoSession]:
    """A day on which one thing is said."""
    async with play_day(FIRST) as made:
        yield made


@pytest.fixture
async def started(session: DemoSession) -> DemoSession:
    await start_session(session)
    return session


@pytest.fixture
def actions(started: DemoSession) -> PanelActions:
    return PanelActions(started)
