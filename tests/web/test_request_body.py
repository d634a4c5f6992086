"""Bodies of strangers: their size, their sum, their time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sources.webhook import BODY_LIMIT
from bot.web.http_server import serve_in_background
from bot.web.request_body import BodyError, BodyReader, answer_body_error, read_body
from tests.web.sockets import Client, connect, read_status

HALF = 900_000


async def length(request: Request) -> Response:
    return PlainTextResponse(str(len(await read_body(request))))


def app(bodies: BodyReader) -> Starlette:
    made = Starlette(routes=[Route("/", length, methods=["POST"])], exception_handlers={BodyError: answer_body_error})
    made.state.bodies = bodies
    return made


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serve_in_background(app(BodyReader(most=4_000_000, patience=60))) as found:
        yield found


async def post(port: int, said: int, sent: int) -> Client:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {said}\r\n\r\n".encode()
    return await connect(port, head + b"x" * sent)


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(port: int) -> None:
    assert read_status(await (await post(port, BODY_LIMIT + 1, 0)).answer()) == 413


async def test_a_body_that_does_not_say_how_large_it_is_is_refused_when_it_is(port: int) -> None:
    chunk = b"fffff\r\n" + b"x" * 0xFFFFF + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert read_status(await (await connect(port, head + chunk)).answer()) == 413


async def test_where_half_bodies_fill_the_room_the_oldest_goes_and_a_whole_one_is_taken(port: int) -> None:
    halves = []
    for _ in range(20):
        halves.append(await post(port, BODY_LIMIT, HALF))
        await asyncio.sleep(0.02)
    whole = await (await post(port, BODY_LIMIT, BODY_LIMIT)).answer()

    assert (read_status(whole), whole.endswith(str(BODY_LIMIT).encode())) == (200, True)
    dropped = await halves[0].answer()
    assert (read_status(dropped), b"retry-after: 5" in dropped.lower()) == (503, True)
    halves[-1].send(b"x" * (BODY_LIMIT - HALF))
    assert read_status(await halves[-1].answer()) == 200


async def test_a_body_that_does_not_come_is_answered_408() -> None:
    async with serve_in_background(app(BodyReader(patience=0.2))) as port:
        client = await post(port, 100, 50)

        assert read_status(await client.answer()) == 408
        assert await client.wait_closed()


async def test_bodies_that_were_taken_dropped_or_left_hold_no_room() -> None:
    bodies = BodyReader(most=2_500_000, patience=0.2)
    async with serve_in_background(app(bodies)) as port:
        for _ in range(3):
            clients = [await post(port, BODY_LIMIT, HALF) for _ in range(5)]
            clients[-1].close()
            await asyncio.gather(*(client.wait_closed() for client in clients[:-1]))
            assert read_status(await (await post(port, 10, 10)).answer()) == 200

    assert (bodies._held, bodies._readings) == (0, {})
