"""The same troubles for every kind of polled source: none is lost, none comes twice, and each is said in a sentence."""

import gzip
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import pytest
from aiohttp import web

from bot.domain.mention_fields import MAX_TEXT_LENGTH
from bot.sources.catalogue import CATALOGUE
from tests.sources.fake_outlet import Answer, break_connection
from tests.sources.polled_kinds import NAMES
from tests.sources.source_fakes import run_source, wait_until
from tests.sources.troubled_outlet import TroubledOutlet, serve_troubled_outlet

for_each_kind = pytest.mark.parametrize("name", NAMES)
NOISE = random.Random(14).randbytes(100_000)


class Trouble(NamedTuple):
    answer: Answer
    sentences: Sequence[str] = ()
    """One of them is said; none of them for a sentence of the kind's own."""
    wait: float = 0
    """Seconds that pass before the next request, at least."""


def write_raw(piece: bytes) -> Answer:
    """Bytes instead of HTTP, and a clean close."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(piece)
        request.transport.close()
        return web.Response()

    return answer


async def redirect_on_and_on(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": f"{request.path}x"})


@for_each_kind
async def test_a_source_gives_what_its_catalogue_entry_promises_to_routes(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1)
        await outlet.run_until(lambda: outlet.numbers == [1])
        [mention] = outlet.inbox.mentions.values()
    given = {"rating": mention.rating, "place": mention.place or None, "followers": mention.author.followers}
    promised = [field for field in CATALOGUE[name].gives if field in given]
    assert sorted(promised) == sorted(field for field, value in given.items() if value is not None)


ENDS = tuple(
    f"The outlet ends the connection ({name})."
    for name in ("ServerDisconnectedError", "ClientPayloadError", "ClientResponseError", "ClientOSError")
)
GZIP = {"Content-Encoding": "gzip"}
TROUBLES = {
    "it hangs up": Trouble(break_connection, ENDS),
    "it closes cleanly without a word": Trouble(write_raw(b""), ENDS),
    "it closes in the middle of an answer": Trouble(
        write_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"), ENDS
    ),
    "it cuts a chunk": Trouble(write_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), ENDS),
    "it does not speak HTTP": Trouble(write_raw(NOISE), ENDS),
    "it sends a header of 300 KB": Trouble(
        write_raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n"), ENDS
    ),
    "it wants fewer requests": Trouble(
        web.Response(status=429, text="<h1>Slow down</h1>"), ["The outlet allows no more requests for now (429)."]
    ),
    "it wants fewer requests and says how long": Trouble(
        web.Response(status=429, headers={"Retry-After": "1800"}),
        ["The outlet allows no more requests for now (429)."],
        wait=1800,
    ),
    "it is down with a page of HTML": Trouble(
        web.Response(status=503, text="<html>" + "x" * 300_000), ["The outlet answers with an error (503)."]
    ),
    "it redirects in a circle": Trouble(redirect_on_and_on, ["The outlet redirects in a circle."]),
    "it answers with a page of HTML": Trouble(
        web.Response(text="<html><p>Are you human?</p>", content_type="text/html")
    ),
    "it answers with nothing": Trouble(web.Response(text="")),
    "it answers with a line of 300 KB": Trouble(web.Response(body=b"[" * 300_000)),
    "it answers with another line of 300 KB": Trouble(web.Response(body=b'"' + b"a" * 300_000 + b'"')),
    "it answers with noise": Trouble(web.Response(body=NOISE)),
    "it answers with numbers of no use": Trouble(web.Response(text='{"version": [NaN, 1e999], "reviews": NaN}')),
    "it compresses 60 MB": Trouble(
        web.Response(body=gzip.compress(b"\0" * 60_000_000), headers=GZIP),
        [*ENDS, "The outlet answers with more than 5 MB.", "The outlet answers, but not with a feed."],
    ),
    "it only says that it compresses": Trouble(web.Response(text="{}", headers=GZIP), ENDS),
    "it never heard of this": Trouble(web.Response(status=404), ["The outlet is not found (404)."]),
}


async def assert_recovery(outlet: TroubledOutlet, count: int) -> None:
    """All come, in their order, none comes again, and the sentence is taken back."""
    await outlet.run_until(lambda: len(outlet.numbers) >= count and not outlet.inbox.statuses[-1])
    await outlet.poll_again()
    assert outlet.numbers == list(range(1, count + 1))
    assert (outlet.wordings, outlet.inbox.statuses[-1]) == (count, "")


@for_each_kind
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))
async def test_whatever_an_outlet_answers_nothing_is_lost_or_twice_and_it_is_said(name: str, trouble: Trouble) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1, 2, 3)
        outlet.troubles = [trouble.answer] * 40
        began, asked = outlet.clock.now(), len(outlet.requests)
        await outlet.run_until(lambda: any(outlet.inbox.statuses))
        said = next(filter(None, outlet.inbox.statuses))
        requests = len(outlet.requests) - asked
        assert outlet.clock.now() - began >= timedelta(seconds=trouble.wait)
        outlet.troubles = []
        await assert_recovery(outlet, 3)
    assert said in trouble.sentences if trouble.sentences else said.startswith("The outlet ")
    assert requests <= 40
    assert len(said) < 200


@for_each_kind
@pytest.mark.parametrize("healthy", range(1, 6))
async def test_a_trouble_in_the_middle_of_many_pages_loses_nothing(name: str, healthy: int) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        began = outlet.clock.now()
        for number in range(1, 251):
            outlet.post(number, at=began + timedelta(seconds=number))
        outlet.clock.time += timedelta(seconds=300)
        outlet.healthy, outlet.troubles = healthy, [web.Response(status=502)] * 4
        await assert_recovery(outlet, 250)


@for_each_kind
async def test_a_post_of_300_kb_in_one_line_is_cut_and_holds_up_nothing(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1, 3)
        outlet.post(2, text="Northwind SDK is late 2. " + "x" * 300_000)
        await outlet.run_until(lambda: len(outlet.numbers) == 3)
        await outlet.poll_again()
    assert sorted(outlet.numbers) == [1, 2, 3]
    assert max(len(mention.text) for mention in outlet.inbox.mentions.values()) <= MAX_TEXT_LENGTH


@for_each_kind
async def test_a_post_that_comes_again_and_again_is_one_post(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1, 1, 2, 2, 2)
        await assert_recovery(outlet, 2)


@for_each_kind
async def test_posts_that_are_away_for_a_while_and_come_back_are_not_new(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1, 2, 3)
        await outlet.run_until(lambda: len(outlet.numbers) == 3)
        kept, outlet.kind.posts[:] = list(outlet.kind.posts), []
        await outlet.poll_again(200)
        outlet.kind.posts[:] = kept
        outlet.post(4)
        await assert_recovery(outlet, 4)


@for_each_kind
@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "no-such-thing"])
async def test_the_charset_that_a_server_names_is_not_believed_over_the_bytes(name: str, charset: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        outlet.charset = charset
        await outlet.start()
        outlet.post(1, text="Größe 😀: Northwind SDK is late")
        await outlet.run_until(lambda: len(outlet.numbers) == 1)
        await outlet.poll_again()
    [mention] = outlet.inbox.mentions.values()
    assert "Größe 😀" in mention.text


@for_each_kind
async def test_a_name_without_an_address_and_a_port_without_a_server_are_said(name: str) -> None:
    for url, sentence in (
        ("https://outlet.invalid", "The outlet is not found: its name has no address."),
        ("http://127.0.0.1:9", "The outlet cannot be reached."),
    ):
        async with serve_troubled_outlet(name) as outlet:
            async with run_source(outlet.build_source(url=url), outlet.inbox):
                await wait_until(lambda: len(outlet.inbox.statuses) > 2)
            assert set(outlet.inbox.statuses) == {sentence}
            assert outlet.inbox.cursor is None
            assert {part for part, _ in outlet.inbox.reported} == {"outlet"}  # nobody is called


@for_each_kind
async def test_a_token_that_is_refused_is_said_once_and_taken_back(name: str) -> None:
    async with serve_troubled_outlet(name) as outlet:
        await outlet.start()
        outlet.post(1)
        outlet.troubles = [web.Response(status=401, text="<p>Who are you?</p>")] * 40
        await outlet.run_until(lambda: len(outlet.troubles) < 35)
        outlet.troubles = []
        await assert_recovery(outlet, 1)
    assert len([told for _, told in outlet.inbox.reported if told.endswith("refuses us (401)")]) <= 1
    assert outlet.inbox.reported[-1] == ("source", "")
    assert "401" in next(filter(None, outlet.inbox.statuses)) or name == "mastodon"
