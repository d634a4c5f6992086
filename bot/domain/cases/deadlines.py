"""Deadlines of a case: which is next, and what happens when it passes."""

from datetime import datetime, timedelta

from bot.domain.assessment import Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.business_hours import BusinessHours
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.case_requests import RequestKind
from bot.domain.cases.expiry import close_expired, compute_expiry
from bot.domain.cases.requests import resolve_request
from bot.domain.cases.roll_ups import RollUp, call_by_roll_up, get_roll_up_day
from bot.domain.closures import note_closing
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.follow_up import THANKS, FollowUp, FollowUpOutcome
from bot.domain.oncall.on_call import OnCallSnapshot, get_listed_on_call
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.case_page import build_case_pages
from bot.domain.persons.etiquette import note_approach
from bot.domain.text import format_duration

DEFAULT_REMIND_EVERY = timedelta(minutes=5)
"""Between one person on call and the next, unless the route says otherwise."""


def get_case_hours(case: Case, department: Department) -> BusinessHours:
    return BusinessHours() if case.is_urgent else department.hours


def compute_claim_due(case: Case, department: Department, at: datetime) -> datetime | None:
    within = case.clocks.claim_within
    return get_case_hours(case, department).add_working_time(at, within) if within else None


def compute_resolve_due(case: Case, department: Department) -> datetime | None:
    within = case.clocks.resolve_within
    return get_case_hours(case, department).add_working_time(case.waiting_since, within) if within else None


def compute_lease_end(case: Case, department: Department, at: datetime) -> datetime | None:
    lease = case.clocks.lease
    return get_case_hours(case, department).add_working_time(at, lease) if lease else None


def plan_follow_up(case: Case, department: Department, at: datetime) -> FollowUp | None:
    """Return the follow-up of a case that was resolved at `at`, or None if it gets none.

    Praise gets none, nor do cases that were claimed from a list: nobody asks hundreds of people one by one. Nor do
    outlets and automated accounts.
    """
    own = case.clocks.follow_up_after
    after = department.follow_up_after if own is None else own
    is_asked_for = case.resolution is not None and case.resolution.is_helpful and bool(after)
    author = case.mention.author
    if not is_asked_for or case.from_list or case.mention.is_forgotten or author.outlet or author.bot:
        return None
    if case.assessment.intent is Intent.PRAISE:
        return None
    due = department.hours.add_working_time(at + after, timedelta())
    since = case.public_reply.at if case.public_reply else case.claimed_at or at
    theirs = case.list_later_posts(since)
    mood = theirs[-1].mood if theirs else ""
    return FollowUp(due, outcome=FollowUpOutcome.THANKED if mood == THANKS else None, wrote_later=mood)


def find_people_to_notify(
    case: Case, department: Department, on_call: OnCallSnapshot, at: datetime | None = None
) -> tuple[str, ...]:
    """Return the first person on call who was not called yet; in a coverage gap the fallback channel, too.

    On a new working day (by `at`) it is the first person on call, and below the department's `page_from` only then.
    Nobody for a crisis, which has an escalation of its own, or for unsure sentiment.
    """
    if case.is_confirmed_crisis or case.has_unsure_sentiment:
        return ()
    is_new_day = at is not None and at >= _find_next_day(case, department)
    if not is_new_day and not is_paged(case, department):
        return ()
    left = on_call.people if is_new_day else [one for one in on_call.people if one not in case.called]
    fallback = str(ToChannel(department.fallback))
    is_told = department.fallback and on_call.has_gap and (is_new_day or fallback not in case.called)
    return (*left[:1], fallback) if is_told else tuple(left[:1])


def is_paged(case: Case, department: Department) -> bool:
    """Return whether people are called for a case of this priority when nobody claims it."""
    return case.priority.rank >= department.page_from.rank


def _find_next_day(case: Case, department: Department) -> datetime:
    """Return when an unclaimed case is said again: the first working minute of the day after the last reminder."""
    return department.hours.find_next_day_start(case.rung_at or case.due or case.opened_at)


def find_next_deadline(case: Case, department: Department, on_call: OnCallSnapshot | None = None) -> datetime | None:
    """Return the next deadline of the case, or None.

    Without `on_call`, and if a schedule has to be read, the time at which it has to be read is returned.
    """
    asked = [one.until for one in case.pending_requests]
    expiry = None if case.is_closed else compute_expiry(case, department)
    times = [_find_case_deadline(case, department, on_call), expiry, *asked]
    return min((time for time in times if time), default=None)


def _find_case_deadline(case: Case, department: Department, on_call: OnCallSnapshot | None) -> datetime | None:
    if case.snooze and case.is_snoozed:
        return case.snooze.until
    if case.status is CaseStatus.NEW:
        return _find_next_reminder(case, department, on_call) if case.rung else case.due
    if case.status is CaseStatus.CLAIMED:
        times = [_find_lease_deadline(case, department), None if case.overdue_said else case.due]
        return min((time for time in times if time), default=None)
    return _find_follow_up_deadline(case, department)


def _find_follow_up_deadline(case: Case, department: Department) -> datetime | None:
    """Return when the follow-up is due, and once somebody has it, when it is passed on."""
    follow_up = case.follow_up
    if follow_up is None or follow_up.outcome is not None:
        return None
    if follow_up.is_waiting:
        return follow_up.due
    if follow_up.offered_at is None or not follow_up.can_pass_on:
        return None
    return department.hours.add_working_day(follow_up.offered_at)


def _find_next_reminder(case: Case, department: Department, on_call: OnCallSnapshot | None) -> datetime | None:
    if case.due is None or case.is_confirmed_crisis or case.has_unsure_sentiment:
        return None
    on_call = on_call or get_listed_on_call(department)
    hours, next_day = get_case_hours(case, department), _find_next_day(case, department)
    soon = hours.add_working_time(case.rung_at or case.due, case.clocks.remind_every or DEFAULT_REMIND_EVERY)
    if on_call is None:
        return soon if is_paged(case, department) else next_day
    times = [next_day] if find_people_to_notify(case, department, on_call, next_day) else []
    if find_people_to_notify(case, department, on_call):
        times.append(soon)
    elif on_call.until is not None and (is_paged(case, department) or not times):
        times.append(max(soon, hours.add_working_time(on_call.until, timedelta())))  # others are on call then
    return min(times, default=None)


def _find_lease_deadline(case: Case, department: Department) -> datetime | None:
    """Return the middle of the lease in working time (not at night), then its end."""
    if case.lease_ends is None or case.lease_began is None:
        return None
    if case.lease_said or case.clocks.lease is None:
        return case.lease_ends
    return min(
        case.lease_ends, get_case_hours(case, department).add_working_time(case.lease_began, case.clocks.lease / 2)
    )


def handle_deadline(
    case: Case, department: Department, at: datetime, on_call: OnCallSnapshot | None = None
) -> CaseDecision | None:
    """Handle one deadline of an open case that has passed, or return None.

    `on_call` is optional if the playbook names the people.
    """
    on_call = on_call or get_listed_on_call(department) or OnCallSnapshot()
    deadline = find_next_deadline(case, department, on_call)
    if deadline is None or deadline > at or case.is_closed:
        return None
    if late := [one for one in case.pending_requests if one.until <= at]:
        after, event, told = resolve_request(case, late[0], "", at, is_allowed=late[0].default)
        return _build_deadline_decision(case, after, department, event, told, on_call=on_call)
    expiry = compute_expiry(case, department)
    if expiry is not None and expiry <= at:
        event = AuditEvent(at, "", AuditAction.RESOLVED, CaseResolution.EXPIRED.value)
        return _build_deadline_decision(case, close_expired(case, at), department, event)
    if case.is_snoozed:
        awake, event = restart_clocks(case, department, at), AuditEvent(at, "", AuditAction.SNOOZE_ENDED, "time is up")
        return _build_deadline_decision(case, awake, department, event, on_call=on_call)
    if case.status is CaseStatus.NEW:
        return _remind_next(case, department, at, on_call)
    return _handle_claimed(case, department, at)


def _handle_claimed(case: Case, department: Department, at: datetime) -> CaseDecision:
    lease = _find_lease_deadline(case, department)
    if lease is not None and lease <= at:
        return _release_expired(case, department, at) if case.lease_said else _remind_owner(case, department, at)
    return _mark_overdue(case, department, at)


def _build_deadline_decision(
    before: Case,
    after: Case,
    department: Department,
    event: AuditEvent,
    *more: Notification,
    on_call: OnCallSnapshot | None = None,
) -> CaseDecision:
    after = after.copy_with(version=before.version + 1, history=after.extend_history(event))
    card = Notification.draw_card(after.id, after.department, choose_priority(after, Priority.UPDATE))
    return CaseDecision(
        after=after,
        before=before,
        notifications=(card, *more),
        events=(event,),
        deadline=find_next_deadline(after, department, on_call),
        pages=build_case_pages(after, event.at),
    )


def choose_priority(case: Case, priority: Priority) -> Priority:
    return Priority.CRISIS if case.is_urgent else priority


def _remind_next(case: Case, department: Department, at: datetime, on_call: OnCallSnapshot) -> CaseDecision | None:
    rung = case.rung + 1
    lane = choose_priority(case, Priority.CLICK)
    after = case.copy_with(rung=rung, rung_at=at)
    if rung == 1:
        waited = format_duration(case.clocks.claim_within or timedelta())
        event = AuditEvent(at, "", f"{AuditAction.REMINDED} the channel", f"unclaimed after {waited}")
        more = Notification.post_reminder(case.id, case.department, lane, case.round * 100 + rung)
        return _build_deadline_decision(case, after, department, event, more, on_call=on_call)
    called = find_people_to_notify(case, department, on_call, at)
    if not called:
        return None
    callees = [parse_callee(one) for one in called]
    why = f"nobody is on call: coverage gap in {on_call.schedule}" if on_call.has_gap else "on call"
    event = AuditEvent(at, "", f"{AuditAction.CALLED} {' and '.join(one.mention for one in callees)}", why)
    day = get_roll_up_day(department, at)
    calls = [call_by_roll_up(RollUp(department.name, one), day, lane) for one in callees]
    after = after.copy_with(called=tuple(dict.fromkeys((*case.called, *called))))
    return _build_deadline_decision(case, after, department, event, *calls, on_call=on_call)


def _remind_owner(case: Case, department: Department, at: datetime) -> CaseDecision:
    assert case.lease_ends is not None
    left = format_duration(case.lease_ends - at)
    event = AuditEvent(at, "", f"{AuditAction.REMINDED} <@{case.owner}>", f"claim ends in {left}")
    nudge = Notification.notify_owner(NotificationKind.LEASE, case.id, case.owner, int(case.lease_ends.timestamp()))
    return _build_deadline_decision(case, case.copy_with(lease_said=True), department, event, nudge)


def _release_expired(case: Case, department: Department, at: datetime) -> CaseDecision:
    event = AuditEvent(at, "", AuditAction.LEASE_RAN_OUT, f"<@{case.owner}> had it, not answered in time")
    after = release_to_channel(case, department, at)
    told = Notification.notify_owner(NotificationKind.RELEASED, case.id, case.owner, case.version)
    more = () if after.is_closed else (told,)
    return note_closing(_build_deadline_decision(case, after, department, event, *more))


def _mark_overdue(case: Case, department: Department, at: datetime) -> CaseDecision:
    event = AuditEvent(at, "", AuditAction.OVERDUE, "not resolved in time")
    return _build_deadline_decision(case, case.copy_with(overdue_said=True), department, event)


def reset_to_new(case: Case, department: Department, at: datetime) -> Case:
    """Return the case as new in this department from now on, with a new deadline to claim it."""
    had_it = dict.fromkeys(
        (*case.departments_before, *([case.department] if department.name != case.department else []))
    )
    return restart_claim_deadline(case, department, at).copy_with(
        status=CaseStatus.NEW,
        department=department.name,
        departments_before=tuple(had_it),
        owner="",
        resolution=None,
        note="",
        opened_at=at,
        claimed_at=None,
        resolved_at=None,
        resolved_by="",
        lease_began=None,
        lease_ends=None,
        lease_said=False,
        overdue_said=False,
        follow_up=None,
        requests=tuple(one for one in case.requests if one.kind is RequestKind.OFFER),
        snooze=None,
        from_list=False,
        public_replies=(),
        merged_into="",
    )


def close_answered(case: Case, at: datetime) -> Case:
    """Return the case closed without an owner, since it was answered in public."""
    outside = CaseResolution.ANSWERED_OUTSIDE
    closed = case.copy_with(status=CaseStatus.RESOLVED, resolution=outside, resolved_at=at, due=None, snooze=None)
    return note_approach(closed)


def release_to_channel(case: Case, department: Department, at: datetime) -> Case:
    """Return the case as new; or closed, if it was answered in public, or if its post was deleted meanwhile."""
    if case.public_replies and not case.is_urgent:
        released = reset_to_new(case, department, at)
        return close_answered(released, at).copy_with(public_replies=case.public_replies, opened_at=case.opened_at)
    if case.has_words or case.is_urgent:
        return reset_to_new(case, department, at)
    closed = reset_to_new(case, department, at).copy_with(due=None, opened_at=case.opened_at)
    return closed.copy_with(status=CaseStatus.RESOLVED, resolution=CaseResolution.POST_DELETED, resolved_at=at)


def restart_claim_deadline(case: Case, department: Department, at: datetime) -> Case:
    """Count the time to claim from `at`, with reminders of a new round, as each is sent once in a round."""
    due = compute_claim_due(case, department, at)
    return case.copy_with(due=due, rung=0, rung_at=None, called=(), round=case.round + 1)


def restart_clocks(case: Case, department: Department, at: datetime) -> Case:
    """Return the case awake: from `at` on, its deadline, its lease and its reminders begin again."""
    awake = restart_claim_deadline(case, department, at).copy_with(snooze=None, overdue_said=False)
    if case.status is CaseStatus.NEW:
        return awake
    within, hours = case.clocks.resolve_within, get_case_hours(case, department)
    return awake.copy_with(
        due=hours.add_working_time(at, within) if within else None,
        lease_began=at,
        lease_ends=compute_lease_end(case, department, at),
        lease_said=False,
    )


def drop_public_replies(case: Case, department: Department, at: datetime) -> Case:
    """Return the case as one whose author waits for an answer again: its owner is reminded as before."""
    if not case.public_replies:
        return case
    waiting = case.copy_with(public_replies=())
    is_owned = case.status is CaseStatus.CLAIMED and not case.is_urgent
    return restart_clocks(waiting, department, at) if is_owned else waiting


def end_snooze(case: Case, department: Department, at: datetime, why: str) -> tuple[Case, AuditEvent]:
    """Return the case awake, with the event in its history."""
    event = AuditEvent(at, "", AuditAction.SNOOZE_ENDED, why)
    return restart_clocks(case, department, at).copy_with(history=case.extend_history(event)), event
