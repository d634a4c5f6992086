"""The page of a case: whether a case needs one, which it is, and how the case stands for it."""

from datetime import datetime

from bot.domain.case import Alarm, Case, Status
from bot.domain.pages.joining import TOGETHER
from bot.domain.pages.matter import Standing
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page, page_id


def cause_of(case: Case) -> Cause:
    """A case that comes back to a channel, or goes to another, is called for anew."""
    return Cause(CauseKind.CASE, case.id, case.round)


def page_of(case: Case) -> str:
    """The id of the page of this case, whether there is one or not."""
    return page_id(cause_of(case))


def pages_for(case: Case, at: datetime) -> tuple[Page, ...]:
    """A crisis that nobody has, or that came so long after somebody had claimed the case that they may be asleep."""
    if not case.cannot_wait or not (case.status is Status.NEW or _came_now(case, at)):
        return ()
    page = open_page(cause_of(case), Severity.SEV1, case.department, at)
    subject = case.assessment.subject if case.assessment.kind else ""  # a sender may name any other
    said = case.alarmed_by.mention if case.alarmed_by else ""
    return (page.having(harm=case.harm, subject=subject, said=said),)


def _came_now(case: Case, at: datetime) -> bool:
    alarm = case.alarmed_by
    claimed = case.status is Status.CLAIMED and case.claimed_at is not None
    return claimed and alarm is not None and alarm.at == at and _long_after(case, alarm)


def _long_after(case: Case, alarm: Alarm) -> bool:
    if alarm.at is None or case.claimed_at is None:
        return False
    return alarm.at - case.claimed_at >= TOGETHER


def woken_by(before: Case, after: Case) -> tuple[str, ...]:
    """Pages that have to look again: somebody took the case, moved it, ended it, says it is no crisis, or one again."""
    if not before.cannot_wait:
        return ()
    stood, stands = (
        (case.status, case.round, case.department, case.cannot_wait, case.alarmed_by) for case in (before, after)
    )
    return () if stood == stands else (page_of(before),)


def standing(page: Page, case: Case) -> Standing:
    """Who claims a case has answered for it; one that came back since, or is another department's, has a new page."""
    if case.round != page.cause.round or case.department != page.department or not case.cannot_wait:
        return Standing(over=True)
    if case.status is Status.RESOLVED:
        return Standing(over=True, taken_by=case.closed_by)
    alarm = case.alarmed_by or Alarm("", "")
    claimed = case.status is Status.CLAIMED and not _since_claimed(page, case, alarm)
    return Standing(taken_by=case.owner if claimed else "", said=alarm.mention, said_at=alarm.at)


def _since_claimed(page: Page, case: Case, alarm: Alarm) -> bool:
    """Whether a crisis came long after somebody had claimed the case, and nobody has answered it yet."""
    return _long_after(case, alarm) and not (page.answered and page.said == alarm.mention)
