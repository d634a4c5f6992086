"""Apply an edit of a known post: its text changes, and it is not counted again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus, CrisisAlarm
from bot.domain.cases.colleague_transitions import ROUTE_CHANGES
from bot.domain.cases.deadlines import choose_priority, compute_claim_due, end_snooze, find_next_deadline, reset_to_new
from bot.domain.cases.intake import raise_alarm
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.case_page import build_case_pages
from bot.domain.routing import NOBODY, Route

MAX_WORDINGS = 5
"""Earlier wordings kept in a case; X allows five edits."""
MAX_WORDING_LENGTH = 1_000


class PostEdit(NamedTuple):
    """A later wording of a known post, with its labels and the route that they lead to."""

    mention: Mention
    assessment: Assessment
    route: Route


def decide_edit(
    case: Case,
    edit: PostEdit,
    department_of: Callable[[str], Department],
    at: datetime,
    holder: Case | None = None,
) -> CaseDecision:
    """Apply an edit to the case that the post opened or joined.

    `holder`: the case that has the posts of this one, which was merged.
    """
    if case.mention.id != edit.mention.id:
        return edit_joined(case, edit.mention, edit.assessment, department_of(case.department), at)
    if holder is None:
        return edit_case(case, edit, department_of, at)
    return _edit_merged_case(case, edit, holder, department_of, at)


def _edit_merged_case(
    case: Case, edit: PostEdit, holder: Case, department_of: Callable[[str], Department], at: datetime
) -> CaseDecision:
    """Take the newest wording of a post whose case was merged: it concerns the case that has it now.

    That becomes a crisis if the words are one, as with any post that joined it. The merged case keeps the words, too,
    for when it is reopened, and stays closed.
    """
    if (after := _take_wording(case, edit, at)) is None:
        return skip_edit()
    department = department_of(case.department)
    own = _build_edit_decision(case, after, [after.history[-1]], alarming=False, department=department, at=at)
    shown = edit_joined(holder, after.mention, edit.assessment, department_of(holder.department), at)
    return replace(shown, target_decision=replace(own, is_edit=False))


def edit_case(case: Case, edit: PostEdit, department_of: Callable[[str], Department], at: datetime) -> CaseDecision:
    """Take the newest wording of the post that opened the case. Corrections stay, and so do the labels of a crisis.

    Words that are worse lead an unclaimed case along their route, unless a person has moved it.
    """
    if (after := _take_wording(case, edit, at)) is None:
        return skip_edit()
    department, events = department_of(case.department), [after.history[-1]]
    alarming = _is_crisis(edit.assessment) and not case.is_urgent
    if _is_worse_and_unmoved(case, after) and edit.route.to != NOBODY:
        after, department = _apply_route(after, edit.route, department_of, at, events)
    return _build_edit_decision(case, after, events, alarming=alarming, department=department, at=at)


def _take_wording(case: Case, edit: PostEdit, at: datetime) -> Case | None:
    """Return the case with the newest words of its post and their labels; None if it has them, or must not."""
    mention = _keep_details(edit.mention, case.mention)
    if mention.version <= case.mention.version or case.mention.is_forgotten or _is_unchanged(mention, case.mention):
        return None
    worded = (case.mention.text[:MAX_WORDING_LENGTH],) if mention.text != case.mention.text else ()
    event = AuditEvent(at, "", AuditAction.EDITED, "by its author")
    after = case.copy_with(
        version=case.version + 1,
        mention=mention,
        earlier=(*case.earlier, *worded)[-MAX_WORDINGS:],
        history=case.extend_history(event),
    )
    if case.corrections:
        return after.copy_with(as_heard=edit.assessment)
    if case.as_heard:  # a more pressing case was merged into it
        return after.copy_with(assessment=case.assessment.raise_to(edit.assessment), as_heard=edit.assessment)
    if _is_crisis(edit.assessment) or not _is_crisis(case.assessment):
        return after.copy_with(assessment=edit.assessment)
    return after


def _keep_details(mention: Mention, before: Mention) -> Mention:
    """Keep the author and the words answered where an edit says nothing of them: a stream has but their ids."""
    if mention.author.handle or mention.author.id != before.author.id:
        return mention
    return mention.copy_with(author=before.author, parent=mention.parent or before.parent)


def _is_unchanged(mention: Mention, before: Mention) -> bool:
    """Whether nothing that is shown of the post itself has changed: outlets also tell of counts as of an edit."""
    said, said_before = ((one.text, one.quoted, one.rating, one.media) for one in (mention, before))
    return said == said_before


def _is_worse_and_unmoved(case: Case, after: Case) -> bool:
    moved = any(event.what in ROUTE_CHANGES for event in case.history)
    return case.status is CaseStatus.NEW and after.priority.rank > case.priority.rank and not moved


def _apply_route(
    case: Case,
    route: Route,
    department_of: Callable[[str], Department],
    at: datetime,
    events: list[AuditEvent],
) -> tuple[Case, Department]:
    """Give the case the limits of the route, never a later deadline; or move it where the route leads."""
    to = department_of(route.to)
    routed = case.copy_with(route=route.name, clocks=route.clocks)
    if to.name == case.department:
        dues = [due for due in (case.due, compute_claim_due(routed, to, at)) if due]
        return routed.copy_with(due=min(dues, default=None)), to
    moved = AuditEvent(at, "", AuditAction.HANDED_OVER, f"from {case.department} to {to.name}, by the edit")
    events.append(moved)
    return reset_to_new(routed, to, at).copy_with(history=case.extend_history(moved)), to


def edit_joined(
    case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime
) -> CaseDecision:
    """Take the newest wording of a joined post."""
    event = AuditEvent(at, "", AuditAction.EDITED, "a related post, by its author")
    after = case.copy_with(version=case.version + 1, history=case.extend_history(event))
    alarming = _is_crisis(assessment) and not case.is_urgent
    if alarming:
        after = after.copy_with(alarmed_by=CrisisAlarm(mention.id, assessment.harm, at))
    return _build_edit_decision(case, after, [event], alarming=alarming, department=department, at=at, joining=mention)


def skip_edit() -> CaseDecision:
    """Return the decision that changes nothing: the wording is known, or nobody needs to see it."""
    return CaseDecision(None, is_edit=True)


def _is_crisis(assessment: Assessment) -> bool:
    return assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels


def _build_edit_decision(
    case: Case,
    after: Case,
    events: list[AuditEvent],
    *,
    alarming: bool,
    department: Department,
    at: datetime,
    joining: Mention | None = None,
) -> CaseDecision:
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
    told = [Notification.draw_card(after.id, after.department, choose_priority(after, Priority.UPDATE))]
    if alarming and after.owner:
        told.append(Notification.notify_owner(NotificationKind.JOINED, after.id, after.owner, after.round))
    return CaseDecision(
        after=after,
        before=case,
        notifications=tuple(told),
        events=tuple(events),
        deadline=find_next_deadline(after, department),
        joined_mention=joining,
        pages=build_case_pages(after, at) if alarming else (),
        is_edit=True,
    )
