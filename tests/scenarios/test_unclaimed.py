"""Somebody acknowledges, falls asleep again, and nobody claims the case."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.settings_loader import load_settings
from tests.clock import SteppedClock
from tests.pagers.fake_services import FakePagerServices
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.test_pagers import deliver_webhook, pagerduty_says
from tests.scenarios.world import World, open_world

NIGHT = Path(__file__).with_name("night.toml")


@pytest.fixture
async def night_world(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, services: FakePagerServices
) -> AsyncIterator[World]:
    """Ben is called by Slack, then by PagerDuty."""
    written = tmp_path / "written.toml"
    words = NIGHT.read_text("utf-8").replace('"ntfy", "call", "text", "pagerduty", "webhook"', '"pagerduty"')
    written.write_text(words, "utf-8")
    async with open_world(redis_url, brand, tmp_path, clock, written, load_settings(services.settings())) as made:
        await made.advance(hours=19)
        yield made
        await made.check_invariants()


async def test_who_acknowledges_and_claims_nothing_is_called_again_and_the_card_says_so(night_world: World) -> None:
    await night_world.receive(CRISIS)
    await night_world.person("ben").dm.click("Acknowledge", by="ben")
    await night_world.advance(seconds=5)
    again = "The page goes out again at 11 Mar, 04:30 WET unless somebody claims the case."
    assert again in night_world.person("ben").dm.words
    await night_world.advance(minutes=29)
    assert len(night_world.person("ben").dms) == 1
    await night_world.advance(minutes=1.5)
    [dm] = night_world.person("ben").dms
    assert "acknowledged earlier, still unclaimed" in dm.words
    assert "Acknowledged earlier, still unclaimed." in dm.message.thread[-1].text
    card = night_world.channel("#pr").card("@marta")
    assert (
        "Acknowledged by @ben at 11 Mar, 04:00 UTC, still unclaimed. Paging again since 11 Mar, 04:30 UTC"
        in await card.explain()
    )
    await card.click("Claim", by="ben")
    await night_world.advance(minutes=45)
    assert len(dm.message.thread) == 1
    assert "Acknowledged by @ben by claiming it" in await card.explain()


async def test_who_acknowledges_and_claims_is_left_alone(night_world: World) -> None:
    await night_world.receive(CRISIS)
    await night_world.person("ben").dm.click("Acknowledge", by="ben")
    await night_world.advance(minutes=20)
    await night_world.channel("#pr").card("@marta").click("Claim", by="ben")
    await night_world.advance(minutes=60)
    assert len(night_world.person("ben").dms) == 1
    assert "Paging again" not in await night_world.channel("#pr").card("@marta").explain()


async def test_of_a_storm_one_case_calls_again_and_not_each(night_world: World) -> None:
    for number in range(3):
        await night_world.receive(f"{CRISIS}, row {number} burns", by=f"person{number}")
    await night_world.person("ben").dm.click("Acknowledge", by="ben")
    await night_world.advance(minutes=32)
    [dm] = night_world.person("ben").dms
    assert len(dm.message.thread) == 1
    again = ["Paging again" in await card.explain() for card in night_world.channel("#pr").cards]
    assert sorted(again) == [False, False, True]


async def test_pagerduty_rings_again_too_and_its_first_alert_answers_nothing_any_more(
    night_world: World, services: FakePagerServices
) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(minutes=2.1)
    first = services.of("pagerduty")[0]["dedup_key"]
    assert await deliver_webhook(night_world, pagerduty_says(first, night_world.clock.now().isoformat())) == 200
    await night_world.advance(minutes=33)
    said = [(one["event_action"], one["dedup_key"]) for one in services.of("pagerduty")]
    assert said == [("trigger", first), ("acknowledge", first), ("resolve", first), ("trigger", f"{first}-1")]
    late = pagerduty_says(first, night_world.clock.now().isoformat(), "incident.resolved", "01E")
    assert await deliver_webhook(night_world, late) == 200
    assert (await night_world.local_app.store.pages.get(first)).is_open, (
        "our own resolving of the first is no answer to the second"
    )
    now = night_world.clock.now().isoformat()
    assert await deliver_webhook(night_world, pagerduty_says(f"{first}-1", now, delivery="01F")) == 200
    await night_world.channel("#pr").card("@marta").click("Claim", by="mia")
    await night_world.advance(seconds=5)
    assert "Acknowledged by @mia via PagerDuty" in await night_world.channel("#pr").card("@marta").explain()
