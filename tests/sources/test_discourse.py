import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.own_accounts import OwnAccounts
from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.discourse import MOST_POSTS, PAUSE, SOURCE, DiscourseOptions, build_discourse_source
from tests.sources.fake_outlet import FakeOutlet, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Nimbus", terms=("nimbus",)),)
NOW = int(NOON.timestamp())
PAGE = 50


def build_post(number: int, at: datetime = NOON - timedelta(minutes=1), **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "topic_id": 40,
        "topic_slug": "sync",
        "post_number": 1,
        "username": "marta",
        "name": "Marta K.",
        "created_at": at.isoformat().replace("+00:00", "Z"),
        "updated_at": at.isoformat().replace("+00:00", "Z"),
        "cooked": "<p>Nimbus lost my files &amp; nobody answers.</p>",
        "version": 1,
        "reply_count": 3,
        "reply_to_post_number": None,
        **fields,
    }


class FakeForum:
    """Searches and gives posts as Discourse does: 50 hits a page, the newest first, 10 pages at most."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.searches: list[dict[str, str]] = []
        self.read: list[int] = []
        self.asked_numbers: list[int] = []
        self.hidden: set[int] = set()
        self.is_overloaded = False
        self.slow_down_after: int | None = None

    async def handle_search(self, request: web.Request) -> web.StreamResponse:
        query, page = request.query["q"], int(request.query["page"])
        self.searches.append(dict(request.query))
        term, _, day = query.partition(" order:latest after:")
        if page > 10 or len(term.strip('"')) < 3:
            return web.json_response({"errors": ["invalid"], "error_type": "invalid_parameters"}, status=400)
        if self.is_overloaded:
            return web.json_response({"grouped_search_result": {"error": "This site is under extreme load"}})
        found = [one for one in self.posts if str(one.get("created_at"))[:10] >= day]
        found.sort(key=lambda one: str(one.get("created_at")), reverse=True)
        hits = [
            {key: one.get(key) for key in ("id", "username", "created_at", "topic_id", "post_number")}
            | {"blurb": str(one["cooked"])[:20], "like_count": 4}
            for one in found[PAGE * (page - 1) : PAGE * page]
        ]
        topics = [{"id": 40, "title": "Sync &amp; restore", "slug": "sync"}]
        more = True if len(found) > PAGE * page else None
        return web.json_response(
            {"posts": hits, "topics": topics, "grouped_search_result": {"more_full_page_results": more}}
        )

    async def handle_post(self, request: web.Request) -> web.StreamResponse:
        number = int(request.path.removeprefix("/posts/").removesuffix(".json"))
        if self.slow_down_after == 0:
            self.slow_down_after = None
            extras = {"wait_seconds": 77, "time_left": "a minute"}
            body = {"errors": ["too often"], "error_type": "rate_limit", "extras": extras}
            return web.json_response(body, status=429)
        if self.slow_down_after is not None:
            self.slow_down_after -= 1
        self.read.append(number)
        return self.give(next(one for one in self.posts if one["id"] == number))

    async def handle_number(self, request: web.Request) -> web.StreamResponse:
        """Answers `/posts/by_number/<topic>/<number of the post in it>`."""
        topic, number = (int(part) for part in request.path.removesuffix(".json").split("/")[-2:])
        self.asked_numbers.append(number)
        return self.give(next(one for one in self.posts if (one["topic_id"], one["post_number"]) == (topic, number)))

    def give(self, post: dict[str, Any]) -> web.Response:
        if post["id"] in self.hidden:
            return web.json_response({"errors": ["not found"], "error_type": "not_found"}, status=404)
        return web.json_response(post)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/posts/by_number/"):
            return await self.handle_number(request)
        return await (self.handle_search if request.path == "/search.json" else self.handle_post)(request)


class World(SimpleNamespace):
    outlet: FakeOutlet
    forum: FakeForum
    inbox: Inbox
    clock: InstantClock

    def build_context(self, *terms: str) -> SourceContext:
        subjects = (Subject(name="Nimbus", terms=terms),) if terms else SUBJECTS
        own = OwnAccounts({("board", "nimbus_care"): ""})
        return SourceContext("board", self.clock, lambda: 0.5, subjects, own_accounts=own)

    async def poll(self, searches: int = 1, *terms: str) -> None:
        """Run until `searches` were answered and worked through."""
        options = DiscourseOptions(url=f"{self.outlet.url}/", every=60)
        wanted = len(self.forum.searches) + searches + 1
        async with run_source(build_discourse_source(options, self.build_context(*terms)), self.inbox):
            await wait_until(lambda: len(self.forum.searches) >= wanted)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        forum = FakeForum()
        outlet.answers["/search.json"] = [forum.handle]
        for number in range(1, 300):
            outlet.answers[f"/posts/{number}.json"] = [forum.handle]
        for number in (1, 2, 3):
            outlet.answers[f"/posts/by_number/40/{number}.json"] = [forum.handle]
            outlet.answers[f"/posts/by_number/40/{number}"] = [forum.handle]
        yield World(outlet=outlet, forum=forum, inbox=Inbox(f"{NOW - 3600}/{NOW - 86_400}"), clock=InstantClock())


async def test_the_client_of_discourse_reads_the_fake_as_it_reads_a_forum(world: World) -> None:
    world.forum.posts = [build_post(number) for number in (7, 8)]
    client = import_module("pydiscourse").DiscourseClient(world.outlet.url, "marta", "k")

    found = await asyncio.to_thread(client.search, '"nimbus" order:latest after:2026-11-19', page=1)
    assert [one["id"] for one in found["posts"]] == [7, 8]
    post = await asyncio.to_thread(client.post_by_id, 7)
    assert (post["id"], post["username"]) == (7, "marta")
    same = await asyncio.to_thread(client.post_by_number, 40, 1)
    assert same["id"] == 7
    with pytest.raises(import_module("pydiscourse.exceptions").DiscourseClientError):
        await asyncio.to_thread(client.search, '"n" order:latest after:2026-11-19', page=1)


async def test_an_answer_of_ours_names_the_post_that_it_answers_and_others_cost_no_request(world: World) -> None:
    world.forum.posts = [
        build_post(7),
        build_post(12, post_number=2, username="kofi", reply_to_post_number=1),
        build_post(15, post_number=3, username="Nimbus_Care", reply_to_post_number=2),
    ]
    await world.poll()
    answered = {mention.id: mention.answered_id for mention in world.inbox.mentions.values()}
    assert answered == {"board:7": "", "board:12": "board:40/1", "board:15": "board:12"}
    assert set(world.forum.asked_numbers) == {2}


async def test_an_answer_of_ours_to_a_post_that_is_gone_is_read_all_the_same(world: World) -> None:
    ours = build_post(15, post_number=3, username="nimbus_care", reply_to_post_number=2)
    world.forum.posts = [build_post(12, post_number=2), ours]
    world.forum.hidden = {12}
    await world.poll()
    [mention] = world.inbox.mentions.values()
    assert mention.in_reply_to == "40/2"


async def test_a_post_that_names_a_subject_is_a_mention_with_its_whole_text(world: World) -> None:
    world.forum.posts = [build_post(7)]
    await world.poll()
    [mention] = world.inbox.mentions.values()
    assert mention.id == "board:7"
    assert mention.text == "Sync & restore\n\nNimbus lost my files & nobody answers."
    assert (mention.author.handle, mention.author.name, mention.place) == ("marta", "Marta K.", "127.0.0.1")
    assert mention.url == f"{world.outlet.url}/t/40/1"
    assert mention.conversation == "40"
    assert mention.engagement is not None
    assert (mention.engagement.likes, mention.engagement.replies) == (4, 3)


async def test_words_that_are_quoted_are_not_the_authors(world: World) -> None:
    quote = '<aside class="quote"><div class="title">ana:</div><blockquote><p>Nimbus is down</p></blockquote></aside>'
    world.forum.posts = [
        build_post(8, post_number=2, reply_to_post_number=1, cooked=f"{quote}<p>Nimbus works for me.</p>"),
        build_post(9, post_number=3, cooked=f"{quote}<p>Same here.</p>"),
    ]
    await world.poll()
    [mention] = world.inbox.mentions.values()
    assert (mention.text, mention.quoted) == ("Nimbus works for me.", "Nimbus is down")
    assert mention.in_reply_to == "40/1"


async def test_nothing_that_was_there_at_the_first_start_is_posted(world: World) -> None:
    world.inbox = Inbox()
    world.forum.posts = [build_post(1)]
    await world.poll()
    world.forum.posts.append(build_post(2, at=world.clock.now()))
    await world.poll(2)
    assert world.inbox.imported == ["board:1"]
    assert world.inbox.ids == ["board:2"]


async def test_an_edit_soon_after_a_post_comes_with_the_same_id(world: World) -> None:
    world.forum.posts = [build_post(7)]
    await world.poll()
    world.forum.posts[0] |= {"version": 2, "updated_at": "2026-11-20T12:03:00Z", "cooked": "<p>Nimbus found them.</p>"}
    await world.poll()
    last = world.inbox.published[-1]
    assert (last.id, last.edits, last.text) == ("board:7", 1, "Sync & restore\n\nNimbus found them.")
    assert last.edited_at is not None


async def test_all_pages_are_read_and_each_post_once_with_a_pause_between(world: World) -> None:
    times = (NOON - timedelta(minutes=50, seconds=-number) for number in range(1, 131))
    world.forum.posts = [build_post(number, at=at) for number, at in enumerate(times, 1)]
    await world.poll(3 * (130 // MOST_POSTS + 1))
    assert sorted(world.inbox.ids) == sorted(f"board:{number}" for number in range(1, 131))
    assert world.forum.read[:130] == list(range(1, 131))
    assert world.clock.slept[0] == PAUSE
    assert 0.0 in world.clock.slept


async def test_when_the_forum_asks_for_a_pause_what_was_read_is_kept_and_the_rest_comes_later(world: World) -> None:
    world.forum.posts = [build_post(number) for number in (1, 2, 3)]
    world.forum.slow_down_after = 2
    await world.poll(2)
    assert sorted(world.inbox.ids) == ["board:1", "board:2", "board:3"]
    assert world.forum.read[:3] == [1, 2, 3]


async def test_the_seconds_that_a_forum_names_in_its_answer_are_waited(world: World) -> None:
    world.forum.posts = [build_post(1)]
    world.forum.slow_down_after = 0
    await world.poll(2)
    assert any(77 <= slept < 100 for slept in world.clock.slept)
    assert world.inbox.ids == ["board:1"]


async def test_an_overloaded_forum_is_said_and_searched_again(world: World) -> None:
    world.forum.is_overloaded = True
    world.forum.posts = [build_post(1)]
    await world.poll(4)
    assert "The outlet is too busy to search." in world.inbox.statuses
    assert world.inbox.cursor == f"{NOW - 3600}/{NOW - 86_400}"
    world.forum.is_overloaded = False
    await world.poll()
    assert world.inbox.ids == ["board:1"]


async def test_a_term_that_is_too_short_for_the_forum_is_said_and_the_others_are_searched(world: World) -> None:
    world.forum.posts = [build_post(1)]
    await world.poll(2, "nb", "nimbus")
    assert world.inbox.ids == ["board:1"]
    assert world.inbox.statuses[0] == "The forum does not search for 1 of the 2 terms: too short for it."


async def test_a_post_that_was_deleted_after_it_was_found_and_one_that_cannot_be_read_hold_up_nothing(
    world: World,
) -> None:
    world.forum.posts = [build_post(1), build_post(2, created_at=None), build_post(3)]
    world.forum.hidden = {1}
    await world.poll()
    assert world.inbox.ids == ["board:3"]
    assert world.inbox.statuses[0] == 'A post was skipped: "created_at" is missing.'


@pytest.mark.parametrize("answer", ["[]", "{}", '{"posts": 1}', "<html>", "", '{"posts": [], "error": "busy"}'])
async def test_an_answer_of_another_shape_is_said(world: World, answer: str) -> None:
    world.outlet.answers["/search.json"] = [web.Response(text=answer)]
    result = await SOURCE.check(DiscourseOptions(url=world.outlet.url), world.build_context())
    assert len(result.faults) == 1
