"""A reminder asks for somebody to take a case, and asks no more once somebody has."""

from tests.domain.samples import SALES
from tests.workers.delivery_harness import DeliveryHarness


async def open_reminded_case(harness: DeliveryHarness) -> str:
    """A case that nobody claimed in time; gives its id."""
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    harness.clock.advance(minutes=16)
    await harness.start_timers().step()
    await harness.run_until_idle()
    card, reminder = harness.slack.channels["C0CARE"]
    assert "Unclaimed for 16 min" in reminder.text
    assert reminder.thread == card.ts
    return case.id


async def test_a_reminder_says_who_claimed_the_case_and_offers_it_no_more(harness: DeliveryHarness) -> None:
    case = await harness.store.cases.get(await open_reminded_case(harness))
    await harness.claim(case)
    await harness.run_until_idle()
    card, reminder = harness.slack.channels["C0CARE"]
    assert reminder.text == "🙋 <@U0ANA> claimed the complaint from @p1."
    assert "actions" not in [block["type"] for block in reminder.blocks]
    assert "claimed by <@U0ANA>" in card.text


async def test_a_reminder_in_a_channel_that_the_case_has_left_says_where_it_went(harness: DeliveryHarness) -> None:
    case = await harness.store.cases.get(await open_reminded_case(harness))
    await harness.hand_over(case, SALES)
    await harness.run_until_idle()
    assert harness.slack.channels["C0CARE"][1].text == "➡️ The complaint from @p1 moved to sales."
    assert harness.slack.names("C0SALES") == [case.id]


async def test_a_reminder_that_somebody_deleted_is_let_be(harness: DeliveryHarness) -> None:
    case = await harness.store.cases.get(await open_reminded_case(harness))
    harness.slack.channels["C0CARE"].pop()
    await harness.claim(case)
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]


async def test_a_reminder_costs_one_update_more_and_only_once(harness: DeliveryHarness) -> None:
    case = await harness.store.cases.get(await open_reminded_case(harness))
    before = harness.slack.calls["update", "C0CARE"]
    await harness.claim(case)
    await harness.run_for(60)
    assert harness.slack.calls["update", "C0CARE"] - before == 2
