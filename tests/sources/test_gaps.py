"""What happens between two polls: a night away, a restart in the middle, a death between two parts, two processes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.workers.ingest import InboxWriter
from tests.sources.polled_kinds import NAMES
from tests.sources.source_fakes import Inbox, wait_until
from tests.sources.troubled_outlet import TroubledOutlet, list_numbers, serve_troubled_outlet

for_each_kind = pytest.mark.parametrize("name", NAMES)
NIGHT = timedelta(hours=9)


def post_in_the_night(outlet: TroubledOutlet, count: int) -> None:
    began = outlet.clock.now()
    for number in range(1, count + 1):
        outlet.post(number, at=began + NIGHT * number / (count + 1))
    outlet.clock.time += NIGHT


@for_each_kind
async def test_a_source_that_is_away_for_a_night_fills_its_gap_in_order(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        post_in_the_night(outlet, 320)
        await outlet.run_until(lambda: len(outlet.numbers) == 320)
        await outlet.poll_again()
    assert outlet.numbers == list(range(1, 321))
    assert (outlet.wordings, set(outlet.inbox.statuses)) == (320, {""})


@for_each_kind
async def test_a_restart_in_the_middle_of_a_page_loses_nothing(name: str) -> None:
    """A process dies while an answer is on its way: behind the first request, behind the second, and so on."""
    held, released = asyncio.Event(), asyncio.Event()

    async def hold(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        held.set()
        await released.wait()
        return response

    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        post_in_the_night(outlet, 250)
        for healthy in range(6):
            held.clear()
            outlet.healthy, outlet.troubles = healthy, [hold]
            await outlet.run_until(held.is_set)
        released.set()
        await outlet.run_until(lambda: len(outlet.numbers) == 250)
        await outlet.poll_again()
    assert outlet.numbers == list(range(1, 251))
    assert outlet.wordings == 250


class DyingInbox(Inbox):
    """The store goes away before some parts, and behind others: those are written, and the source is not told."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = 0

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        self.parts += 1
        if self.parts in {1, 3, 5}:
            raise StoreUnavailable("the store does not answer")
        new = await super().publish(mentions, cursor, edits)
        if self.parts in {2, 7, 10}:
            raise StoreUnavailable("the store does not answer any more")
        return new


@for_each_kind
async def test_a_store_that_goes_away_between_two_parts_loses_nothing(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        outlet.inbox = DyingInbox()
        await outlet.start()
        post_in_the_night(outlet, 400)
        while len(outlet.numbers) < 400:
            died = asyncio.create_task(outlet.build_source().listen(outlet.inbox))
            await wait_until(lambda: died.done() or len(outlet.numbers) == 400)  # noqa: B023 - awaited at once
            died.cancel()
            await asyncio.gather(died, return_exceptions=True)
    assert sorted(outlet.numbers) == list(range(1, 401))
    assert outlet.wordings == 400


@for_each_kind
async def test_of_two_processes_one_polls_and_when_it_dies_the_other_goes_on(
    name: str, store: Store, client: RedisClient, brand: str
) -> None:
    async with serve_troubled_outlet(name) as outlet:
        stores = (store, Store(client, brand, "another process"))
        sinks = [InboxWriter(name, one, outlet.clock, can_flood=False) for one in stores]
        running = [
            asyncio.create_task(outlet.build_source(process=f"process-{number}").listen(sink))
            for number, sink in enumerate(sinks)
        ]
        try:
            await wait_until(lambda: len(outlet.requests) > 12)
            first = 0 if "process-0" in outlet.requests[0] else 1
            outlet.post(1, 2, 3)
            seen = len(outlet.requests)
            await wait_until(lambda: len(outlet.requests) > seen + 12)
            assert {f"process-{first}" in one for one in outlet.requests} == {True}

            running[first].cancel()
            await asyncio.gather(running[first], return_exceptions=True)
            outlet.post(4, 5, 6)
            seen = len(outlet.requests)
            await wait_until(lambda: len(outlet.requests) > seen + 24)
            assert {f"process-{1 - first}" in one for one in outlet.requests[seen:]} == {True}
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        entries = await store.inbox.read("worker", 100, wait=False)
    assert list_numbers(entry.mention for entry in entries) == [1, 2, 3, 4, 5, 6]


@for_each_kind
async def test_a_gap_of_more_than_all_pages_hold_is_filled_or_it_is_said_that_the_oldest_were_left_out(
    name: str,
) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        count = {"rss": 300, "discourse": 520}.get(name, 2_100)  # rss has a test of its own
        post_in_the_night(outlet, count)
        await outlet.run_until(lambda: outlet.inbox.cursor is not None and count in outlet.numbers)
        await outlet.poll_again()
    if len(outlet.numbers) < count:
        assert any("left out" in one for one in outlet.inbox.statuses)
        assert name in {"discourse", "youtube", "googleplay"}
    assert sorted(outlet.numbers) == list(range(count - len(outlet.numbers) + 1, count + 1))
