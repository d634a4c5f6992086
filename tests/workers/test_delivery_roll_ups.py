"""One message to each person on call: edited in place, posted again only when it has to make a sound."""

import re
from datetime import timedelta

from bot.domain.case import Case
from bot.domain.cases.roll_ups import RollUp
from bot.domain.destination import ToPerson
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.sinks.delivery_errors import SlackRejectedError
from tests.domain.samples import SALES
from tests.workers.delivery_harness import DeliveryHarness

RAJ = RollUp("care", ToPerson("U0RAJ"))


async def pass_time(harness: DeliveryHarness, span: timedelta) -> None:
    """Time passes; deadlines that are due are handled, and what is pending is delivered."""
    harness.clock.advance(span)
    await handle_deadlines(harness)
    await harness.run_until_idle()


async def handle_deadlines(harness: DeliveryHarness) -> None:
    await harness.start_timers().step()


async def call_first(harness: DeliveryHarness, *numbers: int) -> list[Case]:
    """Cases that nobody claims, for which Raj was called."""
    cases = await harness.open_cases(*numbers)
    await harness.run_until_idle()
    await pass_time(harness, timedelta(minutes=16))
    await pass_time(harness, timedelta(minutes=11))
    return cases


def read_messages(harness: DeliveryHarness, person: str = "U0RAJ") -> list[str]:
    return [message.text for message in harness.slack.channels.get(person, [])]


async def test_three_cases_are_one_message(harness: DeliveryHarness) -> None:
    await call_first(harness, 1, 2, 3)
    [message] = read_messages(harness)
    assert re.fullmatch(
        r"📟 \*3 unclaimed\* in <#C0CARE>, oldest since <!date\^1773133200\^\{time\}\|[^>]+>. You're on call.", message
    )
    assert await harness.list_pending() == []


async def test_a_new_case_is_an_edit_of_it_and_so_is_each_claim(harness: DeliveryHarness) -> None:
    first, *_ = await call_first(harness, 1, 2)
    await call_first(harness, 3)
    assert [text[:15] for text in read_messages(harness)] == ["📟 *3 unclaimed*"]
    await harness.claim(first)
    await harness.run_until_idle()
    assert [text[:15] for text in read_messages(harness)] == ["📟 *2 unclaimed*"]


async def test_once_all_are_claimed_it_says_so_and_the_next_case_makes_a_sound_again(harness: DeliveryHarness) -> None:
    cases = await call_first(harness, 1, 2)
    for case in cases:
        await harness.claim(case)
    await harness.run_until_idle()
    assert read_messages(harness) == ["✅ All claimed in <#C0CARE>."]
    await call_first(harness, 3)
    assert [text[:11] for text in read_messages(harness)] == ["✅ All claim", "📟 Unclaimed"]


async def test_a_hundred_claims_in_a_minute_are_a_few_edits(harness: DeliveryHarness) -> None:
    cases = await call_first(harness, *range(1, 61))
    before = harness.slack.calls["update", "U0RAJ"]
    for case in cases:
        await harness.claim(case)
        await harness.run_for(1)
    await harness.run_until_idle()
    assert harness.slack.calls["update", "U0RAJ"] - before <= 8
    assert read_messages(harness)[-1].startswith("✅ All claimed")


async def test_a_case_that_moves_to_another_department_leaves_it(harness: DeliveryHarness) -> None:
    (case,) = await call_first(harness, 1)
    await harness.hand_over(case, SALES)
    await harness.run_until_idle()
    assert read_messages(harness) == ["➡️ The complaint from @p1 moved to sales."]


async def test_on_a_new_day_it_is_posted_again_and_the_old_one_points_to_it(harness: DeliveryHarness) -> None:
    await call_first(harness, 1, 2)
    await pass_time(harness, timedelta(minutes=11))
    await pass_time(harness, timedelta(days=1))
    old, new = read_messages(harness)
    assert old == "↪️ This list is closed. Anything still unclaimed is in the newest message."
    assert new.startswith("📟 *2 unclaimed*")


async def test_after_a_lost_answer_it_is_posted_once_more_and_then_known(harness: DeliveryHarness) -> None:
    harness.slack.loses.append("U0RAJ")
    await call_first(harness, 1, 2)
    assert len(read_messages(harness)) == 2, "it cannot be known whether the first arrived"
    assert await harness.list_pending() == []


async def test_after_a_lost_answer_it_is_found_where_we_may_read(harness: DeliveryHarness) -> None:
    harness.slack.reads = True
    harness.slack.loses.append("U0RAJ")
    await call_first(harness, 1, 2)
    assert len(read_messages(harness)) == 1


async def test_a_process_that_died_after_the_post_has_the_message_known_to_the_next(harness: DeliveryHarness) -> None:
    await harness.open_cases(1, 2)
    await harness.run_until_idle()
    await pass_time(harness, timedelta(minutes=16))
    harness.clock.advance(timedelta(minutes=11))
    await handle_deadlines(harness)
    while not read_messages(harness):  # it dies before it has taken the notification from the outbox
        await harness.delivery.step()
    assert any(one.startswith("roll-up") for one in await harness.list_pending())
    await harness.delivery.release_lease()
    harness.delivery = harness.start_another()
    await harness.run_until_idle()
    assert len(read_messages(harness)) == 1


async def test_a_case_that_is_claimed_while_the_message_is_on_its_way_is_not_left_on_it(
    harness: DeliveryHarness,
) -> None:
    first, _ = await harness.open_cases(1, 2)
    await harness.run_until_idle()
    await pass_time(harness, timedelta(minutes=16))

    async def claim_meanwhile() -> None:
        if not await harness.store.cases.list_owned("U0ANA"):
            await harness.claim(first)

    harness.slack.meanwhile = claim_meanwhile
    await pass_time(harness, timedelta(minutes=11))
    assert [text[:11] for text in read_messages(harness)] == ["📟 Unclaimed"]


async def test_a_message_that_was_deleted_in_slack_is_not_missed_until_the_next_call(harness: DeliveryHarness) -> None:
    first, *_ = await call_first(harness, 1, 2)
    harness.slack.channels["U0RAJ"].clear()
    await harness.claim(first)
    await harness.run_until_idle()
    assert read_messages(harness) == []
    await call_first(harness, 3)
    assert [text[:15] for text in read_messages(harness)] == ["📟 *2 unclaimed*"]


async def test_a_person_who_left_slack_holds_nothing_back(harness: DeliveryHarness) -> None:
    def refuse(method: str, channel: str) -> Exception | None:
        return SlackRejectedError("user_not_found") if (method, channel) == ("post", "U0RAJ") else None

    harness.slack.fails = refuse
    await call_first(harness, 1)
    assert await harness.list_pending() == []
    assert "to:@U0RAJ" in await harness.store.health_issues.load_issues()


async def test_calls_of_the_release_before_are_delivered_as_one_message(harness: DeliveryHarness) -> None:
    cases = await harness.open_cases(1, 2)
    await harness.run_until_idle()
    for case in cases:
        called = case.copy_with(rung=2, rung_at=harness.clock.now(), called=("U0RAJ",))
        body = called.model_dump_json(exclude_defaults=True)
        await harness.store.client.execute("HSET", harness.store.keys.case_key(case.id), "body", body)
        old = Notification(NotificationKind.CALL, case.id, RAJ.to, Priority.CLICK, 2)
        await harness.store.outbox.add(old, harness.clock.now())
    await harness.run_until_idle()
    assert [text[:15] for text in read_messages(harness)] == ["📟 *2 unclaimed*"]


async def test_what_a_release_that_knows_no_roll_ups_resolved_is_dropped_from_the_list(
    harness: DeliveryHarness,
) -> None:
    first, _ = await call_first(harness, 1, 2)
    await harness.store.client.execute("DEL", harness.store.keys.case_key(first.id))
    waiting = await harness.store.roll_ups.load_waiting(RAJ, 20)
    assert (waiting.total, len(waiting.cases)) == (1, 1)
