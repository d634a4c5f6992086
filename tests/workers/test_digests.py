"""Digests: when too much comes at once it comes as lists, and each case is to be seen exactly once."""

from bot.domain.case import Case
from bot.domain.outbox import Notification
from bot.sinks.delivery_errors import DeliveryUnknownError
from bot.store.message_records import CardState
from tests.workers.desk import Desk
from tests.workers.slack import always, never


def seen_once(desk: Desk, cases: list[Case]) -> bool:
    return {desk.slack.shows(case.id) for case in cases} == {1}


async def test_a_channel_a_minute_behind_lists_its_cases_and_misses_none(desk: Desk) -> None:
    cases = await desk.hears(*range(200))
    await desk.settles()
    assert seen_once(desk, cases)
    assert len(desk.slack.names()) < 20


async def test_a_few_cases_come_as_cards(desk: Desk) -> None:
    cases = await desk.hears(*range(30))
    await desk.settles()
    assert sorted(desk.slack.names()) == sorted(case.id for case in cases)


async def test_a_channel_that_was_shut_for_a_minute_catches_up_with_a_list(desk: Desk) -> None:
    cases = await desk.hears(*range(6))
    desk.slack.fails = always(DeliveryUnknownError("503"))
    await desk.works(1)
    desk.clock.wind(minutes=30)
    desk.slack.fails = never
    await desk.settles()
    assert seen_once(desk, cases)
    assert any(message.is_digest for message in desk.slack.channels["C0CARE"])


async def test_a_listed_case_that_is_claimed_gets_a_card_and_its_line_says_so(desk: Desk) -> None:
    (case, *_) = await desk.hears(*range(60))
    await desk.settles()
    await desk.claims(case)
    await desk.settles()
    assert desk.slack.names().count(case.id) == 1
    line = next(m for m in desk.slack.channels["C0CARE"] if m.lists(case.id))
    assert "19 still to claim" in line.text


async def test_a_list_whose_answer_was_lost_comes_once_more_at_the_most_and_as_a_list(desk: Desk) -> None:
    cases = await desk.hears(*range(60))
    desk.slack.loses.append("C0CARE")
    await desk.works(600, pace=2)
    assert {desk.slack.shows(case.id) for case in cases} == {1, 2}
    assert all(message.is_digest or message.name in {c.id for c in cases} for message in desk.slack.channels["C0CARE"])
    assert not any(desk.slack.names().count(case.id) for case in cases[:20])


async def test_a_lost_card_beside_a_list_is_a_card_again_and_no_second_list(desk: Desk) -> None:
    (case, *_) = await desk.hears(*range(60))
    await desk.settles()
    lists = sum(message.is_digest for message in desk.slack.channels["C0CARE"])
    desk.slack.loses.append("C0CARE")
    await desk.claims(case)
    await desk.works(600, pace=2)
    assert sum(message.is_digest for message in desk.slack.channels["C0CARE"]) == lists
    assert desk.slack.names().count(case.id) == 2
    assert (await desk.store.outbox.load_card(case.id)).state is CardState.POSTED


async def test_a_list_that_somebody_deleted_comes_back_with_those_that_wait(desk: Desk) -> None:
    cases = await desk.hears(*range(60))
    await desk.settles()
    (digest, *_) = [message for message in desk.slack.channels["C0CARE"] if message.is_digest]
    desk.slack.channels["C0CARE"].remove(digest)
    on_it = [case for case in cases if digest.lists(case.id)]
    await desk.claims(on_it[0])
    await desk.settles()
    assert seen_once(desk, cases)


async def test_a_digest_that_is_no_longer_kept_is_owed_no_more(desk: Desk) -> None:
    await desk.store.outbox.add(Notification.draw_digest("gone", "care"), desk.clock.now())
    await desk.settles()
    assert not desk.slack.calls


async def test_of_hundreds_that_wait_one_card_stands_for_all_and_each_can_be_claimed_from_it(desk: Desk) -> None:
    cases = await desk.hears(*range(320))
    began = desk.clock.now()
    await desk.settles()

    (flood,) = desk.slack.channels["C0CARE"]
    assert flood.text == "320 new cases for care, the most urgent first"
    assert (desk.clock.now() - began).total_seconds() < 60
    assert await desk.owed() == []
    records = await desk.store.outbox.load_cards([case.id for case in cases])
    assert {record.state for record in records.values()} == {CardState.LISTED}

    claimed: set[str] = set()
    while shown := [case for case in cases if case.id not in claimed and flood.lists(case.id)]:
        for case in shown:
            await desk.claims(case)
        claimed |= {case.id for case in shown}
        await desk.settles()
    assert claimed == {case.id for case in cases}
    assert sorted(m.name for m in desk.slack.channels["C0CARE"] if m is not flood) == sorted(claimed)


async def test_the_most_urgent_come_first_on_a_card_that_stands_for_hundreds(desk: Desk) -> None:
    await desk.hears(*range(1_100))
    (reached,) = await desk.hears(5_000, text="My bag is gone and I need my insulin #urgent")
    await desk.settles()

    (flood,) = desk.slack.channels["C0CARE"]
    assert flood.text == "1,101 new cases for care, the most urgent first"
    assert flood.lists(reached.id)


async def test_a_card_that_stands_for_hundreds_comes_again_where_somebody_deleted_it(desk: Desk) -> None:
    cases = await desk.hears(*range(310))
    await desk.settles()
    (flood,) = desk.slack.channels["C0CARE"]
    desk.slack.channels["C0CARE"].clear()
    listed = next(case for case in cases if flood.lists(case.id))
    await desk.claims(listed)
    await desk.settles()

    (again,) = [message for message in desk.slack.channels["C0CARE"] if message.is_digest]
    assert again.text == flood.text
    assert not again.lists(listed.id)


async def test_a_sender_that_dies_amid_hundreds_leaves_none_out(desk: Desk) -> None:
    cases = await desk.hears(*range(1_300))
    await desk.works(1)  # the card is there, and a part of the cases is on it
    desk.delivery = desk.another()
    await desk.settles()

    assert await desk.owed() == []
    records = await desk.store.outbox.load_cards([case.id for case in cases])
    assert {record.state for record in records.values()} <= {CardState.LISTED, CardState.POSTED}
    assert len(desk.slack.channels["C0CARE"]) <= 3
