"""Delivery when Slack answers: posted once, edited in place, followed from channel to channel."""

import itertools

from bot.domain.department import Department
from bot.store.store import Store
from bot.workers.delivery.delivery_worker import CONCURRENCY
from tests.clock import WoundClock
from tests.domain.made import CARE, SALES
from tests.workers.desk import Desk


async def test_a_new_case_is_posted_once_in_its_departments_channel(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.works(30)
    assert desk.slack.names() == [case.id]
    assert await desk.owed() == []


async def test_ten_changes_while_the_limits_hold_it_back_are_one_drawing(desk: Desk) -> None:
    (case,) = await desk.hears(1, author="@joe", conversation="c")
    await desk.settles()
    for number in range(2, 12):
        await desk.hears(number, author="@joe", conversation="c")
    await desk.settles()
    assert desk.slack.calls["update", "C0CARE"] == 1
    assert "10 joined" in desk.slack.channels["C0CARE"][0].text
    assert desk.slack.names() == [case.id]


async def test_a_card_drawn_by_the_click_itself_costs_no_update(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    claimed = await desk.claims(case)
    await desk.store.outbox.record_card_response(claimed, await desk.store.outbox.load_card(case.id), desk.clock.now())
    await desk.works(30)
    assert desk.slack.calls["update", "C0CARE"] == 0


async def test_a_card_that_somebody_deleted_is_posted_anew(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    desk.slack.channels["C0CARE"].clear()
    await desk.claims(case)
    await desk.settles()
    assert desk.slack.names() == [case.id]
    assert "<@U0ANA>" in desk.slack.channels["C0CARE"][0].text


async def test_a_case_that_moves_has_a_new_card_before_the_old_one_points_to_it(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    await desk.hands(case, SALES)
    await desk.settles()
    calls = [(method, channel) for _, method, channel in desk.slack.times]
    assert calls == [("post", "C0CARE"), ("post", "C0SALES"), ("update", "C0CARE")]
    assert desk.slack.channels["C0CARE"][0].text.startswith("Moved to sales")
    assert desk.slack.names("C0SALES") == [case.id]


async def test_a_case_that_moves_there_and_back_is_alive_in_one_place(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    for department in (SALES, CARE):
        await desk.hands(case, department)
        await desk.settles()
    alive = [(c, m.name) for c, all_ in desk.slack.channels.items() for m in all_ if not m.text.startswith("Moved")]
    assert alive == [("C0CARE", case.id)]


async def test_a_case_that_moves_on_before_its_card_was_moved_leaves_no_card_behind(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    await desk.hands(case, SALES)
    await desk.delivery.step()
    await desk.hands(case, CARE)
    await desk.settles()
    alive = [(c, m.name) for c, all_ in desk.slack.channels.items() for m in all_ if not m.text.startswith("Moved")]
    assert alive == [("C0CARE", case.id)]


async def test_a_case_that_moved_before_it_was_posted_is_posted_where_it_went(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.hands(case, SALES)
    await desk.settles()
    assert (desk.slack.names(), desk.slack.names("C0SALES")) == ([], [case.id])


async def test_cards_of_one_channel_keep_their_distance_and_all_channels_together_theirs(desk: Desk) -> None:
    await desk.hears(*range(20))
    await desk.hears(*range(100, 120), subjects=("sales",))
    await desk.settles()
    for channel in ("C0CARE", "C0SALES"):
        times = [at for at, _, where in desk.slack.times if where == channel]
        assert min(later - sooner for sooner, later in itertools.pairwise(times)) >= 1.25
        assert len(times) == 20


async def test_two_processes_post_each_card_once(desk: Desk) -> None:
    cases = await desk.hears(*range(10))
    other = desk.another()
    for _ in range(40):
        await other.step()
        await desk.works(1)
    assert sorted(desk.slack.names()) == sorted(case.id for case in cases)


async def test_where_another_process_sends_nothing_is_sent(desk: Desk) -> None:
    await desk.hears(1)
    await desk.store.client.execute("SET", desk.store.keys.lease_key("delivery"), "another")
    await desk.works(5)
    assert not desk.slack.calls


async def test_a_process_that_another_took_over_from_in_a_step_begins_no_more(store: Store, clock: WoundClock) -> None:
    many = [Department(name=f"d{n:02}", channel=f"C0D{n:02}") for n in range(30)]
    desk = Desk(store, clock, *many)
    for n, department in enumerate(many):
        await desk.hears(n, subjects=(department.name,))

    async def taken() -> None:
        await store.client.execute("SET", store.keys.lease_key("delivery"), "another")

    desk.slack.meanwhile = taken
    await desk.works(10)
    assert 0 < sum(desk.slack.calls.values()) <= CONCURRENCY
