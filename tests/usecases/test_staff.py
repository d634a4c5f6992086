"""Who works in a department: people by their ids, and the people of Slack's user groups."""

import asyncio

from bot.domain.department import Department, DepartmentStaff
from bot.usecases.staff import RoleLookup, StaffDirectory
from tests.usecases.harness import ANA, BEN, LEA, MIA, OLA, RAJ, UseCaseHarness

PRESS = Department(name="pr", channel="C0PR", deputies=(LEA, "S0PRESS"), on_call=(LEA,))


def staff_directory_of(harness: UseCaseHarness) -> StaffDirectory:
    roles = RoleLookup(harness.store.roles, harness.directory, harness.app.rules.get_contact, harness.clock)
    return StaffDirectory(harness.directory, harness.app.on_call_lookup, roles)


async def staff_of(harness: UseCaseHarness, department: Department, *managers: str) -> DepartmentStaff:
    return await staff_directory_of(harness).load_staff(department, managers)


async def test_the_people_of_a_user_group_are_deputies_beside_those_who_are_named(harness: UseCaseHarness) -> None:
    staff = await staff_of(harness, PRESS, MIA)
    assert staff.deputies == {LEA, "U0PAM", "U0PIA"}
    assert (staff.managers, staff.unsure) == (frozenset({MIA}), False)


async def test_a_department_that_names_its_people_asks_slack_nothing(harness: UseCaseHarness) -> None:
    staff = await staff_of(harness, PRESS.copy_with(deputies=(ANA,)), MIA)
    assert (staff.deputies, harness.slack.calls) == (frozenset({ANA, LEA}), [])


async def test_who_is_called_for_a_department_may_answer_for_it(harness: UseCaseHarness) -> None:
    ops = harness.app.rules.find_department("ops")
    assert ops is not None
    assert (await staff_of(harness, ops)).deputies == {OLA, RAJ, ANA}
    await harness.usecases.oncall.take_shift(OLA, "until 09:30")
    await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    assert (await staff_of(harness, ops)).deputies == {OLA, RAJ, ANA}


async def test_a_group_that_slack_never_named_is_not_taken_for_an_empty_one(harness: UseCaseHarness) -> None:
    harness.slack.hide_groups()
    staff = await staff_of(harness, PRESS, MIA)
    assert (staff.deputies, staff.unsure) == (frozenset({LEA}), True)


async def test_a_group_of_managers_that_slack_never_named_leaves_it_open_who_manages(harness: UseCaseHarness) -> None:
    harness.slack.hide_groups()
    staff = await staff_of(harness, PRESS.copy_with(deputies=()), "S0BOSSES")
    assert (staff.managers, staff.unsure) == (frozenset(), True)


async def test_a_group_without_people_is_known_to_be_empty(harness: UseCaseHarness) -> None:
    staff = await staff_of(harness, PRESS.copy_with(deputies=("S0EMPTY",), on_call=()))
    assert (staff.deputies, staff.unsure) == (frozenset(), False)


async def test_while_slack_does_not_answer_who_was_in_a_group_is_in_it(harness: UseCaseHarness) -> None:
    directory = staff_directory_of(harness)
    await directory.load_staff(PRESS, ())
    harness.slack.hide_groups("fatal_error")
    harness.clock.advance(minutes=6)
    staff = await directory.load_staff(PRESS, ())
    assert (staff.deputies, staff.unsure) == (frozenset({LEA, "U0PAM", "U0PIA"}), False)


async def test_fifty_who_press_at_once_are_one_question_to_slack(harness: UseCaseHarness) -> None:
    directory = staff_directory_of(harness)
    await asyncio.gather(*(directory.load_staff(PRESS, ()) for _ in range(50)))
    assert harness.slack.calls == ["usergroups.users.list"]


async def test_people_are_listed_by_name_whatever_its_case(harness: UseCaseHarness) -> None:
    harness.slack.people |= {ANA: ("Zoe", ""), BEN: ("ana", ""), RAJ: ("Ben", "")}
    assert await staff_directory_of(harness).list_names([ANA, BEN, RAJ]) == [(BEN, "ana"), (RAJ, "Ben"), (ANA, "Zoe")]


async def test_where_slack_does_not_say_one_of_the_names_none_is_listed(harness: UseCaseHarness) -> None:
    assert await staff_directory_of(harness).list_names([ANA, "U0NEW"]) == []


async def test_a_form_does_not_wait_for_names_longer_than_slack_waits_for_the_form(harness: UseCaseHarness) -> None:
    """Three seconds, in real time."""
    harness.slack.gate = asyncio.Event()
    async with asyncio.timeout(3):
        assert await staff_directory_of(harness).list_names([ANA]) == []
    harness.slack.gate.set()
