"""From a figure of the report down to the cases behind it."""

import re

import pytest

from bot.cards import action_ids
from tests.scenarios.sample_posts import LOST, PRAISE, WISH, build_complaint
from tests.scenarios.test_reports import a_day
from tests.scenarios.world import World


def options(world: World, person: str) -> dict[str, str]:
    """The labels of the menu with their values."""
    view = world.sandbox.get_user(person).modal
    assert view is not None
    [menu] = [one["element"] for one in view.blocks if one.get("block_id") == action_ids.FIGURE]
    return {one["text"]["text"]: one["value"] for group in menu["option_groups"] for one in group["options"]}


async def open_cases(world: World, person: str, words: str = "today") -> str:
    await world.person(person).type_command(f"/sentiment {words}")
    await world.person(person).press_on_whisper("Cases…")
    return world.person(person).form


async def test_a_manager_goes_from_the_report_to_the_overdue_cases(world: World) -> None:
    await world.receive(LOST)
    await world.receive(PRAISE, by="pia")
    await world.advance(hours=2)
    shown = await open_cases(world, "mia")
    assert "2 cases in /sentiment today" in shown
    assert options(world, "mia")["Overdue now (2)"] == "work:overdue"
    shown = await world.person("mia").submit_form(figure="work:overdue", department="care")
    assert "1 case behind “Overdue now” in /sentiment today" in shown
    assert "These are cases that are in this department now." in shown
    assert "lost my bag" in shown
    assert "pia" not in shown


async def test_each_figure_has_as_many_cases_as_it_counts_where_each_post_is_one(world: World) -> None:
    for number, text in enumerate([LOST, PRAISE, WISH, build_complaint(3)]):
        await world.receive(text, by=f"person{number}")
    await world.advance(minutes=2)
    await world.channel("#care").card("@person0").resolve("answered", by="ana")
    await world.advance(minutes=1)
    await open_cases(world, "mia")
    listed = options(world, "mia")
    assert len(listed) > 6
    for label, figure in listed.items():
        count = int(label.rpartition("(")[2].removesuffix(")"))
        shown = await world.person("mia").submit_form(figure=figure)
        [(found, name)] = re.findall(r"(\d+) cases? behind “([^”]+)” in /sentiment today", shown)
        assert (int(found), name) == (count, label.rpartition(" (")[0]), label


@pytest.mark.parametrize("at", ["", "yesterday", "2026-03-10T09:00:00"])
async def test_an_entry_of_the_audit_log_whose_time_cannot_be_read_hides_no_case(world: World, at: str) -> None:
    store = world.local_app.store
    await world.receive(LOST)
    await store.client.execute("XADD", store.keys.audit, "*", "at", at, "what", "opened", "case", "c1")
    assert "1 case in /sentiment today" in await open_cases(world, "mia")


async def test_the_filter_by_department_and_state_narrows_the_list(world: World) -> None:
    await a_day(world)
    await open_cases(world, "mia", "week")
    shown = await world.person("mia").submit_form(department="care", status="claimed")
    assert "No case in /sentiment week" in shown


async def test_the_cases_of_another_time_are_not_listed(world: World) -> None:
    await world.receive(LOST)
    await world.advance(hours=30)
    await world.receive(build_complaint(2), by="pedro")
    await world.advance(minutes=1)
    assert "1 case in /sentiment yesterday" in await open_cases(world, "mia", "yesterday")
    assert "marta" in world.person("mia").form
    assert "1 case in /sentiment today" in await open_cases(world, "mia", "today")
    assert "pedro" in world.person("mia").form


async def test_who_is_on_no_team_sees_no_cases(world: World) -> None:
    await world.receive(LOST)
    await world.person("joe").type_command("/sentiment today")
    await world.person("joe").press_on_whisper("Cases…")
    assert "for people in a department" in world.person("joe").last_whisper


@pytest.mark.parametrize("words", ["today", "today care", "week Northwind Air"])
async def test_what_was_asked_is_kept_when_the_form_is_sent_again(world: World, words: str) -> None:
    await a_day(world)
    await open_cases(world, "mia", words)
    view = world.sandbox.get_user("mia").modal
    assert view is not None
    assert words in view.body["private_metadata"]
    shown = await world.person("mia").submit_form()
    assert f"in /sentiment {words}" in shown
