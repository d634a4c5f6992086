"""What people do with a case: each move takes the case as read and gives the decision, or says no."""

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, Resolution, Status, case_id
from bot.domain.clocks import fresh, lane_of, lease_end, next_deadline, resolve_due
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.decision import CaseDecision, Measure, Refused
from bot.domain.department import Department, Staff
from bot.domain.lifecycle import NOT_KNOWN, Transition, allow, next_status
from bot.domain.mention import Mention
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.pages.cases import pages_for
from bot.domain.words import length


def decide(
    before: Case,
    after: Case,
    department: Department,
    event: AuditEvent,
    *more: Notification,
    took: tuple[tuple[Measure, float], ...] = (),
    corrections: tuple[Correction, ...] = (),
) -> CaseDecision:
    """The next version of a case, with the card that is owed, and a word to whoever had it before."""
    after = after.having(version=before.version + 1, history=after.told(event))
    more += _told_to_the_former_owner(before, after, event.by)
    card = Notification.card(after.id, after.department, lane_of(after, Lane.CLICK))
    return CaseDecision(
        after=after,
        before=before,
        notifications=(card, *more),
        events=(event,),
        deadline=next_deadline(after, department),
        took=took,
        corrections=corrections,
        pages=pages_for(after, event.at),
    )


def _told_to_the_former_owner(before: Case, after: Case, by: str) -> tuple[Notification, ...]:
    """A manager took it from her, who would go on with it if she were not told."""
    hers_still = after.status is Status.CLAIMED and after.owner == before.owner
    if before.status is not Status.CLAIMED or before.owner == by or hers_still:
        return ()
    return (Notification.to_owner(NotificationKind.RELEASED, before.id, before.owner, before.version),)


def claim(case: Case, by: str, staff: Staff, department: Department, at: datetime) -> CaseDecision:
    """One owner, always. The claim is a lease, and the clock to resolve begins to show."""
    allow(Transition.CLAIM, case, by, staff)
    status = next_status(case, Transition.CLAIM, by, at)
    after = _owned(case, by, department, at).having(status=status)
    waited = _seconds(case.opened_at, at)
    event = AuditEvent(at, by, AuditAction.CLAIMED, f"after {length(at - case.opened_at)}")
    return decide(case, after, department, event, took=((Measure.CLAIM, waited),))


def _seconds(since: datetime, until: datetime) -> float:
    """Never less than none: the clocks of two machines differ, and any clock may be set back."""
    return max(0.0, (until - since).total_seconds())


def _owned(case: Case, owner: str, department: Department, at: datetime) -> Case:
    return case.having(
        status=Status.CLAIMED,
        owner=owner,
        claimed_at=at,
        due=resolve_due(case, department),
        lease_began=at,
        lease_ends=lease_end(case, department, at),
        lease_said=False,
        overdue_said=False,
    )


def keep(case: Case, by: str, department: Department, at: datetime) -> CaseDecision:
    """The owner is still on it: the lease begins anew."""
    if case.status is not Status.CLAIMED or case.owner != by:
        raise Refused("This case is not yours now, so there is nothing to keep. Press Claim on its card to take it.")
    after = case.having(lease_began=at, lease_ends=lease_end(case, department, at), lease_said=False)
    return decide(case, after, department, AuditEvent(at, by, AuditAction.KEPT))


def release(case: Case, by: str, staff: Staff, department: Department, at: datetime) -> CaseDecision:
    """Back to the channel, with the claim clock wound anew."""
    allow(Transition.RELEASE, case, by, staff)
    next_status(case, Transition.RELEASE, by, at)
    return decide(case, fresh(case, department, at), department, AuditEvent(at, by, AuditAction.RELEASED))


def resolve(
    case: Case, by: str, resolution: Resolution, note: str, staff: Staff, department: Department, at: datetime
) -> CaseDecision:
    """Done, with one word for how. Somebody who resolves what nobody claimed is its owner from then on."""
    allow(Transition.RESOLVE, case, by, staff)
    status = next_status(case, Transition.RESOLVE, by, at)
    after = case.having(
        status=status,
        owner=case.owner or by,
        resolution=resolution,
        note=note.strip()[:1000],
        resolved_at=at,
        resolved_by=by,
        due=None,
        lease_ends=None,
    )
    took = _seconds(case.waiting_since, at)
    event = AuditEvent(at, by, AuditAction.RESOLVED, resolution.value)
    return decide(case, after, department, event, took=((Measure.RESOLVE, took),))


def reopen(case: Case, by: str, staff: Staff, department: Department, at: datetime) -> CaseDecision:
    allow(Transition.REOPEN, case, by, staff)
    next_status(case, Transition.REOPEN, by, at)
    after = fresh(case, department, at).having(waiting_since=at)
    return decide(case, after, department, AuditEvent(at, by, AuditAction.REOPENED))


def hand_to_person(case: Case, by: str, to: str, staff: Staff, department: Department, at: datetime) -> CaseDecision:
    """To another deputy of the department that has it."""
    allow(Transition.HAND_OVER, case, by, staff)
    next_status(case, Transition.HAND_OVER, by, at)
    if to == case.owner:
        raise Refused(f"<@{to}> has this one already.")
    if staff.unsure and not staff.may_answer(to):
        raise Refused(NOT_KNOWN)
    if not staff.may_answer(to):
        raise Refused(
            f"<@{to}> is no deputy of {department.name}, so could not answer it. "
            "Choose one of its deputies, or the department to hand it to."
        )
    event = AuditEvent(at, by, AuditAction.HANDED_OVER, f"to <@{to}>")
    told = Notification.to_owner(NotificationKind.HANDED, case.id, to, case.version)
    more = () if to == by else (told,)
    return decide(case, _owned(case, to, department, at), department, event, *more)


def hand_to_department(case: Case, by: str, staff: Staff, to: Department, at: datetime) -> CaseDecision:
    """One case, one card alive: the card in the old channel says where it went."""
    allow(Transition.HAND_OVER, case, by, staff)
    next_status(case, Transition.HAND_OVER, by, at)
    if to.name == case.department:
        raise Refused(f"{to.name} has this case already. Choose another department, or a person.")
    event = AuditEvent(at, by, AuditAction.HANDED_OVER, f"from {case.department} to {to.name}")
    return decide(case, fresh(case, to, at), to, event)


def not_for_us(
    case: Case, by: str, staff: Staff, to: Department | None, at: datetime, department: Department
) -> CaseDecision:
    """The route was wrong: the case goes where it belongs (None: to nobody) and the correction is kept."""
    allow(Transition.HAND_OVER, case, by, staff)
    next_status(case, Transition.HAND_OVER, by, at)
    if to is not None and to.name == case.department:
        raise Refused(f"{to.name} has this case already. Choose where it belongs instead.")
    where = to.name if to else "nobody"
    correction = Correction(CorrectionKind.DEPARTMENT, case.department, where, by, at)
    event = AuditEvent(at, by, AuditAction.ROUTE_CORRECTED, f"from {case.department} to {where}")
    if to is not None:
        return decide(case, fresh(case, to, at), to, event, corrections=(correction,))
    after = case.having(
        status=Status.RESOLVED,
        owner=case.owner or by,
        resolution=Resolution.NOT_ABOUT_US,
        resolved_at=at,
        resolved_by=by,
        due=None,
        lease_ends=None,
    )
    return decide(case, after, department, event, corrections=(correction,))


def confirm_crisis(case: Case, by: str, staff: Staff, department: Department, at: datetime) -> CaseDecision:
    """A crisis that is doubtful, or was flagged by somebody without a role, is one: whoever is on call is paged."""
    allow(Transition.CLAIM, case, by, staff)
    if case.cannot_wait:
        raise Refused("This is confirmed as a crisis already. Its card says who is being called.")
    if case.closed or not case.urgent:
        raise Refused("This case isn't a crisis any more, so there is nothing to confirm.")
    return decide(case, case.having(alarm=True), department, AuditEvent(at, by, AuditAction.CRISIS_CONFIRMED))


def may_separate(case: Case, by: str, staff: Staff) -> None:
    """Whoever may answer, whoever owns the case: it is about what somebody else will do. Raises Refused."""
    if not staff.may_answer(by):
        allow(Transition.RESOLVE, case, by, staff)
    if not case.joined:
        raise Refused("No joined post is listed on this case now, so there is nothing to separate.")


def separate(
    case: Case,
    mention: Mention,
    by: str,
    staff: Staff,
    department: Department,
    at: datetime,
) -> CaseDecision:
    """A mention that joined wrongly gets its own case: what the first case loses, and the case that opens.

    A copy says what its first case says, so it takes that assessment along; for the same person's later words it is
    the nearest that is known.
    """
    may_separate(case, by, staff)
    left = AuditEvent(at, by, AuditAction.SEPARATED, f"a post has its own case now, {case_id(mention.id)}")
    after = case.having(
        joined=tuple(joined for joined in case.joined if joined.mention != mention.id),
        joined_count=max(0, case.joined_count - 1),
    )
    opened = AuditEvent(at, by, AuditAction.OPENED, f"separated from case {case.id}")
    own = case.having(
        id=case_id(mention.id),
        version=1,
        mention=mention,
        joined=(),
        joined_count=0,
        waiting_since=at,
        round=0,
        history=(opened,),
    )
    own = fresh(own, department, at)
    card = Notification.card(own.id, own.department, lane_of(own, Lane.CLICK))
    opening = CaseDecision(
        after=own,
        notifications=(card,),
        events=(opened,),
        deadline=next_deadline(own, department),
        pages=pages_for(own, at),
    )
    return replace(decide(case, after, department, left), separating=mention.id, opening=opening)
