"""Who is on call: as the playbook lists it, by its schedules and their calendars, and as people changed it."""

from datetime import timedelta

from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.oncall.schedule import Shift
from bot.domain.periods import TimeSpan
from bot.store.calendars import CachedCalendar
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, LEA, MIA, OLA, RAJ, TOM, UseCaseHarness

TURNS = """
[[schedules.layers]]
people = ["U0RAJ", "U0ANA"]
rotation = "daily"
hand_over = "10:00"
start = 2026-03-09
time_zone = "Europe/Lisbon"
"""
CALENDAR = """calendar = "https://calendar.example/nights.ics"

[schedules.people]
Lea = "U0LEA"
"""
"""In the place of its turns."""


def in_the_afternoon(harness: UseCaseHarness) -> None:
    """From now on the schedule has nobody but from noon to two."""
    harness.replace_in_playbook('hand_over = "10:00"', 'hand_over = "10:00"\nhours = "Mon-Sun 12:00-14:00"')


async def duty_of(harness: UseCaseHarness, department: str) -> OnCallSnapshot:
    return await harness.app.on_call_lookup.find_on_call(department, harness.clock.now())


async def test_people_who_are_listed_are_on_call_in_their_order_and_for_good(harness: UseCaseHarness) -> None:
    assert await duty_of(harness, "care") == OnCallSnapshot((RAJ, MIA))


async def test_a_schedule_says_who_it_is_and_until_when(harness: UseCaseHarness) -> None:
    duty = await duty_of(harness, "ops")
    assert (duty.people, duty.until, duty.has_gap) == ((RAJ,), harness.clock.now() + timedelta(hours=1), False)
    assert (duty.schedule, duty.zone) == ("nights", "Europe/Lisbon")


async def test_a_department_that_the_playbook_has_lost_has_nobody_and_no_gap(harness: UseCaseHarness) -> None:
    assert await duty_of(harness, "legal") == OnCallSnapshot()


async def test_what_somebody_took_goes_before_the_turns_and_is_theirs_to_be_called(harness: UseCaseHarness) -> None:
    ops = harness.app.rules.find_department("ops")
    assert ops is not None
    assert await harness.app.on_call_lookup.list_callable_people(ops) == (RAJ, ANA)
    await harness.usecases.oncall.take_shift(OLA, "until 09:30")

    assert (await duty_of(harness, "ops")).people == (OLA,)
    assert await harness.app.on_call_lookup.list_callable_people(ops) == (RAJ, ANA, OLA)


async def test_where_a_schedule_has_nobody_the_managers_are_called_and_it_is_said_to_be_a_gap(
    harness: UseCaseHarness,
) -> None:
    in_the_afternoon(harness)
    harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["S0PRESS", "U0MIA"]')
    duty = await duty_of(harness, "ops")
    assert (duty.people, duty.has_gap) == ((MIA, "U0PAM", "U0PIA"), True)


async def test_a_gap_is_found_where_nobody_would_be_called(harness: UseCaseHarness) -> None:
    at = harness.clock.now()
    span = TimeSpan(at, at + timedelta(hours=12))
    departments = {one.name: one for one in harness.app.rules.list_departments()}
    assert await harness.app.on_call_lookup.find_gaps(departments["ops"], span) == ()
    in_the_afternoon(harness)
    before, after = TimeSpan(at, at + timedelta(hours=3)), TimeSpan(at + timedelta(hours=5), span.end)
    assert await harness.app.on_call_lookup.find_gaps(departments["ops"], span) == (before, after)
    assert await harness.app.on_call_lookup.find_gaps(departments["sales"], span) == ()


async def test_who_a_calendar_schedules_is_on_call_and_may_be_called(harness: UseCaseHarness) -> None:
    """Also where the playbook has given the name to somebody else since the calendar was read."""
    harness.replace_in_playbook(TURNS, CALENDAR)
    at = harness.clock.now()
    booked = [Shift(TOM, at, at + timedelta(hours=2), "event")]
    await harness.store.calendars.save_cached("nights", CachedCalendar("text", "tag", "of", at, at), booked)
    ops = harness.app.rules.find_department("ops")

    assert ops is not None
    assert (await duty_of(harness, "ops")).people == (TOM,)
    assert await harness.app.on_call_lookup.list_callable_people(ops) == (LEA, TOM)


async def test_changes_that_cannot_be_read_leave_the_playbooks_turns_in_force(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.take_shift(OLA, "until 09:30")
    await make_unreadable(harness.store, harness.store.keys.schedule_key("nights"), overrides=7)
    assert (await duty_of(harness, "ops")).people == (RAJ,)


async def test_a_schedule_that_is_none_is_not_known(harness: UseCaseHarness) -> None:
    assert harness.app.on_call_lookup.get_schedule("days") is None
    assert list(await harness.app.on_call_lookup.load_schedule_states(["days", "nights"])) == ["nights"]
