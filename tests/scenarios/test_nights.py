"""Who is on call by a schedule is called: on the night the clocks change, after a hand-over, and in a gap."""

from datetime import UTC, datetime

from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.world import World


async def test_on_the_night_the_clocks_go_forward_the_right_person_is_called(world: World) -> None:
    """In Lisbon 01:00 is followed by 02:00, so that a hand-over at 01:30 is at 01:00 by the old time."""
    reload_schedule(world, build_layer("U0ANA", "U0BEN", start="2026-03-28", hand_over="01:30"))
    world.clock.advance(datetime(2026, 3, 29, 0, 30, tzinfo=UTC) - world.clock.now())
    await world.receive(LOST)
    await world.advance(minutes=21)
    assert "You're on call." in world.person("ana").dm.words
    assert not world.person("ben").dms

    await world.advance(minutes=10)
    await world.receive(LATE, by="rui")
    await world.advance(minutes=21)
    assert "2 unclaimed in #care" in world.person("ben").dm.words
    assert len(world.person("ana").dms) == 1


async def test_on_the_night_the_clocks_go_back_the_right_person_is_called(world: World) -> None:
    """In Lisbon 01:30 comes twice; one hands over at the first."""
    reload_schedule(world, build_layer("U0ANA", "U0BEN", start="2026-10-24", hand_over="01:30"))
    world.clock.advance(datetime(2026, 10, 25, 0, 5, tzinfo=UTC) - world.clock.now())
    await world.receive(LOST)
    await world.advance(minutes=21)
    assert "You're on call." in world.person("ana").dm.words

    await world.advance(minutes=40)
    await world.receive(LATE, by="rui")
    await world.advance(minutes=21)
    assert "2 unclaimed in #care" in world.person("ben").dm.words
    assert len(world.person("ana").dms) == 1


async def test_who_comes_on_call_while_a_case_waits_is_told_then(world: World) -> None:
    reload_schedule(world, build_layer("U0ANA", "U0BEN", hand_over="10:00"))
    await world.receive(LOST)
    await world.advance(minutes=59)
    assert len(world.person("ana").dms) == 1
    assert not world.person("ben").dms
    await world.advance(minutes=2)
    assert "complaint from @marta. You're on call." in world.person("ben").dm.words
    await world.person("ben").dm.click("Claim", by="ben")
    assert "Claimed by @ben" in world.channel("#care").card("@marta").words


async def test_in_a_gap_the_fallback_and_the_manager_are_called_and_the_card_says_so(world: World) -> None:
    reload_schedule(world, build_layer("U0RAJ", hours="Mon-Sun 20:00-08:00"))
    await world.receive(LOST)
    await world.advance(minutes=21)

    said = "Nobody is on call: coverage gap in nights."
    assert f"{said} You're the backup." in world.person("mia").dm.words
    assert said in world.channel("#ops").words
    assert (
        "called @mia and #ops, nobody is on call: coverage gap in nights"
        in await world.channel("#care").card("@marta").explain()
    )
    assert not world.person("raj").dms

    await world.advance(hours=11)  # and at eight in the evening somebody is on call again
    assert "You're on call." in world.person("raj").dm.words
