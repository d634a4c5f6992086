from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
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
    return {"id": native, "snippet": {"videoId": VIDEO, "topLevelComment": top, "totalReplyCount": 0}}


def reply_to(started: dict[str, Any], text: str, at: str, handle: str = "@northwind", **more: Any) -> None:
    """Add a reply to a thread, as YouTube shapes it: its id begins with that of the comment."""
    replies = started.setdefault("replies", {"comments": []})["comments"]
    said = thread("", text, at, authorDisplayName=handle, **more)["snippet"]["topLevelComment"]["snippet"]
    replies.append({"id": f"{started['id']}.{len(replies)}", "snippet": {**said, "parentId": started["id"]}})
    started["snippet"]["totalReplyCount"] = len(replies)


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
        parts = {"id", *query.get("part", "").split(",")}
        if not parts - {"id"} <= {"snippet", "replies"} or not query.get("part"):
            return web.json_response({"error": {"code": 400}}, status=400)
        if ("videoId" in query) == ("allThreadsRelatedToChannelId" in query):
            return web.json_response({"error": {"code": 400}}, status=400)
        found = self.threads.get(query.get("videoId") or query["allThreadsRelatedToChannelId"], [])
        size, start = int(query["maxResults"]), int(query.get("pageToken", 0))
        body: dict[str, Any] = {"items": [_cut_thread(one, parts) for one in found[start : start + size]]}
        if len(found) > start + size:
            body["nextPageToken"] = str(start + size)
        return web.json_response(body)


def _cut_thread(whole: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    """What the asked parts hold of a thread: of its replies a few, whichever."""
    found = {name: value for name, value in whole.items() if name in parts}
    if isinstance(found.get("replies"), dict):
        found["replies"] = {"comments": found["replies"]["comments"][:5]}
    return found


class World(SimpleNamespace):
    outlet: FakeOutlet
    youtube: FakeYoutube
    inbox: Inbox
    clock: InstantClock

    own: OwnAccounts

    def build_context(self, secret: str = "k") -> SourceContext:
        return SourceContext("youtube", self.clock, lambda: 0.5, SUBJECTS, secret, own_accounts=self.own)

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
        inbox = Inbox(f"{NOW - 3600}/{NOW - 86_400}")
        yield World(outlet=outlet, youtube=youtube, inbox=inbox, clock=InstantClock(), own=NO_ACCOUNTS)


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


OWN = OwnAccounts({("youtube", "northwind"): "", ("youtube", "ucana_of_northwind"): "U0ANA"})


async def test_our_own_reply_to_a_comment_is_a_mention_and_costs_no_request(world: World) -> None:
    world.own = OWN
    old, other = thread("c1", at="2026-11-19T09:00:00Z"), thread("c2")
    reply_to(old, "So sorry, please write to us", "2026-11-20T11:50:00Z")
    reply_to(old, "We answered this last week", "2026-11-20T09:00:00Z")
    reply_to(other, "me too, northwind air is the worst", "2026-11-20T11:59:30Z", handle="@kofi")
    ana = {"value": "UCAna_of_northwind"}
    reply_to(other, "I work there, let me look", "2026-11-20T11:59:40Z", "@ana", authorChannelId=ana)
    world.youtube.threads[CHANNEL] = [other, old]
    await world.poll(1, channel=CHANNEL)
    assert world.inbox.ids == ["youtube:c1.0", "youtube:c2", "youtube:c2.1"]
    reply = world.inbox.mentions["youtube:c1.0"]
    assert (reply.answered_id, reply.conversation_id) == ("youtube:c1", "youtube:c1")
    assert (reply.display_name, reply.text) == ("@northwind", "So sorry, please write to us")
    assert reply.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=c1.0"
    assert len({query.get("pageToken") for query in world.youtube.queries}) == 1


async def test_replies_are_looked_for_in_a_few_pages_of_old_comments_and_no_more(world: World) -> None:
    world.own = OWN
    old = [thread(f"c{number}", at="2026-11-19T09:00:00Z") for number in range(900)]
    reply_to(old[450], "So sorry", "2026-11-20T11:50:00Z")
    reply_to(old[550], "So sorry", "2026-11-20T11:50:00Z")
    world.youtube.threads[CHANNEL] = old
    await world.poll(5, channel=CHANNEL)
    assert world.inbox.ids == ["youtube:c450.0"]
    assert [query.get("pageToken") for query in world.youtube.queries[:6]] == [None, "100", "200", "300", "400", None]


async def test_with_many_places_each_poll_reads_one_page_of_each(world: World) -> None:
    world.own = OWN
    videos = tuple(f"{number:011}" for number in range(6))
    for video in videos:
        world.youtube.threads[video] = [thread(f"{video}c{number}", at="2026-11-19T09:00:00Z") for number in range(200)]
    await world.poll(6, videos=videos)
    assert [query.get("pageToken") for query in world.youtube.queries[:6]] == [None] * 6


async def test_replies_of_another_shape_are_left_out(world: World) -> None:
    world.own = OWN
    broken = thread("c1")
    broken["replies"] = {"comments": [3, {"id": "c1.0"}, {"id": "c1.1", "snippet": {"textOriginal": "x"}}]}
    world.youtube.threads[CHANNEL] = [broken, thread("c2") | {"replies": 7}]
    await world.poll(1, channel=CHANNEL)
    assert set(world.inbox.ids) == {"youtube:c1", "youtube:c2"}


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
