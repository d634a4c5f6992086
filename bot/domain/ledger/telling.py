"""Tell those who asked that it is done: each is followed up by a person, a few of a department a day."""

from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.follow_up import FollowUp

TOLD_PER_DAY = 10
"""Cases of a department that are offered on one day for this."""
_MISTAKES = {CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US, CaseResolution.POST_DELETED}


def can_tell(case: Case) -> bool:
    """Return whether the author of this case can be told something."""
    author = case.mention.author
    return not (case.mention.is_forgotten or author.outlet or author.bot or case.resolution in _MISTAKES)


def has_news(case: Case, news: str) -> bool:
    """Return whether a colleague was asked to tell the author this, as by the case of another one merged into it."""
    return case.follow_up is not None and case.follow_up.news == news


def offer_news(case: Case, department: Department, news: str, at: datetime) -> CaseDecision | None:
    """Make the news a follow-up; one that is not due yet gets them. None: something has to end first."""
    follow_up = case.follow_up if case.follow_up and case.follow_up.outcome is None else None
    if not case.is_closed or (follow_up and (follow_up.is_pending or follow_up.news)):
        return None
    due = department.hours.add_working_time(at, timedelta())
    after = case.copy_with(follow_up=(follow_up or FollowUp(due))._replace(due=due, news=news))
    return build_case_decision(case, after, department, AuditEvent(at, "", AuditAction.NEWS_OFFERED))
