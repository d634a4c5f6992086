"""Digests: when too much comes at once it comes as lists, and each case is to be seen exactly once."""

from datetime import timedelta

from bot.domain.case import Case
from bot.domain.cases.transitions import claim_from_list, release_case
from bot.domain.outbox import Notification
from bot.sinks.delivery_errors import DeliveryUnknownError
from bot.store.message_records import CardState
from tests.domain.samples import build_context
from tests.workers.delivery_harness import DeliveryHarness
from tests.workers.fake_slack import always_fail, never_fail
from tests.workers.numbered_mentions import spell_number


def seen_once(harness: DeliveryHarness, cases: list[Case]) -> bool:
    return {harness.slack.count_appearances(case.id) for case in cases} == {1}


async def test_a_channel_a_minute_behind_lists_its_cases_and_misses_none(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(60))
    await harness.run_until_idle()
    assert seen_once(harness, cases)
    assert len(harness.slack.names()) < 20


async def test_more_than_three_lists_are_one_list_that_stands_for_all(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(61))
    await harness.run_until_idle()
    (flood,) = harness.slack.channels["C0CARE"]
    assert flood.text == "61 new cases for care, the most urgent first"


async def test_a_few_cases_come_as_cards(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(30))
    await harness.run_until_idle()
    assert sorted(harness.slack.names()) == sorted(case.id for case in cases)


async def test_a_channel_that_was_shut_for_a_minute_catches_up_with_a_list(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(6))
    harness.slack.fails = always_fail(DeliveryUnknownError("503"))
    await harness.run_for(1)
    harness.clock.advance(minutes=30)
    harness.slack.fails = never_fail
    await harness.run_until_idle()
    assert seen_once(harness, cases)
    assert any(message.is_digest for message in harness.slack.channels["C0CARE"])


async def test_a_listed_case_that_is_claimed_gets_a_card_and_its_line_says_so(harness: DeliveryHarness) -> None:
    (case, *_) = await harness.open_cases(*range(60))
    await harness.run_until_idle()
    await harness.claim(case)
    await harness.run_until_idle()
    assert harness.slack.names().count(case.id) == 1
    digests = [message for message in harness.slack.channels["C0CARE"] if message.is_digest]
    assert any("19 unclaimed" in message.text for message in digests)


async def test_a_list_whose_answer_was_lost_comes_once_more_at_the_most_and_as_a_list(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(60))
    harness.slack.loses.append("C0CARE")
    await harness.run_for(600, pace=2)
    assert {harness.slack.count_appearances(case.id) for case in cases} == {1, 2}
    assert all(
        message.is_digest or message.name in {c.id for c in cases} for message in harness.slack.channels["C0CARE"]
    )
    assert not any(harness.slack.names().count(case.id) for case in cases[:20])


async def test_a_lost_card_beside_a_list_is_a_card_again_and_no_second_list(harness: DeliveryHarness) -> None:
    (case, *_) = await harness.open_cases(*range(60))
    await harness.run_until_idle()
    lists = sum(message.is_digest for message in harness.slack.channels["C0CARE"])
    harness.slack.loses.append("C0CARE")
    await harness.claim(case)
    await harness.run_for(600, pace=2)
    assert sum(message.is_digest for message in harness.slack.channels["C0CARE"]) == lists
    assert harness.slack.names().count(case.id) == 2
    assert (await harness.store.outbox.load_card(case.id)).state is CardState.POSTED


async def test_a_list_that_somebody_deleted_comes_back_with_those_that_wait(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(60))
    await harness.run_until_idle()
    (digest, *_) = [message for message in harness.slack.channels["C0CARE"] if message.is_digest]
    harness.slack.channels["C0CARE"].remove(digest)
    on_it = [case for case in cases if digest.lists(case.id)]
    await harness.claim(on_it[0])
    await harness.run_until_idle()
    assert seen_once(harness, cases)


async def test_a_digest_that_is_no_longer_kept_is_no_longer_pending(harness: DeliveryHarness) -> None:
    await harness.store.outbox.add(Notification.draw_digest("gone", "care"), harness.clock.now())
    await harness.run_until_idle()
    assert not harness.slack.calls


async def test_of_hundreds_that_wait_one_card_stands_for_all_and_each_can_be_claimed_from_it(
    harness: DeliveryHarness,
) -> None:
    cases = await harness.open_cases(*range(320))
    began = harness.clock.now()
    await harness.run_until_idle()

    (flood,) = harness.slack.channels["C0CARE"]
    assert flood.text == "320 new cases for care, the most urgent first"
    assert (harness.clock.now() - began).total_seconds() < 60
    assert await harness.list_pending() == []
    records = await harness.store.outbox.load_cards([case.id for case in cases])
    assert {record.state for record in records.values()} == {CardState.LISTED}

    claimed: set[str] = set()
    while shown := [case for case in cases if case.id not in claimed and flood.lists(case.id)]:
        for case in shown:
            await harness.claim(case)
        claimed |= {case.id for case in shown}
        await harness.run_until_idle()
    assert claimed == {case.id for case in cases}
    assert sorted(m.name for m in harness.slack.channels["C0CARE"] if m is not flood) == sorted(claimed)


async def test_the_most_urgent_come_first_on_a_card_that_stands_for_hundreds(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(1_100))
    (reached,) = await harness.open_cases(5_000, text="My bag is gone and I need my insulin #urgent")
    await harness.run_until_idle()

    (flood,) = harness.slack.channels["C0CARE"]
    assert flood.text == "1,101 new cases for care, the most urgent first"
    assert flood.lists(reached.id)


async def test_a_card_that_stands_for_hundreds_comes_again_where_somebody_deleted_it(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(310))
    await harness.run_until_idle()
    (flood,) = harness.slack.channels["C0CARE"]
    harness.slack.channels["C0CARE"].clear()
    listed = next(case for case in cases if flood.lists(case.id))
    await harness.claim(listed)
    await harness.run_until_idle()

    (again,) = [message for message in harness.slack.channels["C0CARE"] if message.is_digest]
    assert again.text == flood.text
    assert not again.lists(listed.id)


async def test_a_sender_that_dies_amid_hundreds_leaves_none_out(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(1_300))
    await harness.run_for(1)  # the card is there, and a part of the cases is on it
    harness.delivery = harness.start_another()
    await harness.run_until_idle()

    assert await harness.list_pending() == []
    records = await harness.store.outbox.load_cards([case.id for case in cases])
    assert {record.state for record in records.values()} == {CardState.LISTED}
    (flood,) = harness.slack.channels["C0CARE"]
    assert flood.text == "1,300 new cases for care, the most urgent first"


async def test_a_burst_after_a_restart_joins_the_message_of_the_flood_before_it(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(310))
    await harness.run_until_idle()
    harness.delivery = harness.start_another()
    harness.clock.advance(minutes=9)
    await harness.open_cases(*range(1_000, 1_070))
    await harness.run_until_idle()
    assert len(harness.slack.channels["C0CARE"]) == 1


async def test_after_an_outage_one_message_stands_for_twelve_thousand_cases(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(12_000))
    await harness.run_until_idle()

    (flood,) = harness.slack.channels["C0CARE"]
    assert flood.text == "12,000 new cases for care, the most urgent first"
    assert await harness.list_pending() == []


async def test_bursts_soon_after_a_flood_join_its_message_and_later_ones_have_cards(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(310))
    await harness.run_until_idle()
    for burst in range(1, 6):
        await harness.open_cases(*range(burst * 1_000, burst * 1_000 + 70))
        await harness.run_until_idle()
        harness.clock.advance(timedelta(minutes=2))
    assert len(harness.slack.channels["C0CARE"]) == 1
    harness.clock.advance(timedelta(minutes=11))
    (late,) = await harness.open_cases(9_000)
    await harness.run_until_idle()
    assert harness.slack.names().count(late.id) == 1


async def test_one_digest_has_twenty_lines_however_many_say_the_same(harness: DeliveryHarness) -> None:
    for number in range(90):
        await harness.open_cases(number, text=f"The app is down and I can't check in {spell_number(number)}")
    await harness.run_until_idle()
    shown = [message for message in harness.slack.channels["C0CARE"] if message.is_digest]
    assert len(shown) == 1


async def test_a_case_taken_from_a_list_has_no_card_until_its_owner_hands_it_on(harness: DeliveryHarness) -> None:
    first, second, *_ = await harness.open_cases(*range(310))
    await harness.run_until_idle()
    (flood,) = harness.slack.channels["C0CARE"]
    listed = [case for case in (first, second) if flood.lists(case.id)] or [first, second]
    case = listed[0]
    taken = await harness.change(case, lambda now: claim_from_list(now, build_context("U0ANA", harness.clock.now())))
    await harness.run_until_idle()
    assert taken.from_list
    assert len(harness.slack.channels["C0CARE"]) == 1
    assert not flood.lists(case.id)
    await harness.change(taken, lambda now: release_case(now, build_context("U0ANA", harness.clock.now())))
    await harness.run_until_idle()
    assert len(harness.slack.channels["C0CARE"]) == 1
    record = await harness.store.digests.load(flood.name)
    assert record is not None
    assert case.id in (*record.cases, *await harness.store.digests.list_hidden(record, -1))
