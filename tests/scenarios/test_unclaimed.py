"""Somebody acknowledges, falls asleep again, and nobody claims the case."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.settings import load_settings
from tests.clock import WoundClock
from tests.pagers.services import Services
from tests.scenarios.spoken import CRISIS
from tests.scenarios.test_pagers import delivers, pagerduty_says
from tests.scenarios.world import World, world_on

NIGHT = Path(__file__).with_name("night.toml")


@pytest.fixture
async def night(
    redis_url: str, brand: str, tmp_path: Path, clock: WoundClock, services: Services
) -> AsyncIterator[World]:
    """Ben is called by Slack, then by PagerDuty."""
    written = tmp_path / "written.toml"
    words = NIGHT.read_text("utf-8").replace('"ntfy", "call", "text", "pagerduty", "webhook"', '"pagerduty"')
    written.write_text(words, "utf-8")
    async with world_on(redis_url, brand, tmp_path, clock, written, load_settings(services.settings())) as made:
        await made.waits(hours=19)
        yield made
        await made.ends()


async def test_who_acknowledges_and_claims_nothing_is_called_again_and_the_card_says_so(night: World) -> None:
    await night.hears(CRISIS)
    await night.person("ben").dm.click("Acknowledge", by="ben")
    assert "Claim the case next: while nobody has, it will call again." in night.person("ben").dm.words
    await night.waits(minutes=29)
    assert len(night.person("ben").dms) == 1
    await night.waits(minutes=1.5)
    [dm] = night.person("ben").dms
    assert "acknowledged before, not claimed" in dm.words
    assert "Acknowledged earlier, still unclaimed." in dm.message.thread[-1].text
    card = night.channel("#pr").card("@marta")
    assert "Acknowledged by @ben at 11 Mar, 04:00 UTC, not claimed; called again 11 Mar, 04:30 UTC" in card.words
    await card.click("Claim", by="ben")
    await night.waits(minutes=45)
    assert len(dm.message.thread) == 1
    assert "Answered by @ben by claiming it" in card.words


async def test_who_acknowledges_and_claims_is_left_alone(night: World) -> None:
    await night.hears(CRISIS)
    await night.person("ben").dm.click("Acknowledge", by="ben")
    await night.waits(minutes=20)
    await night.channel("#pr").card("@marta").click("Claim", by="ben")
    await night.waits(minutes=60)
    assert len(night.person("ben").dms) == 1
    assert "called again" not in night.channel("#pr").card("@marta").words


async def test_of_a_storm_one_case_calls_again_and_not_each(night: World) -> None:
    for number in range(3):
        await night.hears(f"{CRISIS}, row {number} burns", by=f"person{number}")
    await night.person("ben").dm.click("Acknowledge", by="ben")
    await night.waits(minutes=32)
    [dm] = night.person("ben").dms
    assert len(dm.message.thread) == 1
    again = ["called again" in card.words for card in night.channel("#pr").cards]
    assert sorted(again) == [False, False, True]


async def test_pagerduty_rings_again_too_and_its_first_alert_answers_nothing_any_more(
    night: World, services: Services
) -> None:
    await night.hears(CRISIS)
    await night.waits(minutes=2.1)
    first = services.of("pagerduty")[0]["dedup_key"]
    assert await delivers(night, pagerduty_says(first, night.clock.now().isoformat())) == 200
    await night.waits(minutes=33)
    said = [(one["event_action"], one["dedup_key"]) for one in services.of("pagerduty")]
    assert said == [("trigger", first), ("acknowledge", first), ("resolve", first), ("trigger", f"{first}-1")]
    late = pagerduty_says(first, night.clock.now().isoformat(), "incident.resolved", "01E")
    assert await delivers(night, late) == 200
    assert (await night.stage.store.pages.get(first)).is_open, (
        "our own resolving of the first is no answer to the second"
    )
    now = night.clock.now().isoformat()
    assert await delivers(night, pagerduty_says(f"{first}-1", now, delivery="01F")) == 200
    await night.channel("#pr").card("@marta").click("Claim", by="mia")
    await night.waits(seconds=5)
    assert "Answered by @mia by PagerDuty" in night.channel("#pr").card("@marta").words
