"""What follows a schedule by itself: a user group, a word a day before a hole, a calendar from outside."""

from datetime import UTC, datetime, timedelta

from tests.calendars.server import calendars
from tests.calendars.written import calendar, event
from tests.scenarios.nights import by_schedule, turns
from tests.scenarios.spoken import LOST
from tests.scenarios.world import World


async def test_a_user_group_is_whoever_is_on_call_at_the_hand_over_and_after_a_change(world: World) -> None:
    by_schedule(world, turns("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09"), head='user_group = "S0ONCALL"')
    world.sandbox.workspace.add_group("S0ONCALL", "on-call", ["U0TOM"])
    await world.waits(minutes=1)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0ANA"]

    await world.person("raj").types("/oncall take until 18:00")
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0RAJ"]
    await world.waits(hours=9, minutes=1)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0ANA"]
    await world.waits(hours=15)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0BEN"]
    assert world.sandbox.limits.calls["usergroups.users.update"] == 4


async def test_without_the_scope_the_group_is_left_alone_and_the_home_tab_says_what_to_do(world: World) -> None:
    world.sandbox.app.scopes = [one for one in world.sandbox.app.scopes if one != "usergroups:write"]
    by_schedule(world, turns("U0RAJ"), head='user_group = "S0CARE"')
    await world.waits(minutes=1)

    assert "the scope usergroups:write is missing" in await world.person("mia").opens_home()
    _, ready = await world.asks("/statusz")
    assert "usergroups:write" in ready["troubles"]["group:S0CARE"]


async def test_a_hole_is_said_a_day_before_and_whoever_presses_has_it(world: World) -> None:
    by_schedule(world, turns("U0RAJ", hand_over="00:00", hours="Mon-Wed 00:00-24:00"))
    await world.waits(hours=14, minutes=30)
    assert world.channel("#care").beside == []
    await world.waits(hours=1)
    [said] = world.channel("#care").beside
    assert "Nobody is on call for care from 12 Mar, 00:00 UTC until" in said.words

    await world.waits(hours=8)
    assert len(world.channel("#care").beside) == 1
    await said.click("Take it", by="ana")
    assert world.channel("#care").beside[0].words.startswith("✅ @ana has nights from 12 Mar, 00:00 UTC until")
    assert "Next: @ana." in await world.person("joe").types("/oncall care")


async def test_a_calendar_says_who_is_called_and_a_broken_one_changes_nothing(world: World) -> None:
    async with calendars() as server:
        server.text = calendar(event("Ana Lima", "20260310T080000Z", "20260312T080000Z"))
        head = f'calendar = "{server.url}/nights.ics"\npeople = {{ "Ana Lima" = "U0ANA" }}'
        by_schedule(world, head=head)
        await world.waits(minutes=1)
        server.text = "BEGIN:VCALENDAR\nnot any more"
        await world.waits(minutes=20)
        await world.hears(LOST)
        await world.waits(minutes=21)

    assert "You are on call for care." in world.person("ana").dm.words
    _, ready = await world.asks("/statusz")
    assert ready["troubles"]["calendar:nights"] == (
        "The calendar of nights cannot be read: it is no iCalendar file. "
        "The last good one, of 10 Mar, 09:00 UTC, stays in force."
    )
    assert world.clock.now() - datetime(2026, 3, 10, 9, tzinfo=UTC) < timedelta(hours=1)
