"""Four in the morning, by telephone: what is heard of a call after it was made, and a key that is pressed in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.settings import load_settings
from tests.clock import WoundClock
from tests.pagers.services import Fault, Services
from tests.scenarios.spoken import CRISIS
from tests.scenarios.world import World, world_on

NIGHT = Path(__file__).with_name("night.toml")


@pytest.fixture
async def called(
    redis_url: str, brand: str, tmp_path: Path, clock: WoundClock, services: Services
) -> AsyncIterator[World]:
    """It is 4am, and Mia is the only one on call."""
    written = tmp_path / "written.toml"
    words = NIGHT.read_text("utf-8").replace('on_call = ["U0BEN", "U0MIA"]', 'on_call = ["U0MIA"]')
    written.write_text(words.replace('"slack", "ntfy", "call", "text"', '"call", "text"'), "utf-8")
    settings = load_settings(services.settings())
    async with world_on(redis_url, brand, tmp_path, clock, written, settings) as made:
        await made.waits(hours=19)
        yield made
        await made.ends()


async def test_who_picks_up_and_presses_one_has_the_page(called: World, services: Services) -> None:
    services.became_of_calls = {"status": "in-progress", "answered_by": "human"}
    await called.hears(CRISIS)
    await called.waits(seconds=15)
    card = called.channel("#pr").card("@marta")
    assert "@mia by phone call, delivered, answered" in card.words
    assert "nobody has answered yet" in card.words, "to pick up is not to take it"
    status, words = await services.presses("1")
    assert (status, "Thank you. You have this page" in words) == (200, True)
    await called.waits(minutes=20)
    assert "Answered by @mia by phone call, after 15 s" in card.words
    assert not services.of("text")


async def test_who_presses_one_twice_or_another_key_is_told_how_it_stands(called: World, services: Services) -> None:
    await called.hears(CRISIS)
    await called.waits(seconds=15)
    assert "That is not 1. Nobody has this page yet" in (await services.presses("7"))[1]
    assert "nobody has answered yet" in called.channel("#pr").card("@marta").words
    await called.channel("#pr").card("@marta").click("Acknowledge", by="ben")
    assert "Ben has this page since 11 Mar, 04:00 WET" in (await services.presses("1"))[1]
    assert "Answered by @ben by Slack" in called.channel("#pr").card("@marta").words


async def test_a_forged_key_acknowledges_nothing(called: World, services: Services) -> None:
    await called.hears(CRISIS)
    await called.waits(seconds=15)
    status, words = await services.presses("1", token="not Twilio's")
    assert (status, "Response" in words) == (401, False)
    await called.waits(seconds=15)
    assert "nobody has answered yet" in called.channel("#pr").card("@marta").words


async def test_a_key_for_a_link_that_was_changed_does_nothing(called: World, services: Services) -> None:
    await called.hears(CRISIS)
    await called.waits(seconds=15)
    sid, form = services.sids[-1]
    services.sids.append((sid, {**form, "Twiml": form["Twiml"].replace("U0MIA", "U0BEN")}))
    status, words = await services.presses("1")
    assert (status, "was changed on its way, so it does nothing" in words) == (200, True)
    assert "nobody has answered yet" in called.channel("#pr").card("@marta").words


@pytest.mark.parametrize(
    ("status", "by", "why"),
    [
        ("no-answer", None, "nobody picked up"),
        ("busy", None, "the phone was busy"),
        ("completed", "machine_start", "a machine picked up"),
    ],
)
async def test_where_nobody_picks_up_the_next_way_rings_at_once(
    called: World, services: Services, status: str, by: str | None, why: str
) -> None:
    services.became_of_calls = {"status": status, "answered_by": by}
    await called.hears(CRISIS)
    await called.waits(seconds=20)
    assert services.of("text"), "well before the two minutes between two rungs"
    await called.waits(seconds=20)
    assert f"✗ 11 Mar, 04:00 UTC @mia by phone call, not answered: {why}" in called.channel("#pr").card("@marta").words


async def test_what_twilio_does_not_say_stays_unknown_and_the_ladder_goes_on(called: World, services: Services) -> None:
    services.faults["twilio asked"] = Fault.DOWN
    await called.hears(CRISIS)
    await called.waits(minutes=6)
    card = called.channel("#pr").card("@marta")
    assert "@mia by phone call, delivered\n" in card.words + "\n"
    assert "@mia by text message, delivered" in card.words
    asked = services.asked.count("twilio asked")
    await called.waits(minutes=1)
    assert services.asked.count("twilio asked") == asked, "it is not asked for ever"


async def test_what_is_no_key_is_not_taken_apart(called: World, services: Services) -> None:
    await called.hears(CRISIS)
    await called.waits(seconds=15)
    status, _ = await services.presses("1", **{f"Field{n}": "" for n in range(1_000)})
    assert status == 413
    assert "nobody has answered yet" in called.channel("#pr").card("@marta").words
