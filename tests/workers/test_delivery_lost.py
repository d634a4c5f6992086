"""The playbook has lost a department: its cases wait, its cards stay alive, and somebody is told."""

from tests.domain.samples import CARE, SALES
from tests.workers.delivery_harness import DeliveryHarness


async def test_a_card_of_a_lost_department_is_edited_where_it_is(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    harness.rules.known = (SALES,)
    await harness.claim(case)
    await harness.run_until_idle()
    (card,) = harness.slack.channels["C0CARE"]
    assert "claimed by <@U0ANA>" in card.text


async def test_a_manager_is_told_once_what_waits_and_it_is_posted_when_the_department_is_back(
    harness: DeliveryHarness,
) -> None:
    (case,) = await harness.open_cases(1)
    harness.rules.known = (SALES,)
    await harness.run_for(30)
    (told,) = harness.slack.channels["U0MIA"]
    assert "The playbook has no department care now. Put it back under this name." in told.text
    assert await harness.list_pending() == [f"card {case.id} 0 care"]
    harness.rules.known = (CARE, SALES)
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]
    assert await harness.store.health_issues.load_issues() == {}


async def test_a_list_is_not_drawn_again_and_again_while_a_case_on_it_waits_for_its_own_card(
    harness: DeliveryHarness,
) -> None:
    cases = await harness.open_cases(*range(60))
    await harness.run_for(10)
    (listed, *_) = [case for case in cases if (await harness.store.outbox.load_card(case.id)).digest]
    before = harness.slack.calls["update", "C0CARE"]
    await harness.store.rate_limits.pause_limit("post", harness.clock.now().replace(hour=23), harness.clock.now())
    await harness.claim(listed)
    await harness.run_for(60)
    assert harness.slack.calls["update", "C0CARE"] - before <= 1
