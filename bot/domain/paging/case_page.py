"""The page of a case: whether a case needs one, which it is, and how the case stands for it."""

from datetime import datetime

from bot.domain.case import Case, CaseStatus, CrisisAlarm
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.grouping import GROUPING_WINDOW
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, derive_page_id, open_page


def build_case_cause(case: Case) -> PageCause:
    """A case that comes back to a channel, or goes to another, is called for anew."""
    return PageCause(CauseKind.CASE, case.id, case.round)


def get_case_page_id(case: Case) -> str:
    """The id of the page of this case, whether there is one or not."""
    return derive_page_id(build_case_cause(case))


def build_case_pages(case: Case, at: datetime) -> tuple[Page, ...]:
    """A crisis that nobody has, or that came so long after somebody had claimed the case that they may be asleep."""
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
    """Pages that have to look again: somebody took the case, moved it, ended it, says it is no crisis, or one again."""
    if not before.is_confirmed_crisis:
        return ()
    stood, stands = (
        (case.status, case.round, case.department, case.is_confirmed_crisis, case.alarmed_by)
        for case in (before, after)
    )
    return () if stood == stands else (get_case_page_id(before),)


def get_case_cause_status(page: Page, case: Case) -> CauseStatus:
    """Who claims a case has answered for it; one that came back since, or is another department's, has a new page."""
    if case.round != page.cause.round or case.department != page.department or not case.is_confirmed_crisis:
        return CauseStatus(is_over=True)
    if case.status is CaseStatus.RESOLVED:
        return CauseStatus(is_over=True, owner=case.closed_by)
    alarm = case.alarmed_by or CrisisAlarm("", "")
    claimed = case.status is CaseStatus.CLAIMED and not _is_unanswered_alarm(page, case, alarm)
    return CauseStatus(owner=case.owner if claimed else "", alarm_mention=alarm.mention, alarmed_at=alarm.at)


def _is_unanswered_alarm(page: Page, case: Case, alarm: CrisisAlarm) -> bool:
    """Whether a crisis came long after somebody had claimed the case, and nobody has answered it yet."""
    return _is_long_after_claim(case, alarm) and not (page.is_acknowledged and page.said == alarm.mention)
