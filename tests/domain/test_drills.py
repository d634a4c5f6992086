"""Drills: when one is passed, missed, given up, and when the playbook's clock asks for one."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain import drills
from bot.domain.business_hours import BusinessHours
from bot.domain.drills import Drill, DrillSettings, check_drill, is_drill_due, open_drill
from bot.domain.errors import NotAllowed
from bot.domain.outbox import NotificationKind
from bot.domain.paging import escalation
from bot.domain.paging.attempts import record_result, start_attempt
from bot.domain.paging.page import AttemptStatus, Page, Severity
from bot.domain.paging.policy import DEFAULT_POLICIES
from bot.domain.paging.targets import EscalationTargets
from tests.domain.samples import AT, compute_later

POLICY = DEFAULT_POLICIES[Severity.SEV1]
LINE = EscalationTargets(("U0BEN", "U0MIA"), hours=BusinessHours())


def start(by: str = "U0JOE") -> tuple[Drill, Page]:
    decision = open_drill("pr", by, AT, None)
    return decision.after, decision.pages[0]


def record_calls(
    page: Page, times: int, line: EscalationTargets = LINE, result: AttemptStatus = AttemptStatus.DELIVERED
) -> Page:
    for _ in range(times):
        at = page.due or AT
        climbed = escalation.escalate_page(page, POLICY, line, at)
        assert climbed is not None
        page = climbed.after
        if page.attempts and page.attempts[-1].result is AttemptStatus.WAITING:
            started = start_attempt(page, page.count, at)
            assert started is not None
            ended = record_result(started.after, page.count, result, "", at)
            assert ended is not None
            page = ended.after
    return page


def test_who_is_called_first_and_answers_has_passed_it_and_only_a_receipt_is_said() -> None:
    drill, page = start()
    page = record_calls(page, 1)
    assert check_drill(drill, page, ("U0MIA",), compute_later(seconds=30)) is None

    answered = escalation.acknowledge_page(page, "U0BEN", "ntfy", compute_later(seconds=94)).after
    decision = check_drill(drill, answered, ("U0MIA",), compute_later(seconds=95))
    assert decision is not None
    assert not decision.after.is_missed
    assert not decision.after.is_running
    assert [(one.kind, str(one.to)) for one in decision.notifications] == [
        (NotificationKind.RECEIPT, "pr"),
        (NotificationKind.RECEIPT, "@U0JOE"),
    ]


def test_it_is_missed_as_soon_as_the_next_one_is_called_and_the_managers_are_told() -> None:
    drill, page = start()
    decision = check_drill(drill, record_calls(page, 2), ("U0LEA", "S0ALL"), compute_later(minutes=5))
    assert decision is not None
    assert decision.after.is_missed
    assert decision.after.is_running
    assert decision.after.why == "<@U0BEN> didn't answer"
    assert [str(one.to) for one in decision.notifications] == ["pr", "@U0LEA"]
    assert check_drill(decision.after, record_calls(page, 2), ("U0LEA",), compute_later(minutes=6)) is None


def test_who_answers_as_the_second_does_not_make_it_good() -> None:
    drill, page = start()
    answered = escalation.acknowledge_page(record_calls(page, 2), "U0MIA", "Slack", compute_later(minutes=6)).after
    decision = check_drill(drill, answered, (), compute_later(minutes=6))
    assert decision is not None
    assert decision.after.is_missed
    assert not decision.after.is_running


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (EscalationTargets(("U0MIA",), has_gap=True), "there was a coverage gap"),
        (EscalationTargets((), has_gap=True), "there was nobody to page"),
        (EscalationTargets((), ("#C0OPS", "U0MIA"), has_gap=True), "there was a coverage gap"),
    ],
)
def test_a_gap_is_what_a_drill_is_there_to_find(line: EscalationTargets, why: str) -> None:
    drill, page = start()
    decision = check_drill(drill, record_calls(page, 1, line), (), AT)
    assert decision is not None
    assert decision.after.why == why


def test_it_is_given_up_after_two_rounds_and_not_before() -> None:
    _, page = start()
    seen = []
    for _ in range(12):
        seen.append((page.count, drills.get_drill_cause_status(page).is_over))
        if seen[-1][1]:
            break
        page = record_calls(page, 1)
    assert seen[-1] == (4, True)
    assert not any(over for _, over in seen[:-1])


def test_one_whose_page_is_gone_does_not_run_for_ever() -> None:
    drill, _ = start()
    decision = check_drill(drill, None, (), compute_later(days=91))
    assert decision is not None
    assert decision.after.is_missed
    assert not decision.after.is_running


def test_a_second_one_is_refused_while_the_first_runs() -> None:
    drill, _ = start()
    with pytest.raises(NotAllowed, match="already running"):
        open_drill("pr", "U0MIA", compute_later(minutes=1), drill)


PLAN = DrillSettings(timedelta(days=30), time(10))
LISBON = "Europe/Lisbon"


@pytest.mark.parametrize(
    ("last", "at", "due"),
    [
        (None, datetime(2026, 7, 1, 9, 0, tzinfo=UTC), True),  # ten o'clock in Lisbon in summer
        (None, datetime(2026, 7, 1, 10, 0, tzinfo=UTC), False),
        (None, datetime(2026, 1, 1, 10, 59, tzinfo=UTC), True),
        (None, datetime(2026, 1, 1, 9, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 1, 9, 40, tzinfo=UTC), datetime(2026, 7, 1, 9, 0, tzinfo=UTC), True),  # begun late last time
        (datetime(2026, 6, 2, 9, 0, tzinfo=UTC), datetime(2026, 7, 1, 9, 0, tzinfo=UTC), False),
    ],
)
def test_the_clock_of_the_playbook_asks_at_its_time_of_the_brands_day(
    last: datetime | None, at: datetime, *, due: bool
) -> None:
    before = Drill(department="pr", opened_at=last, page="p", ended_at=last) if last else None
    assert is_drill_due(PLAN, before, LISBON, at) is due


def test_without_every_nothing_is_ever_due() -> None:
    assert not is_drill_due(DrillSettings(), None, LISBON, datetime(2026, 1, 1, 10, 0, tzinfo=UTC))
