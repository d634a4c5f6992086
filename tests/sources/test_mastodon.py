import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from mastodon import Mastodon, StreamListener

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.mastodon import MOST_REQUESTS, SOURCE, MastodonOptions, build_mastodon_source, list_hashtags
from tests.sources.fake_mastodon import TOKEN, FakeMastodon, build_account, build_status, serve_fake_mastodon
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Nimbus", terms=("nimbus",)),)
NOW = int(NOON.timestamp())
CURSOR = json.dumps({"nimbus": {"begin": "100", "newest": "100", "at": NOW}})


class World(SimpleNamespace):
    fake: FakeMastodon
    inbox: Inbox
    clock: InstantClock

    def build_options(self, **options: Any) -> MastodonOptions:
        return MastodonOptions.model_validate({"url": f"{self.fake.url}/", "every": 60, **options})

    def build_context(self, secret: str = "") -> SourceContext:
        return SourceContext("social", self.clock, lambda: 0.5, SUBJECTS, secret)

    async def poll(self, requests: int = 1, secret: str = "", **options: Any) -> None:
        """Run until so many requests were answered, and what they brought is published."""
        wanted = len(self.fake.requests) + requests + 1
        source = build_mastodon_source(self.build_options(**options), self.build_context(secret))
        async with run_source(source, self.inbox):
            await wait_until(lambda: len(self.fake.requests) >= wanted)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_mastodon() as fake:
        yield World(fake=fake, inbox=Inbox(CURSOR), clock=InstantClock())


class Recorder(StreamListener):
    """What the client of Mastodon makes of our events."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def on_update(self, status: Any) -> None:
        self.seen.append(("update", status.content))

    def on_status_update(self, status: Any) -> None:
        self.seen.append(("edit", status.content))

    def on_delete(self, status_id: Any) -> None:
        self.seen.append(("delete", str(status_id)))

    def handle_heartbeat(self) -> None:
        self.seen.append(("alive", ""))


async def test_the_client_of_mastodon_reads_the_fake_as_it_reads_an_instance(world: World) -> None:
    world.fake.statuses = [build_status(number) for number in range(1, 6)]
    client = await asyncio.to_thread(Mastodon, api_base_url=world.fake.url, access_token=TOKEN)

    page = await asyncio.to_thread(client.timeline_hashtag, "nimbus", min_id=2, limit=2)
    assert page is not None
    assert [str(status.id) for status in page] == ["4", "3"]
    newer = await asyncio.to_thread(client.fetch_previous, page)
    assert newer is not None
    assert [str(status.id) for status in newer] == ["5"]
    assert client.ratelimit_remaining < 300

    recorder = Recorder()
    handle = await asyncio.to_thread(client.stream_hashtag, "nimbus", recorder, run_async=True)
    await wait_until(lambda: bool(world.fake.streams))
    status = build_status(6)
    world.fake.post(status)
    world.fake.edit(status, "Found with #Nimbus", NOON)
    world.fake.delete(status)
    world.fake.send_bytes(b":thump\n")
    await wait_until(lambda: len(recorder.seen) >= 5)
    assert recorder.seen == [
        ("alive", ""),
        ("update", "<p>Lost my bag with #Nimbus</p>"),
        ("edit", "<p>Found with #Nimbus</p>"),
        ("delete", "6"),
        ("alive", ""),
    ]
    handle.closed = True  # its close() waits for what it reads
    world.fake.send_bytes(None)
    await asyncio.to_thread(handle.join)


async def test_a_status_with_a_hashtag_is_a_mention(world: World) -> None:
    picture = {"type": "image", "url": "https://near.example/a.png", "description": "A torn bag"}
    link = '<a href="https://n.example/x"><span class="invisible">https://</span><span>n.example/x</span></a>'
    world.fake.statuses = [
        build_status(
            101,
            spoiler_text="Travel",
            content=f"<p>#Nimbus lost<br>my bag {link}</p>",
            media_attachments=[picture],
            in_reply_to_id="90",
            account=build_account(bot=True, acct="marta"),
        )
    ]
    await world.poll(2)
    [mention] = world.inbox.mentions.values()
    assert mention.id == "social:101"
    assert mention.text == "Travel\n\n#Nimbus lost\nmy bag https://n.example/x"
    assert (mention.conversation, mention.in_reply_to, mention.lang) == ("90", "90", "en")
    assert mention.url == "https://far.example/@marta/5101"
    assert (mention.author.handle, mention.author.followers, mention.author.bot) == ("marta@127.0.0.1", 120, True)
    assert mention.place == "127.0.0.1"
    assert [(one.kind, one.alt) for one in mention.media] == [("image", "A torn bag")]
    assert mention.engagement is not None
    assert (mention.engagement.likes, mention.engagement.replies, mention.engagement.shares) == (3, 1, 2)


async def test_what_was_there_at_the_first_start_is_not_posted_and_what_comes_then_is(world: World) -> None:
    world.inbox = Inbox()
    world.fake.statuses = [build_status(7)]
    await world.poll(1)
    assert world.inbox.imported == ["social:7"]
    world.fake.statuses.append(build_status(8))
    await world.poll(2)
    assert world.inbox.ids == ["social:8"]


async def test_a_night_is_read_forward_page_by_page_with_nothing_lost_or_twice(world: World) -> None:
    world.fake.statuses = [build_status(number) for number in range(1, 1_000)]
    world.fake.remaining = 10_000
    await world.poll(899 // 40 + 2)
    assert world.inbox.ids == [f"social:{number}" for number in range(101, 1_000)]


async def test_a_flood_is_read_in_parts_and_the_cursor_moves_with_each(world: World) -> None:
    world.fake.remaining = 10_000
    world.fake.statuses = [build_status(number) for number in range(101, 101 + 40 * MOST_REQUESTS + 30)]
    await world.poll(MOST_REQUESTS + 3)
    assert len(world.inbox.mentions) == len(world.fake.statuses)
    assert world.clock.slept[0] == 0.0


async def test_a_post_of_another_instance_that_comes_late_is_found_behind_newer_ones(world: World) -> None:
    world.fake.statuses = [build_status(120)]
    await world.poll(2)
    world.fake.statuses.append(build_status(110))
    await world.poll(2)
    assert world.inbox.ids == ["social:120", "social:110"]


async def test_the_position_follows_so_that_little_is_read_again(world: World) -> None:
    world.fake.statuses = [build_status(120)]
    await world.poll(60)
    assert '"begin":"120"' in (world.inbox.cursor or "")


async def test_a_new_hashtag_begins_with_what_is_posted_from_now_on(world: World) -> None:
    world.fake.statuses = [build_status(200, "#other Nimbus"), build_status(50)]
    await world.poll(1, hashtags=("#Nimbus", "other"))
    world.fake.statuses.append(build_status(201, "#other Nimbus"))
    await world.poll(2, hashtags=("#Nimbus", "other"))
    assert world.inbox.ids == ["social:201"]
    assert ("any[]", "other") in world.fake.requests[-1][1]


async def test_a_post_with_the_hashtag_that_names_no_subject_is_not_taken(world: World) -> None:
    world.fake.statuses = [build_status(200, "#travel is fun"), build_status(201, "#travel with Nimbus")]
    world.inbox = Inbox(json.dumps({"travel": {"begin": "1", "newest": "1", "at": NOW}}))
    await world.poll(2, hashtags=("travel",))
    assert world.inbox.ids == ["social:201"]


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"reblog": {"id": "3"}},
        {"account": build_account(noindex=True)},
        {"account": build_account(discoverable=False)},
        {"account": build_account(note='<p>Hi <a href="/tags/nobot">#<span>NoBot</span></a></p>')},
    ],
)
async def test_posts_that_are_not_public_and_those_of_people_who_opt_out_are_left_alone(
    world: World, fields: dict[str, Any]
) -> None:
    world.fake.statuses = [build_status(101, **fields), build_status(102)]
    await world.poll(2)
    assert world.inbox.ids == ["social:102"]


async def test_an_instance_that_shows_hashtags_only_to_members_is_said(world: World) -> None:
    world.fake.hashtag_feeds = {"local": "authenticated", "remote": "authenticated"}
    result = await SOURCE.check(world.build_options(), world.build_context())
    assert result.faults == (("", "the outlet shows its hashtags only with a token, or to nobody"),)
    assert not (await SOURCE.check(world.build_options(), world.build_context(TOKEN))).faults


async def test_hashtags_that_are_switched_off_are_said(world: World) -> None:
    world.fake.hashtag_feeds = {"local": "disabled", "remote": "disabled"}
    result = await SOURCE.check(world.build_options(), world.build_context(TOKEN))
    assert result.faults == (("", "the outlet has its hashtags switched off"),)


async def test_an_instance_that_shows_only_its_own_posts_is_read_and_said(world: World) -> None:
    world.fake.hashtag_feeds = {"local": "public", "remote": "authenticated"}
    result = await SOURCE.check(world.build_options(), world.build_context())
    assert result.notes == ("The instance does not show hashtags in posts of other instances to us.",)
    assert ("local", "true") in world.fake.requests[-1][1]


async def test_a_live_feed_that_is_switched_off_is_said(world: World) -> None:
    world.fake.live_feeds = {"local": "disabled", "remote": "disabled"}
    result = await SOURCE.check(world.build_options(public=True), world.build_context(TOKEN))
    assert result.notes == ("The instance has its live feed of all posts switched off, so only hashtags are read.",)


async def test_all_public_posts_need_a_token(world: World) -> None:
    result = await SOURCE.check(world.build_options(public=True), world.build_context())
    assert [place for place, _ in result.faults] == ["public"]


async def test_the_limit_of_the_instance_is_kept(world: World) -> None:
    world.fake.remaining = 7
    world.fake.statuses = [build_status(number) for number in range(101, 300)]
    await world.poll(3)
    assert world.clock.slept[0] == 15 * 60
    assert len(world.inbox.mentions) >= 80


async def test_a_token_that_is_refused_is_reported_once(world: World) -> None:
    await world.poll(6, secret="another")
    assert world.inbox.reported == [("source", "The outlet of social refuses us (401)")]


async def test_statuses_that_cannot_be_read_hold_up_nothing(world: World) -> None:
    tags = [{"name": "nimbus"}]
    broken: list[dict[str, Any]] = [
        build_status(101, created_at=None),
        {"id": "102", "tags": tags, "visibility": "public"},
        build_status(103, account=None, media_attachments="x", language=5),
        build_status(104, created_at=(NOON + timedelta(days=900)).isoformat()),
    ]
    world.fake.statuses = [*broken, build_status(105)]
    await world.poll(2)
    assert world.inbox.ids == ["social:103", "social:105", "social:104"]
    assert world.inbox.statuses[0].startswith("A post was skipped:")


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"nimbus":1}', '{"nimbus":{"begin":1}}'])
async def test_a_cursor_that_cannot_be_read_begins_now(world: World, cursor: str) -> None:
    world.fake.statuses = [build_status(101)]
    world.inbox = Inbox(cursor)
    await world.poll(2)
    assert world.inbox.ids == []
    assert '"begin":"101"' in (world.inbox.cursor or "")


def test_hashtags_are_those_of_the_playbook_else_of_the_subjects() -> None:
    plain = Subject(name="Northwind", terms=("northwind air", "nwind-go", "42"))
    tagged = Subject(name="Northwind", terms=("northwind air", "#FlyNorthwind"))
    options = MastodonOptions(url="https://near.example")
    assert list_hashtags(options, (plain,)) == ["northwindair", "nwindgo"]
    assert list_hashtags(options, (plain, tagged)) == ["flynorthwind"]
    assert list_hashtags(options.model_copy(update={"hashtags": ("#One", "one")}), (plain,)) == ["one"]
