"""An outlet on loopback that answers each request with the next of its answers, and with the last from then on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = web.Response | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeOutlet:
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    """By path, such as `/feed.xml`."""
    requests: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = field(default_factory=list)
    """Path, query and headers of each."""
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, dict(request.query), dict(request.headers)))
        answers = self.answers.get(request.path)
        if not answers:
            return web.Response(status=404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return await answer(request) if callable(answer) else copy_response(answer)


def copy_response(answer: web.Response) -> web.Response:
    """aiohttp sends an answer only once."""
    body = answer.body if isinstance(answer.body, bytes | bytearray) else b""
    return web.Response(status=answer.status, body=bytes(body), headers=answer.headers)


@asynccontextmanager
async def serve_fake_outlet() -> AsyncIterator[FakeOutlet]:
    outlet = FakeOutlet()
    app = web.Application()
    app.router.add_get("/{rest:.*}", outlet.handle)
    server = TestServer(app)
    await server.start_server()
    outlet.url = str(server.make_url("")).rstrip("/")
    try:
        yield outlet
    finally:
        await server.close()


async def break_connection(request: web.Request) -> web.StreamResponse:
    """Hang up without an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def send_forever(piece: bytes, **headers: str) -> Answer:
    """An answer that never ends."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        while True:
            await response.write(piece)

    return answer
