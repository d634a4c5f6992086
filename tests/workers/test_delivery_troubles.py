"""Delivery when Slack says no, says nothing, or is away: nothing is lost, and nobody is kept waiting for another."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.department import Department
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.store.message_records import CardState
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.samples import CARE, SALES
from tests.workers.delivery_harness import DeliveryHarness
from tests.workers.fake_slack import always_fail, never_fail


async def test_a_429_parks_just_that_channel_for_just_as_long(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    await harness.open_cases(2, subjects=("sales",))
    harness.slack.fails = always_fail(RateLimitedError(30), "post", "C0CARE")
    await harness.run_for(29)
    assert (harness.slack.calls["post", "C0CARE"], len(harness.slack.names("C0SALES"))) == (1, 1)
    harness.slack.fails = never_fail
    await harness.run_for(3)
    assert len(harness.slack.names()) == 1


async def test_a_429_for_an_update_keeps_no_post_waiting(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.run_until_idle()
    harness.slack.fails = always_fail(RateLimitedError(60), "update")
    await harness.claim(case)
    await harness.open_cases(2)
    await harness.run_for(30)
    assert (harness.slack.calls["update", "C0CARE"], len(harness.slack.names())) == (1, 2)


async def test_a_lost_answer_is_tried_again_once_and_late(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.loses.append("C0CARE")
    await harness.run_for(59)
    assert harness.slack.names() == [case.id]
    await harness.run_for(600, pace=5)
    assert harness.slack.names() == [case.id, case.id]


async def test_a_lost_answer_is_found_where_we_may_read(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.reads = True
    harness.slack.loses.append("C0CARE")
    await harness.run_for(600, pace=5)
    assert harness.slack.names() == [case.id]
    assert (await harness.store.outbox.load_card(case.id)).state is CardState.POSTED


async def test_a_card_found_again_shows_the_case_as_it_is_now(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.reads = True
    harness.slack.loses.append("C0CARE")
    await harness.run_for(5)
    await harness.claim(case)
    await harness.run_until_idle()
    (card,) = harness.slack.channels["C0CARE"]
    assert "<@U0ANA>" in card.text


async def test_one_lost_answer_keeps_no_other_card_waiting(harness: DeliveryHarness) -> None:
    harness.slack.loses.append("C0CARE")
    await harness.open_cases(1, 2, 3)
    await harness.run_for(10)
    assert len(set(harness.slack.names())) == 3


async def test_a_refused_token_parks_everything_and_is_told_once(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    await harness.open_cases(2, subjects=("sales",))
    harness.slack.fails = always_fail(SlackRejectedError("token_revoked"))
    await harness.run_for(170, pace=1)
    assert sum(harness.slack.calls.values()) <= 6
    assert "token_revoked" in (await harness.store.health_issues.load_issues())["slack"]
    harness.slack.fails = never_fail
    await harness.run_until_idle()
    assert (len(harness.slack.names()), len(harness.slack.names("C0SALES"))) == (1, 1)
    assert await harness.store.health_issues.load_issues() == {}


async def test_an_archived_channel_is_told_once_and_its_cases_wait_until_it_is_back(
    store: Store, clock: SteppedClock
) -> None:
    harness = DeliveryHarness(store, clock, CARE.copy_with(fallback="C0OPS"), SALES)
    (case,) = await harness.open_cases(1)
    harness.slack.fails = always_fail(SlackRejectedError("is_archived"), channel="C0CARE")
    await harness.run_for(400, pace=1)
    assert [name for name in harness.slack.names("C0OPS") if name.startswith("trouble")] == harness.slack.names("C0OPS")
    assert len(harness.slack.names("C0OPS")) == 1
    assert harness.slack.calls["post", "C0CARE"] <= 400 / 60 + 1
    harness.slack.fails = never_fail
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]
    assert await store.health_issues.load_issues() == {}


async def test_a_channel_that_is_archived_again_is_told_again(store: Store, clock: SteppedClock) -> None:
    harness = DeliveryHarness(store, clock, CARE.copy_with(fallback="C0OPS"), SALES)
    for number in range(4):
        await harness.open_cases(number)
        harness.slack.fails = always_fail(SlackRejectedError("is_archived"), channel="C0CARE")
        await harness.run_for(70, pace=1)
        harness.slack.fails = never_fail
        await harness.run_until_idle()
    assert len(harness.slack.names("C0OPS")) == 4


@pytest.mark.parametrize(
    "word", ["restricted_action_read_only_channel", "slack_connect_file_link_sharing_blocked", "a_word_of_next_year"]
)
async def test_any_refusal_of_a_channel_is_told_with_slacks_word_and_its_cases_wait(
    harness: DeliveryHarness, word: str
) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.fails = always_fail(SlackRejectedError(word), channel="C0CARE")
    await harness.run_for(70, pace=1)
    assert f"cannot be written to ({word})" in harness.slack.channels["U0MIA"][0].text
    assert len(harness.slack.channels["U0MIA"]) == 1
    harness.slack.fails = never_fail
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]
    assert await harness.store.health_issues.load_issues() == {}


async def test_where_no_fallback_is_named_a_manager_is_told(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    harness.slack.fails = always_fail(SlackRejectedError("not_in_channel"), channel="C0CARE")
    await harness.run_for(5)
    assert "/invite" in harness.slack.channels["U0MIA"][0].text


async def test_a_department_with_spaces_in_its_name_is_told_of_too(store: Store, clock: SteppedClock) -> None:
    harness = DeliveryHarness(store, clock, Department(name="customer care 24/7", channel="C0CARE", fallback="C0OPS"))
    await harness.open_cases(1)
    harness.slack.fails = always_fail(SlackRejectedError("is_archived"), channel="C0CARE")
    await harness.run_for(5)
    assert "customer care 24/7" in harness.slack.channels["C0OPS"][0].text


async def test_what_one_process_told_is_taken_back_by_the_next_when_it_is_well(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    for error in (SlackRejectedError("is_archived"), SlackRejectedError("token_revoked")):
        harness.slack.fails = always_fail(error, channel="C0CARE")
        await harness.run_for(130, pace=1)
    assert set(await harness.store.health_issues.load_issues()) == {"channel:care", "slack"}
    harness.slack.fails = never_fail
    harness.delivery = harness.start_another()
    await harness.run_until_idle()
    assert await harness.store.health_issues.load_issues() == {}


async def test_an_archived_channel_eats_no_updates_of_the_others(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    (other,) = await harness.open_cases(2, subjects=("sales",))
    await harness.run_until_idle()
    harness.slack.fails = always_fail(SlackRejectedError("is_archived"), channel="C0CARE")
    await harness.claim(case)
    await harness.run_for(120, pace=0.5)
    assert harness.slack.calls["update", "C0CARE"] <= 3
    harness.clock.advance(seconds=30)
    await harness.claim(other, "U0MIA")
    await harness.run_for(1)
    assert "<@U0MIA>" in harness.slack.channels["C0SALES"][0].text


async def test_blocks_that_slack_refuses_are_said_in_plain_words(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    refused = iter([SlackRejectedError("invalid_blocks", ("at /blocks/0",))])
    harness.slack.fails = lambda *_: next(refused, None)
    await harness.run_until_idle()
    (card,) = harness.slack.channels["C0CARE"]
    assert (card.name, "Claim" in str(card.blocks), len(card.blocks)) == (case.id, True, 2)


@pytest.mark.parametrize(
    "error", [SlackRejectedError("invalid_arguments"), SlackRejectedError("invalid_blocks"), ZeroDivisionError()]
)
async def test_a_card_that_cannot_be_sent_keeps_no_other_waiting_and_is_not_given_up(
    harness: DeliveryHarness, error: Exception
) -> None:
    poison, *others = await harness.open_cases(*range(15))
    await harness.open_cases(100, subjects=("sales",))
    harness.slack.refuses = {poison.id: error}
    await harness.run_for(120, pace=1.3)
    assert sorted(harness.slack.names()) == sorted(case.id for case in others)
    assert (len(harness.slack.names("C0SALES")), len(await harness.list_pending())) == (1, 1)
    assert harness.slack.attempts[poison.id] <= 6
    harness.slack.refuses = {}
    await harness.run_until_idle()
    assert harness.slack.names()[-1] == poison.id


def count_posts(harness: DeliveryHarness, *errors: Exception) -> Callable[[str, str], Exception | None]:
    """As Slack, take a post a second in a channel, also if it is refused with one of the errors."""
    seen: list[float] = []
    first = iter(errors)

    def answer(method: str, channel: str) -> Exception | None:
        if (method, channel) != ("post", "C0CARE"):
            return None
        if seen and harness.clock.seconds() - seen[-1] < 1:
            return RateLimitedError(1)
        seen.append(harness.clock.seconds())
        return next(first, None)

    return answer


async def test_simpler_blocks_follow_refused_ones_though_slack_counts_the_refused_post(
    harness: DeliveryHarness,
) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.fails = count_posts(harness, SlackRejectedError("invalid_attachments"))
    await harness.run_for(5, pace=0.25)
    (card,) = harness.slack.channels["C0CARE"]
    assert (card.name, "Claim" in str(card.blocks), len(card.blocks)) == (case.id, True, 2)
    assert await harness.store.health_issues.load_issues() == {}


async def test_refused_blocks_keep_no_other_card_waiting_though_slack_counts_the_refused_post(
    harness: DeliveryHarness,
) -> None:
    poison, *others = await harness.open_cases(*range(4))
    harness.slack.fails = count_posts(harness)
    harness.slack.refuses = {poison.id: SlackRejectedError("invalid_attachments")}
    await harness.run_for(150, pace=0.25)
    assert sorted(harness.slack.names()) == sorted(case.id for case in others)
    [trouble] = (await harness.store.health_issues.load_issues()).items()
    assert trouble == ("refused:care", "Slack refuses a message for care (invalid_attachments). The others are sent")
    harness.slack.refuses = {}
    await harness.run_until_idle()
    assert harness.slack.names()[-1] == poison.id
    assert await harness.store.health_issues.load_issues() == {}


@pytest.mark.parametrize("error", [DeliveryUnknownError("503"), NotSentError("no connection")])
async def test_after_an_hour_without_slack_nothing_is_missing_and_the_limits_are_kept(
    harness: DeliveryHarness, error: Exception
) -> None:
    cases = await harness.open_cases(*range(30))
    harness.slack.fails = always_fail(error)
    await harness.run_for(3600, pace=10)
    cases += await harness.open_cases(*range(100, 130))
    assert sum(harness.slack.calls.values()) <= 135  # one message tries for all, at least every half minute
    assert "does not answer" in (await harness.store.health_issues.load_issues())["slack"]
    harness.slack.fails, harness.slack.times = never_fail, []
    began = harness.clock.now()
    await harness.run_until_idle()
    times = [at for at, method, _ in harness.slack.times if method == "post"]
    assert all(harness.slack.count_appearances(case.id) == 1 for case in cases)
    assert min(later - sooner for sooner, later in itertools.pairwise(times)) >= 1.25
    assert harness.clock.now() - began < timedelta(minutes=16)
    assert await harness.store.health_issues.load_issues() == {}


async def test_two_days_without_slack_end_like_an_hour(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    harness.slack.fails = always_fail(DeliveryUnknownError("503"))
    await harness.run_for(1.5 * 86_400, pace=120)
    harness.slack.fails = never_fail
    await harness.run_until_idle()
    assert harness.slack.names() == [case.id]


async def test_calls_that_fail_side_by_side_are_one_failure_and_one_message_tries_for_all(
    store: Store, clock: SteppedClock
) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(8)]
    harness = DeliveryHarness(store, clock, *among)
    for number, department in enumerate(among):
        await harness.open_cases(number, subjects=(department.name,))
    harness.slack.fails = always_fail(NotSentError("503"))
    await harness.run_for(20, pace=0.1)
    tries = [at for at, _, _ in harness.slack.times]
    alone = [at for at in tries if at != tries[0]]
    assert len(tries) - len(alone) <= 8
    assert len(set(alone)) == len(alone)
    assert 5 <= len(alone) <= 20
    assert max(later - sooner for sooner, later in itertools.pairwise(tries)) < 6


async def test_after_an_outage_of_twenty_seconds_all_cards_come_within_ten(store: Store, clock: SteppedClock) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(8)]
    harness = DeliveryHarness(store, clock, *among)
    for number, department in enumerate(among):
        await harness.open_cases(number, subjects=(department.name,))
    harness.slack.fails = always_fail(NotSentError("503"))
    await harness.run_for(20, pace=0.1)
    harness.slack.fails = never_fail
    await harness.run_for(10, pace=0.1)

    assert [len(harness.slack.names(department.channel)) for department in among] == [1] * 8
    assert await store.health_issues.load_issues() == {}


async def test_eight_answers_lost_side_by_side_keep_no_later_card_waiting(store: Store, clock: SteppedClock) -> None:
    among = [Department(name=f"d{n}", channel=f"C0D{n}") for n in range(9)]
    harness = DeliveryHarness(store, clock, *among)
    for number, department in enumerate(among[:8]):
        await harness.open_cases(number, subjects=(department.name,))
    harness.slack.fails = always_fail(DeliveryUnknownError("502"))
    await harness.run_for(20, pace=0.1)
    harness.slack.fails = never_fail
    await harness.open_cases(8, subjects=("d8",))
    await harness.run_for(3, pace=0.1)

    assert len(harness.slack.names("C0D8")) == 1


async def test_a_crisis_card_comes_at_once_though_the_clock_was_set_back_an_hour(harness: DeliveryHarness) -> None:
    await harness.open_cases(*range(6))
    await harness.run_for(5)
    harness.slack.fails = always_fail(NotSentError("503"))
    await harness.run_for(10)
    harness.slack.fails = never_fail
    harness.clock.advance(hours=-1)
    (crisis,) = await harness.open_cases(100, intent=("crisis",))
    await harness.run_for(3)

    assert crisis.id in harness.slack.names()


async def test_a_clock_that_is_more_than_a_minute_off_slacks_is_a_trouble_until_it_is_set(
    harness: DeliveryHarness,
) -> None:
    await harness.open_cases(1)
    harness.slack.ahead = 3_600
    await harness.run_for(3)
    assert (await harness.store.health_issues.load_issues())["clock"].startswith(
        "This machine's clock is 1 h behind Slack's."
    )
    harness.slack.ahead = 0
    await harness.open_cases(2)
    await harness.run_for(3)
    assert await harness.store.health_issues.load_issues() == {}
