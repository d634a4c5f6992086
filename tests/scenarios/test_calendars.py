"""One's shifts in one's own calendar: an address that cannot be guessed, that is good until it is taken back."""

import re
from typing import Any

import aiohttp
import icalendar

from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.world import World

THREE = build_layer("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09")


async def address(world: World, who: str, words: str = "") -> str:
    told = await world.person(who).type_command(f"/oncall calendar {words}".strip())
    found = re.search(r"http\S+\.ics", told)
    assert found, told
    return found[0].removeprefix(world.local_app.url)


def events(text: str) -> list[tuple[str, str, str]]:
    """Title, start and id, in the order of the file."""
    calendar: Any = icalendar.Calendar.from_ical(text)
    return [
        (str(one["SUMMARY"]), f"{one['DTSTART'].dt:%d %H:%M}", str(one["UID"]))
        for one in list[Any](calendar.walk("VEVENT"))
    ]


async def test_ones_own_shifts_are_at_ones_own_address_and_change_as_they_do(world: World) -> None:
    reload_schedule(world, THREE)
    path = await address(world, "ana")
    status, text = await world.fetch(path)

    assert status == 200
    assert [one[:2] for one in events(text)[:2]] == [("On call: nights", "10 09:00"), ("On call: nights", "13 09:00")]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text

    await world.person("ana").type_command("/oncall swap @ben")
    await world.person("ben").dm.click("Accept", by="ben")
    _, after = await world.fetch(path)
    assert [one[:2] for one in events(after)[:2]] == [("On call: nights", "11 09:00"), ("On call: nights", "13 09:00")]


async def test_an_event_keeps_its_id_from_one_day_to_the_next(world: World) -> None:
    reload_schedule(world, THREE)
    path = await address(world, "ana")
    _, today = await world.fetch(path)
    await world.advance(days=2)
    _, later = await world.fetch(path)

    assert {one[2] for one in events(today)} <= {one[2] for one in events(later)}


async def test_a_schedules_address_has_everybody_by_name(world: World) -> None:
    reload_schedule(world, THREE)
    _, text = await world.fetch(await address(world, "mia", "nights"))

    assert [one[0] for one in events(text)[:3]] == [
        "raj on call (nights)",
        "ana on call (nights)",
        "ben on call (nights)",
    ]
    assert "You aren't in the schedule nights" in await world.person("joe").type_command("/oncall calendar nights")


async def test_an_address_that_was_taken_back_is_nothing_and_another_is_given(world: World) -> None:
    reload_schedule(world, THREE)
    path = await address(world, "ana")
    other = await address(world, "ana", "revoke")

    assert path != other
    assert (await world.fetch(path))[0] == 404
    assert (await world.fetch(other))[0] == 200
    assert (await world.fetch(f"/oncall/{'A' * 40}.{'B' * 27}.ics"))[0] == 404


async def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    reload_schedule(world, THREE)
    url = world.local_app.url + await address(world, "ana")
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as first:
            tag = first.headers["ETag"]
            assert first.headers["Content-Type"].startswith("text/calendar")
        world.clock.advance(minutes=5)
        for said in (tag, f'W/{tag}, "another"'):
            async with session.get(url, headers={"If-None-Match": said}) as again:
                assert again.status == 304
        await world.person("raj").type_command("/oncall cover @ana for 2h")
        async with session.get(url, headers={"If-None-Match": tag}) as changed:
            assert changed.status == 200


async def test_where_nobody_knows_our_address_it_says_what_to_set(world: World) -> None:
    reload_schedule(world, THREE)
    world.local_app.app.usecases.feeds.public_url = ""

    assert "Ask an admin to set EARSHOT_PUBLIC_URL." in await world.person("ana").type_command("/oncall calendar")
