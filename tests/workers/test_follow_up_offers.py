"""Exactly one offer of a follow-up, and one closure: by two timers at once, after a death, while Slack says nothing."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.follow_up_transitions import answer_follow_up
from bot.domain.cases.transitions import build_case_decision, resolve_case
from bot.domain.department import Department, DepartmentStaff
from bot.domain.follow_up import FollowUpOutcome
from bot.store.store import Store
from bot.workers.case_deadlines import DeadlineWorker
from tests.clock import SteppedClock
from tests.domain.samples import CARE, build_context
from tests.workers.delivery_harness import DeliveryHarness

TEAM = CARE.copy_with(follow_up_after=timedelta(days=3), deputies=("U0ANA", "U0RAJ"))
ASK = "Colleagues answered. Ask the authors whether it helped."


@pytest.fixture
def team(store: Store, clock: SteppedClock) -> DeliveryHarness:
    return DeliveryHarness(store, clock, TEAM)


async def answer_case(team: DeliveryHarness, number: int = 1) -> Case:
    [case] = await team.open_cases(number)
    context = build_context("U0ANA", team.clock.now(), department=TEAM)
    case = await team.change(case, lambda now: resolve_case(now, context, CaseResolution.ANSWERED, ""))
    await team.run_until_idle()
    return case


async def count_events(team: DeliveryHarness) -> Counter[str]:
    entries = await team.store.client.execute("XRANGE", team.store.keys.audit, "-", "+")
    fields = [dict(zip(entry[1][::2], entry[1][1::2], strict=True)) for entry in entries]
    return Counter(one["what"] for one in fields)


def read_messages(team: DeliveryHarness, person: str = "U0RAJ") -> list[str]:
    return [message.text for message in team.slack.channels.get(person, [])]


async def test_two_timers_at_once_and_again_offer_it_once(team: DeliveryHarness) -> None:
    await answer_case(team)
    team.clock.advance(timedelta(days=3))
    workers = [team.start_timers() for _ in range(2)]
    for _ in range(3):
        await asyncio.gather(*(worker.step() for worker in workers))
    await team.run_until_idle()
    assert (await count_events(team))["offered a follow-up"] == 1
    assert [text[:12] for text in read_messages(team)] == ["🔁 Follow-up:"]
    assert read_messages(team, "U0ANA") == []
    assert await team.store.cases.list_due(team.clock.now() + timedelta(hours=23)) == []
    team.clock.advance(timedelta(days=1))
    for _ in range(3):
        await asyncio.gather(*(worker.step() for worker in workers))
    events = await count_events(team)
    assert (events["offered a follow-up"], events["followed up"]) == (2, 0)
    assert await team.store.cases.list_due(team.clock.now() + timedelta(hours=23)) == []


async def test_a_delivery_that_died_after_the_post_is_known_to_the_next(team: DeliveryHarness) -> None:
    await answer_case(team)
    team.clock.advance(timedelta(days=3))
    await team.start_timers().step()
    while not read_messages(team):  # it dies before it has taken the notification from the outbox
        await team.delivery.step()
    assert any(one.startswith("follow-ups") for one in await team.list_pending())
    await team.delivery.release_lease()
    team.delivery = team.start_another()
    await team.run_until_idle()
    assert len(read_messages(team)) == 1


async def test_a_lost_answer_of_slack_posts_once_more_and_then_it_is_known(team: DeliveryHarness) -> None:
    team.slack.loses.append("U0RAJ")
    team.slack.reads = True
    await answer_case(team)
    team.clock.advance(timedelta(days=3))
    await team.start_timers().step()
    await team.run_until_idle()
    assert len(read_messages(team)) == 1


async def test_more_of_them_edit_the_message_and_the_last_outcome_ends_it(team: DeliveryHarness) -> None:
    cases = [await answer_case(team, number) for number in (1, 2)]
    team.clock.advance(timedelta(days=3, minutes=5))
    await team.start_timers().step()
    await team.run_until_idle()
    assert read_messages(team) == [f"🔁 *2 follow-ups* are due in <#C0CARE>. {ASK}"]
    mia = build_context("U0MIA", team.clock.now(), department=TEAM)
    for case in cases:
        await team.change(case, lambda now: answer_follow_up(now, mia, FollowUpOutcome.SATISFIED))
        await team.run_until_idle()
        team.clock.advance(timedelta(seconds=20))
    assert read_messages(team) == ["✅ Satisfied, says <@U0MIA>: the complaint from @p2."]


async def test_while_slack_does_not_say_who_else_is_a_deputy_the_one_who_answered_is_not_asked(
    team: DeliveryHarness,
) -> None:
    class Unsure:
        staff = DepartmentStaff(department="care", deputies=frozenset({"U0ANA"}), unsure=True)

        async def load_staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:  # noqa: ARG002
            return self.staff

    lookup = Unsure()
    timers = DeadlineWorker(team.store, team.rules, team.on_call, lookup, team.clock)
    await answer_case(team)
    team.clock.advance(timedelta(days=3))
    await timers.step()
    assert await timers.step() == 0, "it waits an hour"
    lookup.staff = lookup.staff.copy_with(unsure=False)
    team.clock.advance(timedelta(hours=1))
    await timers.step()
    await team.run_until_idle()
    assert len(read_messages(team, "U0ANA")) == 1, "nobody else is there"


async def test_work_is_shared_out(team: DeliveryHarness) -> None:
    cases = [await answer_case(team, number) for number in range(1, 31)]
    team.clock.advance(timedelta(days=3, hours=1))
    many = TEAM.copy_with(deputies=("U0ANA", "U0RAJ", "U0BEN", "U0LEA"))
    await DeliveryHarness(team.store, team.clock, many).start_timers().step()
    found = await team.store.cases.find([case.id for case in cases])
    asked = Counter(case.follow_up.offered_to for case in found.values() if case.follow_up)
    assert set(asked) == {"U0RAJ", "U0BEN", "U0LEA"}
    assert min(asked.values()) >= 4


async def test_who_flagged_a_post_is_told_once_though_the_process_died_after_the_message(team: DeliveryHarness) -> None:
    [case] = await team.open_cases(1)
    context = build_context("U0ANA", team.clock.now(), department=TEAM)
    event = context.build_event(AuditAction.FLAGGED)
    flag = partial(build_case_decision, department=TEAM, event=event)
    await team.change(case, lambda now: flag(now, now.copy_with(flagged_by="U0JOE")))
    await team.change(case, lambda now: resolve_case(now, context, CaseResolution.FIXED, ""))
    while not read_messages(team, "U0JOE"):  # it dies before it has taken the notification from the outbox
        await team.delivery.step()
        team.clock.advance(seconds=1)
    await team.delivery.release_lease()
    team.delivery = team.start_another()
    await team.run_until_idle()
    [told] = read_messages(team, "U0JOE")
    assert told.startswith("🏁 What you flagged is resolved (fixed) by <@U0ANA>")
