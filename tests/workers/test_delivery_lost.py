"""The playbook has lost a department: its cases wait, its cards stay alive, and somebody is told."""

from tests.domain.made import CARE, SALES
from tests.workers.desk import Desk


async def test_a_card_of_a_lost_department_is_edited_where_it_is(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    desk.rules.known = (SALES,)
    await desk.claims(case)
    await desk.settles()
    (card,) = desk.slack.channels["C0CARE"]
    assert "claimed by <@U0ANA>" in card.text


async def test_a_manager_is_told_once_what_waits_and_it_is_posted_when_the_department_is_back(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    desk.rules.known = (SALES,)
    await desk.works(30)
    (told,) = desk.slack.channels["U0MIA"]
    assert "The playbook has no department care now. Put it back under this name." in told.text
    assert await desk.owed() == [f"card {case.id} 0 care"]
    desk.rules.known = (CARE, SALES)
    await desk.settles()
    assert desk.slack.names() == [case.id]
    assert await desk.store.health_issues.load_issues() == {}


async def test_a_list_is_not_drawn_again_and_again_while_a_case_on_it_waits_for_its_own_card(desk: Desk) -> None:
    cases = await desk.hears(*range(60))
    await desk.works(10)
    (listed, *_) = [case for case in cases if (await desk.store.outbox.load_card(case.id)).digest]
    before = desk.slack.calls["update", "C0CARE"]
    await desk.store.rate_limits.pause_limit("post", desk.clock.now().replace(hour=23), desk.clock.now())
    await desk.claims(listed)
    await desk.works(60)
    assert desk.slack.calls["update", "C0CARE"] - before <= 1
