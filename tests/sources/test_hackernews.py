from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.hackernews import SOURCE, HackerNewsOptions, HackerNewsOutlet, build_hackernews_source
from bot.sources.outlet_client import OutletClient
from tests.sources.fake_outlet import FakeOutlet, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind air", "#flynorthwind"), handles=("@northwindair",)),)
NOW = int(NOON.timestamp())


def comment(number: int, text: str = "Northwind Air lost my bag", at: int = NOW - 60) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": "wren",
        "created_at_i": at,
        "comment_text": text,
        "story_id": 7,
        "parent_id": 8,
        "_tags": ["comment", "author_wren", "story_7"],
    }


class FakeAlgolia:
    """As strict as the real one: 1,000 hits, phrases in quotation marks, filters of `created_at_i` alone."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.lag = 0
        self.queries: list[Mapping[str, str]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        self.queries.append(dict(query))
        bounds = [part for part in query.get("numericFilters", "").split(",") if part]
        if query.get("tags") != "(story,comment)" or any(not part.startswith("created_at_i") for part in bounds):
            return web.json_response({"message": "invalid numeric attribute(points)", "status": 400}, status=400)
        words = query["query"].strip('"').lower().split()
        found = [post for post in self.posts if all(word[:4] in str(post).lower() for word in words)]  # tolerates typos
        for part in bounds:
            limit = int(part.split(">")[1]) if ">" in part else int(part.split("<=")[1])
            found = [p for p in found if (p["created_at_i"] > limit if ">" in part else p["created_at_i"] <= limit)]
        found.sort(key=lambda post: -post["created_at_i"])
        if not words:
            found = [{"objectID": "1", "created_at_i": NOW - self.lag}]
        return web.json_response({"hits": found[: int(query["hitsPerPage"])], "nbHits": len(found)})


class World(SimpleNamespace):
    outlet: FakeOutlet
    algolia: FakeAlgolia
    inbox: Inbox
    clock: InstantClock

    def build_context(self) -> SourceContext:
        return SourceContext("hackernews", self.clock, lambda: 0.5, SUBJECTS)

    async def poll(self, times: int) -> None:
        source = build_hackernews_source(HackerNewsOptions(url=self.outlet.url), self.build_context())
        before = len(self.algolia.queries)
        async with run_source(source, self.inbox):
            await wait_until(lambda: len(self.algolia.queries) >= before + 3 * times + 1)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        algolia = FakeAlgolia()
        outlet.answers["/api/v1/search_by_date"] = [algolia.handle]
        yield World(outlet=outlet, algolia=algolia, inbox=Inbox(f"{NOW - 600}/{NOW - 90_000}"), clock=InstantClock())


async def test_a_comment_that_names_a_subject_is_a_mention(world: World) -> None:
    world.algolia.posts = [comment(42, "I flew <i>Northwind Air</i> &amp; lost my bag.<p>Never again.")]
    await world.poll(2)
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.author.handle) == ("hackernews:42", "wren")
    assert mention.text == "I flew Northwind Air & lost my bag.\n\nNever again."
    assert mention.url == "https://news.ycombinator.com/item?id=42"
    assert (mention.conversation, mention.in_reply_to) == ("7", "8")
    assert mention.created_at == datetime.fromtimestamp(NOW - 60, UTC)
    assert [query["query"] for query in world.algolia.queries[:3]] == ['"northwind air"', '"flynorthwind"', ""]


async def test_what_the_search_takes_for_a_typing_error_is_left_out(world: World) -> None:
    world.algolia.posts = [comment(42, "Northward airs")]
    await world.poll(1)
    assert world.inbox.ids == []


async def test_at_the_first_start_the_last_day_is_imported_and_not_posted(world: World) -> None:
    world.inbox = Inbox()
    world.algolia.posts = [comment(1), comment(2, at=NOW - 5 * 86_400)]
    await world.poll(1)
    world.algolia.posts.append(comment(3, at=NOW + 60))
    await world.poll(2)
    assert (world.inbox.imported, world.inbox.ids) == (["hackernews:1"], ["hackernews:3"])


async def test_a_night_away_is_filled_in_order_also_beyond_a_thousand(world: World) -> None:
    world.inbox = Inbox(f"{NOW - 40_000}/{NOW - 90_000}")
    world.algolia.posts = [comment(number, at=NOW - 30_000 + number) for number in range(2_300)]
    await world.poll(4)
    assert world.inbox.ids == [f"hackernews:{number}" for number in range(2_300)]


async def test_a_late_index_is_said_and_searched_again_from_where_it_stands(world: World) -> None:
    world.algolia.lag = 3 * 3600
    await world.poll(1)
    assert world.inbox.statuses[0] == "The search of Hacker News is late: its newest post is of 20 Nov, 09:00 UTC."
    assert world.inbox.cursor == f"{NOW - 600}/{NOW - 90_000}"


async def test_a_post_without_an_id_or_time_is_skipped_with_a_sentence(world: World) -> None:
    world.algolia.posts = [comment(1) | {"objectID": None}, comment(2), comment(3) | {"author": None}]
    await world.poll(1)
    assert world.inbox.ids == ["hackernews:3", "hackernews:2"]  # the search gives the newest first
    assert world.inbox.statuses[0] == 'A post was skipped: "id" is missing.'


@pytest.mark.parametrize("answer", ["[]", "{}", '{"hits": 3}', "<html>", ""])
async def test_an_answer_of_another_shape_is_said(world: World, answer: str) -> None:
    world.outlet.answers["/api/v1/search_by_date"] = [web.Response(text=answer)]
    result = await SOURCE.check(HackerNewsOptions(url=world.outlet.url), world.build_context())
    assert len(result.faults) == 1


async def test_the_cursor_of_another_release_starts_with_the_last_day(world: World) -> None:
    outlet = HackerNewsOutlet(HackerNewsOptions(url=world.outlet.url), world.build_context())
    async with OutletClient(world.clock) as client:
        assert (await outlet.poll(client, "junk")).cursor == f"{NOW}/{NOW}"
