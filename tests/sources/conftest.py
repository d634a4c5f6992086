"""A world with X in it."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.subject import Subject
from bot.sources.x import XSource
from bot.sources.x_options import XOptions
from bot.sources.x_payloads import compute_min_id
from tests.sources.fake_x import TOKEN, FakeX, serve_fake_x
from tests.sources.source_fakes import NOON, Inbox, InstantClock, wait_until

KETTLE = Subject(name="Kettle", terms=("kettle",), handles=("kettleco",))
RIVAL = Subject(name="Rival", terms=("teapot",))


class World(SimpleNamespace):
    """X, the clock by which it lives, and an inbox that was last at noon."""

    x: FakeX
    clock: InstantClock
    inbox: Inbox
    url: str

    def build_source(self, token: str = TOKEN, silence: float = 60, **options: Any) -> XSource:
        return XSource(XOptions(**options), (KETTLE, RIVAL), token, self.clock, lambda: 1.0, self.url, silence)

    async def wait_for_mentions(self, *ids: str) -> None:
        await wait_until(lambda: set(self.inbox.ids) >= set(ids))

    async def wait_for_connection(self) -> None:
        await wait_until(lambda: self.x.live is not None and len(self.x.searches) >= 4)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = InstantClock()
    async with serve_fake_x(clock) as (x, url):
        inbox = Inbox(cursor=str(compute_min_id(NOON)))
        inbox.now = clock.now
        yield World(x=x, url=url, clock=clock, inbox=inbox)
