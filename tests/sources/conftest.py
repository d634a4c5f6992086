"""A world with X in it."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.subject import Subject
from bot.sources.x import XOptions, XSource
from bot.sources.x_payloads import compute_min_id
from tests.sources.fake_x import TOKEN, FakeX, x_on_loopback
from tests.sources.house import NOON, Inbox, Wound, until

KETTLE = Subject(name="Kettle", terms=("kettle",), handles=("kettleco",))
RIVAL = Subject(name="Rival", terms=("teapot",))


class World(SimpleNamespace):
    """X, the clock by which it lives, and an inbox that was last at noon."""

    x: FakeX
    clock: Wound
    ear: Inbox
    url: str

    def source(self, token: str = TOKEN, silence: float = 60, **options: Any) -> XSource:
        return XSource(XOptions(**options), (KETTLE, RIVAL), token, self.clock, lambda: 1.0, self.url, silence)

    async def heard(self, *ids: str) -> None:
        await until(lambda: set(self.ear.ids) >= set(ids))

    async def connected(self) -> None:
        await until(lambda: self.x.live is not None and len(self.x.searches) >= 4)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Wound()
    async with x_on_loopback(clock) as (x, url):
        ear = Inbox(cursor=str(compute_min_id(NOON)))
        ear.now = clock.now
        yield World(x=x, url=url, clock=clock, ear=ear)
