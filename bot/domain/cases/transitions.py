"""Transitions of a case by people: each returns a decision or raises `NotAllowed`."""

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import SPLIT_OFF, Case, CaseResolution, CaseStatus, derive_case_id
from bot.domain.cases.deadlines import (
    choose_priority,
    compute_lease_end,
    compute_resolve_due,
    find_next_deadline,
    plan_follow_up,
    release_to_channel,
    reset_to_new,
)
from bot.domain.closures import add_closure, note_closing
from bot.domain.commits import CaseDecision, DurationKind, NotAllowed
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.department import Department
from bot.domain.lifecycle import DEPUTIES_UNKNOWN, CaseTransition, Context, check_allowed, check_transition
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.case_page import build_case_pages
from bot.domain.persons.etiquette import Caution, note_approach, record_caution, undo_caution
from bot.domain.text import format_duration

MAX_REASON = 200
"""Characters of a reason in the history."""


def build_case_decision(
    before: Case,
    after: Case,
    department: Department,
    event: AuditEvent,
    *more: Notification,
    durations: tuple[tuple[DurationKind, float], ...] = (),
    corrections: tuple[Correction, ...] = (),
) -> CaseDecision:
    """Build the next version of a case, with its card, its deadline, its pages and a notice to the former owner."""
    after = after.copy_with(version=before.version + 1, history=after.extend_history(event))
    after, closure = add_closure(before, after, event.by)
    more += (*_notify_former_owner(before, after, event.by), *closure)
    card = Notification.draw_card(after.id, after.department, choose_priority(after, Priority.CLICK))
    return CaseDecision(
        after=after,
        before=before,
        notifications=(card, *more),
        events=(event,),
        deadline=find_next_deadline(after, department),
        durations=durations,
        corrections=corrections,
        pages=build_case_pages(after, event.at),
    )


def _notify_former_owner(before: Case, after: Case, by: str) -> tuple[Notification, ...]:
    """Tell the owner that somebody else took the case from them."""
    hers_still = after.status is CaseStatus.CLAIMED and after.owner == before.owner
    if before.status is not CaseStatus.CLAIMED or before.owner == by or hers_still:
        return ()
    return (Notification.notify_owner(NotificationKind.RELEASED, before.id, before.owner, before.version),)


def claim_case(case: Case, context: Context, caution: Caution | None = None) -> CaseDecision:
    """Make this person the one owner, for the time of a lease; the deadline to resolve is shown from now on.

    `caution`: what they go on in spite of.
    """
    status = check_transition(case, CaseTransition.CLAIM, context)
    after = _assign_owner(case, context.by, context).copy_with(status=status)
    after = record_caution(after, context.at, context.by) if caution else after
    waited = _measure_seconds(case.opened_at, context.at)
    event = context.build_event(AuditAction.CLAIMED, f"after {format_duration(context.at - case.opened_at)}")
    return build_case_decision(case, after, context.department, event, durations=((DurationKind.CLAIM, waited),))


def claim_from_list(case: Case, context: Context, caution: Caution | None = None) -> CaseDecision:
    """Claim a case together with others: it stays on the list, for hundreds of cards would hide everything else."""
    decision = claim_case(case, context, caution)
    return replace(decision, after=decision.case.copy_with(from_list=not case.is_urgent))


def _measure_seconds(since: datetime, until: datetime) -> float:
    """Return the seconds between, at least 0: clocks differ between machines and may be set back."""
    return max(0.0, (until - since).total_seconds())


def _assign_owner(case: Case, owner: str, context: Context) -> Case:
    return case.copy_with(
        status=CaseStatus.CLAIMED,
        owner=owner,
        claimed_at=context.at,
        due=compute_resolve_due(case, context.department),
        lease_began=context.at,
        lease_ends=compute_lease_end(case, context.department, context.at),
        lease_said=False,
        overdue_said=False,
        snooze=None,
        from_list=False,
    )


def renew_lease(case: Case, context: Context) -> CaseDecision:
    """Start the lease again: the owner is still on it."""
    if case.status is not CaseStatus.CLAIMED or case.owner != context.by:
        raise NotAllowed("You no longer own this case. Press Claim on its card to take it again.")
    ends = compute_lease_end(case, context.department, context.at)
    after = case.copy_with(lease_began=context.at, lease_ends=ends, lease_said=False)
    return build_case_decision(case, after, context.department, context.build_event(AuditAction.KEPT))


def release_case(case: Case, context: Context) -> CaseDecision:
    """Return the case to the channel, with a new deadline to claim it.

    Who went on in spite of a caution takes that back, unless the author was answered in public.
    """
    check_transition(case, CaseTransition.RELEASE, context)
    kept = case if case.public_replies else undo_caution(case, case.owner)
    after = release_to_channel(kept, context.department, context.at)
    event = context.build_event(AuditAction.RELEASED)
    return note_closing(build_case_decision(case, after, context.department, event))


def resolve_case(case: Case, context: Context, resolution: CaseResolution, note: str) -> CaseDecision:
    """Resolve the case. A person who resolves an unclaimed case becomes its owner."""
    check_transition(case, CaseTransition.RESOLVE, context)
    after = _close_case(case, context, resolution).copy_with(note=note.strip()[:1000])
    after = after.copy_with(follow_up=plan_follow_up(after, context.department, context.at))
    took = _measure_seconds(case.waiting_since, context.at)
    event = context.build_event(AuditAction.RESOLVED, resolution.value)
    return build_case_decision(case, after, context.department, event, durations=((DurationKind.RESOLVE, took),))


def _close_case(case: Case, context: Context, resolution: CaseResolution) -> Case:
    closed = case.copy_with(
        status=CaseStatus.RESOLVED,
        owner=case.owner or context.by,
        resolution=resolution,
        resolved_at=context.at,
        resolved_by=context.by,
        due=None,
        lease_ends=None,
    )
    return note_approach(closed)


def reopen_case(case: Case, context: Context) -> CaseDecision:
    """Take the answer back, with the approach that it was."""
    check_transition(case, CaseTransition.REOPEN, context)
    after = reset_to_new(case, context.department, context.at)
    after = after.copy_with(waiting_since=context.at, approached=False)
    return build_case_decision(case, after, context.department, context.build_event(AuditAction.REOPENED))


def hand_to_person(case: Case, context: Context, to: str) -> CaseDecision:
    """Hand the case to another deputy of its department."""
    check_transition(case, CaseTransition.HAND_OVER, context)
    if to == case.owner:
        raise NotAllowed(f"<@{to}> already has this one.")
    if context.staff.unsure and not context.staff.can_answer(to):
        raise NotAllowed(DEPUTIES_UNKNOWN)
    if not context.staff.can_answer(to):
        raise NotAllowed(
            f"<@{to}> isn't in the {context.department.name} department. "
            "Choose somebody who is, or hand the case to another department."
        )
    event = context.build_event(AuditAction.HANDED_OVER, f"to <@{to}>")
    told = Notification.notify_owner(NotificationKind.HANDED, case.id, to, case.version)
    more = () if to == context.by else (told,)
    return build_case_decision(case, _assign_owner(case, to, context), context.department, event, *more)


def hand_to_department(case: Case, context: Context, to: Department) -> CaseDecision:
    """Hand the case to another department; the card in the old channel says where it went."""
    check_transition(case, CaseTransition.HAND_OVER, context)
    if to.name == case.department:
        raise NotAllowed(f"{to.name} already has this case. Choose another department, or a person.")
    event = context.build_event(AuditAction.HANDED_OVER, f"from {case.department} to {to.name}")
    return build_case_decision(case, reset_to_new(case, to, context.at), to, event)


def correct_route(case: Case, context: Context, to: Department | None, reason: str = "") -> CaseDecision:
    """Move a wrongly routed case (None: to nobody) and keep the correction."""
    check_transition(case, CaseTransition.HAND_OVER, context)
    if to is not None and to.name == case.department:
        raise NotAllowed(f"{to.name} already has this case. Choose another department.")
    where = to.name if to else "nobody"
    correction = Correction(CorrectionKind.DEPARTMENT, case.department, where, context.by, context.at)
    why = f": {reason[:MAX_REASON]}" if reason else ""
    event = context.build_event(AuditAction.ROUTE_CORRECTED, f"from {case.department} to {where}{why}")
    to_nobody = _close_case(case, context, CaseResolution.NOT_ABOUT_US)
    after = reset_to_new(case, to, context.at) if to else to_nobody
    return redact_reason(build_case_decision(case, after, to or context.department, event, corrections=(correction,)))


def redact_reason(decision: CaseDecision) -> CaseDecision:
    """Keep a colleague's reason in the case alone: it may quote a post, and nothing is erased from the audit log."""
    return replace(decision, events=tuple(event.drop_reason() for event in decision.events))


def confirm_crisis(case: Case, context: Context) -> CaseDecision:
    """Confirm a doubtful crisis, or one flagged by somebody without a role: people on call are paged."""
    check_allowed(CaseTransition.CLAIM, case, context.by, context.staff)
    if case.is_confirmed_crisis:
        raise NotAllowed("This crisis is already confirmed. Its card shows who is being paged.")
    if case.is_closed or not case.is_urgent:
        raise NotAllowed("This case is no longer a crisis, so there is nothing to confirm.")
    return build_case_decision(
        case, case.copy_with(alarm=True), context.department, context.build_event(AuditAction.CRISIS_CONFIRMED)
    )


def check_can_separate(case: Case, context: Context) -> None:
    """Raise `NotAllowed` if the person may not answer (they need not own the case), or no post has joined."""
    if not context.staff.can_answer(context.by):
        check_allowed(CaseTransition.RESOLVE, case, context.by, context.staff)
    if not case.joined:
        raise NotAllowed("This case has no related posts, so there is nothing to split off.")


def separate_mention(case: Case, context: Context, mention: Mention, former: Case | None = None) -> CaseDecision:
    """Move a wrongly joined mention to a case of its own, with the assessment of the first case as an estimate.

    `former` is the case that it had before that was merged into this one.
    """
    check_can_separate(case, context)
    left = context.build_event(AuditAction.SEPARATED, f"a post has its own case now, {derive_case_id(mention.id)}")
    after = case.copy_with(
        joined=tuple(joined for joined in case.joined if joined.mention != mention.id),
        joined_count=max(0, case.joined_count - 1),
    )
    opened = context.build_event(AuditAction.OPENED, f"{SPLIT_OFF}{case.id}")
    own = case.copy_with(
        id=derive_case_id(mention.id),
        version=former.version + 1 if former else 1,
        mention=mention,
        joined=(),
        joined_count=0,
        flagged_by="",
        also_flagged_by=(),
        found_as="",
        closure_told=False,
        approached=False,
        caution=None,
        waiting_since=context.at,
        round=0,
        history=(opened,),
    )
    own = reset_to_new(own, context.department, context.at)
    card = Notification.draw_card(own.id, own.department, choose_priority(own, Priority.CLICK))
    opening = CaseDecision(
        after=own,
        before=former,
        notifications=(card,),
        events=(opened,),
        moved_mentions=(mention,),
        deadline=find_next_deadline(own, context.department),
        pages=build_case_pages(own, context.at),
    )
    return replace(
        build_case_decision(case, after, context.department, left),
        removed_mentions=(mention.id,),
        opened_decision=opening,
    )
