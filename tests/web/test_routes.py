"""The routes of the web app."""

import asyncio
import io
import os
import signal
from pathlib import Path

import aiohttp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.sources.webhook import WebhookOptions, WebhookSource
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.web import RouteDependencies, build_web_app
from bot.web.http_server import serve_in_background
from bot.workers.ingest import InboxWriter
from tests.clock import SteppedClock
from tests.sources.source_fakes import run_source
from tests.sources.test_webhook import SECRET, post, sign
from tests.store.loopback_server import start_loopback_server


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def test_slacks_door_takes_no_more_than_it_needs_before_it_knows_whose_it_is(
    store: Store, clock: SteppedClock
) -> None:
    parts = RouteDependencies(store, clock, hooks=dict, slack=echo)
    async with serve_in_background(build_web_app(parts)) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/slack/events"
        async with session.post(url, data=io.BytesIO(b"x" * 900_000)) as answer:
            assert (answer.status, await answer.text()) == (200, "900000")
        async with session.post(url, data=io.BytesIO(b"x" * 1_100_000)) as answer:
            assert answer.status == 413


async def test_a_store_that_hangs_is_given_up_before_the_probe_gives_us_up(tmp_path: Path, clock: SteppedClock) -> None:
    async with start_loopback_server(tmp_path) as server, aiohttp.ClientSession() as session:
        client = RedisClient(server.url)
        parts = RouteDependencies(Store(client, "brand", "test"), clock, hooks=dict)
        async with serve_in_background(build_web_app(parts)) as port:
            os.kill(server.pid, signal.SIGSTOP)
            async with asyncio.timeout(3):
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    assert (answer.status, (await answer.json())["ready"]) == (503, False)
            async with asyncio.timeout(3):
                async with session.get(f"http://127.0.0.1:{port}/statusz") as answer:
                    assert "Redis takes no write" in (await answer.json())["troubles"]["redis"]
            os.kill(server.pid, signal.SIGCONT)
            async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                assert (answer.status, await answer.json()) == (200, {"ready": True, "why": ""})
        await client.close()


async def test_a_hook_says_what_is_so_while_the_replicas_confirm_nothing(tmp_path: Path, clock: SteppedClock) -> None:
    async with start_loopback_server(tmp_path) as server:
        client = RedisClient(server.url, copies=1)
        store = Store(client, "brand", "test")
        hook = WebhookSource(WebhookOptions(), "forum", SECRET, clock)
        async with run_source(hook, InboxWriter("forum", store, clock)):
            answer = await hook.receive(*sign(post(), sent=clock.now()))
        why = "not confirmed yet, because too few replicas have it. Send it again"
        assert (answer.status, answer.body) == (503, {"error": why})
        assert (await store.inbox.measure_backlog())[0] == 1
        await client.close()


async def test_a_hook_answers_before_its_sender_gives_up_while_the_store_hangs(
    tmp_path: Path, clock: SteppedClock
) -> None:
    async with start_loopback_server(tmp_path) as server, aiohttp.ClientSession() as session:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        hook = WebhookSource(WebhookOptions(), "forum", SECRET, clock)
        headers, body = sign(post(), sent=clock.now())
        async with (
            run_source(hook, InboxWriter("forum", store, clock)),
            serve_in_background(build_web_app(RouteDependencies(store, clock, hooks=lambda: {"forum": hook}))) as port,
        ):
            address = f"http://127.0.0.1:{port}/hooks/forum"
            os.kill(server.pid, signal.SIGSTOP)
            async with asyncio.timeout(6), session.post(address, headers=headers, data=body) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
                why = "not confirmed yet, because Earshot can't reach its database. Send it again"
                assert (await answer.json())["error"] == why
            os.kill(server.pid, signal.SIGCONT)
            async with session.post(address, headers=headers, data=body) as answer:
                assert answer.status == 202
        assert (await store.inbox.measure_backlog())[0] == 1
        await client.close()
