"""An ingestion endpoint of Sentry on loopback: takes envelopes with the key of its DSN, as Sentry documents them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.loopback_site import serve_on_loopback

KEY = "0123456789abcdef0123456789abcdef"


class FakeSentry:
    def __init__(self) -> None:
        self.dsn = ""
        self.bodies: list[str] = []
        self.events: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        if f"sentry_key={KEY}" not in request.headers.get("x-sentry-auth", ""):
            return web.Response(status=403)
        body = await request.read()
        self.bodies.append(body.decode())
        lines = body.split(b"\n")
        header = json.loads(lines[0])
        for kind, item in zip(lines[1::2], lines[2::2], strict=False):
            if json.loads(kind)["type"] != "event":
                return web.Response(status=400)
            self.events.append(json.loads(item))
        return web.json_response({"id": header["event_id"]})


@asynccontextmanager
async def run_sentry() -> AsyncIterator[FakeSentry]:
    sentry = FakeSentry()
    app = web.Application()
    app.router.add_post("/api/1/envelope/", sentry.take)
    async with serve_on_loopback(app) as address:
        sentry.dsn = f"http://{KEY}@{address}/1"
        yield sentry
