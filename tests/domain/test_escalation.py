"""Escalation: who is called next, at which moment, and what stops it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.business_hours import BusinessHours, parse_window
from bot.domain.commits import Decision
from bot.domain.destination import ToPager
from bot.domain.errors import NotAllowed
from bot.domain.paging import escalation, grouping
from bot.domain.paging.attempts import record_result, start_attempt
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import (
    AttemptStatus,
    CauseKind,
    ContactMethod,
    Page,
    PageCause,
    Severity,
    derive_page_id,
    open_page,
)
from bot.domain.paging.policy import DEFAULT_POLICIES, EscalationPolicy, choose_policy
from bot.domain.paging.targets import EscalationTargets, list_steps
from tests.domain.samples import AT, compute_later

POLICY = EscalationPolicy(
    ways=(ContactMethod.SLACK, ContactMethod.NTFY, ContactMethod.PAGERDUTY), wait=timedelta(minutes=2)
)
LINE = EscalationTargets(
    people=("U0BEN", "U0LEA"),
    fallbacks=("#C0OPS", "U0MIA"),
    methods={"U0BEN": frozenset({ContactMethod.NTFY}), "": frozenset({ContactMethod.PAGERDUTY})},
)


def a_page(severity: Severity = Severity.SEV1, cause: str = "c1") -> Page:
    return open_page(PageCause(CauseKind.CASE, cause), severity, "pr", AT)


def escalate_after(
    page: Page, minutes: float, line: EscalationTargets = LINE, policy: EscalationPolicy = POLICY
) -> Decision[Page]:
    decision = escalation.escalate_page(page, policy, line, compute_later(minutes=minutes))
    assert decision is not None
    return decision


def list_calls(page: Page) -> list[str]:
    return [f"{one.person or '-'} {one.way}" for one in page.attempts]


def escalate_fully(page: Page, count: int, line: EscalationTargets = LINE) -> Page:
    """Everybody is called and nobody answers."""
    while page.count < count:
        assert page.due is not None
        decision = escalation.escalate_page(page, POLICY, line, page.due)
        assert decision is not None
        page = decision.after
    return page


def test_each_person_is_called_by_her_ways_then_the_next_then_the_fallback_and_the_managers() -> None:
    page = escalate_fully(a_page(), 6)
    assert list_calls(page) == [
        "U0BEN slack",
        "U0BEN ntfy",
        "- pagerduty",
        "U0LEA slack",
        "#C0OPS slack",
        "U0MIA slack",
    ]
    assert [one.at - AT for one in page.attempts] == [timedelta(minutes=2 * n) for n in range(6)]


def test_after_the_last_it_begins_again_and_a_service_that_has_it_already_is_not_told_twice() -> None:
    page = escalate_fully(a_page(), 6)
    for n in range(1, 7):
        ended = record_result(page, n, AttemptStatus.DELIVERED, "", compute_later(minutes=11))
        assert ended is not None
        page = ended.after
    page = escalate_fully(page, 11)
    assert list_calls(page)[6:] == ["U0BEN slack", "U0BEN ntfy", "U0LEA slack", "#C0OPS slack", "U0MIA slack"]
    assert page.attempts[6].at == compute_later(minutes=20)


def test_an_escalation_step_does_not_happen_before_its_time_and_enqueues_one_call_when_it_is() -> None:
    first = escalate_after(a_page(), 0)
    assert escalation.escalate_page(first.after, POLICY, LINE, compute_later(minutes=1.9)) is None
    [call] = [one for one in first.notifications if one.to == ToPager("slack")]
    assert (call.subject_id, call.nth) == (first.after.id, 1)


@pytest.mark.parametrize(
    "result", [AttemptStatus.REFUSED, AttemptStatus.LOST, AttemptStatus.LATER, AttemptStatus.QUIET]
)
def test_a_way_that_fails_makes_the_next_one_due_at_once(result: AttemptStatus) -> None:
    page = escalate_after(a_page(), 0).after
    failed = record_result(page, 1, result, "why", compute_later(seconds=3))
    assert failed is not None
    assert failed.after.due == compute_later(seconds=3)


def test_a_failure_that_is_told_late_hurries_nobody() -> None:
    page = escalate_after(escalate_after(a_page(), 0).after, 2).after
    late = record_result(page, 1, AttemptStatus.LOST, "", compute_later(minutes=2.5))
    assert late is not None
    assert late.after.due == compute_later(minutes=4)


def test_the_person_on_call_by_now_is_next_though_nobody_said_so_when_it_began() -> None:
    page = escalate_after(a_page(), 0).after
    page = escalate_after(page, 2, LINE._replace(people=("U0TOM", "U0BEN"))).after
    assert list_calls(page) == ["U0BEN slack", "U0TOM slack"]


def test_an_answer_stops_it_and_a_second_one_is_told_who_was_first() -> None:
    page = escalation.acknowledge_page(
        escalate_after(a_page(), 0).after, "U0LEA", "link", compute_later(minutes=1)
    ).after
    assert escalation.escalate_page(page, POLICY, LINE, compute_later(hours=1)) is None
    with pytest.raises(NotAllowed, match="Acknowledged at 09:01 UTC by <@U0LEA>"):
        escalation.acknowledge_page(page, "U0BEN", "Slack", compute_later(minutes=2))


def test_a_call_that_waits_when_somebody_answers_is_not_sent_any_more() -> None:
    page = escalation.acknowledge_page(
        escalate_after(a_page(), 0).after, "U0LEA", "link", compute_later(minutes=1)
    ).after
    dropped = start_attempt(page, 1, compute_later(minutes=1))
    assert dropped is not None
    assert dropped.after.attempts[0].result is AttemptStatus.DROPPED


def test_what_one_sender_has_begun_another_takes_only_when_it_must_be_dead_and_only_once() -> None:
    page = escalate_after(a_page(), 0).after
    begun = start_attempt(page, 1, AT)
    assert begun is not None
    assert start_attempt(begun.after, 1, compute_later(seconds=14)) is None
    again = start_attempt(begun.after, 1, compute_later(seconds=15))
    assert again is not None
    assert again.after.attempts[0].tries == 2
    lost = start_attempt(again.after, 1, compute_later(seconds=40))
    assert lost is not None
    assert lost.after.attempts[0].result is AttemptStatus.LOST
    assert lost.after.due == compute_later(seconds=40)


def test_repeats_come_to_an_end_where_the_playbook_says_so() -> None:
    once = EscalationPolicy(ways=(ContactMethod.SLACK,), repeats=0)
    page = escalate_after(a_page(), 0, EscalationTargets(people=("U0BEN",)), once).after
    ended = escalate_after(page, 5, EscalationTargets(people=("U0BEN",)), once).after
    assert ended.due is None
    assert ended.is_open


def test_with_nobody_at_all_it_waits_for_somebody_and_says_so() -> None:
    page = escalate_after(a_page(), 0, EscalationTargets(people=(), has_gap=True)).after
    assert (page.nobody, page.hole, page.due) == (True, True, compute_later(minutes=2))
    page = escalate_after(page, 2).after
    assert (page.nobody, list_calls(page)) == (False, ["U0BEN slack"])


def test_only_what_can_wait_is_held_until_the_department_works() -> None:
    line = LINE._replace(hours=BusinessHours(windows=(parse_window("Mon-Fri 10:00-18:00"),)))
    assert escalate_after(a_page(Severity.SEV3), 0, line).after.due == compute_later(hours=1)
    assert escalate_after(a_page(Severity.SEV2), 0, line).after.count == 1


def test_a_policy_of_ways_that_somebody_has_not_calls_her_by_slack_rather_than_not_at_all() -> None:
    policy = EscalationPolicy(ways=(ContactMethod.CALL,))
    assert [rung.way for rung in list_steps(policy, EscalationTargets(people=("U0BEN",)))] == [ContactMethod.SLACK]


def test_the_first_policy_that_fits_is_taken_and_without_one_our_own() -> None:
    pr = EscalationPolicy(severities=frozenset({Severity.SEV1}), departments=frozenset({"pr"}))
    assert choose_policy([pr], Severity.SEV1, "pr") is pr
    assert choose_policy([pr], Severity.SEV1, "care") is DEFAULT_POLICIES[Severity.SEV1]


def test_one_cause_has_one_page_and_another_round_of_it_another() -> None:
    cause = PageCause(CauseKind.CASE, "c1")
    assert derive_page_id(cause) == derive_page_id(PageCause(CauseKind.CASE, "c1"))
    assert derive_page_id(cause) != derive_page_id(cause._replace(round=1))


NONE = PageGroup()


def later(minutes: float, **more: Any) -> Page:
    """A second crisis, of the same kind unless it is said otherwise."""
    return open_page(PageCause(CauseKind.CASE, "c2"), Severity.SEV1, "pr", compute_later(minutes=minutes)).copy_with(
        **more
    )


def test_a_crisis_follows_the_page_that_rings_and_leads_itself_when_that_ends_unanswered() -> None:
    leader, second = escalate_after(a_page(), 0).after, later(1)
    assert grouping.is_group_leader(leader, NONE, second)
    follower = grouping.join_group(second, leader, compute_later(minutes=1)).after
    assert grouping.check_grouped_page(follower, leader, compute_later(minutes=2)) is None
    closed = escalation.close_page(leader, compute_later(minutes=2))
    assert closed is not None
    alone = grouping.check_grouped_page(follower, closed.after, compute_later(minutes=2))
    assert alone is not None
    assert (alone.after.leader, alone.after.due) == ("", compute_later(minutes=2))


def test_it_follows_within_ten_minutes_of_the_first_or_of_the_newest_and_an_hour_of_the_first() -> None:
    leader = escalate_after(a_page(), 0).after
    assert grouping.is_group_leader(leader, NONE, later(9.9))
    assert not grouping.is_group_leader(leader, NONE, later(10))
    assert grouping.is_group_leader(leader, PageGroup(1, "c9", compute_later(minutes=9)), later(18))
    assert not grouping.is_group_leader(leader, PageGroup(1, "c9", compute_later(minutes=9)), later(19))
    assert not grouping.is_group_leader(leader, PageGroup(7, "c9", compute_later(minutes=55)), later(60))


def test_whether_somebody_has_answered_makes_no_difference_to_how_long_but_a_case_that_is_done_leads_nobody() -> None:
    answered = escalation.acknowledge_page(
        escalate_after(a_page(), 0).after, "U0BEN", "Slack", compute_later(minutes=8)
    ).after
    assert grouping.is_group_leader(answered, NONE, later(9))
    assert not grouping.is_group_leader(answered, NONE, later(11))
    done = escalation.close_page(answered, compute_later(minutes=8))
    assert done is not None
    assert not grouping.is_group_leader(done.after, NONE, later(9))


@pytest.mark.parametrize("other", [{"harm": "leak"}, {"subject": "Skylark"}, {"department": "care"}, {"harm": ""}])
def test_another_kind_of_harm_another_subject_and_another_department_call_by_themselves(other: dict[str, Any]) -> None:
    leader = escalate_after(a_page(), 0).after.copy_with(harm="safety", subject="Northwind")
    assert grouping.is_group_leader(leader, NONE, later(1, harm="safety", subject="Northwind"))
    assert not grouping.is_group_leader(leader, NONE, later(1, harm="safety", subject="Northwind").copy_with(**other))


def build_page_with_two_calls() -> Page:
    """Ben via Slack and ntfy; it would be the turn of PagerDuty."""
    return escalate_after(escalate_after(a_page(), 0).after, 2).after


def test_who_cannot_take_it_is_passed_over_in_this_round_and_the_next_is_called_at_once() -> None:
    page = escalate_after(a_page(), 0).after
    declined = escalation.decline_page(page, "U0BEN", 1, compute_later(minutes=1))
    assert declined is not None
    assert declined.events[0].by == "U0BEN"
    following = escalate_after(declined.after, 1, LINE._replace(methods={}))
    assert list_calls(following.after) == ["U0BEN slack", "U0LEA slack"]
    assert escalation.decline_page(following.after, "U0BEN", 1, compute_later(minutes=1.5)) is None, "once"


def test_who_cannot_take_it_does_not_hurry_past_somebody_else_who_was_called_since() -> None:
    page = escalate_fully(a_page(), 4)
    assert page.attempts[-1].person == "U0LEA"
    declined = escalation.decline_page(page, "U0BEN", 1, compute_later(minutes=6.5))
    assert declined is not None
    assert declined.after.due == page.due


def test_what_was_about_to_be_sent_to_who_cannot_take_it_is_not_sent() -> None:
    declined = escalation.decline_page(build_page_with_two_calls(), "U0BEN", 1, compute_later(minutes=2))
    assert declined is not None
    begun = start_attempt(declined.after, 2, compute_later(minutes=2))
    assert begun is not None
    assert begun.after.attempts[1].result is AttemptStatus.DROPPED


def test_in_the_next_round_they_are_called_again_and_what_is_answered_nobody_can_decline() -> None:
    declined = escalation.decline_page(escalate_after(a_page(), 0).after, "U0BEN", 1, compute_later(minutes=1))
    assert declined is not None
    assert declined.after.copy_with(round=2).declined_people == frozenset()
    answered = escalation.acknowledge_page(declined.after, "U0BEN", "link", compute_later(minutes=3)).after
    with pytest.raises(NotAllowed):
        escalation.decline_page(answered, "U0BEN", 1, compute_later(minutes=4))
