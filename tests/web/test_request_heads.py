"""Requests as strangers write them: what is not HTTP, has no end, or comes before its turn."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.connection_limits import PIPELINED_MOST, UNPARSED_MOST
from bot.web.http_server import serve_in_background
from tests.web.sockets import Client, connect, read_status

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def describe(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{len(body)} {request.url.path} {request.headers.get('x-late', 'none')}")


async def refuse(_: Request) -> Response:
    return PlainTextResponse("no", 401)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    methods = ["GET", "POST"]
    routes = [Route("/early", refuse, methods=methods), Route("/{rest:path}", describe, methods=methods)]
    async with serve_in_background(Starlette(routes=routes)) as found:
        yield found


async def send_pieces(client: Client, piece: bytes, total: int) -> None:
    for _ in range(0, total, len(piece)):
        client.send(piece)
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "words",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/3.1\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab",
        HEAD + b"Content-Length: -2\r\n\r\nab",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\nab",
        CHUNKED + b"zz\r\n",
    ],
)
async def test_what_is_not_http_is_answered_400_once_and_closed(port: int, words: bytes) -> None:
    client = await connect(port, words)
    answer = await client.answer()
    assert (read_status(answer), answer.count(b"HTTP/1.1")) == (400, 1)
    assert await client.wait_closed()


@pytest.mark.parametrize(
    "start",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ",
        CHUNKED + b"1;name=",
        CHUNKED + b"1\r\na\r\n0\r\nX-Late: ",
    ],
    ids=["path", "header", "name of a chunk", "trailer"],
)
async def test_what_has_no_end_is_refused_at_a_size(port: int, start: bytes) -> None:
    client = await connect(port, start)
    await asyncio.sleep(0.05)
    client.send(b"x")
    await send_pieces(client, b"x" * 8_192, UNPARSED_MOST)
    assert read_status(await client.answer()) == 400
    assert await client.wait_closed()


async def test_headers_without_end_are_refused_at_the_same_size(port: int) -> None:
    client = await connect(port, b"GET / HTTP/1.1\r\nHost: a\r\n")
    await asyncio.sleep(0.05)
    await send_pieces(client, b"X-Some: header\r\n" * 512, UNPARSED_MOST)
    assert read_status(await client.answer()) == 400


async def test_many_small_chunks_are_a_body_like_any_other(port: int) -> None:
    client = await connect(port, CHUNKED)
    await send_pieces(client, b"1\r\na\r\n" * 1_000, 6 * 20_000)
    client.send(b"0\r\n\r\n")
    assert (await client.answer()).endswith(b"20000 / none")


async def test_a_trailer_is_no_header(port: int) -> None:
    answer = await (await connect(port, CHUNKED + b"1\r\na\r\n0\r\nX-Late: signed\r\n\r\n")).answer()
    assert answer.endswith(b"1 / none")


async def test_requests_that_come_at_once_are_answered_in_their_order(port: int) -> None:
    client = await connect(port, b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(5)))
    answers = (await client.answer()).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.rsplit(b"\r\n", 1)[1] for answer in answers] == [b"0 /%d none" % number for number in range(5)]


async def test_of_a_flood_of_requests_at_once_only_few_are_held(port: int) -> None:
    client = await connect(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 5_000)
    assert (await client.answer()).count(b"HTTP/1.1 200 OK") <= PIPELINED_MOST + 1
    assert await client.wait_closed()


async def test_after_an_answer_before_the_end_of_a_body_the_connection_serves_again(port: int) -> None:
    client = await connect(port, b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    assert read_status(await client.answer()) == 401
    client.send(b" rest" + b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await client.answer()).endswith(b"0 /next none")


async def test_a_client_that_would_rather_speak_another_protocol_is_answered_in_this_one(port: int) -> None:
    upgrade = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\nContent-Length: 2\r\n\r\nab"
    )
    client = await connect(port, HEAD + upgrade)
    assert (await client.answer()).endswith(b"2 / none")
    client.send(b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await client.answer()).endswith(b"0 /next none")


async def test_who_asks_before_sending_a_body_is_told_to_go_on(port: int) -> None:
    client = await connect(port, HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert read_status(await client.answer()) == 100
    client.send(b"ab")
    assert (await client.answer()).endswith(b"2 / none")
