"""Where mentions come from: a forum's webhook over real HTTP, and X, which hangs up and comes back."""

import hashlib
import hmac
import json

import aiohttp
import pytest

from bot.sources.webhook import BODY_LIMIT, WebhookOptions, WebhookSource, derive_challenge_token
from bot.sources.x import XSource
from bot.sources.x_options import XOptions
from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.test_hostile import HOSTILE
from tests.scenarios.webhook_client import FORGED, build_forum_source, build_post, send_delivery
from tests.scenarios.world import World
from tests.sources.fake_x import TOKEN, Refusal, serve_fake_x


async def test_what_a_forum_sends_is_on_a_card_at_once(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    assert await send_delivery(world, build_post(world, LOST)) == (202, {"accepted": 1, "new": 1})
    assert "@rui · Forum" in world.channel("#care").card("@rui").words


async def test_what_is_forged_is_turned_away_and_nobody_is_told(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    assert await send_delivery(world, build_post(world, LOST), secret=FORGED) == (
        401,
        {"error": "webhook-signature does not match"},
    )
    assert (await world.reconcile()).seen == 0
    assert not world.channel("#care").messages


async def test_what_is_sent_again_is_taken_and_makes_no_second_card(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    await send_delivery(world, build_post(world, LOST))
    await world.advance(minutes=1)
    assert await send_delivery(world, build_post(world, LOST)) == (202, {"accepted": 1, "new": 0})
    assert len(world.channel("#care").cards) == 1


async def test_what_is_too_large_is_refused_regardless_of_the_sender(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    assert await send_delivery(world, build_post(world, "x" * BODY_LIMIT)) == (
        413,
        {"error": "the body is larger than 1 MB"},
    )


async def test_a_hook_that_the_playbook_does_not_name_is_not_there(world: World) -> None:
    assert await send_delivery(world, build_post(world, LOST)) == (
        404,
        {"error": "there is no hook of that name in the playbook"},
    )


async def test_an_issue_that_github_sends_is_on_a_card_at_once_and_meta_is_answered(world: World) -> None:
    github = WebhookOptions.model_validate(
        {
            "scheme": "hmac", "header": "X-Hub-Signature-256", "prefix": "sha256=", "hub_challenge": True,
            "fields": {"id": "issue.id", "text": "issue.title", "author": "issue.user.login"},
        }
    )  # fmt: skip
    key = "0123456789abcdef"
    await world.start_sources(WebhookSource(github, "github", key, world.clock))
    body = json.dumps({"issue": {"id": 17, "title": LOST, "user": {"login": "rui"}}}).encode()
    signature = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
    asked = {"hub.mode": "subscribe", "hub.verify_token": derive_challenge_token(key), "hub.challenge": "1158"}
    url = f"{world.local_app.url}/hooks/github"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params=asked) as answer:
            assert (answer.status, await answer.text()) == (200, "1158")
        async with session.get(url, params=asked | {"hub.verify_token": "a guess"}) as answer:
            assert answer.status == 404
        async with session.post(url, data=body, headers={"X-Hub-Signature-256": signature}) as answer:
            assert answer.status == 202
    world.published_texts.append(LOST)
    await world.run_until_idle()
    assert "@rui · GitHub" in world.channel("#care").card("@rui").words


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_post_through_the_webhook_is_a_card_like_any_other(world: World, text: str) -> None:
    await world.start_sources(build_forum_source(world.clock))
    status, _ = await send_delivery(world, build_post(world, text))
    assert status == 202
    card = world.channel("#care").card("@rui")
    assert world.sandbox.workspace.pings == []
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


JUNK = b'{"data": {"id": "1", "te\r\n'


async def test_x_sends_junk_hangs_up_and_refuses_and_what_was_posted_meanwhile_is_received(world: World) -> None:
    async with serve_fake_x(world.clock) as (x, url):
        x.streams.extend([[JUNK, x.line(x.post(LOST, conversation_id="1")), JUNK], Refusal(503)])
        await world.start_sources(
            XSource(XOptions(), world.playbook.current.subjects, TOKEN, world.clock, lambda: 1.0, url)
        )
        await world.wait_for_mentions(1)
        await x.publish_post(LATE, conversation_id="2")
        await world.wait_for_mentions(2)
        await world.stop_sources()
    await world.advance(seconds=10)
    assert LOST in world.channel("#care").cards[0].words
    assert LATE in world.channel("#care").cards[1].words
    assert "source failing" in world.log.events()
