"""Which schedule somebody means, and whether they may change it."""

import pytest

from bot.domain.commits import NotAllowed
from bot.usecases.schedule_permissions import SchedulePermissions
from bot.usecases.staff import RoleLookup, StaffDirectory
from tests.usecases.harness import ANA, JOE, LEA, MIA, OLA, RAJ, TOM, UseCaseHarness

DAYS = """
[[schedules]]
name = "days"
time_zone = "Europe/Lisbon"

[[schedules.layers]]
people = ["U0TOM"]
start = 2026-03-09

[[routes]]
name = "crisis"
"""
"""Put before the first route."""


def permissions_of(harness: UseCaseHarness) -> SchedulePermissions:
    roles = RoleLookup(harness.store.roles, harness.directory, harness.app.rules.get_contact, harness.clock)
    staff = StaffDirectory(harness.directory, harness.app.on_call_lookup, roles)
    return SchedulePermissions(harness.app.on_call_lookup, harness.app.rules, staff)


@pytest.fixture
def two_schedules(harness: UseCaseHarness) -> UseCaseHarness:
    """Sales is on call by `days`, in which Tom is the only one."""
    harness.replace_in_playbook('[[routes]]\nname = "crisis"\n', DAYS.lstrip())
    harness.replace_in_playbook('deputies = ["U0TOM"]', 'deputies = ["U0TOM"]\non_call = ["days"]')
    return harness


@pytest.mark.parametrize("by", [RAJ, OLA, MIA])
async def test_its_people_its_departments_deputies_and_managers_change_a_schedule(
    by: str, harness: UseCaseHarness
) -> None:
    rights = await permissions_of(harness).check(by, harness.app.on_call_lookup.get_schedules()["nights"])
    assert rights == (True, by == MIA, False)


async def test_anybody_else_is_told_who_may(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="<@U0JOE> isn't in the schedule nights or a deputy of its department"):
        await permissions_of(harness).check(JOE, harness.app.on_call_lookup.get_schedules()["nights"], "<@U0JOE> isn't")


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("", ""),
        ("nights", ""),
        ("OPS", ""),
        ("ops until 8", "until 8"),
        ("until 8 nights", "until 8"),
        ("until 8", "until 8"),
    ],
)
async def test_a_schedule_is_meant_by_its_name_its_departments_or_by_being_the_only_one(
    words: str, rest: str, harness: UseCaseHarness
) -> None:
    meant = await permissions_of(harness).resolve_schedule(OLA, words)
    assert (meant.schedule.name, [one.name for one in meant.departments], meant.rest) == ("nights", ["ops"], rest)


async def test_who_may_change_several_says_which(two_schedules: UseCaseHarness) -> None:
    permissions = permissions_of(two_schedules)
    with pytest.raises(NotAllowed, match="Add its name: `nights`, `days`"):
        await permissions.resolve_schedule(MIA, "")
    assert (await permissions.resolve_schedule(MIA, "sales")).schedule.name == "days"
    assert (await permissions.resolve_schedule(TOM, "")).schedule.name == "days"


async def test_a_schedule_that_somebody_may_not_change_is_refused_though_they_name_it(
    two_schedules: UseCaseHarness,
) -> None:
    with pytest.raises(NotAllowed, match="You aren't in the schedule nights"):
        await permissions_of(two_schedules).resolve_schedule(TOM, "nights")


async def test_who_is_in_no_schedule_is_told_so(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="You aren't in any schedule, so you have no shift to change"):
        await permissions_of(harness).resolve_schedule(JOE, "")


async def test_a_department_whose_people_are_listed_has_nothing_to_change(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="care has no schedule, so there is nothing to change"):
        await permissions_of(harness).resolve_schedule(ANA, "care")


async def test_without_schedules_there_is_nothing_to_change(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook('on_call = ["nights"]', 'on_call = ["U0OLA"]')
    harness.drop_from_playbook("[[schedules]]", "nights", until="[crisis]")
    with pytest.raises(NotAllowed, match="The playbook has no schedules"):
        await permissions_of(harness).resolve_schedule(OLA, "")


async def test_while_slack_does_not_say_who_is_a_deputy_nobody_is_told_that_they_are_none(
    harness: UseCaseHarness,
) -> None:
    harness.replace_in_playbook('deputies = ["U0OLA"]', 'deputies = ["U0OLA", "S0PRESS"]')
    harness.slack.hide_groups()
    permissions = permissions_of(harness)
    for words in ("", "nights"):
        with pytest.raises(NotAllowed, match="Slack isn't telling Earshot"):
            await permissions.resolve_schedule("U0PAM", words)
    assert (await permissions.resolve_schedule(OLA, "")).schedule.name == "nights"


async def test_a_schedule_of_no_department_is_changed_by_its_people_and_managers(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook('on_call = ["nights"]', 'on_call = ["U0OLA"]')
    permissions, nights = permissions_of(harness), harness.app.on_call_lookup.get_schedules()["nights"]
    assert [(await permissions.load_rights(by, nights)).can_change for by in (RAJ, MIA, OLA, LEA)] == [
        True,
        True,
        False,
        False,
    ]
