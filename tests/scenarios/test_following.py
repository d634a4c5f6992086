"""What follows a schedule by itself: a user group, a word a day before a gap, a calendar from outside."""

from datetime import UTC, datetime, timedelta

from tests.calendars.sample_calendars import build_calendar, build_event
from tests.calendars.server import calendars
from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World


async def test_a_user_group_is_the_person_on_call_at_the_hand_over_and_after_a_change(world: World) -> None:
    reload_schedule(world, build_layer("U0RAJ", "U0ANA", "U0BEN", start="2026-03-09"), head='user_group = "S0ONCALL"')
    world.sandbox.workspace.add_group("S0ONCALL", "on-call", ["U0TOM"])
    await world.advance(minutes=1)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0ANA"]

    await world.person("raj").type_command("/oncall take until 18:00")
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0RAJ"]
    await world.advance(hours=9, minutes=1)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0ANA"]
    await world.advance(hours=15)
    assert world.sandbox.workspace.groups["S0ONCALL"].members == ["U0BEN"]
    assert world.sandbox.limits.calls["usergroups.users.update"] == 4


async def test_without_the_scope_the_group_is_left_alone_and_the_home_tab_says_what_to_do(world: World) -> None:
    world.sandbox.app.scopes = [one for one in world.sandbox.app.scopes if one != "usergroups:write"]
    reload_schedule(world, build_layer("U0RAJ"), head='user_group = "S0CARE"')
    await world.advance(minutes=1)

    assert "the scope usergroups:write is missing" in await world.person("mia").open_home()
    _, ready = await world.fetch("/statusz")
    assert "usergroups:write" in ready["troubles"]["group:S0CARE"]


async def test_a_gap_is_said_a_day_before_and_the_person_who_presses_has_it(world: World) -> None:
    reload_schedule(world, build_layer("U0RAJ", hand_over="00:00", hours="Mon-Wed 00:00-24:00"))
    await world.advance(hours=14, minutes=30)
    assert world.channel("#care").reminders == []
    await world.advance(hours=1)
    [said] = world.channel("#care").reminders
    assert "nobody is on call for care from 12 Mar, 00:00 UTC until" in said.words

    await world.advance(hours=8)
    assert len(world.channel("#care").reminders) == 1
    await said.click("Take it", by="ana")
    assert (
        world.channel("#care")
        .reminders[0]
        .words.startswith("✅ @ana is on call for nights from 12 Mar, 00:00 UTC until")
    )
    assert "Next: @ana." in await world.person("joe").type_command("/oncall care")


async def test_a_calendar_says_who_is_called_and_a_broken_one_changes_nothing(world: World) -> None:
    async with calendars() as server:
        server.text = build_calendar(build_event("Ana Lima", "20260310T080000Z", "20260312T080000Z"))
        head = f'calendar = "{server.url}/nights.ics"\npeople = {{ "Ana Lima" = "U0ANA" }}'
        reload_schedule(world, head=head)
        await world.advance(minutes=1)
        server.text = "BEGIN:VCALENDAR\nnot any more"
        await world.advance(minutes=20)
        await world.receive(LOST)
        await world.advance(minutes=21)

    assert "You're on call." in world.person("ana").dm.words
    _, ready = await world.fetch("/statusz")
    assert ready["troubles"]["calendar:nights"] == (
        "The calendar of nights cannot be read: it is not an iCalendar file. "
        "The last good one, of 10 Mar, 09:00 UTC, stays in use."
    )
    assert world.clock.now() - datetime(2026, 3, 10, 9, tzinfo=UTC) < timedelta(hours=1)
