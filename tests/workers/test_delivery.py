"""Delivery when Slack answers: posted once, edited in place, followed from channel to channel."""

import itertools

from bot.domain.department import Department
from bot.store.store import Store
from bot.workers.delivery.delivery_worker import CONCURRENCY
from tests.clock import SteppedClock
from tests.domain.samples import CARE, SALES
from tests.workers.delivery_harness import DeliveryHarness


async def test_a_new_case_is_posted_once_in_its_departments_channel(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_for(30)
    assert harness.slack.names() == [case.id]
    assert await harness.list_pending() == []


async def test_ten_changes_while_the_limits_hold_it_back_are_one_drawing(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1, author="@joe", conversation="c")
    await harness.run_until_idle()
    for number in range(2, 12):
        await harness.open_cases(number, author="@joe", conversation="c")
    await harness.run_until_idle()
    assert harness.slack.calls["update", "C0CARE"] == 1
    assert "10 later posts" in harness.slack.channels["C0CARE"][0].text
    assert harness.slack.names() == [case.id]


async def test_a_card_drawn_by_the_click_itself_costs_no_update(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    claimed = await harness.claim(case)
    await harness.store.outbox.record_card_response(
        claimed, await harness.store.outbox.load_card(case.id), harness.clock.now()
    )
    await harness.run_for(30)
    assert harness.slack.calls["update", "C0CARE"] == 0


async def test_a_card_that_somebody_deleted_is_posted_again(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    harness.slack.channels["C0CARE"].clear()
    await harness.claim(case)
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]
    assert "<@U0ANA>" in harness.slack.channels["C0CARE"][0].text


async def test_a_case_that_moves_has_a_new_card_before_the_old_one_points_to_it(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    await harness.hand_over(case, SALES)
    await harness.run_until_idle()
    calls = [(method, channel) for _, method, channel in harness.slack.times]
    assert calls == [("post", "C0CARE"), ("post", "C0SALES"), ("update", "C0CARE")]
    assert harness.slack.channels["C0CARE"][0].text.startswith("Moved to sales")
    assert harness.slack.names("C0SALES") == [case.id]


async def test_a_case_that_moves_there_and_back_is_alive_in_one_place(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    for department in (SALES, CARE):
        await harness.hand_over(case, department)
        await harness.run_until_idle()
    alive = [(c, m.name) for c, all_ in harness.slack.channels.items() for m in all_ if not m.text.startswith("Moved")]
    assert alive == [("C0CARE", case.id)]


async def test_a_case_that_moves_on_before_its_card_was_moved_leaves_no_card_behind(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    await harness.hand_over(case, SALES)
    await harness.delivery.step()
    await harness.hand_over(case, CARE)
    await harness.run_until_idle()
    alive = [(c, m.name) for c, all_ in harness.slack.channels.items() for m in all_ if not m.text.startswith("Moved")]
    assert alive == [("C0CARE", case.id)]


async def test_a_case_that_moved_before_it_was_posted_is_posted_where_it_went(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.hand_over(case, SALES)
    await harness.run_until_idle()
    assert (harness.slack.names(), harness.slack.names("C0SALES")) == ([], [case.id])


async def test_cards_of_one_channel_keep_their_distance_and_all_channels_together_theirs(
    harness: DeliveryHarness,
) -> None:
    await harness.open_cases(*range(20))
    await harness.open_cases(*range(100, 120), subjects=("sales",))
    await harness.run_until_idle()
    for channel in ("C0CARE", "C0SALES"):
        times = [at for at, _, where in harness.slack.times if where == channel]
        assert min(later - sooner for sooner, later in itertools.pairwise(times)) >= 1.25
        assert len(times) == 20


async def test_two_processes_post_each_card_once(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(*range(10))
    other = harness.start_another()
    for _ in range(40):
        await other.step()
        await harness.run_for(1)
    assert sorted(harness.slack.names()) == sorted(case.id for case in cases)


async def test_where_another_process_sends_nothing_is_sent(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    await harness.store.client.execute("SET", harness.store.keys.lease_key("delivery"), "another")
    await harness.run_for(5)
    assert not harness.slack.calls


async def test_a_process_that_another_took_over_from_in_a_step_begins_no_more(
    store: Store, clock: SteppedClock
) -> None:
    many = [Department(name=f"d{n:02}", channel=f"C0D{n:02}") for n in range(30)]
    harness = DeliveryHarness(store, clock, *many)
    for n, department in enumerate(many):
        await harness.open_cases(n, subjects=(department.name,))

    async def taken() -> None:
        await store.client.execute("SET", store.keys.lease_key("delivery"), "another")

    harness.slack.meanwhile = taken
    await harness.run_for(10)
    assert 0 < sum(harness.slack.calls.values()) <= CONCURRENCY
