"""Who is on call by a schedule is called: on the night the clocks change, after a hand-over, and in a hole."""

from datetime import UTC, datetime

from tests.scenarios.nights import by_schedule, turns
from tests.scenarios.spoken import LATE, LOST
from tests.scenarios.world import World


async def test_on_the_night_the_clocks_go_forward_the_right_person_is_called(world: World) -> None:
    """In Lisbon 01:00 is followed by 02:00, so that a hand-over at 01:30 is at 01:00 by the old time."""
    by_schedule(world, turns("U0ANA", "U0BEN", start="2026-03-28", hand_over="01:30"))
    world.clock.wind(datetime(2026, 3, 29, 0, 30, tzinfo=UTC) - world.clock.now())
    await world.hears(LOST)
    await world.waits(minutes=21)
    assert "You are on call for care." in world.person("ana").dm.words
    assert not world.person("ben").dms

    await world.waits(minutes=10)
    await world.hears(LATE, by="rui")
    await world.waits(minutes=21)
    assert "Nobody has claimed the complaint from @rui" in world.person("ben").dm.words
    assert len(world.person("ana").dms) == 1


async def test_on_the_night_the_clocks_go_back_the_right_person_is_called(world: World) -> None:
    """In Lisbon 01:30 comes twice; one hands over at the first."""
    by_schedule(world, turns("U0ANA", "U0BEN", start="2026-10-24", hand_over="01:30"))
    world.clock.wind(datetime(2026, 10, 25, 0, 5, tzinfo=UTC) - world.clock.now())
    await world.hears(LOST)
    await world.waits(minutes=21)
    assert "You are on call for care." in world.person("ana").dm.words

    await world.waits(minutes=40)
    await world.hears(LATE, by="rui")
    await world.waits(minutes=21)
    assert "Nobody has claimed the complaint from @rui" in world.person("ben").dm.words
    assert len(world.person("ana").dms) == 1


async def test_who_comes_on_call_while_a_case_waits_hears_of_it_then(world: World) -> None:
    by_schedule(world, turns("U0ANA", "U0BEN", hand_over="10:00"))
    await world.hears(LOST)
    await world.waits(minutes=59)
    assert len(world.person("ana").dms) == 1
    assert not world.person("ben").dms
    await world.waits(minutes=2)
    assert "You are on call for care. Nobody has claimed the complaint" in world.person("ben").dm.words
    await world.person("ben").dm.click("Claim", by="ben")
    assert "Claimed by @ben" in world.channel("#care").card("@marta").words


async def test_in_a_hole_the_fallback_and_the_manager_are_called_and_the_card_says_so(world: World) -> None:
    by_schedule(world, turns("U0RAJ", hours="Mon-Sun 20:00-08:00"))
    await world.hears(LOST)
    await world.waits(minutes=21)

    said = "Nobody is on call for care now, because nights has a hole"
    assert f"{said}, so you are called." in world.person("mia").dm.words
    assert f"{said}." in world.channel("#ops").words
    assert "called @mia and #ops, nobody is on call: nights has a hole" in world.channel("#care").card("@marta").words
    assert not world.person("raj").dms

    await world.waits(hours=11)  # and at eight in the evening somebody is on call again
    assert "You are on call for care." in world.person("raj").dm.words
