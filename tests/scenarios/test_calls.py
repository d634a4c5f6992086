"""Four in the morning, by telephone: what becomes of a call after it was made, and a key that is pressed in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.settings_loader import load_settings
from tests.clock import SteppedClock
from tests.pagers.fake_services import FakePagerServices, Fault
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.world import World, open_world

NIGHT = Path(__file__).with_name("night.toml")


@pytest.fixture
async def call_world(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, services: FakePagerServices
) -> AsyncIterator[World]:
    """It is 4am, and Mia is the only one on call."""
    written = tmp_path / "written.toml"
    words = NIGHT.read_text("utf-8").replace('on_call = ["U0BEN", "U0MIA"]', 'on_call = ["U0MIA"]')
    written.write_text(words.replace('"slack", "ntfy", "call", "text"', '"call", "text"'), "utf-8")
    settings = load_settings(services.settings())
    async with open_world(redis_url, brand, tmp_path, clock, written, settings) as made:
        await made.advance(hours=19)
        yield made
        await made.check_invariants()


async def test_who_picks_up_and_presses_one_has_the_page(call_world: World, services: FakePagerServices) -> None:
    services.call_statuses = {"status": "in-progress", "answered_by": "human"}
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=15)
    card = call_world.channel("#pr").card("@marta")
    assert "@mia via phone call, delivered, answered" in await card.explain()
    assert "no answer yet" in card.words, "to pick up is not to take it"
    status, words = await services.press_keys("1")
    assert (status, "Thank you. You acknowledged this page" in words) == (200, True)
    await call_world.advance(minutes=20)
    assert "Acknowledged by @mia via phone call (15 s)" in await card.explain()
    assert not services.of("text")


async def test_who_presses_one_twice_or_another_key_is_told_how_it_stands(
    call_world: World, services: FakePagerServices
) -> None:
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=15)
    assert "That isn't 1. Nobody has acknowledged this page" in (await services.press_keys("7"))[1]
    assert "no answer yet" in call_world.channel("#pr").card("@marta").words
    await call_world.channel("#pr").card("@marta").click("Acknowledge", by="ben")
    assert "Ben acknowledged this page on 11 Mar, 04:00 WET" in (await services.press_keys("1"))[1]
    assert "Acknowledged by @ben" in call_world.channel("#pr").card("@marta").words


async def test_a_forged_key_acknowledges_nothing(call_world: World, services: FakePagerServices) -> None:
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=15)
    status, words = await services.press_keys("1", token="not Twilio's")
    assert (status, "Response" in words) == (401, False)
    await call_world.advance(seconds=15)
    assert "no answer yet" in call_world.channel("#pr").card("@marta").words


async def test_a_key_for_a_link_that_was_changed_does_nothing(call_world: World, services: FakePagerServices) -> None:
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=15)
    sid, form = services.sids[-1]
    services.sids.append((sid, {**form, "Twiml": form["Twiml"].replace("U0MIA", "U0BEN")}))
    status, words = await services.press_keys("1")
    assert (status, "isn't valid, so it does nothing" in words) == (200, True)
    assert "no answer yet" in call_world.channel("#pr").card("@marta").words


@pytest.mark.parametrize(
    ("status", "by", "why"),
    [
        ("no-answer", None, "nobody picked up"),
        ("busy", None, "the phone was busy"),
        ("completed", "machine_start", "a machine picked up"),
    ],
)
async def test_where_nobody_picks_up_the_next_way_rings_at_once(
    call_world: World, services: FakePagerServices, status: str, by: str | None, why: str
) -> None:
    services.call_statuses = {"status": status, "answered_by": by}
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=20)
    assert services.of("text"), "well before the two minutes between two rungs"
    await call_world.advance(seconds=20)
    assert (
        f"✗ 11 Mar, 04:00 UTC @mia via phone call, no answer: {why}"
        in await call_world.channel("#pr").card("@marta").explain()
    )


async def test_what_twilio_does_not_say_stays_unknown_and_the_escalation_goes_on(
    call_world: World, services: FakePagerServices
) -> None:
    services.faults["twilio asked"] = Fault.DOWN
    await call_world.receive(CRISIS)
    await call_world.advance(minutes=6)
    card = call_world.channel("#pr").card("@marta")
    assert "@mia via phone call, delivered\n" in await card.explain()
    assert "@mia via text message, delivered" in await card.explain()
    asked = services.asked.count("twilio asked")
    await call_world.advance(minutes=1)
    assert services.asked.count("twilio asked") == asked, "it is not asked for ever"


async def test_what_is_no_key_is_not_taken_apart(call_world: World, services: FakePagerServices) -> None:
    await call_world.receive(CRISIS)
    await call_world.advance(seconds=15)
    status, _ = await services.press_keys("1", **{f"Field{n}": "" for n in range(1_000)})
    assert status == 413
    assert "no answer yet" in call_world.channel("#pr").card("@marta").words
