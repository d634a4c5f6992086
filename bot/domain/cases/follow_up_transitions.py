"""Follow up on an answered case: offer it, take the outcome, count both. Each transition returns a decision."""

from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.domain.assessment import Assessment, Sentiment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.cases.deadlines import find_next_deadline
from bot.domain.cases.roll_ups import RollUp, RollUpTopic, call_by_roll_up, get_roll_up_day
from bot.domain.cases.transitions import build_case_decision, reopen_case
from bot.domain.commits import CaseDecision, DurationKind, NotAllowed
from bot.domain.department import Department, DepartmentStaff
from bot.domain.destination import ToPerson
from bot.domain.follow_up import MOST_ASKED, THANKS, FollowUpOutcome
from bot.domain.lifecycle import CaseTransition, Context, check_allowed
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.reports.report import AGAIN, REPLY, TURNED

RETRY = timedelta(hours=1)
"""While Slack does not say who else is a deputy."""
FOLLOW_UP, DUE, REOPENED = "follow-up ", "due", "reopened"
"""How reports call what they count: the first, and then one of the others, or an outcome."""


def offer_follow_up(case: Case, department: Department, staff: DepartmentStaff, at: datetime) -> CaseDecision | None:
    """Offer a follow-up to one person: one that is due, or that the last one did not answer within a working day.

    Return None if it is not time, or if nobody can be asked now. If nobody is left to ask, it ends as *no answer*;
    news stay with who has them, until a person says that the author was told or need not be.
    """
    follow_up, due = case.follow_up, find_next_deadline(case, department)
    if follow_up is None or due is None or due > at or not department.hours.is_open_at(at):
        return None
    person = choose_person_to_ask(case, staff) if len(follow_up.asked) < MOST_ASKED else ""
    if (
        not person
        and follow_up.is_pending
        and not follow_up.news
        and (len(follow_up.asked) >= MOST_ASKED or not staff.unsure)
    ):
        event = AuditEvent(at, "", AuditAction.FOLLOWED_UP, f"{FollowUpOutcome.NO_ANSWER}: nobody took it")
        after = case.copy_with(follow_up=follow_up._replace(outcome=FollowUpOutcome.NO_ANSWER))
        return build_case_decision(case, after, department, event)
    if not person:
        return None
    event = AuditEvent(at, "", AuditAction.FOLLOW_UP_OFFERED, f"to <@{person}>")
    offered = follow_up._replace(offered_to=person, offered_at=at, asked=(*follow_up.asked, person))
    after = case.copy_with(follow_up=offered)
    roll_up = RollUp(case.department, ToPerson(person), RollUpTopic.FOLLOW_UPS)
    return build_case_decision(
        case, after, department, event, call_by_roll_up(roll_up, get_roll_up_day(department, at))
    )


def choose_person_to_ask(case: Case, staff: DepartmentStaff) -> str:
    """Return a deputy other than who resolved the case or was asked: each has an equal share of all cases.

    Where there was no other, return who resolved it; '' if nobody is left, or while Slack does not say who is.
    News may be told by who resolved it, too.
    """
    asked = case.follow_up.asked if case.follow_up else ()
    skipped = {*asked} if case.follow_up and case.follow_up.news else {case.closed_by, *asked}
    others = sorted(staff.deputies - skipped) or sorted(staff.managers - skipped)
    if others:
        return others[crc32(case.id.encode()) % len(others)]
    return "" if staff.unsure or asked else case.closed_by


def find_next_offer(case: Case, department: Department, at: datetime) -> datetime | None:
    """Return when to try again to offer what could not be offered at `at`; None if nothing has to be offered."""
    due = find_next_deadline(case, department)
    if due is None or due > at:
        return due
    opens = department.hours.add_working_time(at, timedelta())
    return opens if opens > at else department.hours.add_working_time(at, RETRY)


def answer_follow_up(case: Case, context: Context, outcome: FollowUpOutcome) -> CaseDecision:
    """Record whether the author is satisfied. If not, the case is reopened, with its history and new clocks."""
    check_allowed(CaseTransition.REOPEN, case, context.by, context.staff)
    follow_up = case.follow_up
    if not case.is_closed:
        raise NotAllowed("This case is open again, so there is nothing to follow up.")
    if follow_up is None:
        raise NotAllowed("This case no longer needs a follow-up.")
    if follow_up.outcome is not None:
        who = f"<@{follow_up.by}> has done" if follow_up.by else "Nobody needs to do"
        raise NotAllowed(f"{who} this follow-up: {follow_up.outcome}.")
    event = context.build_event(AuditAction.FOLLOWED_UP, follow_up._replace(outcome=outcome).ending)
    waited = (context.at - case.resolved_at).total_seconds() if case.resolved_at else 0.0
    durations = ((DurationKind.FOLLOW_UP, max(0.0, waited)),)
    if outcome is FollowUpOutcome.NOT_SATISFIED:
        noted = case.copy_with(history=case.extend_history(event))
        decision = reopen_case(noted, context)
        kept = decision.case.copy_with(approached=case.approached)  # they were answered, though not to their liking
        told = Notification.notify_owner(NotificationKind.UNSATISFIED, case.id, case.closed_by, kept.version)
        return replace(
            decision,
            before=case,
            after=kept,
            events=(event, *decision.events),
            notifications=decision.notifications + ((told,) if case.closed_by not in {"", context.by} else ()),
            durations=durations,
        )
    after = case.copy_with(follow_up=follow_up._replace(outcome=outcome, by=context.by))
    return build_case_decision(case, after, context.department, event, durations=durations)


def note_reply(case: Case, mood: str, at: datetime) -> tuple[Case, tuple[AuditEvent, ...]]:
    """Note what the author of a closed case wrote; with thanks, its follow-up needs nobody."""
    follow_up = case.follow_up
    assert follow_up is not None
    noted = follow_up._replace(wrote_later=mood)
    if mood != THANKS or follow_up.outcome is not None or follow_up.news:
        return case.copy_with(follow_up=noted), ()
    event = AuditEvent(at, "", AuditAction.FOLLOWED_UP, FollowUpOutcome.THANKED)
    thanked = case.copy_with(follow_up=noted._replace(outcome=FollowUpOutcome.THANKED))
    return thanked.copy_with(history=thanked.extend_history(event)), (event,)


def list_later_post_counts(before: Case | None, after: Case) -> tuple[str, ...]:
    """Return what reports count of the author of a negative post who writes after our answer: each word once."""
    since = find_answer_time(before) if before else None
    if before is None or since is None or not is_negative(before.assessment):
        return ()
    had, has = ([one.mood for one in case.list_later_posts(since)] for case in (before, after))
    again = (AGAIN,) if has and not had else ()
    turned = (TURNED,) if any(has) and not any(had) else ()
    return tuple(REPLY + word for word in (*again, *turned))


def is_negative(assessment: Assessment) -> bool:
    return assessment.sentiment is Sentiment.NEGATIVE and not assessment.is_unsure


def find_answer_time(case: Case) -> datetime | None:
    """Return when the author got the answer that stands: in public, or when the case was resolved with one."""
    if case.public_replies:
        return case.public_replies[0].at
    return case.resolved_at if case.is_closed and case.resolution and case.resolution.is_helpful else None


def list_follow_up_counts(before: Case | None, after: Case) -> tuple[str, ...]:
    """Return what reports count of this change: `due` once for each follow-up, and what came of it. Not of news."""
    was, now = before.follow_up if before else None, after.follow_up
    words: tuple[str, ...] = ()
    if (latest := now or was) and latest.news:
        return ()
    if now is not None and now.outcome and not (was and was.outcome):
        words = (now.outcome,) if now.offered_to else (DUE, now.outcome)
    elif now is not None and now.is_pending and not (was and was.offered_to):
        words = (DUE,)
    elif was is not None and was.is_pending and not after.is_closed:
        words = (REOPENED,)
    return tuple(FOLLOW_UP + word for word in words)
