"""Who is asked to swap or to cover says yes before anything changes. It is Tuesday, nine in the morning."""

import asyncio

from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.world import World

THREE = build_layer("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09", hand_over="18:00")
"""Raj until six in the evening, then Ana for a day, then Ben."""


async def now(world: World) -> str:
    """Who is on call, and who is next."""
    return (await world.person("joe").type_command("/oncall care")).split("\n")[0]


async def ask_for_swap(world: World, how: str = "swap @ana") -> str:
    reload_schedule(world, THREE)
    told = await world.person("ben").type_command(f"/oncall {how}")
    await world.advance(seconds=5)
    return told


async def test_who_is_asked_to_swap_has_nothing_before_they_accept(world: World) -> None:
    reload_schedule(world, THREE)
    before = await now(world)
    told = await world.person("ben").type_command("/oncall swap @ana")
    assert told.startswith(
        "🙏 Asked @ana to take nights from Wed 11 Mar 18:00 until Thu 12 Mar 18:00, in exchange for their shift"
    )
    assert "Nothing changes unless they accept by Tue 10 Mar 18:00." in told
    request = world.person("ana").dm
    assert "@ben asks you to be on call for nights" in request.words
    assert request.buttons == ["Accept", "Decline"]
    assert await now(world) == before

    await request.click("Accept", by="ana")
    assert "✅ You have nights from Wed 11 Mar 18:00" in world.person("ana").dm.words
    assert "Next: @ben" in await now(world)
    await world.advance(seconds=5)
    assert any("@ana swapped with you: you are on call for nights" in dm.words for dm in world.person("ben").dms)


async def test_who_declines_keeps_the_schedule_as_it_is_and_the_asker_is_told(world: World) -> None:
    await ask_for_swap(world)
    before = await now(world)
    await world.person("ana").dm.click("Decline", by="ana")
    await world.advance(seconds=5)
    assert "You declined. @ben keeps nights" in world.person("ana").dm.words
    assert "@ana declined: nights" in world.person("ben").dm.words
    assert "is still yours" in world.person("ben").dm.words
    assert await now(world) == before


async def test_what_is_not_answered_before_a_shift_begins_expires_and_the_asker_still_has_it(world: World) -> None:
    await ask_for_swap(world)
    request = world.person("ana").dm
    await world.advance(hours=9, seconds=30)
    assert "@ana didn't answer in time: nights" in world.person("ben").dm.words
    await request.click("Accept", by="ana")
    assert "This request has expired, and @ben kept the shift." in world.person("ana").last_whisper
    assert "care (nights): @ana until 11 Mar, 18:00 UTC. Next: @ben." in await now(world)
    assert sum("didn't answer" in dm.words for dm in world.person("ben").dms) == 1


async def test_what_is_pressed_twice_and_both_at_once_is_answered_once(world: World) -> None:
    await ask_for_swap(world)
    request = world.person("ana").dm
    ana = world.sandbox.get_user("ana")
    await asyncio.gather(*(ana.click_button(request.message, press) for press in ("Accept", "Accept", "Decline")))
    await world.finish_listeners()
    await world.advance(seconds=5)
    found = await world.local_app.store.overrides.load(["nights"])
    assert len(found["nights"].overrides) in {0, 2}
    assert sum("You already " in said for said in world.person("ana").whispers) == 2


async def test_who_asks_twice_sends_one_request(world: World) -> None:
    await ask_for_swap(world)
    assert "You already asked @ana" in await world.person("ben").type_command("/oncall swap @ana")
    assert len(world.person("ana").dms) == 1


async def test_a_swap_of_shifts_that_changed_meanwhile_is_not_made(world: World) -> None:
    await ask_for_swap(world)
    request = world.person("ana").dm
    await world.person("raj").type_command("/oncall take from Wed 18:00 for 3h")
    await world.advance(minutes=2)
    await request.click("Accept", by="ana")
    assert "nights has changed since @ben asked." in world.person("ana").last_whisper
    found = await world.local_app.store.overrides.load(["nights"])
    assert len(found["nights"].overrides) == 1


async def test_a_shift_that_has_begun_is_the_askers_for_as_long_as_nobody_accepts(world: World) -> None:
    reload_schedule(world, THREE)
    told = await world.person("raj").type_command("/oncall cover me by @ana until 16:00")
    assert "unless they accept by Tue 10 Mar 10:00" in told
    await world.advance(minutes=30)
    assert "care (nights): @raj" in await now(world)
    await world.person("ana").dm.click("Accept", by="ana")
    assert "✅ You have nights from now until Tue 10 Mar 16:00" in world.person("ana").dm.words
    assert "care (nights): @ana until 10 Mar, 16:00 UTC. Next: @raj." in await now(world)
