"""Clients that connect: how many, for how long, and who goes first."""

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.connection_limits import ConnectionLimits, compute_limits, raise_file_limit
from bot.web.http_server import serve_in_background
from tests.web.sockets import Client, connect, read_status

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SOON = ConnectionLimits(max_connections=10, head=0.2, body=0.2, answer=0.4)
LATER = ConnectionLimits(max_connections=10)


async def hello(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}")


def app(endpoint: Callable[[Request], Awaitable[Response]] = hello) -> Starlette:
    return Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])])


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serve_in_background(app(), limits=LATER) as found:
        yield found


async def idle(port: int, number: int, words: bytes = b"") -> list[Client]:
    clients = []
    for _ in range(number):
        clients.append(await connect(port, words))
        await asyncio.sleep(0)
    return clients


@pytest.mark.parametrize(
    "words",
    [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", GET],
    ids=["nothing", "half a head", "half a body", "kept alive"],
)
async def test_where_there_are_too_many_connections_the_one_that_keeps_us_waiting_longest_is_closed(
    port: int, words: bytes
) -> None:
    waiting = await idle(port, 10, words)
    newcomer = await connect(port, GET)

    assert read_status(await newcomer.answer()) == 200
    assert await waiting[0].wait_closed()
    waiting[-1].send(GET if words in {b"", GET} else b"")
    assert not waiting[-1].reader.at_eof()


async def test_a_flood_of_idle_connections_keeps_nobody_out(port: int) -> None:
    flood = await idle(port, 200)
    answers = [read_status(await (await connect(port, GET)).answer()) for _ in range(3)]

    assert answers == [200, 200, 200]
    for client in flood:
        client.close()


async def test_while_all_are_being_answered_a_newcomer_is_reported_at_once_that_we_are_busy() -> None:
    free = asyncio.Event()

    async def slow(_: Request) -> Response:
        await free.wait()
        return PlainTextResponse("done")

    async with serve_in_background(app(slow), limits=LATER) as port:
        answered = await idle(port, 10, GET)
        await asyncio.sleep(0.1)
        refused = await (await connect(port, GET)).answer()
        free.set()

        assert (read_status(refused), b"retry-after: 1" in refused) == (503, True)
        assert [read_status(await client.answer()) for client in answered] == [200] * 10


async def test_a_head_that_does_not_come_is_answered_408_and_closed() -> None:
    async with serve_in_background(app(), limits=SOON) as port:
        client = await connect(port, b"GET / HTTP/1.1\r\nHos")

        assert read_status(await client.answer()) == 408
        assert await client.wait_closed()


async def test_a_head_that_drips_is_no_better() -> None:
    async with serve_in_background(app(), limits=SOON) as port:
        client = await connect(port, GET + b"GET ")
        ending = asyncio.create_task(client.wait_closed())
        while not ending.done():
            client.send(b"/")
            await asyncio.sleep(0.02)

        assert await ending


async def test_a_body_that_does_not_come_does_not_hold_a_connection() -> None:
    async def early(_: Request) -> Response:
        return PlainTextResponse("no", 401)

    for endpoint in (hello, early):
        async with serve_in_background(app(endpoint), limits=SOON) as port:
            assert await (await connect(port, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")).wait_closed()


async def test_who_does_not_take_our_answer_is_closed() -> None:
    async def large(_: Request) -> Response:
        return PlainTextResponse("x" * 20_000_000)

    async with serve_in_background(app(large), limits=SOON) as port:
        client = await connect(port, GET)
        await asyncio.sleep(1.5)
        received = 0
        try:
            while part := await client.reader.read(1_000_000):
                received += len(part)
        except ConnectionResetError:
            pass

        assert received < 20_000_000


async def test_a_connection_that_is_used_stays_open(port: int) -> None:
    client = await connect(port)
    for _ in range(5):
        client.send(GET)
        assert read_status(await client.answer()) == 200


def test_the_limit_of_open_files_is_raised_and_half_of_it_is_for_who_connects() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        files = raise_file_limit()
        assert files == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (
        compute_limits(1024).max_connections,
        compute_limits(1024).backlog,
        compute_limits(65536).max_connections,
    ) == (512, 64, 1000)
