"""What people do with a case: each move takes the case as read and gives the decision, or says no."""

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, Resolution, Status, case_id
from bot.domain.clocks import fresh, lane_of, lease_end, next_deadline, resolve_due
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.decision import CaseDecision, Measure, Refused
from bot.domain.department import Department
from bot.domain.lifecycle import NOT_KNOWN, Context, Transition, allow, check_transition
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


def claim(case: Case, context: Context) -> CaseDecision:
    """One owner, always. The claim is a lease, and the clock to resolve begins to show."""
    status = check_transition(case, Transition.CLAIM, context)
    after = _owned(case, context.by, context).having(status=status)
    waited = _seconds(case.opened_at, context.at)
    event = context.build_event(AuditAction.CLAIMED, f"after {length(context.at - case.opened_at)}")
    return decide(case, after, context.department, event, took=((Measure.CLAIM, waited),))


def _seconds(since: datetime, until: datetime) -> float:
    """Never less than none: the clocks of two machines differ, and any clock may be set back."""
    return max(0.0, (until - since).total_seconds())


def _owned(case: Case, owner: str, context: Context) -> Case:
    return case.having(
        status=Status.CLAIMED,
        owner=owner,
        claimed_at=context.at,
        due=resolve_due(case, context.department),
        lease_began=context.at,
        lease_ends=lease_end(case, context.department, context.at),
        lease_said=False,
        overdue_said=False,
    )


def keep(case: Case, context: Context) -> CaseDecision:
    """The owner is still on it: the lease begins anew."""
    if case.status is not Status.CLAIMED or case.owner != context.by:
        raise Refused("This case is not yours now, so there is nothing to keep. Press Claim on its card to take it.")
    ends = lease_end(case, context.department, context.at)
    after = case.having(lease_began=context.at, lease_ends=ends, lease_said=False)
    return decide(case, after, context.department, context.build_event(AuditAction.KEPT))


def release(case: Case, context: Context) -> CaseDecision:
    """Back to the channel, with the claim clock wound anew."""
    check_transition(case, Transition.RELEASE, context)
    after = fresh(case, context.department, context.at)
    return decide(case, after, context.department, context.build_event(AuditAction.RELEASED))


def resolve(case: Case, context: Context, resolution: Resolution, note: str) -> CaseDecision:
    """Done, with one word for how. Somebody who resolves what nobody claimed is its owner from then on."""
    check_transition(case, Transition.RESOLVE, context)
    after = _close_case(case, context, resolution).having(note=note.strip()[:1000])
    took = _seconds(case.waiting_since, context.at)
    event = context.build_event(AuditAction.RESOLVED, resolution.value)
    return decide(case, after, context.department, event, took=((Measure.RESOLVE, took),))


def _close_case(case: Case, context: Context, resolution: Resolution) -> Case:
    return case.having(
        status=Status.RESOLVED,
        owner=case.owner or context.by,
        resolution=resolution,
        resolved_at=context.at,
        resolved_by=context.by,
        due=None,
        lease_ends=None,
    )


def reopen(case: Case, context: Context) -> CaseDecision:
    check_transition(case, Transition.REOPEN, context)
    after = fresh(case, context.department, context.at).having(waiting_since=context.at)
    return decide(case, after, context.department, context.build_event(AuditAction.REOPENED))


def hand_to_person(case: Case, context: Context, to: str) -> CaseDecision:
    """To another deputy of the department that has it."""
    check_transition(case, Transition.HAND_OVER, context)
    if to == case.owner:
        raise Refused(f"<@{to}> has this one already.")
    if context.staff.unsure and not context.staff.may_answer(to):
        raise Refused(NOT_KNOWN)
    if not context.staff.may_answer(to):
        raise Refused(
            f"<@{to}> is no deputy of {context.department.name}, so could not answer it. "
            "Choose one of its deputies, or the department to hand it to."
        )
    event = context.build_event(AuditAction.HANDED_OVER, f"to <@{to}>")
    told = Notification.to_owner(NotificationKind.HANDED, case.id, to, case.version)
    more = () if to == context.by else (told,)
    return decide(case, _owned(case, to, context), context.department, event, *more)


def hand_to_department(case: Case, context: Context, to: Department) -> CaseDecision:
    """One case, one card alive: the card in the old channel says where it went."""
    check_transition(case, Transition.HAND_OVER, context)
    if to.name == case.department:
        raise Refused(f"{to.name} has this case already. Choose another department, or a person.")
    event = context.build_event(AuditAction.HANDED_OVER, f"from {case.department} to {to.name}")
    return decide(case, fresh(case, to, context.at), to, event)


def not_for_us(case: Case, context: Context, to: Department | None) -> CaseDecision:
    """The route was wrong: the case goes where it belongs (None: to nobody) and the correction is kept."""
    check_transition(case, Transition.HAND_OVER, context)
    if to is not None and to.name == case.department:
        raise Refused(f"{to.name} has this case already. Choose where it belongs instead.")
    where = to.name if to else "nobody"
    correction = Correction(CorrectionKind.DEPARTMENT, case.department, where, context.by, context.at)
    event = context.build_event(AuditAction.ROUTE_CORRECTED, f"from {case.department} to {where}")
    if to is not None:
        return decide(case, fresh(case, to, context.at), to, event, corrections=(correction,))
    after = _close_case(case, context, Resolution.NOT_ABOUT_US)
    return decide(case, after, context.department, event, corrections=(correction,))


def confirm_crisis(case: Case, context: Context) -> CaseDecision:
    """A crisis that is doubtful, or was flagged by somebody without a role, is one: whoever is on call is paged."""
    allow(Transition.CLAIM, case, context.by, context.staff)
    if case.cannot_wait:
        raise Refused("This is confirmed as a crisis already. Its card says who is being called.")
    if case.closed or not case.urgent:
        raise Refused("This case isn't a crisis any more, so there is nothing to confirm.")
    return decide(case, case.having(alarm=True), context.department, context.build_event(AuditAction.CRISIS_CONFIRMED))


def may_separate(case: Case, context: Context) -> None:
    """Whoever may answer, whoever owns the case: it is about what somebody else will do. Raises Refused."""
    if not context.staff.may_answer(context.by):
        allow(Transition.RESOLVE, case, context.by, context.staff)
    if not case.joined:
        raise Refused("No joined post is listed on this case now, so there is nothing to separate.")


def separate(case: Case, context: Context, mention: Mention) -> CaseDecision:
    """A mention that joined wrongly gets its own case: what the first case loses, and the case that opens.

    A copy says what its first case says, so it takes that assessment along; for the same person's later words it is
    the nearest that is known.
    """
    may_separate(case, context)
    left = context.build_event(AuditAction.SEPARATED, f"a post has its own case now, {case_id(mention.id)}")
    after = case.having(
        joined=tuple(joined for joined in case.joined if joined.mention != mention.id),
        joined_count=max(0, case.joined_count - 1),
    )
    opened = context.build_event(AuditAction.OPENED, f"separated from case {case.id}")
    own = case.having(
        id=case_id(mention.id),
        version=1,
        mention=mention,
        joined=(),
        joined_count=0,
        waiting_since=context.at,
        round=0,
        history=(opened,),
    )
    own = fresh(own, context.department, context.at)
    card = Notification.card(own.id, own.department, lane_of(own, Lane.CLICK))
    opening = CaseDecision(
        after=own,
        notifications=(card,),
        events=(opened,),
        deadline=next_deadline(own, context.department),
        pages=pages_for(own, context.at),
    )
    return replace(decide(case, after, context.department, left), separating=mention.id, opening=opening)
