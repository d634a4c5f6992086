"""A server of calendars on loopback, which answers as it is told and notes what it was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class CalendarServer:
    text: str = ""
    tag: str = ""
    status: int = 200
    location: str = ""
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.headers))
        if self.location:
            return web.Response(status=302, headers={"Location": self.location})
        if self.tag and request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304)
        headers = {"ETag": self.tag} if self.tag else {}
        return web.Response(status=self.status, text=self.text, headers=headers, content_type="text/calendar")

    async def answer_endlessly(self, request: web.Request) -> web.StreamResponse:
        """Says no length, and does not end."""
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b"X" * 65_536)
        return response


@asynccontextmanager
async def calendars() -> AsyncIterator[CalendarServer]:
    made = CalendarServer()
    app = web.Application()
    app.router.add_get("/nights.ics", made.answer)
    app.router.add_get("/endless.ics", made.answer_endlessly)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    made.url = f"http://127.0.0.1:{port}"
    yield made
    await runner.cleanup()
