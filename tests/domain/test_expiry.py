"""An open case that nobody touches expires; what people and posts do to it keeps it open."""

from datetime import timedelta

import pytest

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import CaseResolution, CaseStatus, JoinedMention, JoinReason, Snooze
from bot.domain.cases.deadlines import find_next_deadline, handle_deadline
from bot.domain.cases.expiry import compute_expiry
from bot.domain.department import EXPIRE_AFTER
from tests.domain.samples import AT, CARE, build_case

LATER = timedelta(days=30)
POST = JoinedMention("x:2", "@joe", "https://x.com/2", AT + LATER, JoinReason.COPY)


@pytest.mark.parametrize("status", [CaseStatus.NEW, CaseStatus.CLAIMED])
def test_an_open_case_without_another_deadline_expires_in_one_write_that_only_redraws_its_card(
    status: CaseStatus,
) -> None:
    case = build_case(status, due=None, lease_ends=None, lease_began=None)
    expires = compute_expiry(case, CARE)
    assert expires is not None
    assert find_next_deadline(case, CARE) == expires
    assert handle_deadline(case, CARE, expires - timedelta(seconds=1)) is None
    decision = handle_deadline(case, CARE, expires)
    assert decision is not None
    assert (decision.case.status, decision.case.resolution) == (CaseStatus.RESOLVED, CaseResolution.EXPIRED)
    assert (decision.case.resolved_at, decision.case.owner, decision.case.closed_by) == (expires, "", "")
    assert [str(one.kind) for one in decision.notifications] == ["card"]
    assert [(one.what, one.by, one.detail) for one in decision.events] == [(AuditAction.RESOLVED, "", "expired")]
    assert (decision.deadline, decision.durations, decision.pages) == (None, (), ())


def test_a_person_or_a_post_that_joins_keeps_it_open_and_a_reminder_does_not() -> None:
    case = build_case(CaseStatus.NEW, due=None)
    touched = case.copy_with(history=(*case.history, AuditEvent(AT + LATER, "U0ANA", "noted")))
    reminded = case.copy_with(history=(*case.history, AuditEvent(AT + LATER, "", "reminded the channel")))
    joined, snoozed = case.copy_with(joined=(POST,)), case.copy_with(snooze=Snooze(by="U0ANA", until=AT + LATER))
    expected = [AT + LATER + EXPIRE_AFTER] * 3
    assert [compute_expiry(one, CARE) for one in (touched, joined, snoozed)] == expected
    assert compute_expiry(reminded, CARE) == compute_expiry(case, CARE)


def test_a_department_may_keep_all_and_a_closed_case_does_not_expire() -> None:
    keeps_all = CARE.copy_with(expire_after=timedelta())
    assert find_next_deadline(build_case(CaseStatus.NEW, due=None), keeps_all) is None
    assert find_next_deadline(build_case(CaseStatus.RESOLVED, due=None), CARE) is None
