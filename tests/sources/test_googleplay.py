import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.clock import SystemClock
from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext
from bot.sources.googleplay import SCOPE, SOURCE, GooglePlayOptions, build_googleplay_source
from tests.sources.fake_app_stores import (
    EMAIL,
    PACKAGE,
    FakeGooglePlay,
    build_google_review,
    serve_fake_google_play,
    write_private_key,
)
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind air",)),)
MINUTE = timedelta(minutes=1)
OTHER = "com.northwind.crew"


class World(SimpleNamespace):
    play: FakeGooglePlay
    inbox: Inbox
    clock: InstantClock

    def build_context(self, secret: str = "") -> SourceContext:
        return SourceContext("googleplay", self.clock, lambda: 0.5, SUBJECTS, secret or self.play.secret)

    def build_options(self, **options: Any) -> GooglePlayOptions:
        return GooglePlayOptions.model_validate({"apps": (PACKAGE,), "every": 60, "url": self.play.url} | options)

    async def poll(self, requests: int = 1, **options: Any) -> None:
        """Poll with a source that has just been started, until so many requests were answered and dealt with."""
        before = len(self.play.queries)
        async with run_source(build_googleplay_source(self.build_options(**options), self.build_context()), self.inbox):
            await wait_until(lambda: len(self.play.queries) > before + requests)

    async def check(self, secret: str = "", **options: Any) -> SourceCheck:
        return await SOURCE.check(self.build_options(**options), self.build_context(secret))

    def review(self, native: str, minutes: int = 1, **more: Any) -> dict[str, Any]:
        """Add one that was written so many minutes after noon; return what its author says."""
        written = build_google_review(native, NOON + minutes * MINUTE, **more)
        self.play.reviews[PACKAGE].append(written)
        said: dict[str, Any] = written["comments"][0]["userComment"]
        return said


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = InstantClock()
    async with serve_fake_google_play(clock.now) as play:
        yield World(play=play, inbox=Inbox(), clock=clock)


async def test_a_review_of_the_app_is_a_mention_with_stars(world: World) -> None:
    await world.poll()
    world.review("r1", text="Useless\tit never lets me check in")
    await world.poll()
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.text) == ("googleplay:r1", "Useless\n\nit never lets me check in")
    assert mention.rating is not None
    assert (mention.rating.value, mention.rating.best, mention.place) == (1, 5, PACKAGE)
    assert (mention.author.id, mention.author.name, mention.subjects) == ("r1", "Wilma Q", ("Northwind",))
    assert (mention.created_at, mention.edited_at) == (NOON + MINUTE, None)
    assert mention.url == f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId=r1"


async def test_a_week_of_reviews_is_old_at_the_first_start(world: World) -> None:
    for number in range(150):
        world.review(f"old{number}", -1 - number)
    await world.poll()
    world.review("new")
    await world.poll(2)
    assert len(world.inbox.imported) == 100
    assert world.inbox.ids == ["googleplay:new"]


async def test_a_review_that_was_changed_is_an_edit_of_the_same_mention(world: World) -> None:
    await world.poll()
    said = world.review("r1")
    await world.poll()
    world.clock.time += 60 * MINUTE
    changed = NOON + 50 * MINUTE
    said |= {"text": "they repaired it", "starRating": 5, "lastModified": {"seconds": str(int(changed.timestamp()))}}
    await world.poll()
    first, edit = world.inbox.published
    assert (edit.id, edit.created_at, edit.edited_at) == (first.id, first.created_at, changed)
    assert edit.text == "they repaired it"
    assert edit.version > first.version


async def test_a_change_of_a_review_that_a_page_of_others_followed_is_an_edit_too(world: World) -> None:
    await world.poll()
    said = world.review("r1")
    await world.poll()
    for number in range(100):
        world.review(f"later{number}", 2)
    world.clock.time += 5 * MINUTE
    await world.poll(2)
    await world.poll()
    said |= {"text": "they repaired it", "lastModified": {"seconds": str(int(world.clock.now().timestamp()))}}
    await world.poll(2)
    edit = world.inbox.published[-1]
    assert (edit.id, edit.text, edit.created_at) == ("googleplay:r1", "they repaired it", NOON + MINUTE)
    assert edit.edited_at is not None


async def test_our_own_reply_comes_with_its_review_and_is_a_mention_by_the_developer(world: World) -> None:
    await world.poll()
    world.review("r1")
    await world.poll()
    requests = len(world.play.queries)
    said = {"text": "We are sorry", "lastModified": {"seconds": str(int((NOON + 3 * MINUTE).timestamp()))}}
    world.play.reviews[PACKAGE][0]["comments"].append({"developerComment": said})
    await world.poll()
    await world.poll()
    review, reply = world.inbox.published
    assert (reply.id, reply.answered_id, reply.conversation_id) == ("googleplay:r1/reply", review.id, review.id)
    assert (reply.author.id, reply.display_name, reply.text) == ("developer", "Northwind", "We are sorry")
    assert (reply.created_at, reply.url, reply.rating) == (NOON + 3 * MINUTE, review.url, None)
    assert len(world.play.queries) == requests + 4  # each time the page that is read anyway, and the next poll
    said |= {"text": "We are very sorry", "lastModified": {"seconds": str(int((NOON + 9 * MINUTE).timestamp()))}}
    await world.poll()
    edit = world.inbox.published[-1]
    assert (edit.id, edit.text, edit.edited_at) == (reply.id, "We are very sorry", NOON + 9 * MINUTE)


async def test_a_reply_is_read_also_where_google_gives_no_words_of_the_user(world: World) -> None:
    await world.poll()
    said = {"text": "We are sorry", "lastModified": {"seconds": str(int((NOON + MINUTE).timestamp()))}}
    only_ours = {"reviewId": "r2", "authorName": "", "comments": [{"developerComment": said}]}
    world.play.answers = [web.json_response({"reviews": [only_ours]})]
    await world.poll()
    assert world.inbox.ids == ["googleplay:r2/reply"]


async def test_pages_are_followed_by_their_tokens_back_to_what_is_known(world: World) -> None:
    world.review("old", -1)
    await world.poll()
    world.clock.time += 600 * MINUTE
    for number in range(250):
        world.review(f"r{number}", 1 + number)
    await world.poll(3)
    assert [query.get("token") for query in world.play.queries[2:5]] == [None, "100", "200"]
    assert world.inbox.ids == [f"googleplay:r{number}" for number in range(250)]


async def test_a_restart_in_the_middle_of_the_pages_loses_nothing_and_posts_nothing_twice(world: World) -> None:
    await world.poll()
    for number in range(250):
        world.review(f"r{number}", 1 + number)
    before = len(world.play.queries)
    async with run_source(build_googleplay_source(world.build_options(), world.build_context()), world.inbox):
        await wait_until(lambda: len(world.play.queries) == before + 2)
    assert world.inbox.ids == []
    await world.poll(3)
    assert len(world.inbox.ids) == len(world.inbox.published) == 250


async def test_several_apps_are_read_with_one_token(world: World) -> None:
    world.play.reviews[OTHER] = []
    await world.poll(2, apps=(PACKAGE, OTHER))
    world.play.reviews[OTHER].append(build_google_review("x1", world.clock.now() + MINUTE))
    world.play.tokens.clear()
    await world.poll(2, apps=(PACKAGE, OTHER))
    assert world.inbox.mentions["googleplay:x1"].place == OTHER
    assert len(world.play.tokens) == 1


async def test_an_access_token_is_used_until_shortly_before_it_ends(world: World) -> None:
    await world.poll(50)
    assert len(world.play.tokens) == 1
    await world.poll(100)
    assert len(world.play.tokens) == 3
    assert not any(sentence for _, sentence in world.inbox.reported)


async def test_an_access_token_that_was_revoked_is_replaced_at_once(world: World) -> None:
    async with run_source(build_googleplay_source(world.build_options(), world.build_context()), world.inbox):
        await wait_until(lambda: len(world.play.queries) > 2)
        world.play.tokens.update(dict.fromkeys(world.play.tokens, NOON))
        before = len(world.play.tokens)
        await wait_until(lambda: len(world.play.tokens) > before)
        after = len(world.play.queries)
        await wait_until(lambda: len(world.play.queries) > after + 2)
    assert not any(world.inbox.statuses)


async def test_failures_with_a_page_of_html_lose_nothing(world: World) -> None:
    await world.poll()
    world.review("r1")
    page = "<html><h1>Something is wrong</h1></html>"
    answers = [web.Response(status=status, text=page, content_type="text/html") for status in (500, 429, 200, 503)]
    world.play.answers, world.play.token_answers = answers[:3], answers[3:]
    await world.poll(4)
    assert world.inbox.ids == ["googleplay:r1"]
    assert not any("html" in sentence for sentence in world.inbox.statuses)


async def test_a_key_that_is_refused_is_said_once_and_nothing_of_it_is_printed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, world.play.key = world.play.secret, rsa.generate_private_key(65537, 2048)
    source = build_googleplay_source(world.build_options(), world.build_context(secret))
    async with run_source(source, world.inbox):
        await wait_until(lambda: len(world.inbox.statuses) > 3)
    sentence = (
        "The outlet of googleplay refuses the key of the service account, or the clock of this machine is wrong (400)"
    )
    assert world.inbox.reported == [("source", sentence)]
    outlet = vars(source)["_outlet"]
    printed = [vars(source), vars(outlet), vars(vars(outlet)["_api"]), world.build_context(secret), caplog.text]
    lines = [line for line in json.loads(secret)["private_key"].splitlines() if "-----" not in line]
    assert not any(line in f"{one} {world.inbox.statuses}" for line in lines for one in printed)


async def test_no_access_token_is_printed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source = build_googleplay_source(world.build_options(), world.build_context())
    async with run_source(source, world.inbox):
        await wait_until(lambda: len(world.play.queries) > 2)
    [token] = world.play.tokens
    assert token not in f"{vars(vars(vars(source)['_outlet'])['_api'])} {caplog.text} {world.inbox.statuses}"


async def test_an_account_without_the_right_is_told_to_operators_by_the_check(world: World) -> None:
    forbidden = web.json_response({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, status=403)
    world.play.answers = [forbidden]
    [(_, said)] = (await world.check()).faults
    assert said == "the outlet refuses us (403)"


async def test_a_redirect_of_the_token_is_not_followed(world: World) -> None:
    world.play.token_answers = [web.Response(status=307, headers={"Location": f"{world.play.url}/elsewhere"})]
    [(_, said)] = (await world.check()).faults
    assert said == "the outlet answers with an error (307)"


@pytest.mark.parametrize("body", ["[]", "{}", '{"access_token": 3, "expires_in": 3599}', "<html>"])
async def test_an_answer_without_a_token_is_a_sentence(world: World, body: str) -> None:
    world.play.token_answers = [web.Response(text=body)]
    [(_, said)] = (await world.check()).faults
    assert said.startswith("the outlet answers with")


async def test_a_review_of_another_shape_is_skipped_with_a_sentence(world: World) -> None:
    await world.poll()
    world.review("r1")
    broken = [{"reviewId": "b1", "comments": 3}, {"reviewId": "b2", "comments": [{"userComment": {"text": 3}}]}, 7]
    world.play.answers = [web.json_response({"reviews": [*broken, *world.play.reviews[PACKAGE]], "tokenPagination": 0})]
    await world.poll()
    assert world.inbox.ids == ["googleplay:r1"]
    assert any("skipped" in sentence for sentence in world.inbox.statuses)


@pytest.mark.parametrize("secret", ["{}", "a password", '{"client_email": "a@b.example", "private_key": 3}'])
async def test_the_check_says_that_the_file_is_another_one(world: World, secret: str) -> None:
    [(_, said)] = (await world.check(secret)).faults
    assert said == "has a secret that is not the JSON file of a service account"


async def test_the_check_says_that_the_key_is_of_another_kind_and_is_content_with_one_that_works(world: World) -> None:
    wrong = world.play.write_account(write_private_key(ec.generate_private_key(ec.SECP256R1())))
    [(_, said)] = (await world.check(wrong)).faults
    assert said == "has a private key that cannot sign with RS256"
    assert await world.check() == SourceCheck()
    [(_, said)] = (await SOURCE.check(world.build_options(), SourceContext("googleplay", world.clock, float))).faults
    assert "EARSHOT_SOURCE_GOOGLEPLAY_SECRET_FILE is not set" in said


async def test_googles_own_client_gets_a_token_and_the_reviews_from_the_same_fake() -> None:
    clock = SystemClock()  # the client has no other
    async with serve_fake_google_play(clock.now) as play:
        play.reviews[PACKAGE] = [build_google_review("r1", clock.now() - MINUTE)]
        account = json.loads(play.secret)
        google: Any = import_module("google.oauth2.service_account")
        credentials = google.Credentials.from_service_account_info(account, scopes=[SCOPE])
        session = import_module("google.auth.transport.requests").AuthorizedSession(credentials)
        url = f"{play.url}/androidpublisher/v3/applications/{PACKAGE}/reviews"
        answer = await asyncio.to_thread(session.get, url, {"maxResults": 100})
        assert answer.status_code == 200
        assert answer.json()["reviews"][0]["reviewId"] == "r1"
        assert credentials.service_account_email == EMAIL
