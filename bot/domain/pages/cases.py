"""The page of a case: whether a case needs one, which it is, and how the case stands for it."""

from datetime import datetime

from bot.domain.case import Case, Status
from bot.domain.pages.matter import Standing
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page, page_id


def cause_of(case: Case) -> Cause:
    """A case that comes back to a channel, or goes to another, is called for anew."""
    return Cause(CauseKind.CASE, case.id, case.round)


def page_of(case: Case) -> str:
    """The id of the page of this case, whether there is one or not."""
    return page_id(cause_of(case))


def pages_for(case: Case, at: datetime) -> tuple[Page, ...]:
    """A crisis that nobody has."""
    if not case.cannot_wait or case.status is not Status.NEW:
        return ()
    page = open_page(cause_of(case), Severity.SEV1, case.department, at)
    subject = case.assessment.subject if case.assessment.kind else ""  # a sender may name any other
    return (page.having(harm=case.harm, subject=subject),)


def woken_by(before: Case, after: Case) -> tuple[str, ...]:
    """Pages that have to look again, because somebody took the case, moved it, ended it, or says it is no crisis."""
    if not before.cannot_wait:
        return ()
    stood, stands = ((case.status, case.round, case.department, case.cannot_wait) for case in (before, after))
    return () if stood == stands else (page_of(before),)


def standing(page: Page, case: Case) -> Standing:
    """Who claims a case has answered for it; one that came back since, or is another department's, has a new page."""
    if case.round != page.cause.round or case.department != page.department or not case.cannot_wait:
        return Standing(over=True)
    if case.status is Status.RESOLVED:
        return Standing(over=True, taken_by=case.closed_by)
    return Standing(taken_by=case.owner if case.status is Status.CLAIMED else "")
