"""A page that was answered, and whose case nobody claims: when it calls again, and whom."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.outbox import NotificationKind
from bot.domain.paging import escalation, re_escalation
from bot.domain.paging.attempts import record_result
from bot.domain.paging.page import AttemptStatus, CauseKind, ContactMethod, Page, PageCause, Severity, open_page
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.targets import EscalationTargets
from tests.domain.samples import AT, compute_later

POLICY = EscalationPolicy(ways=(ContactMethod.SLACK, ContactMethod.PAGERDUTY), claim_within=timedelta(minutes=20))
LINE = EscalationTargets(people=("U0BEN",), methods={"": frozenset({ContactMethod.PAGERDUTY})})


def build_acknowledged_page(kind: CauseKind = CauseKind.CASE, **more: Any) -> Page:
    """Called by Slack and PagerDuty, then acknowledged after eleven minutes."""
    page = open_page(PageCause(kind, "c1"), Severity.SEV1, "pr", AT).copy_with(**more)
    for minutes in (0, 5):
        climbed = escalation.escalate_page(page, POLICY, LINE, compute_later(minutes=minutes))
        assert climbed is not None
        page = climbed.after
        ended = record_result(page, page.count, AttemptStatus.DELIVERED, "", compute_later(minutes=minutes))
        assert ended is not None
        page = ended.after
    return escalation.acknowledge_page(page, "U0BEN", "Slack", compute_later(minutes=11)).after


def test_a_case_is_looked_at_again_so_long_after_somebody_acknowledged() -> None:
    page = build_acknowledged_page()
    assert page.due == compute_later(minutes=11), "at once, by whoever knows the policy"
    assert re_escalation.find_recheck_time(page, POLICY) == compute_later(minutes=31)


@pytest.mark.parametrize(
    "page",
    [
        build_acknowledged_page(CauseKind.DRILL),
        build_acknowledged_page(CauseKind.CRISIS),
        build_acknowledged_page(leader="p2"),
    ],
)
def test_what_nobody_can_claim_and_the_others_of_a_storm_are_not(page: Page) -> None:
    assert re_escalation.find_recheck_time(page, POLICY) is None
    assert page.due is None


def test_it_calls_the_whole_line_again_and_remembers_who_had_it() -> None:
    called = re_escalation.re_escalate(build_acknowledged_page(), compute_later(minutes=31))
    page = called.after
    assert page.is_open
    assert page.unclaimed is not None
    assert (page.unclaimed.by, page.unclaimed.times) == ("U0BEN", 1)
    assert called.events[0].detail == "acknowledged by <@U0BEN>, still unclaimed after 20 min"
    ways = []
    for minutes in (31, 36):
        climbed = escalation.escalate_page(page, POLICY, LINE, compute_later(minutes=minutes))
        assert climbed is not None
        page = climbed.after
        ways.append(page.attempts[-1].way)
    assert ways == [ContactMethod.SLACK, ContactMethod.PAGERDUTY], (
        "also who has it already, since it was told that it need not call"
    )


def test_a_service_that_was_told_of_the_answer_gets_a_new_alert_and_the_old_one_is_over() -> None:
    page = build_acknowledged_page()
    assert (re_escalation.build_dedup_key(page), re_escalation.build_previous_dedup_key(page)) == (page.id, "")
    called = re_escalation.re_escalate(page, compute_later(minutes=31))
    assert [one.kind for one in called.notifications] == [
        NotificationKind.CARD,
        NotificationKind.SETTLED,
        NotificationKind.REFRESH,
    ]
    assert re_escalation.build_dedup_key(called.after) == f"{page.id}-1"
    assert re_escalation.build_previous_dedup_key(called.after) == page.id
    twice = re_escalation.re_escalate(
        escalation.acknowledge_page(called.after, "", "PagerDuty", compute_later(minutes=40)).after,
        compute_later(hours=1),
    )
    assert re_escalation.build_dedup_key(twice.after) == f"{page.id}-2"
    assert re_escalation.build_previous_dedup_key(twice.after) == f"{page.id}-1"


def test_it_can_be_acknowledged_again() -> None:
    page = re_escalation.re_escalate(build_acknowledged_page(), compute_later(minutes=31)).after
    assert escalation.acknowledge_page(page, "U0BEN", "link", compute_later(minutes=33)).after.is_acknowledged
