"""/oncall: who is on call, and what people change about it among themselves. It is Tuesday, nine in the morning."""

import asyncio

from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World

THREE = build_layer("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09")
"""Ana until tomorrow at nine, then Ben, then Raj."""


async def test_oncall_shows_now_and_next_for_every_department_in_ones_own_time(world: World) -> None:
    reload_schedule(world, THREE)
    told = await world.person("joe").type_command("/oncall")

    assert "care (nights): @ana until 11 Mar, 09:00 UTC. Next: @ben." in told
    assert "pr: @ben, then @mia, in the playbook's order." in told
    assert "sales: nobody is on call. The playbook lists no one." in told
    assert "Times you type are read in Europe/Lisbon, now 09:00" in told
    assert "sales" not in await world.person("joe").type_command("/oncall care")
    assert "No department of that name" in await world.person("joe").type_command("/oncall cafe")


async def test_the_home_tab_says_who_is_on_call_and_where_nobody_is(world: World) -> None:
    reload_schedule(world, build_layer("U0ANA", hours="Mon-Sun 08:00-10:00"))
    assert "care #care · nothing open · on call @ana until 10 Mar, 10:00 UTC" in await world.person("joe").open_home()
    await world.advance(hours=2)
    assert "nothing open · ⚠️ nobody on call until 11 Mar, 08:00 UTC" in await world.person("joe").open_home()


async def test_who_takes_it_is_called_and_the_one_who_had_it_is_told(world: World) -> None:
    reload_schedule(world, THREE)
    told = await world.person("raj").type_command("/oncall take until 18:00")
    assert told.startswith("✅ You have nights from now until Tue 10 Mar 18:00 (9 h), instead of @ana.")
    assert "@raj is on call for nights from" in world.person("ana").dm.words

    await world.receive(LOST)
    await world.advance(minutes=21)
    assert "You're on call." in world.person("raj").dm.words
    assert len(world.person("ana").dms) == 1


async def test_what_was_taken_can_be_taken_back_and_then_everything_is_as_before(world: World) -> None:
    reload_schedule(world, THREE)
    await world.person("raj").type_command("/oncall take until 18:00")
    await world.person("ana").dm.click("Take it back", by="ana")

    assert "@ana undid a change" in world.person("raj").dm.words
    assert "care (nights): @ana until" in await world.person("joe").type_command("/oncall care")


async def test_two_take_at_once_and_one_of_them_is_told_who_has_it(world: World) -> None:
    reload_schedule(world, THREE)
    await asyncio.gather(
        world.sandbox.get_user("raj").type_command("/oncall take until 18:00", in_channel="#lobby"),
        world.sandbox.get_user("ben").type_command("/oncall take until 18:00", in_channel="#lobby"),
    )
    await world.finish_listeners()

    said = sorted(
        [world.person("raj").last_whisper, world.person("ben").last_whisper], key=lambda words: "You have" not in words
    )
    assert said[0].startswith("✅ You have nights from now until Tue 10 Mar 18:00")
    assert "has this one, 1 s before you" in said[1]


async def test_a_swap_at_a_minute_to_midnight_holds_at_midnight(world: World) -> None:
    reload_schedule(world, build_layer("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09", hand_over="00:00"))
    await world.advance(hours=14, minutes=59)
    told = await world.person("ben").type_command("/oncall swap @raj")
    assert (
        "🙏 Asked @raj to take nights from Wed 11 Mar 00:00 until Thu 12 Mar 00:00, in exchange for their shift from"
        in told
    )
    await world.person("raj").dm.click("Accept", by="raj")
    assert "✅ You have nights from Wed 11 Mar 00:00 until Thu 12 Mar 00:00 (1 d), instead of @ben." in (
        world.person("raj").dm.words
    )
    await world.advance(seconds=5)
    told_ben = [dm.words for dm in world.person("ben").dms]
    assert any("@raj is on call for nights from" in words for words in told_ben)
    assert any("@raj swapped with you: you are on call for nights" in words for words in told_ben)
    before = len(told_ben)

    await world.advance(minutes=2)
    await world.receive(LOST)
    await world.advance(minutes=21)
    assert "You're on call." in world.person("raj").dm.words
    assert len(world.person("ben").dms) == before


async def test_who_asks_to_be_covered_keeps_it_until_somebody_presses_and_the_second_is_told(world: World) -> None:
    reload_schedule(world, THREE)
    told = await world.person("ana").type_command("/oncall cover me until 20:00")
    assert told.startswith("🙏 Asked in #care who can cover nights from Tue 10 Mar 09:00 until Tue 10 Mar 20:00.")
    [plea] = world.channel("#care").reminders
    assert "@ana needs cover for nights" in plea.words
    assert "care (nights): @ana" in await world.person("joe").type_command("/oncall care")

    await world.advance(minutes=1)
    await plea.click("Cover shift", by="raj")
    assert "✅ @raj covers nights for @ana" in world.channel("#care").reminders[0].words
    assert "@raj is on call for nights" in world.person("ana").dm.words
    assert "care (nights): @raj until 10 Mar, 20:00 UTC. Next: @ana." in await world.person("joe").type_command(
        "/oncall care"
    )


async def test_a_name_after_cover_says_who_covers_whom(world: World) -> None:
    reload_schedule(world, THREE)
    assert "✅ You have nights" in await world.person("mia").type_command("/oncall cover @ana for 2h")
    await world.advance(minutes=2)
    assert "🙏 Asked @raj to take nights" in await world.person("mia").type_command("/oncall cover me by @raj for 1h")
    assert "@mia asks you to be on call for nights" in world.person("raj").dm.words
    assert "care (nights): @mia" in await world.person("joe").type_command("/oncall care")
    await world.person("raj").dm.click("Accept", by="raj")
    assert "care (nights): @raj" in await world.person("joe").type_command("/oncall care")


async def test_who_is_neither_in_it_nor_a_deputy_is_told_who_may(world: World) -> None:
    reload_schedule(world, THREE)

    told = await world.person("joe").type_command("/oncall take until 18:00")
    assert told.startswith("You aren't in any schedule, so you have no shift to change.")
    assert "nights" not in await world.person("joe").type_command("/oncall swap @ana")
    assert "You aren't in the schedule nights" in await world.person("joe").type_command(
        "/oncall take nights until 18:00"
    )
    assert "@joe isn't in the schedule nights" in await world.person("ana").type_command("/oncall swap @joe")
    assert "You have nights" in await world.person("mia").type_command("/oncall take until 18:00")


async def test_what_could_be_two_times_or_two_schedules_is_asked_about_with_an_example(world: World) -> None:
    reload_schedule(world, THREE)
    text = world.path.read_text("utf-8").replace('on_call = ["U0BEN", "U0MIA"]', 'on_call = "days"')
    world.path.write_text(f'{text}\n[[schedules]]\nname = "days"\n[[schedules.layers]]\n{THREE}\n', "utf-8")
    assert not world.playbook.reload()

    await world.advance(hours=5)
    told = await world.person("mia").type_command("/oncall take care until 8")
    assert told == "“8” could be Tue 20:00 or Wed 08:00. Type `until 20:00` or `until 08:00`."
    told = await world.person("mia").type_command("/oncall take until 20:00")
    assert told == "Which schedule? Add its name: `nights`, `days`."
    told = await world.person("mia").type_command("/oncall take care until soon")
    assert told.startswith("Earshot doesn't understand the time in “soon”. Type it like `until 08:00`")


async def test_the_buttons_beside_a_schedule_take_it_or_ask_for_cover(world: World) -> None:
    reload_schedule(world, THREE)
    await world.person("raj").type_command("/oncall care")
    await world.person("raj").press_on_whisper("Take it")
    assert "✅ You have nights from now until Wed 11 Mar 09:00" in world.person("raj").last_whisper

    await world.advance(minutes=1)
    await world.person("raj").type_command("/oncall care")
    await world.person("raj").press_on_whisper("Ask for cover")
    assert "Asked in #care who can cover nights" in world.person("raj").last_whisper
