"""The page's door and what goes through it; what it looks like is tried in a browser."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.test_interactions import CARD, on_click
from tests.slack_sandbox.test_modals import HOW, MODAL, on_submit, open_modal

OURS = {"X-Sandbox-Page": "1"}


@pytest.fixture
async def browser(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(world.sandbox.url) as session:
        yield session


async def fetch_json(browser: aiohttp.ClientSession, path: str, **query: str) -> Any:
    async with browser.get(path, params=query) as response:
        assert response.status == 200
        return await response.json()


async def act(browser: aiohttp.ClientSession, **body: Any) -> Any:
    async with browser.post("/page/act", json={"as": "ana"} | body, headers=OURS) as response:
        assert response.status == 200
        return await response.json()


async def events(browser: aiohttp.ClientSession, after: str, **headers: str) -> Any:
    """The first that comes: its number and what it says."""
    async with browser.get("/page/events", params={"as": "ana", "after": after}, headers=headers) as response:
        first = (await response.content.readline()).decode().strip()
        return first, json.loads((await response.content.readline()).decode().removeprefix("data: "))


async def test_the_page_loads_nothing_but_its_own(world: World, browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Host": "evil.example:8700"}),
        ("/page/state", {"Origin": "https://evil.example"}),
        ("/page/state", {"Sec-Fetch-Site": "cross-site"}),
        ("/page/static/main.js", {"Host": "evil.example"}),
    ],
)
async def test_a_page_from_elsewhere_reads_nothing(
    browser: aiohttp.ClientSession, path: str, headers: dict[str, str]
) -> None:
    async with browser.get(path, headers=headers) as response:
        assert response.status == 403


async def test_an_act_without_the_pages_own_header_is_refused(world: World, browser: aiohttp.ClientSession) -> None:
    async with browser.post("/page/act", json={"as": "ana", "act": "says", "channel": "C0CARE", "text": "x"}) as no:
        assert no.status == 403
    assert not world.workspace.find_channel("care").messages


async def test_a_click_on_the_page_is_a_signed_request(world: World, browser: aiohttp.ClientSession) -> None:
    on_click(world, [{"text": "taken", "replace_original": True}])
    message = await world.post(blocks=CARD)
    place = {"channel": message.channel, "ts": message.ts}

    outcome = await act(browser, act="click", **place, what="claim", block="doors", value="case-1")
    await world.sandbox.wait_until(lambda: message.edited)

    assert outcome["ok"]
    assert world.requests[-1].headers["X-Slack-Signature"].startswith("v0=")
    assert message.read_text() == "taken"


async def test_what_is_not_there_any_more_is_a_sentence(world: World, browser: aiohttp.ClientSession) -> None:
    message = await world.post(text="no buttons")
    outcome = await act(browser, act="click", channel="C0CARE", ts=message.ts, what="claim", block="doors")

    assert not outcome["ok"]
    assert "gone" in outcome["refused"]


async def test_a_button_seen_before_the_message_was_redrawn_can_still_be_pressed(
    world: World, browser: aiohttp.ClientSession
) -> None:
    on_click(world, [{"text": "taken", "replace_original": True}])
    unnamed = [{key: value for key, value in block.items() if key != "block_id"} for block in CARD]
    message = await world.post(blocks=unnamed)
    seen_then = message.blocks[-1]["block_id"]
    await world.client.chat_update(channel=message.channel, ts=message.ts, text="again", blocks=unnamed)
    assert message.blocks[-1]["block_id"] != seen_then

    place = {"channel": message.channel, "ts": message.ts}
    outcome = await act(browser, act="click", **place, what="claim", block=seen_then, value="case-1")

    assert outcome["ok"]


async def test_a_channel_one_is_not_in_is_nowhere_on_the_page(world: World, browser: aiohttp.ClientSession) -> None:
    told = await fetch_json(browser, "/page/state", **{"as": "ana"})
    async with browser.get("/page/messages", params={"as": "ana", "channel": "C0SECRET"}) as response:
        assert response.status == 404
    assert "C0SECRET" not in json.dumps(told)
    assert "refused" in await act(browser, act="says", channel="C0SECRET", text="let me in")


async def test_what_is_typed_is_no_markup_but_names_are_people(world: World, browser: aiohttp.ClientSession) -> None:
    await act(browser, act="says", channel="C0CARE", text="<!channel> @raj & co")

    [message] = world.workspace.find_channel("care").messages
    assert message.text == "&lt;!channel&gt; <@U0RAJ|raj> &amp; co"
    assert [ping.target for ping in world.workspace.pings] == ["U0RAJ"]


async def test_messages_come_in_pages_both_ways(world: World, browser: aiohttp.ClientSession) -> None:
    for number in range(90):
        await act(browser, act="says", channel="C0CARE", text=str(number))

    last = await fetch_json(browser, "/page/messages", **{"as": "ana"}, channel="C0CARE")
    first = last["messages"][0]
    before = await fetch_json(browser, "/page/messages", **{"as": "ana"}, channel="C0CARE", before=first["ts"])
    after = await fetch_json(
        browser, "/page/messages", **{"as": "ana"}, channel="C0CARE", after=before["messages"][-1]["ts"]
    )

    assert [one["text"] for one in last["messages"]] == [str(number) for number in range(50, 90)]
    assert last["more"]
    assert before["messages"][-1]["text"] == "49"
    assert after["messages"] == last["messages"]
    assert not after["more"]


async def test_a_browser_that_was_away_is_told_what_it_missed_once(
    world: World, browser: aiohttp.ClientSession
) -> None:
    at = (await fetch_json(browser, "/page/state", **{"as": "ana"}))["at"]
    message = await world.post(text="one")
    for words in ("two", "three"):
        await world.client.chat_update(channel=message.channel, ts=message.ts, text=words)

    number, told = await events(browser, at)
    _, later = await events(browser, at, **{"Last-Event-ID": number.removeprefix("id: ")})

    assert [one["text"] for one in told["messages"]] == ["three"]
    assert "messages" not in later


async def test_after_a_restart_of_the_sandbox_the_page_reads_all_again(browser: aiohttp.ClientSession) -> None:
    first, _ = await events(browser, "another-run-7")

    assert first == "event: restart"


async def test_what_only_raj_sees_is_not_told_to_ana(world: World, browser: aiohttp.ClientSession) -> None:
    at = (await fetch_json(browser, "/page/state", **{"as": "ana"}))["at"]
    await world.client.chat_postEphemeral(channel="C0CARE", user="U0RAJ", text="psst")

    _, told = await events(browser, at)

    assert "psst" not in json.dumps(told)


async def test_a_submitted_form_has_the_last_letters_and_the_app_is_told_of_them_once(
    world: World, browser: aiohttp.ClientSession
) -> None:
    heard = on_submit(world)
    await open_modal(world, MODAL | {"blocks": [HOW | {"dispatch_action": True}]})
    assert world.ana.modal is not None
    before = len(world.requests)

    outcome = await act(browser, act="submit", view=world.ana.modal.id, values={"how": "Refunded", "gone": "x"})

    assert outcome["ok"]
    assert heard[0]["how"]["text"]["value"] == "Refunded"
    assert len(world.requests) == before + 1
