from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.youtube import SOURCE, YoutubeOptions, build_youtube_source
from tests.sources.fake_outlet import FakeOutlet, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind air",)),)
CHANNEL, VIDEO = "UC" + "a" * 22, "b" * 11
NOW = int(NOON.timestamp())


def thread(
    native: str, text: str = "the crew was rude", at: str = "2026-11-20T11:59:00Z", **more: Any
) -> dict[str, Any]:
    comment = {
        "textOriginal": text,
        "authorDisplayName": "@ana",
        "authorChannelId": {"value": "UCana"},
        "publishedAt": at,
        "updatedAt": at,
        "likeCount": 3,
    } | more
    top = {"id": native, "snippet": comment}
    return {"id": native, "snippet": {"videoId": VIDEO, "topLevelComment": top, "totalReplyCount": 1}}


class FakeYoutube:
    """Wants the key in its header and exactly one place, and gives the newest threads first, a page at a time."""

    def __init__(self) -> None:
        self.threads: dict[str, list[dict[str, Any]]] = {}
        self.queries: list[dict[str, str]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.queries.append(query)
        if request.headers.get("X-Goog-Api-Key") != "k":
            return web.json_response({"error": {"code": 403, "errors": [{"reason": "forbidden"}]}}, status=403)
        if query.get("part") != "snippet" or ("videoId" in query) == ("allThreadsRelatedToChannelId" in query):
            return web.json_response({"error": {"code": 400}}, status=400)
        found = self.threads.get(query.get("videoId") or query["allThreadsRelatedToChannelId"], [])
        size, start = int(query["maxResults"]), int(query.get("pageToken", 0))
        body: dict[str, Any] = {"items": found[start : start + size]}
        if len(found) > start + size:
            body["nextPageToken"] = str(start + size)
        return web.json_response(body)


class World(SimpleNamespace):
    outlet: FakeOutlet
    youtube: FakeYoutube
    inbox: Inbox
    clock: InstantClock

    def build_context(self, secret: str = "k") -> SourceContext:
        return SourceContext("youtube", self.clock, lambda: 0.5, SUBJECTS, secret)

    async def poll(self, requests: int, **options: Any) -> None:
        chosen = YoutubeOptions(url=self.outlet.url, every=60, **options)
        before = len(self.youtube.queries)
        async with run_source(build_youtube_source(chosen, self.build_context()), self.inbox):
            await wait_until(lambda: len(self.youtube.queries) > before + requests)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        youtube = FakeYoutube()
        outlet.answers["/youtube/v3/commentThreads"] = [youtube.handle]
        yield World(outlet=outlet, youtube=youtube, inbox=Inbox(f"{NOW - 3600}/{NOW - 86_400}"), clock=InstantClock())


async def test_a_comment_below_a_video_of_ours_is_a_mention_also_without_our_name(world: World) -> None:
    world.youtube.threads[CHANNEL] = [thread("c1")]
    await world.poll(1, channel=CHANNEL)
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.text, mention.author.id) == ("youtube:c1", "the crew was rude", "UCana")
    assert mention.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=c1"
    assert mention.edited_at is None


async def test_below_the_videos_of_others_only_those_that_name_us_are(world: World) -> None:
    world.youtube.threads[VIDEO] = [thread("c1"), thread("c2", "Northwind Air is worse")]
    await world.poll(1, videos=(VIDEO,))
    assert world.inbox.ids == ["youtube:c2"]


async def test_below_the_videos_of_others_an_edit_is_told_for_those_who_know_the_comment(world: World) -> None:
    world.youtube.threads[VIDEO] = [thread("c1"), thread("c2", "sorry", updatedAt="2026-11-20T12:30:00Z")]
    await world.poll(1, videos=(VIDEO,))
    assert world.inbox.ids == []
    assert [edit.id for edit in world.inbox.edits] == ["youtube:c2"]


async def test_a_comment_that_was_edited_says_when(world: World) -> None:
    world.youtube.threads[CHANNEL] = [thread("c1", updatedAt="2026-11-20T12:30:00Z")]
    await world.poll(1, channel=CHANNEL)
    assert world.inbox.published[0].edited_at == NOON.replace(minute=30)


async def test_pages_are_read_back_to_what_is_known(world: World) -> None:
    world.inbox = Inbox()
    world.youtube.threads[CHANNEL] = [thread("old")]
    await world.poll(1, channel=CHANNEL)
    new = [thread(f"c{number}", at="2026-11-20T12:00:30Z") for number in range(250)]
    world.youtube.threads[CHANNEL] = [*new, thread("old")]
    await world.poll(3, channel=CHANNEL)
    assert world.inbox.imported == ["youtube:old"]
    assert len(world.inbox.ids) == 250


async def test_a_thread_of_another_shape_is_skipped_with_a_sentence(world: World) -> None:
    world.youtube.threads[CHANNEL] = [{"snippet": None}, {"snippet": {"topLevelComment": 3}}, thread("c1")]
    await world.poll(1, channel=CHANNEL)
    assert world.inbox.ids == ["youtube:c1"]
    assert "skipped" in world.inbox.statuses[0]


@pytest.mark.parametrize(
    ("secret", "options", "sentence"),
    [
        ("", {"channel": CHANNEL}, "EARSHOT_SOURCE_YOUTUBE_SECRET is not set"),
        ("k", {}, "needs a channel or videos"),
        ("wrong", {"channel": CHANNEL}, "the outlet refuses us (403)"),
    ],
)
async def test_the_check_says_what_is_missing(
    world: World, secret: str, options: dict[str, Any], sentence: str
) -> None:
    chosen = YoutubeOptions(url=world.outlet.url, **options)
    [(_, said)] = (await SOURCE.check(chosen, world.build_context(secret))).faults
    assert sentence in said
