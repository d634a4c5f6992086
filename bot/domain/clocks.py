"""The clocks of a case: when something is due next, and what happens then."""

from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, Status
from bot.domain.decision import CaseDecision
from bot.domain.department import Department
from bot.domain.destination import ToChannel, callee
from bot.domain.hours import Hours
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.pages.cases import pages_for
from bot.domain.schedules.duty import Duty, listed_duty
from bot.domain.words import length

REMIND_EVERY = timedelta(minutes=5)
"""Between one person on call and the next, where a route says nothing: time to read a message and press a button."""


def hours_for(case: Case, department: Department) -> Hours:
    return Hours() if case.urgent else department.hours


def claim_due(case: Case, department: Department, at: datetime) -> datetime | None:
    within = case.clocks.claim_within
    return hours_for(case, department).after(at, within) if within else None


def resolve_due(case: Case, department: Department) -> datetime | None:
    within = case.clocks.resolve_within
    return hours_for(case, department).after(case.waiting_since, within) if within else None


def lease_end(case: Case, department: Department, at: datetime) -> datetime | None:
    lease = case.clocks.lease
    return hours_for(case, department).after(at, lease) if lease else None


def to_call(case: Case, department: Department, duty: Duty) -> tuple[str, ...]:
    """Who is called next: the first on call now who was not called yet. In a hole the fallback channel is told, too.

    For what cannot wait people are paged, which has a ladder of its own; for what is doubted nobody is called.
    """
    if case.cannot_wait or case.doubted:
        return ()
    nth: dict[str, int] = {}
    found: list[str] = []
    for person in duty.people:
        nth[person] = nth.get(person, 0) + 1
        if nth[person] > case.called.count(person):  # the playbook may name one person twice
            found.append(person)
            break
    fallback = str(ToChannel(department.fallback))
    if duty.hole and department.fallback and fallback not in case.called:
        found.append(fallback)
    return tuple(found)


def next_deadline(case: Case, department: Department, duty: Duty | None = None) -> datetime | None:
    """When a clock of this case runs out next, or None if none is running.

    Who does not know who is on call leaves `duty` out: where a schedule has to be asked, it is asked then.
    """
    if case.status is Status.NEW:
        return _next_rung(case, department, duty) if case.rung else case.due
    if case.status is Status.CLAIMED:
        times = [_lease_deadline(case, department), None if case.overdue_said else case.due]
        return min((time for time in times if time), default=None)
    return None


def _next_rung(case: Case, department: Department, duty: Duty | None) -> datetime | None:
    if case.due is None or case.cannot_wait or case.doubted:
        return None
    duty = duty or listed_duty(department)
    hours = hours_for(case, department)
    soon = hours.after(case.rung_at or case.due, case.clocks.remind_every or REMIND_EVERY)
    if duty is None or to_call(case, department, duty):
        return soon
    if duty.until is None:
        return None
    return max(soon, hours.after(duty.until, timedelta()))  # whoever is on call then has not been called


def _lease_deadline(case: Case, department: Department) -> datetime | None:
    """Half of the working time, so that a claim which spans a night reminds nobody in it; then the end."""
    if case.lease_ends is None or case.lease_began is None:
        return None
    if case.lease_said or case.clocks.lease is None:
        return case.lease_ends
    return min(case.lease_ends, hours_for(case, department).after(case.lease_began, case.clocks.lease / 2))


def ring(case: Case, department: Department, at: datetime, duty: Duty | None = None) -> CaseDecision | None:
    """What happens now that a clock may have run out; None if none has. One thing at a time.

    `duty` may be left out where the playbook names the people.
    """
    duty = duty or listed_duty(department) or Duty()
    deadline = next_deadline(case, department, duty)
    if deadline is None or deadline > at:
        return None
    if case.status is Status.NEW:
        return _climb(case, department, at, duty)
    lease = _lease_deadline(case, department)
    if lease is not None and lease <= at:
        return _release(case, department, at) if case.lease_said else _nudge(case, department, at)
    return _say_overdue(case, department, at)


def _decide(
    before: Case,
    after: Case,
    department: Department,
    event: AuditEvent,
    *more: Notification,
    duty: Duty | None = None,
) -> CaseDecision:
    after = after.having(version=before.version + 1, history=after.told(event))
    card = Notification.card(after.id, after.department, lane_of(after, Lane.UPDATE))
    return CaseDecision(
        after=after,
        before=before,
        notifications=(card, *more),
        events=(event,),
        deadline=next_deadline(after, department, duty),
        pages=pages_for(after, event.at),
    )


def lane_of(case: Case, lane: Lane) -> Lane:
    return Lane.CRISIS if case.urgent else lane


def _climb(case: Case, department: Department, at: datetime, duty: Duty) -> CaseDecision | None:
    rung = case.rung + 1
    lane = lane_of(case, Lane.CLICK)
    nth = case.round * 100 + rung
    after = case.having(rung=rung, rung_at=at)
    if rung == 1:
        waited = length(case.clocks.claim_within or timedelta())
        event = AuditEvent(at, "", f"{AuditAction.REMINDED} the channel", f"unclaimed after {waited}")
        more = Notification.reminder(case.id, case.department, lane, nth)
        return _decide(case, after, department, event, more, duty=duty)
    called = to_call(case, department, duty)
    if not called:
        return None
    why = f"nobody is on call: {duty.schedule} has a hole" if duty.hole else "on call"
    event = AuditEvent(at, "", f"{AuditAction.CALLED} {' and '.join(callee(one).mention for one in called)}", why)
    calls = [Notification.call(case.id, callee(one), lane, nth) for one in called]
    return _decide(case, after.having(called=(*case.called, *called)), department, event, *calls, duty=duty)


def _nudge(case: Case, department: Department, at: datetime) -> CaseDecision:
    assert case.lease_ends is not None
    left = length(case.lease_ends - at)
    event = AuditEvent(at, "", f"{AuditAction.REMINDED} <@{case.owner}>", f"claim ends in {left}")
    nudge = Notification.to_owner(NotificationKind.LEASE, case.id, case.owner, int(case.lease_ends.timestamp()))
    return _decide(case, case.having(lease_said=True), department, event, nudge)


def _release(case: Case, department: Department, at: datetime) -> CaseDecision:
    event = AuditEvent(at, "", AuditAction.LEASE_RAN_OUT, f"<@{case.owner}> had it, not answered in time")
    told = Notification.to_owner(NotificationKind.RELEASED, case.id, case.owner, case.version)
    return _decide(case, fresh(case, department, at), department, event, told)


def _say_overdue(case: Case, department: Department, at: datetime) -> CaseDecision:
    event = AuditEvent(at, "", AuditAction.OVERDUE, "not resolved in time")
    return _decide(case, case.having(overdue_said=True), department, event)


def fresh(case: Case, department: Department, at: datetime) -> Case:
    """The same case, waiting to be claimed in this department from now on, its claim clock wound."""
    return case.having(
        status=Status.NEW,
        department=department.name,
        owner="",
        resolution=None,
        note="",
        opened_at=at,
        claimed_at=None,
        resolved_at=None,
        resolved_by="",
        rung=0,
        rung_at=None,
        called=(),
        round=case.round + 1,
        lease_began=None,
        lease_ends=None,
        lease_said=False,
        overdue_said=False,
        due=claim_due(case, department, at),
    )
