"""Delivery when Slack says no, says nothing, or is away: nothing is lost, and nobody is kept waiting for another."""

import itertools
from datetime import timedelta

import pytest

from bot.domain.department import Department
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.store.message_records import CardState
from bot.store.store import Store
from tests.clock import WoundClock
from tests.domain.made import CARE, SALES
from tests.workers.desk import Desk
from tests.workers.slack import always, never


async def test_a_429_parks_just_that_channel_for_just_as_long(desk: Desk) -> None:
    await desk.hears(1)
    await desk.hears(2, subjects=("sales",))
    desk.slack.fails = always(RateLimitedError(30), "post", "C0CARE")
    await desk.works(29)
    assert (desk.slack.calls["post", "C0CARE"], len(desk.slack.names("C0SALES"))) == (1, 1)
    desk.slack.fails = never
    await desk.works(3)
    assert len(desk.slack.names()) == 1


async def test_a_429_for_an_update_keeps_no_post_waiting(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.settles()
    desk.slack.fails = always(RateLimitedError(60), "update")
    await desk.claims(case)
    await desk.hears(2)
    await desk.works(30)
    assert (desk.slack.calls["update", "C0CARE"], len(desk.slack.names())) == (1, 2)


async def test_a_lost_answer_is_tried_again_once_and_late(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    desk.slack.loses.append("C0CARE")
    await desk.works(59)
    assert desk.slack.names() == [case.id]
    await desk.works(600, pace=5)
    assert desk.slack.names() == [case.id, case.id]


async def test_a_lost_answer_is_found_where_we_may_read(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    desk.slack.reads = True
    desk.slack.loses.append("C0CARE")
    await desk.works(600, pace=5)
    assert desk.slack.names() == [case.id]
    assert (await desk.store.outbox.load_card(case.id)).state is CardState.POSTED


async def test_a_card_found_again_shows_the_case_as_it_is_now(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    desk.slack.reads = True
    desk.slack.loses.append("C0CARE")
    await desk.works(5)
    await desk.claims(case)
    await desk.settles()
    (card,) = desk.slack.channels["C0CARE"]
    assert "<@U0ANA>" in card.text


async def test_one_lost_answer_keeps_no_other_card_waiting(desk: Desk) -> None:
    desk.slack.loses.append("C0CARE")
    await desk.hears(1, 2, 3)
    await desk.works(10)
    assert len(set(desk.slack.names())) == 3


async def test_a_refused_token_parks_everything_and_is_told_once(desk: Desk) -> None:
    await desk.hears(1)
    await desk.hears(2, subjects=("sales",))
    desk.slack.fails = always(SlackRejectedError("token_revoked"))
    await desk.works(170, pace=1)
    assert sum(desk.slack.calls.values()) <= 6
    assert "token_revoked" in (await desk.store.health_issues.load_issues())["slack"]
    desk.slack.fails = never
    await desk.settles()
    assert (len(desk.slack.names()), len(desk.slack.names("C0SALES"))) == (1, 1)
    assert await desk.store.health_issues.load_issues() == {}


async def test_an_archived_channel_is_told_once_and_its_cases_wait_until_it_is_back(
    store: Store, clock: WoundClock
) -> None:
    desk = Desk(store, clock, CARE.copy_with(fallback="C0OPS"), SALES)
    (case,) = await desk.hears(1)
    desk.slack.fails = always(SlackRejectedError("is_archived"), channel="C0CARE")
    await desk.works(400, pace=1)
    assert [name for name in desk.slack.names("C0OPS") if name.startswith("trouble")] == desk.slack.names("C0OPS")
    assert len(desk.slack.names("C0OPS")) == 1
    assert desk.slack.calls["post", "C0CARE"] <= 400 / 60 + 1
    desk.slack.fails = never
    await desk.settles()
    assert desk.slack.names() == [case.id]
    assert await store.health_issues.load_issues() == {}


async def test_a_channel_that_is_archived_again_is_told_again(store: Store, clock: WoundClock) -> None:
    desk = Desk(store, clock, CARE.copy_with(fallback="C0OPS"), SALES)
    for number in range(4):
        await desk.hears(number)
        desk.slack.fails = always(SlackRejectedError("is_archived"), channel="C0CARE")
        await desk.works(70, pace=1)
        desk.slack.fails = never
        await desk.settles()
    assert len(desk.slack.names("C0OPS")) == 4


@pytest.mark.parametrize(
    "word", ["restricted_action_read_only_channel", "slack_connect_file_link_sharing_blocked", "a_word_of_next_year"]
)
async def test_any_refusal_of_a_channel_is_told_with_slacks_word_and_its_cases_wait(desk: Desk, word: str) -> None:
    (case,) = await desk.hears(1)
    desk.slack.fails = always(SlackRejectedError(word), channel="C0CARE")
    await desk.works(70, pace=1)
    assert f"cannot be written to ({word})" in desk.slack.channels["U0MIA"][0].text
    assert len(desk.slack.channels["U0MIA"]) == 1
    desk.slack.fails = never
    await desk.settles()
    assert desk.slack.names() == [case.id]
    assert await desk.store.health_issues.load_issues() == {}


async def test_where_no_fallback_is_named_a_manager_hears_of_it(desk: Desk) -> None:
    await desk.hears(1)
    desk.slack.fails = always(SlackRejectedError("not_in_channel"), channel="C0CARE")
    await desk.works(5)
    assert "/invite" in desk.slack.channels["U0MIA"][0].text


async def test_a_department_with_spaces_in_its_name_is_told_of_too(store: Store, clock: WoundClock) -> None:
    desk = Desk(store, clock, Department(name="customer care 24/7", channel="C0CARE", fallback="C0OPS"))
    await desk.hears(1)
    desk.slack.fails = always(SlackRejectedError("is_archived"), channel="C0CARE")
    await desk.works(5)
    assert "customer care 24/7" in desk.slack.channels["C0OPS"][0].text


async def test_what_one_process_told_is_taken_back_by_the_next_when_it_is_well(desk: Desk) -> None:
    await desk.hears(1)
    for error in (SlackRejectedError("is_archived"), SlackRejectedError("token_revoked")):
        desk.slack.fails = always(error, channel="C0CARE")
        await desk.works(130, pace=1)
    assert set(await desk.store.health_issues.load_issues()) == {"channel:care", "slack"}
    desk.slack.fails = never
    desk.delivery = desk.another()
    await desk.settles()
    assert await desk.store.health_issues.load_issues() == {}


async def test_an_archived_channel_eats_no_updates_of_the_others(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    (other,) = await desk.hears(2, subjects=("sales",))
    await desk.settles()
    desk.slack.fails = always(SlackRejectedError("is_archived"), channel="C0CARE")
    await desk.claims(case)
    await desk.works(120, pace=0.5)
    assert desk.slack.calls["update", "C0CARE"] <= 3
    desk.clock.wind(seconds=30)
    await desk.claims(other, "U0MIA")
    await desk.works(1)
    assert "<@U0MIA>" in desk.slack.channels["C0SALES"][0].text


async def test_blocks_that_slack_refuses_are_said_in_plain_words(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    refused = iter([SlackRejectedError("invalid_blocks", ("at /blocks/0",))])
    desk.slack.fails = lambda *_: next(refused, None)
    await desk.settles()
    (card,) = desk.slack.channels["C0CARE"]
    assert (card.name, "Claim" in str(card.blocks), len(card.blocks)) == (case.id, True, 2)


@pytest.mark.parametrize(
    "error", [SlackRejectedError("invalid_arguments"), SlackRejectedError("invalid_blocks"), ZeroDivisionError()]
)
async def test_a_card_that_cannot_be_sent_keeps_no_other_waiting_and_is_not_given_up(
    desk: Desk, error: Exception
) -> None:
    poison, *others = await desk.hears(*range(15))
    await desk.hears(100, subjects=("sales",))
    desk.slack.refuses = {poison.id: error}
    await desk.works(120, pace=1.3)
    assert sorted(desk.slack.names()) == sorted(case.id for case in others)
    assert (len(desk.slack.names("C0SALES")), len(await desk.owed())) == (1, 1)
    assert desk.slack.attempts[poison.id] <= 6
    desk.slack.refuses = {}
    await desk.settles()
    assert desk.slack.names()[-1] == poison.id


@pytest.mark.parametrize("error", [DeliveryUnknownError("503"), NotSentError("no connection")])
async def test_after_an_hour_without_slack_nothing_is_missing_and_the_limits_are_kept(
    desk: Desk, error: Exception
) -> None:
    cases = await desk.hears(*range(30))
    desk.slack.fails = always(error)
    await desk.works(3600, pace=10)
    cases += await desk.hears(*range(100, 130))
    assert sum(desk.slack.calls.values()) <= 135  # one message tries for all, at least every half minute
    assert "does not answer" in (await desk.store.health_issues.load_issues())["slack"]
    desk.slack.fails, desk.slack.times = never, []
    began = desk.clock.now()
    await desk.settles()
    times = [at for at, method, _ in desk.slack.times if method == "post"]
    assert all(desk.slack.shows(case.id) == 1 for case in cases)
    assert min(later - sooner for sooner, later in itertools.pairwise(times)) >= 1.25
    assert desk.clock.now() - began < timedelta(minutes=16)
    assert await desk.store.health_issues.load_issues() == {}


async def test_two_days_without_slack_end_like_an_hour(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    desk.slack.fails = always(DeliveryUnknownError("503"))
    await desk.works(1.5 * 86_400, pace=120)
    desk.slack.fails = never
    await desk.settles()
    assert desk.slack.names() == [case.id]


async def test_calls_that_fail_side_by_side_are_one_failure_and_one_message_tries_for_all(
    store: Store, clock: WoundClock
) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(8)]
    desk = Desk(store, clock, *among)
    for number, department in enumerate(among):
        await desk.hears(number, subjects=(department.name,))
    desk.slack.fails = always(NotSentError("503"))
    await desk.works(20, pace=0.1)
    tries = [at for at, _, _ in desk.slack.times]
    alone = [at for at in tries if at != tries[0]]
    assert len(tries) - len(alone) <= 8
    assert len(set(alone)) == len(alone)
    assert 5 <= len(alone) <= 20
    assert max(later - sooner for sooner, later in itertools.pairwise(tries)) < 6


async def test_after_an_outage_of_twenty_seconds_all_cards_come_within_ten(store: Store, clock: WoundClock) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(8)]
    desk = Desk(store, clock, *among)
    for number, department in enumerate(among):
        await desk.hears(number, subjects=(department.name,))
    desk.slack.fails = always(NotSentError("503"))
    await desk.works(20, pace=0.1)
    desk.slack.fails = never
    await desk.works(10, pace=0.1)

    assert [len(desk.slack.names(department.channel)) for department in among] == [1] * 8
    assert await store.health_issues.load_issues() == {}


async def test_eight_answers_lost_side_by_side_keep_no_later_card_waiting(store: Store, clock: WoundClock) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(9)]
    desk = Desk(store, clock, *among)
    for number, department in enumerate(among[:8]):
        await desk.hears(number, subjects=(department.name,))
    desk.slack.fails = always(DeliveryUnknownError("502"))
    await desk.works(20, pace=0.1)
    desk.slack.fails = never
    await desk.hears(8, subjects=("d8",))
    await desk.works(3, pace=0.1)

    assert len(desk.slack.names("C0D8")) == 1


async def test_a_crisis_card_comes_at_once_though_the_clock_was_set_back_an_hour(desk: Desk) -> None:
    await desk.hears(*range(6))
    await desk.works(5)
    desk.slack.fails = always(NotSentError("503"))
    await desk.works(10)
    desk.slack.fails = never
    desk.clock.wind(hours=-1)
    (crisis,) = await desk.hears(100, intent=("crisis",))
    await desk.works(3)

    assert crisis.id in desk.slack.names()


async def test_a_clock_that_is_more_than_a_minute_off_slacks_is_a_trouble_until_it_is_set(desk: Desk) -> None:
    await desk.hears(1)
    desk.slack.ahead = 3_600
    await desk.works(3)
    assert (await desk.store.health_issues.load_issues())["clock"].startswith(
        "This machine's clock is 1 h behind Slack's."
    )
    desk.slack.ahead = 0
    await desk.hears(2)
    await desk.works(3)
    assert await desk.store.health_issues.load_issues() == {}
