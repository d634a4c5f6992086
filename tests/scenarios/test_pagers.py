"""Four in the morning, with telephones: what rings when Slack does not, and who answers from where."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config.settings_loader import load_settings
from tests.clock import SteppedClock
from tests.pagers.fake_services import FakePagerServices, Fault
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.world import World, open_world

NIGHT = Path(__file__).with_name("night.toml")
REGULATOR = (
    "@northwindair the aviation authority has opened an investigation into your airline and will take legal action"
)


@pytest.fixture
async def night_world(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, services: FakePagerServices
) -> AsyncIterator[World]:
    settings = load_settings(services.settings())
    async with open_world(redis_url, brand, tmp_path, clock, NIGHT, settings) as made:
        await made.advance(hours=19)
        yield made
        await made.check_invariants()


async def browse(url: str, method: str = "GET") -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        return answer.status, re.sub(r"<[^>]+>", " ", (await answer.text()).partition("</style>")[2])


def link_in(words: str) -> str:
    found = re.search(r"https?://\S+/acknowledge/\S+", words)
    assert found, f"no link in {words!r}"
    return found[0]


async def test_the_first_does_not_answer_and_the_second_does_from_the_link_on_her_phone(
    night_world: World, services: FakePagerServices
) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    [push] = services.of("ntfy")
    assert push["title"] == "Safety crisis: people injured – Northwind Air on X (SEV1)"
    assert "for pr" in push["message"]
    await night_world.advance(minutes=10)
    [text] = services.of("text")
    assert text["To"] == "+351912345678"
    assert "smoke" not in text["Body"], "a stranger's words are not texted"
    assert "Safety crisis about Northwind Air on X" in text["Body"]
    status, words = await browse(link_in(text["Body"]))
    assert (status, "I've got it" in words) == (200, True)
    status, words = await browse(link_in(text["Body"]), "POST")
    assert (status, "ve got it" in words) == (200, True)
    before = len(services.requests)
    await night_world.advance(minutes=25)
    assert len([one for one in services.requests[before:] if one[0] != "pagerduty"]) == 0
    card = await night_world.channel("#pr").card("@marta").explain()
    assert "Acknowledged by @mia via link (12 min)" in card
    for rung in ("@ben via Slack, delivered", "@ben via ntfy, delivered", "@mia via phone call, delivered"):
        assert rung in card


async def test_slack_is_down_and_ntfy_rings_at_once(night_world: World, services: FakePagerServices) -> None:
    night_world.sandbox.faults.down = True
    await night_world.receive(CRISIS)
    [push] = services.of("ntfy")
    await browse(push["click"], "POST")
    night_world.sandbox.faults.down = False
    await night_world.advance(minutes=4)
    card = await night_world.channel("#pr").card("@marta").explain()
    assert "@ben via Slack, no response from the service: Slack does not answer" in card or "Slack is down" in card
    assert "Acknowledged by @ben via link" in card


async def test_a_single_post_about_a_regulator_pages(night_world: World, services: FakePagerServices) -> None:
    await night_world.receive(REGULATOR)
    await night_world.advance(minutes=3)
    assert services.of("ntfy")
    assert night_world.person("ben").dms


@pytest.mark.parametrize(
    "words", ["@northwindair oh great, delayed again, just what I needed, thanks a bunch", "hm @northwindair"]
)
async def test_sarcasm_and_what_is_unsure_page_nobody(
    night_world: World, services: FakePagerServices, words: str
) -> None:
    await night_world.receive(words)
    await night_world.advance(minutes=10)
    assert not services.asked
    assert not night_world.person("ben").dms


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.DOWN, Fault.NONSENSE, Fault.BUSY, Fault.GONE])
async def test_a_way_that_fails_makes_the_next_one_ring_at_once_and_the_card_says_so(
    night_world: World, services: FakePagerServices, fault: Fault
) -> None:
    services.faults["ntfy"] = fault
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    assert not services.of("ntfy")
    assert services.of("pagerduty"), "the next way of the same person"
    await night_world.advance(minutes=0.3)
    shown = await night_world.channel("#pr").card("@marta").explain()
    why = {
        Fault.REFUSED: "✗ 11 Mar, 04:02 UTC @ben via ntfy, rejected: NTFY_TOKEN is refused",
        Fault.DOWN: "it answered 503",
        Fault.NONSENSE: "its answer cannot be understood",
        Fault.BUSY: "it limits requests",
        Fault.GONE: "via ntfy, no response from the service",
    }
    assert why[fault] in shown


async def test_a_pager_that_refuses_pages_the_operators_by_another_way(
    night_world: World, services: FakePagerServices
) -> None:
    night_world.path.write_text(night_world.path.read_text("utf-8") + '\n[operators]\non_call = ["U0TOM"]\n', "utf-8")
    assert not night_world.playbook.reload()
    night_world.monitors_health = True
    services.faults["ntfy"] = Fault.REFUSED
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=4)
    said = [dm.words for dm in night_world.person("tom").dms]
    assert any("Earshot has a problem" in words and "NTFY_TOKEN is refused" in words for words in said), said


async def test_a_link_scanner_acknowledges_nothing(night_world: World, services: FakePagerServices) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    link = link_in(services.of("ntfy")[0]["click"])
    for _ in range(3):
        await browse(link)
        await browse(link, "HEAD")
    await night_world.advance(minutes=0.5)
    assert "no answer yet" in night_world.channel("#pr").card("@marta").words


async def test_a_link_that_was_used_is_too_old_or_was_changed_says_who_has_it(
    night_world: World, services: FakePagerServices
) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    link = services.of("ntfy")[0]["click"]
    changed = link[:-1] + ("A" if link[-1] != "A" else "B")
    status, words = await browse(changed, "POST")
    assert (status, "valid, so it does nothing" in words) == (404, True)
    await night_world.person("ben").dm.click("Acknowledge", by="ben")
    assert "ve got it" in (await browse(link, "POST"))[1]
    assert "Somebody acknowledged it on 11 Mar" in (await browse(changed))[1]
    night_world.clock.advance(hours=13)
    assert "ve got it" in (await browse(link))[1]


async def test_a_link_that_is_too_old_does_nothing(night_world: World, services: FakePagerServices) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    link = services.of("ntfy")[0]["click"]
    night_world.clock.advance(hours=13)
    assert "This link has expired" in (await browse(link, "POST"))[1]
    page_id = link.rpartition("/")[2].partition(".")[0]
    assert (await night_world.local_app.store.pages.get(page_id)).is_open


PAGERDUTY = "pagerduty signs with this"


def pagerduty_says(page: str, at: str, kind: str = "incident.acknowledged", delivery: str = "01D") -> bytes:
    data = {"id": "PGR0VU2", "type": "incident", "incident_key": page}
    event: dict[str, Any] = {"id": delivery, "event_type": kind, "resource_type": "incident", "occurred_at": at}
    return json.dumps({"event": {**event, "agent": {"id": "PMIA001", "type": "user_reference"}, "data": data}}).encode()


async def deliver_webhook(world: World, body: bytes, *secrets: str) -> int:
    """One signature for each secret, as while a secret is being changed."""
    signed = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets or (PAGERDUTY,)]
    headers = {"X-PagerDuty-Signature": ",".join(f"v1={one}" for one in signed)}
    url = f"{world.local_app.url}/pagers/pagerduty"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_who_acknowledges_at_pagerduty_has_answered_and_a_forged_or_old_delivery_does_nothing(
    night_world: World, services: FakePagerServices
) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=4.2)
    [event] = services.of("pagerduty")
    page, now = event["dedup_key"], night_world.clock.now().isoformat()
    assert await deliver_webhook(night_world, pagerduty_says(page, now), "somebody else's") == 401
    old = (night_world.clock.now().replace(hour=1)).isoformat()
    assert await deliver_webhook(night_world, pagerduty_says(page, old)) == 401
    assert await deliver_webhook(night_world, b'{"event": 3}') == 400
    assert (await night_world.local_app.store.pages.get(page)).is_open
    assert await deliver_webhook(night_world, pagerduty_says(page, now)) == 200
    assert (await night_world.local_app.store.pages.get(page)).acknowledged_by == "U0MIA"
    await night_world.advance(minutes=1)
    assert "Acknowledged by @mia via PagerDuty" in await night_world.channel("#pr").card("@marta").explain()
    assert [one["event_action"] for one in services.of("pagerduty")] == ["trigger", "acknowledge"]


async def test_what_pagerduty_tries_again_for_twenty_minutes_is_believed_and_so_is_its_second_signature(
    night_world: World, services: FakePagerServices
) -> None:
    """Three that are refused in a row would have it switch the webhook off for a day."""
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=4.2)
    page, then = services.of("pagerduty")[0]["dedup_key"], night_world.clock.now().isoformat()
    ping = {"id": "01P", "event_type": "pagey.ping", "resource_type": "pagey", "occurred_at": then}
    assert (
        await deliver_webhook(
            night_world, json.dumps({"event": {**ping, "agent": None, "data": {"type": "ping"}}}).encode()
        )
        == 200
    )
    night_world.clock.advance(minutes=20)
    assert await deliver_webhook(night_world, pagerduty_says(page, then), "the old secret", PAGERDUTY) == 200
    assert (await night_world.local_app.store.pages.get(page)).acknowledged_by == "U0MIA"


async def test_when_the_case_is_done_pagerduty_is_told_that_it_is_resolved(
    night_world: World, services: FakePagerServices
) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=4.2)
    await night_world.channel("#pr").card("@marta").resolve("answered", by="ben")
    await night_world.advance(seconds=5)
    assert services.of("pagerduty")[-1]["event_action"] == "resolve"


async def test_with_nobody_on_call_the_fallback_and_the_manager_are_paged_and_the_card_says_so(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, services: FakePagerServices
) -> None:
    written = tmp_path / "written.toml"
    words = NIGHT.read_text("utf-8").replace('on_call = ["U0BEN", "U0MIA"]', 'fallback = "C0OPS"')
    written.write_text(words, "utf-8")
    async with open_world(redis_url, brand, tmp_path, clock, written, load_settings(services.settings())) as world:
        await world.receive(CRISIS)
        await world.advance(minutes=3)
        assert "Nobody who was paged has answered." in world.channel("#ops").messages[-1].words
        assert "You're on call for pr" in world.person("mia").dm.words
        assert "Coverage gap: nobody was on call" in world.channel("#pr").card("@marta").words
        await world.check_invariants()
