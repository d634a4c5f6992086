"""The page of a case: whether it needs one, its id, and what the case means for it."""

from datetime import datetime

from bot.domain.case import Case, CaseStatus, CrisisAlarm
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.grouping import GROUPING_WINDOW
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, derive_page_id, open_page


def build_case_cause(case: Case) -> PageCause:
    """Return the cause; a case that comes back to a channel has a new one."""
    return PageCause(CauseKind.CASE, case.id, case.round)


def get_case_page_id(case: Case) -> str:
    """Return the id that the page of this case has or would have."""
    return derive_page_id(build_case_cause(case))


def build_case_pages(case: Case, at: datetime) -> tuple[Page, ...]:
    """Build the page of an unclaimed crisis, or of one so long after the claim that the owner may be asleep."""
    if not case.is_confirmed_crisis or not (case.status is CaseStatus.NEW or _is_alarm_new(case, at)):
        return ()
    page = open_page(build_case_cause(case), Severity.SEV1, case.department, at)
    subject = case.assessment.subject if case.assessment.kind else ""  # a sender may name any other
    said = case.alarmed_by.mention if case.alarmed_by else ""
    return (page.copy_with(harm=case.harm, subject=subject, said=said),)


def _is_alarm_new(case: Case, at: datetime) -> bool:
    alarm = case.alarmed_by
    claimed = case.status is CaseStatus.CLAIMED and case.claimed_at is not None
    return claimed and alarm is not None and alarm.at == at and _is_long_after_claim(case, alarm)


def _is_long_after_claim(case: Case, alarm: CrisisAlarm) -> bool:
    if alarm.at is None or case.claimed_at is None:
        return False
    return alarm.at - case.claimed_at >= GROUPING_WINDOW


def list_pages_to_recheck(before: Case, after: Case) -> tuple[str, ...]:
    """Return the pages to check again because status, department or crisis of the case changed."""
    if not before.is_confirmed_crisis:
        return ()
    stood, stands = (
        (case.status, case.round, case.department, case.is_confirmed_crisis, case.alarmed_by)
        for case in (before, after)
    )
    return () if stood == stands else (get_case_page_id(before),)


def get_case_cause_status(page: Page, case: Case) -> CauseStatus:
    """Return what the case means for its page: over, owned, or with a newer alarm."""
    if case.round != page.cause.round or case.department != page.department or not case.is_confirmed_crisis:
        return CauseStatus(is_over=True)
    if case.status is CaseStatus.RESOLVED:
        return CauseStatus(is_over=True, owner=case.closed_by)
    alarm = case.alarmed_by or CrisisAlarm("", "")
    claimed = case.status is CaseStatus.CLAIMED and not _is_unanswered_alarm(page, case, alarm)
    return CauseStatus(owner=case.owner if claimed else "", alarm_mention=alarm.mention, alarmed_at=alarm.at)


def _is_unanswered_alarm(page: Page, case: Case, alarm: CrisisAlarm) -> bool:
    """Whether a crisis came long after the claim and nobody acknowledged it yet."""
    return _is_long_after_claim(case, alarm) and not (page.is_acknowledged and page.said == alarm.mention)
