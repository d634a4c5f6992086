import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.rss import SOURCE, RssOptions, RssOutlet, _is_outlet, build_rss_source
from bot.sources.rss_parser import MOST_ENTRIES, parse_feed
from tests.sources.fake_outlet import Answer, FakeOutlet, break_connection, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

NORTHWIND = Subject(name="Northwind", terms=("northwind",))


def item(number: int, words: str = "", hours: float = 1) -> str:
    time = f"{NOON - timedelta(hours=hours):%a, %d %b %Y %H:%M:%S} +0000"
    words = words or f"Northwind cancels flight {number}"
    return (
        f"<item><guid>{number}</guid><title>{words}</title><link>/story/{number}</link><pubDate>{time}</pubDate></item>"
    )


def feed(*items: str, status: int = 200, **headers: str) -> web.Response:
    text = (
        f"<rss version='2.0'><channel><title>The Daily</title><language>en</language>{''.join(items)}</channel></rss>"
    )
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": "application/rss+xml", **headers})


class World(SimpleNamespace):
    outlet: FakeOutlet
    inbox: Inbox
    clock: InstantClock

    def serve(self, *answers: Answer) -> None:
        self.outlet.answers["/feed"] = list(answers)

    def build_context(self) -> SourceContext:
        return SourceContext("press", self.clock, lambda: 0.5, (NORTHWIND,))

    async def poll(self, times: int, **options: Any) -> None:
        """Run the source from its cursor until it has asked so often, and once more, and stop it."""
        source = build_rss_source(RssOptions(url=f"{self.outlet.url}/feed", **options), self.build_context())
        before = len(self.outlet.requests)
        async with run_source(source, self.inbox):
            await wait_until(lambda: len(self.outlet.requests) > before + times)

    @property
    def texts(self) -> list[str]:
        return [mention.text for mention in self.inbox.mentions.values()]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        yield World(outlet=outlet, inbox=Inbox(), clock=InstantClock())


async def test_a_new_entry_that_names_a_subject_is_a_mention(world: World) -> None:
    world.serve(feed(item(1)), feed(item(2), item(3, "Somebody else cancels"), item(1)))
    await world.poll(2)
    [mention] = world.inbox.mentions.values()
    assert mention.id.startswith("press:")
    assert (mention.text, mention.url) == ("Northwind cancels flight 2", f"{world.outlet.url}/story/2")
    assert (mention.created_at, mention.lang) == (NOON - timedelta(hours=1), "en")
    assert (mention.author.name, mention.author_key) == ("The Daily", "")
    assert len(world.inbox.imported) == 1


@pytest.mark.parametrize(
    ("byline", "is_outlet"),
    [
        ("", True),
        ("The Daily", True),
        ("Daily staff", True),
        ("thedaily", True),
        ("noreply@thedaily.example (Unknown)", True),
        ("admin", True),
        ("Ana Silva", False),
        ("Ana Silva, The Daily", False),
    ],
)
def test_an_author_who_is_the_feed_is_an_outlet_and_a_named_one_is_a_person(byline: str, *, is_outlet: bool) -> None:
    assert _is_outlet(byline, "The Daily", "www.thedaily.example") is is_outlet


async def test_everything_is_taken_of_a_feed_that_has_searched_already(world: World) -> None:
    world.serve(feed(), feed(item(3, "Somebody else cancels")))
    await world.poll(2, everything=True)
    assert world.texts == ["Somebody else cancels"]


async def test_a_google_alert_leads_to_the_page_itself(world: World) -> None:
    alert = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Google Alert - northwind</title><entry>
      <id>tag:google.com,2013:googlealerts/feed:17</id><title type="html">&lt;b&gt;Northwind&lt;/b&gt; sued</title>
      <link href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://paper.example/a%3Fb%3D1&amp;ct=ga"/>
      <published>2026-11-20T11:00:00Z</published><updated>2026-11-20T11:00:00Z</updated>
      <content type="html">Passengers of &lt;b&gt;Northwind&lt;/b&gt; Air&amp;nbsp;...</content></entry></feed>"""
    world.serve(feed(), web.Response(text=alert, content_type="application/atom+xml"))
    await world.poll(2, everything=True)
    [mention] = world.inbox.mentions.values()
    assert mention.text == "Northwind sued\n\nPassengers of Northwind Air ..."
    assert mention.url == "https://paper.example/a?b=1"


async def test_later_words_of_an_entry_are_an_edit_and_those_of_an_old_one_are_not(world: World) -> None:
    world.serve(
        feed(item(1)), feed(item(1), item(2)), feed(item(1, "Northwind, corrected"), item(2, "Northwind, corrected"))
    )
    await world.poll(3)
    first, edited = world.inbox.published
    assert first.id == edited.id
    assert (first.edited_at, edited.text) == (None, "Northwind, corrected")
    assert edited.edited_at
    assert edited.edited_at > first.created_at


async def test_later_words_that_no_longer_name_us_are_an_edit_for_those_who_know_the_entry(world: World) -> None:
    old, ours, other = item(1, "Weather"), item(2), item(3, "Sports")
    world.serve(feed(old), feed(old, ours, other), feed(item(1, "Rain"), item(2, "Corrected"), item(3, "Tennis")))
    await world.poll(3)
    assert [mention.text for mention in world.inbox.published] == [ours_text := world.inbox.published[0].text]
    assert "Northwind" in ours_text
    assert [edit.text for edit in world.inbox.edits] == ["Tennis", "Corrected"]


async def test_nothing_is_loaded_again_that_did_not_change(world: World) -> None:
    world.serve(feed(item(1), ETag='"a"'), web.Response(status=304))
    await world.poll(3)
    assert [headers.get("If-None-Match") for _, _, headers in world.outlet.requests][:3] == [None, '"a"', '"a"']


async def test_after_a_restart_it_goes_on_where_it_was(world: World) -> None:
    world.serve(feed(item(1)))
    await world.poll(1)
    world.serve(feed(item(1), item(2)))
    await world.poll(1)
    world.serve(feed(item(1), item(2), item(3)))
    await world.poll(1)
    assert world.texts == ["Northwind cancels flight 2", "Northwind cancels flight 3"]


async def test_a_feed_that_shrinks_and_grows_again_brings_nothing_twice(world: World) -> None:
    world.serve(feed(item(1)), feed(item(1), item(2)), feed(), feed(item(2), item(1)), feed(item(1)))
    await world.poll(5)
    assert world.inbox.batches == [1]


async def test_an_old_entry_that_appears_is_not_news(world: World) -> None:
    world.serve(feed(item(1)), feed(item(1), item(9, hours=24 * 20)))
    await world.poll(2)
    assert world.texts == []


async def test_an_entry_without_id_and_date_is_new_once_and_of_now(world: World) -> None:
    bare = "<item><title>Northwind again</title></item>"
    world.serve(feed(), feed(bare), feed(bare), feed(bare))
    await world.poll(4)
    [mention] = world.inbox.mentions.values()
    assert NOON < mention.created_at < world.clock.now()
    assert world.inbox.batches == [1]


async def test_a_feed_that_moved_for_good_is_asked_at_its_new_address(world: World) -> None:
    world.serve(web.Response(status=301, headers={"Location": "/moved"}))
    world.outlet.answers["/moved"] = [feed(item(1)), feed(item(1), item(2))]
    await world.poll(3)
    assert [path for path, _, _ in world.outlet.requests][:3] == ["/feed", "/moved", "/moved"]
    assert world.texts == ["Northwind cancels flight 2"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (web.Response(status=404), "The outlet is not found (404)."),
        (web.Response(status=410), "The outlet is gone for good (410)."),
        (
            web.Response(text="<html><p>Please enable cookies</p></html>"),
            "The outlet answers, but not with a feed.",
        ),
        (web.Response(text=""), "The outlet answers, but not with a feed."),
        (web.Response(text='{"version": 3}'), "The outlet answers, but not with a feed."),
        (web.Response(text="{" * 20_000), "The outlet answers, but not with a feed."),
        (web.Response(status=503, text="<html>" * 100), "The outlet answers with an error (503)."),
        (break_connection, "The outlet ends the connection (ServerDisconnectedError)."),
    ],
)
async def test_what_is_no_feed_is_said_and_asked_again(world: World, answer: Answer, status: str) -> None:
    world.serve(feed(item(1)), *[answer] * 8, feed(item(1), item(2)))  # a lost connection is tried twice
    await world.poll(10)
    assert status in world.inbox.statuses
    assert world.inbox.statuses[-1] == ""
    assert world.texts == ["Northwind cancels flight 2"]


async def test_two_processes_read_a_feed_once(world: World) -> None:
    world.serve(feed(item(1)), feed(item(1), item(2)))
    await world.poll(2)
    await world.poll(2)
    assert world.texts == ["Northwind cancels flight 2"]


async def test_a_cursor_that_cannot_be_read_loses_no_process(world: World) -> None:
    world.inbox = Inbox('{"entries": 3}')
    world.serve(feed(item(1)))
    await world.poll(1)
    assert world.texts == ["Northwind cancels flight 1"]


async def test_the_check_says_whether_it_is_a_feed(world: World) -> None:
    world.serve(feed(item(1)))
    options = RssOptions(url=f"{world.outlet.url}/feed")
    assert not (await SOURCE.check(options, world.build_context())).faults
    world.serve(web.Response(text="<html>"))
    assert (await SOURCE.check(options, world.build_context())).faults


def test_a_json_feed_is_read() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Blog",
        "items": [
            {
                "id": 7,
                "url": "/7",
                "content_html": "<p>Hello <b>you</b></p>",
                "date_published": "2026-11-20T10:00:00+01:00",
                "authors": [{"name": "Ana"}],
            },
            "junk",
            {"content_text": None, "date_published": 3, "authors": ["x"]},
        ],
    }
    first, second = parse_feed(json.dumps(body).encode(), "https://blog.example/feed.json").entries
    assert (first.id, first.text, first.author) == ("7", "Hello you", "Ana")
    assert (first.link, first.published) == ("https://blog.example/7", datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert (second.id, second.words, second.published) == ("", "", None)


@pytest.mark.parametrize(
    "body",
    [
        b"<rss version='2.0'><channel><item><title>a & b</title><pubDate>40/40/2026</pubDate></item></channel></rss>",
        "<rss version='2.0'><channel><item><title>caf\xe9</title></item></channel></rss>".encode("latin-1"),
        b"<rss version='2.0'><channel><item><title>\x00\xff\xfe</title><link>http://[::1</link></item></channel></rss>",
        b"<rss version='2.0'><channel><item><title>cut",
        b"<rss version='2.0'><channel><item>" + b"<a>" * 50_000,
    ],
)
def test_a_broken_feed_gives_what_can_be_read(body: bytes) -> None:
    parse_feed(body, "https://a.example/feed")


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    secret = '<!DOCTYPE r [<!ENTITY i SYSTEM "file:///etc/passwd">'
    for head in (bomb, secret):
        body = f"{head}]><rss version='2.0'><channel><item><title>t &i;</title></item></channel></rss>"
        entries = parse_feed(body.encode(), "https://a.example/feed").entries
        assert all(len(entry.words) < 10_000 and "root:" not in entry.words for entry in entries)


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_of_a_whole_archive_the_newest_are_read_and_it_is_said(world: World, *, oldest_first: bool) -> None:
    archive = [item(number, hours=2 + number / 1_000) for number in range(2_500)]
    newer = [item(40_002, hours=0.1), item(40_001, hours=0.2)]
    order = -1 if oldest_first else 1
    pages = (archive, [*newer, *archive], [*newer, *archive[600:]])  # and then it shrinks, and older ones move up
    world.serve(*(feed(*page[::order]) for page in pages))
    await world.poll(4)
    assert world.texts == ["Northwind cancels flight 40001", "Northwind cancels flight 40002"]
    assert world.inbox.statuses[0] == "The feed has 2,500 entries. Only its newest 2,000 are read."
    assert len(world.inbox.imported) == MOST_ENTRIES


async def test_of_a_feed_of_50_000_entries_in_15_mb_the_beginning_is_read_and_it_is_said(world: World) -> None:
    archive = "".join(item(number, "Somebody is late. " * 20, hours=2) for number in range(50_000))
    world.serve(feed(archive), feed(item(60_000), archive))
    outlet = RssOutlet(RssOptions(url=f"{world.outlet.url}/feed"), world.build_context())
    async with OutletClient(world.clock) as client:
        first = await outlet.poll(client, None)
        second = await outlet.poll(client, first.cursor)
    assert [mention.text for mention in second.mentions] == ["Northwind cancels flight 60000"]
    assert second.problem == "The feed is longer than 5 MB. Only its beginning is read."
    assert len(second.cursor) < 150_000


async def test_a_json_feed_of_more_than_5_mb_is_said(world: World) -> None:
    world.serve(web.Response(text='{"version": "https://jsonfeed.org/version/1.1", "items": [' + "1," * 3_000_000))
    await world.poll(1)
    assert world.inbox.statuses[0] == "The outlet answers with more than 5 MB."


def test_an_empty_answer_is_no_feed() -> None:
    with pytest.raises(OutletError):
        parse_feed(b"", "https://a.example/feed")
