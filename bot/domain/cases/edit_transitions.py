"""Apply an edit of a known post: its text changes, and it is not counted again."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CrisisAlarm
from bot.domain.cases.deadlines import choose_priority, end_snooze, find_next_deadline, reset_to_new
from bot.domain.cases.intake import raise_alarm
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, Priority
from bot.domain.paging.case_page import build_case_pages

MAX_WORDINGS = 5
"""Earlier wordings kept in a case; X allows five edits."""
MAX_WORDING_LENGTH = 1_000


def decide_edit(
    mention: Mention,
    assessment: Assessment,
    opened: Case | None,
    joined: Case | None,
    department_of: Callable[[str], Department],
    at: datetime,
) -> CaseDecision | None:
    """Apply an edit to the case that the post opened or joined. None if it has no case: it is routed as new.

    `opened` is the case with the id derived from this post, which by chance may belong to another post.
    """
    if opened is not None and opened.mention.id == mention.id:
        return edit_case(opened, mention, assessment, department_of(opened.department), at)
    return edit_joined(joined, mention, assessment, department_of(joined.department), at) if joined else None


def edit_case(
    case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime
) -> CaseDecision:
    """Take the newest wording of the post that opened the case. Corrections stay."""
    if mention.edits <= case.mention.edits or case.mention.is_forgotten:
        return skip_edit()
    earlier = (*case.earlier, case.mention.text[:MAX_WORDING_LENGTH])[-MAX_WORDINGS:]
    event = AuditEvent(at, "", AuditAction.EDITED, "by its author")
    after = case.copy_with(
        version=case.version + 1, mention=mention, earlier=earlier, history=case.extend_history(event)
    )
    after = after.copy_with(as_heard=assessment) if case.corrections else after.copy_with(assessment=assessment)
    return _build_edit_decision(case, after, event, _is_crisis(assessment) and not case.is_urgent, department, at)


def edit_joined(
    case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime
) -> CaseDecision:
    """Take the newest wording of a joined post."""
    event = AuditEvent(at, "", AuditAction.EDITED, "a related post, by its author")
    after = case.copy_with(version=case.version + 1, history=case.extend_history(event))
    alarming = _is_crisis(assessment) and not case.is_urgent
    if alarming:
        after = after.copy_with(alarmed_by=CrisisAlarm(mention.id, next(iter(assessment.get_words("harm")), ""), at))
    return _build_edit_decision(case, after, event, alarming, department, at, joining=mention)


def skip_edit() -> CaseDecision:
    """Return the decision that changes nothing: the wording is known, or nobody needs to see it."""
    return CaseDecision(None, is_edit=True)


def _is_crisis(assessment: Assessment) -> bool:
    return assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels


def _build_edit_decision(
    case: Case,
    after: Case,
    event: AuditEvent,
    alarming: bool,  # noqa: FBT001 - private
    department: Department,
    at: datetime,
    joining: Mention | None = None,
) -> CaseDecision:
    events = [event]
    if case.is_snoozed:
        after, woken = end_snooze(after, department, at, "a post was edited")
        events.append(woken)
    if alarming:
        if case.is_closed:
            reopened = AuditEvent(at, "", AuditAction.REOPENED, "the edit makes it urgent")
            after = reset_to_new(after, department, at)
            after = after.copy_with(waiting_since=at, history=after.extend_history(reopened))
            events.append(reopened)
        after = raise_alarm(after, department, at)
    card = Notification.draw_card(after.id, after.department, choose_priority(after, Priority.UPDATE))
    return CaseDecision(
        after=after,
        before=case,
        notifications=(card,),
        events=tuple(events),
        deadline=find_next_deadline(after, department),
        joined_mention=joining,
        pages=build_case_pages(after, at) if alarming else (),
        is_edit=True,
    )
