"""A reminder asks for somebody to take a case, and asks no more once somebody has."""

from bot.workers.case_deadlines import DeadlineWorker
from tests.domain.made import SALES
from tests.workers.desk import Desk


async def reminded(desk: Desk) -> str:
    """A case that nobody claimed in time; gives its id."""
    (case,) = await desk.hears(1)
    await desk.settles()
    desk.clock.wind(minutes=16)
    await DeadlineWorker(desk.store, desk.rules, desk.rota, desk.clock).step()
    await desk.settles()
    assert "Nobody has claimed" in desk.slack.channels["C0CARE"][1].text
    return case.id


async def test_a_reminder_says_who_claimed_the_case_and_offers_it_no_more(desk: Desk) -> None:
    case = await desk.store.cases.get(await reminded(desk))
    await desk.claims(case)
    await desk.settles()
    card, reminder = desk.slack.channels["C0CARE"]
    assert reminder.text == "🙋 <@U0ANA> claimed the complaint from @p1."
    assert "actions" not in [block["type"] for block in reminder.blocks]
    assert "claimed by <@U0ANA>" in card.text


async def test_a_reminder_in_a_channel_that_the_case_has_left_says_where_it_went(desk: Desk) -> None:
    case = await desk.store.cases.get(await reminded(desk))
    await desk.hands(case, SALES)
    await desk.settles()
    assert desk.slack.channels["C0CARE"][1].text == "➡️ The complaint from @p1 moved to sales."
    assert desk.slack.names("C0SALES") == [case.id]


async def test_a_reminder_that_somebody_deleted_is_let_be(desk: Desk) -> None:
    case = await desk.store.cases.get(await reminded(desk))
    desk.slack.channels["C0CARE"].pop()
    await desk.claims(case)
    await desk.settles()
    assert desk.slack.names() == [case.id]


async def test_a_reminder_costs_one_update_more_and_only_once(desk: Desk) -> None:
    case = await desk.store.cases.get(await reminded(desk))
    before = desk.slack.calls["update", "C0CARE"]
    await desk.claims(case)
    await desk.works(60)
    assert desk.slack.calls["update", "C0CARE"] - before == 2
