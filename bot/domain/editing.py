"""What follows where an author edits a post that is known already: its words change, and it is not counted again."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Alarm, Case
from bot.domain.clocks import fresh, lane_of, next_deadline
from bot.domain.decision import CaseDecision
from bot.domain.department import Department
from bot.domain.intake import sound_alarm
from bot.domain.mention import Mention
from bot.domain.notification import Lane, Notification
from bot.domain.pages.cases import pages_for

WORDINGS_KEPT = 5
"""Earlier wordings of a post that stay with its case; X allows five edits."""
WORDING_LENGTH = 1_000


def decide_edit(
    mention: Mention,
    assessment: Assessment,
    opened: Case | None,
    joined: Case | None,
    department_of: Callable[[str], Department],
    at: datetime,
) -> CaseDecision | None:
    """Of a post that opened a case or joined one. None: it was shown to nobody; its new words go where they belong.

    `opened` is the case with the id that this post would give it, which by chance may be another's.
    """
    if opened is not None and opened.mention.id == mention.id:
        return edit(opened, mention, assessment, department_of(opened.department), at)
    return edit_joined(joined, mention, assessment, department_of(joined.department), at) if joined else None


def edit(case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime) -> CaseDecision:
    """The newest wording of the post that opened this case. What people corrected stays as they said."""
    if mention.edits <= case.mention.edits or case.mention.forgotten:
        return leave()
    earlier = (*case.earlier, case.mention.text[:WORDING_LENGTH])[-WORDINGS_KEPT:]
    event = AuditEvent(at, "", AuditAction.EDITED, "by its author")
    after = case.having(version=case.version + 1, mention=mention, earlier=earlier, history=case.told(event))
    after = after.having(as_heard=assessment) if case.corrections else after.having(assessment=assessment)
    return _decide(case, after, event, _is_crisis(assessment) and not case.urgent, department, at)


def edit_joined(
    case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime
) -> CaseDecision:
    """The newest wording of a post that joined this case."""
    event = AuditEvent(at, "", AuditAction.EDITED, "a post that joined, by its author")
    after = case.having(version=case.version + 1, history=case.told(event))
    alarming = _is_crisis(assessment) and not case.urgent
    if alarming:
        after = after.having(alarmed_by=Alarm(mention.id, next(iter(assessment.words("harm")), ""), at))
    return _decide(case, after, event, alarming, department, at, joining=mention)


def leave() -> CaseDecision:
    """Nothing follows: the wording is known, or nobody needs to see it."""
    return CaseDecision(None, edit=True)


def _is_crisis(assessment: Assessment) -> bool:
    return assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels


def _decide(
    case: Case,
    after: Case,
    event: AuditEvent,
    alarming: bool,  # noqa: FBT001 - private
    department: Department,
    at: datetime,
    joining: Mention | None = None,
) -> CaseDecision:
    events = [event]
    if alarming:
        if case.closed:
            reopened = AuditEvent(at, "", AuditAction.REOPENED, "what was edited in cannot wait")
            after = fresh(after, department, at)
            after = after.having(waiting_since=at, history=after.told(reopened))
            events.append(reopened)
        after = sound_alarm(after, department, at)
    card = Notification.card(after.id, after.department, lane_of(after, Lane.UPDATE))
    return CaseDecision(
        after=after,
        before=case,
        notifications=(card,),
        events=tuple(events),
        deadline=next_deadline(after, department),
        joining=joining,
        pages=pages_for(after, at) if alarming else (),
        edit=True,
    )
