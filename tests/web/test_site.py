"""What we answer over HTTP to whoever asks."""

import io

import aiohttp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.store.opening import Store
from bot.web import Site, site
from bot.web.serving import served
from tests.clock import WoundClock


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def test_slacks_door_takes_no_more_than_it_needs_before_it_knows_whose_it_is(
    store: Store, clock: WoundClock
) -> None:
    parts = Site(store, clock, hooks=dict, slack=echo)
    async with served(site(parts)) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/slack/events"
        async with session.post(url, data=io.BytesIO(b"x" * 900_000)) as answer:
            assert (answer.status, await answer.text()) == (200, "900000")
        async with session.post(url, data=io.BytesIO(b"x" * 1_100_000)) as answer:
            assert answer.status == 413
