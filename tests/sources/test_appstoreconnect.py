import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.subject import Subject, SubjectKind
from bot.sources import appstoreconnect
from bot.sources.appstoreconnect import SOURCE, AppStoreConnectOptions, build_appstoreconnect_source
from bot.sources.base import SourceCheck, SourceContext
from tests.sources.fake_app_stores import (
    APP,
    ISSUER,
    KEY_ID,
    FakeAppStore,
    build_apple_reply,
    build_apple_review,
    serve_fake_app_store,
    write_private_key,
)
from tests.sources.fake_outlet import serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (
    Subject(name="Skylark", kind=SubjectKind.COMPETITOR, terms=("skylark",)),
    Subject(name="Northwind", terms=("northwind air",)),
)
MINUTE = timedelta(minutes=1)


class World(SimpleNamespace):
    store: FakeAppStore
    inbox: Inbox
    clock: InstantClock

    def build_context(self, secret: str = "") -> SourceContext:
        return SourceContext("appstoreconnect", self.clock, lambda: 0.5, SUBJECTS, secret or self.store.secret)

    def build_options(self, **options: Any) -> AppStoreConnectOptions:
        chosen = {"apps": (APP,), "key_id": KEY_ID, "issuer_id": ISSUER, "every": 60} | options
        return AppStoreConnectOptions.model_validate({"url": self.store.url, **chosen})

    async def poll(self, requests: int = 1, **options: Any) -> None:
        """Poll with a source that has just been started, until so many requests were answered and dealt with."""
        before = len(self.store.queries)
        source = build_appstoreconnect_source(self.build_options(**options), self.build_context())
        async with run_source(source, self.inbox):
            await wait_until(lambda: len(self.store.queries) > before + requests)

    async def check(self, secret: str = "", **options: Any) -> SourceCheck:
        return await SOURCE.check(self.build_options(**options), self.build_context(secret))

    def review(self, native: str, minutes: int = 1, **more: Any) -> dict[str, Any]:
        """Add one that was written so many minutes after noon."""
        written = build_apple_review(native, NOON + minutes * MINUTE, **more)
        self.store.reviews[APP].append(written)
        return written


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = InstantClock()
    async with serve_fake_app_store(clock.now) as store:
        yield World(store=store, inbox=Inbox(), clock=clock)


async def test_a_review_of_the_app_is_a_mention_with_stars_and_a_storefront(world: World) -> None:
    await world.poll()
    world.review("r1")
    await world.poll()
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.text) == ("appstoreconnect:r1", "Useless\n\nit never lets me check in")
    assert mention.rating is not None
    assert (mention.rating.value, mention.rating.best, mention.place) == (1, 5, "PRT")
    assert (mention.author.id, mention.author.name, mention.subjects) == ("r1", "wilma_q", ("Northwind",))
    assert mention.created_at == NOON + MINUTE
    assert mention.edited_at is None
    assert mention.url == "https://apps.apple.com/app/id1234567890"


async def test_our_own_reply_comes_with_its_review_once_apple_shows_it(world: World) -> None:
    world.review("r0", -5)
    world.store.replies["r0"] = build_apple_reply("a0", NOON - MINUTE, "Thank you")
    await world.poll()
    world.review("r1")
    world.store.replies["r1"] = build_apple_reply("a1", NOON + 3 * MINUTE, "We are sorry", "PENDING_PUBLISH")
    await world.poll()
    assert world.inbox.ids == ["appstoreconnect:r1"]
    world.store.replies["r1"]["attributes"]["state"] = "PUBLISHED"
    await world.poll()
    await world.poll()
    review, reply = world.inbox.published
    assert (reply.id, reply.answered_id) == ("appstoreconnect:r1/reply", review.id)
    assert (reply.author.id, reply.display_name, reply.text) == ("developer", "Northwind", "We are sorry")
    assert (reply.created_at, reply.url) == (NOON + 3 * MINUTE, review.url)
    assert world.store.queries[0]["include"] == "response"


async def test_replies_of_another_shape_are_left_out(world: World) -> None:
    await world.poll()
    broken = {"data": [build_apple_review("r1", NOON + MINUTE) | {"relationships": {"response": {"data": 3}}}]}
    world.store.answers = [web.json_response(broken | {"included": [7, {"id": "", "attributes": []}]})]
    await world.poll()
    assert world.inbox.ids == ["appstoreconnect:r1"]


async def test_what_was_written_before_the_first_start_is_not_posted_then_or_later(world: World) -> None:
    for number in range(250):
        world.review(f"old{number}", -1 - number)
    await world.poll()
    world.store.reviews[APP].pop(0)  # one is deleted, and an older one moves up to the first page
    world.review("new")
    await world.poll(2)
    assert len(world.inbox.imported) == 200
    assert world.inbox.ids == ["appstoreconnect:new"]


async def test_an_app_that_is_added_to_the_playbook_later_posts_nothing_old(world: World) -> None:
    await world.poll()
    world.store.reviews["9876543210"] = [build_apple_review("x1", NOON + MINUTE)]
    world.clock.time += 5 * MINUTE
    apps = (APP, "9876543210")
    await world.poll(2, apps=apps)
    assert world.inbox.ids == []
    world.store.reviews["9876543210"].append(build_apple_review("x2", world.clock.now() + MINUTE))
    await world.poll(3, apps=apps)
    assert world.inbox.ids == ["appstoreconnect:x2"]


@pytest.mark.parametrize("dated", [True, False])
async def test_a_later_wording_is_an_edit_whether_the_store_changes_its_date_or_not(
    world: World,
    dated: bool,  # noqa: FBT001
) -> None:
    await world.poll()
    said = world.review("r1")["attributes"]
    await world.poll()
    world.clock.time += 60 * MINUTE
    at = NOON + 50 * MINUTE
    said |= {"body": "they repaired it", "rating": 5} | ({"createdDate": at.isoformat()} if dated else {})
    await world.poll()
    first, edit = world.inbox.published
    assert (edit.id, edit.created_at) == (first.id, first.created_at)
    assert "repaired" in edit.text
    assert edit.edited_at is not None
    assert edit.edited_at == at if dated else edit.edited_at > at
    assert edit.version > first.version


async def test_a_review_that_appears_a_day_after_it_was_written_is_posted(world: World) -> None:
    await world.poll()
    world.clock.time += 3 * 1440 * MINUTE
    await world.poll()
    world.review("late", 1440)
    await world.poll()
    assert world.inbox.ids == ["appstoreconnect:late"]


async def test_a_poll_that_brings_nothing_new_is_a_single_request(world: World) -> None:
    for number in range(450):
        world.review(f"old{number}", -1 - number)
    await world.poll(3)
    assert [query for query in world.store.queries if "cursor" in query] == []


async def test_after_a_night_away_all_pages_are_read_back_to_what_is_known(world: World) -> None:
    world.review("old", -1)
    await world.poll()
    world.clock.time += 600 * MINUTE
    for number in range(450):
        world.review(f"r{number}", 1 + number)
    await world.poll(3)
    assert world.inbox.ids == [f"appstoreconnect:r{number}" for number in range(450)]


async def test_a_restart_in_the_middle_of_the_pages_loses_nothing_and_posts_nothing_twice(world: World) -> None:
    await world.poll()
    for number in range(450):
        world.review(f"r{number}", 1 + number)
    source = build_appstoreconnect_source(world.build_options(), world.build_context())
    before = len(world.store.queries)
    async with run_source(source, world.inbox):
        await wait_until(lambda: len(world.store.queries) == before + 2)
    assert world.inbox.ids == []
    await world.poll(3)
    assert len(world.inbox.ids) == 450
    assert len(world.inbox.published) == 450


async def test_the_token_lives_for_less_than_20_minutes_and_each_request_has_a_new_one(world: World) -> None:
    await world.poll()
    assert world.store.claims["exp"] - world.store.claims["iat"] <= 20 * 60
    world.clock.time += 60 * MINUTE
    world.review("r1")
    await world.poll()
    assert world.inbox.ids == ["appstoreconnect:r1"]


async def test_a_key_of_a_single_person_needs_no_issuer(world: World) -> None:
    await world.poll(issuer_id="")
    assert world.store.claims["sub"] == "user"
    assert world.inbox.cursor is not None


async def test_the_requests_that_are_left_are_reported(world: World) -> None:
    await world.poll()
    assert (world.inbox.quotas[0].left, world.inbox.quotas[0].of) == (3499, 3500)


async def test_a_failure_with_a_page_of_html_and_too_many_requests_lose_nothing(world: World) -> None:
    await world.poll()
    world.review("r1")
    page = "<html><h1>Something is wrong</h1></html>"
    world.store.answers = [
        web.Response(status=status, text=page, content_type="text/html") for status in (500, 429, 200, 503)
    ]
    await world.poll(5)
    assert world.inbox.ids == ["appstoreconnect:r1"]
    assert not any("html" in sentence for sentence in world.inbox.statuses)


async def test_a_key_that_is_refused_is_said_once_to_the_operators(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good, world.store.key = world.store.secret, ec.generate_private_key(ec.SECP256R1())
    source = build_appstoreconnect_source(world.build_options(), world.build_context(good))
    async with run_source(source, world.inbox):
        await wait_until(lambda: len(world.store.queries) > 4)
    assert world.inbox.reported == [("source", "The outlet of appstoreconnect refuses us (401)")]
    said = [*world.inbox.statuses, caplog.text, repr(source), repr(world.build_context(good)), repr(vars(source))]
    secrets = [line for line in good.splitlines() if "-----" not in line]
    assert not any(secret in words for words in said for secret in secrets)
    assert "Bearer" not in caplog.text


async def test_the_key_is_in_no_object_that_could_be_printed(world: World) -> None:
    api = appstoreconnect.AppStoreConnectApi(world.build_options(), world.build_context())
    assert "PRIVATE" not in repr(vars(api))


async def test_one_app_that_does_not_exist_does_not_stop_the_others(world: World) -> None:
    apps = ("9876543210", APP)
    await world.poll(2, apps=apps)
    world.review("r1")
    await world.poll(2, apps=apps)
    assert world.inbox.ids == ["appstoreconnect:r1"]
    assert "For the app 9876543210 the outlet is not found (404)." in world.inbox.statuses


async def test_a_review_that_cannot_be_read_is_skipped_with_a_sentence(world: World) -> None:
    await world.poll()
    world.review("r1")
    broken = [{"id": "b1", "attributes": None}, {"attributes": {"rating": 9}}, 7]
    body = {"data": [*broken, *world.store.reviews[APP]], "links": {"next": "https://[/"}}
    world.store.answers = [web.json_response(body)]
    await world.poll()
    assert world.inbox.ids == ["appstoreconnect:r1"]
    assert any("skipped" in sentence for sentence in world.inbox.statuses)


async def test_the_token_is_never_sent_to_an_address_that_an_answer_names(world: World) -> None:
    async with serve_fake_outlet() as elsewhere:
        await world.poll()
        for number in range(3):
            world.review(f"r{number}")
        link = f"{elsewhere.url}/v1/apps/{APP}/customerReviews?cursor=MQ=="
        world.store.answers = [web.json_response({"data": world.store.reviews[APP], "links": {"next": link}})]
        await world.poll(2)
        assert elsewhere.requests == []
        assert world.store.queries[-2]["cursor"] == "MQ=="


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("not a key", "has a private key that cannot sign with ES256"),
        (write_private_key(ec.generate_private_key(ec.SECP384R1())), "cannot sign with ES256"),
        (write_private_key(ec.generate_private_key(ec.SECP256R1())), "the outlet refuses us (401)"),
    ],
)
async def test_the_check_says_what_is_wrong_with_the_key(world: World, secret: str, sentence: str) -> None:
    [(_, said)] = (await world.check(secret)).faults
    assert sentence in said
    assert secret not in said


async def test_the_check_is_content_with_a_key_that_works(world: World) -> None:
    assert await world.check() == SourceCheck()
    assert await world.check(world.store.secret.replace("\n", "\\n")) == SourceCheck()  # as in a file of variables


async def test_without_a_key_it_is_said_where_it_belongs(world: World) -> None:
    context = SourceContext("appstoreconnect", world.clock, lambda: 0.5)
    [(_, said)] = (await SOURCE.check(world.build_options(), context)).faults
    assert "EARSHOT_SOURCE_APPSTORECONNECT_SECRET_FILE is not set" in said
