"""Escalation of a page: next steps, results and acknowledgement. Functions return a decision, or None."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.destination import ToPager, ToPerson, parse_callee
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.decision import Decision
from bot.domain.paging.page import (
    MAX_ATTEMPTS_KEPT,
    SERVICE_METHODS,
    TRACKED_METHODS,
    AttemptStatus,
    CauseKind,
    ContactMethod,
    Page,
    PageAttempt,
)
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.quiet_hours import drop_quiet_targets, find_quiet_end
from bot.domain.paging.rate_limit import get_night_number
from bot.domain.paging.targets import EscalationStep, EscalationTargets, list_steps

SEND_TIMEOUT = timedelta(seconds=15)
"""After it the sender of an attempt is taken for dead: pagers answer, or are given up, well before."""
MAX_TRIES = 2
"""How often an attempt is sent: again only if its first sender died."""
CARD_BY_CAUSE = {CauseKind.CASE: Notification.draw_card, CauseKind.EPISODE: Notification.draw_episode}
"""The card that shows the escalation, by cause."""


def build_page_notification(page: Page, attempt: PageAttempt) -> Notification:
    return Notification.for_page(NotificationKind.PAGE, page.id, ToPager(attempt.way.pager), nth=attempt.n)


def escalate_page(
    page: Page, policy: EscalationPolicy, targets: EscalationTargets, at: datetime
) -> Decision[Page] | None:
    """Take the next step, if it is due and nobody acknowledged; one at a time."""
    if not page.is_open or page.due is None or page.due > at:
        return None
    if (until := find_quiet_end(page, policy, targets, at)) is not None:
        return _defer_page(page, until, at)
    targets = drop_quiet_targets(page, targets)
    order = list_steps(policy, targets)
    if not order:
        return build_page_decision(
            page, page.copy_with(due=at + policy.wait, nobody=True, hole=page.hole or targets.has_gap)
        )
    left = _find_next_step(page, order)
    if left is None:
        return _start_next_round(page, policy, order, at)
    return _add_attempt(page, left, policy, targets, at)


def _defer_page(page: Page, until: datetime, at: datetime) -> Decision[Page]:
    event = AuditEvent(at, "", AuditAction.WAITS, "quiet hours")
    return build_page_decision(page, page.copy_with(due=until, held_until=until), event=event)


def _find_next_step(page: Page, order: tuple[EscalationStep, ...]) -> EscalationStep | None:
    """Return the first step of this round that is left. A service that has the page is not told twice."""
    taken = {EscalationStep(one.person, one.way) for one in page.attempts if one.round == page.round}
    has_it = (one for one in page.attempts if one.round >= page.first_active_round and not one.result.is_failure)
    taken |= {EscalationStep("", one.way) for one in has_it if one.way in SERVICE_METHODS}
    left = [step for step in order if step not in taken and step.person not in page.declined_people]
    if page.attempts and page.attempts[-1].person in page.declined_people:
        left.sort(key=lambda step: not step.person)  # a person is called in their place, before any service
    return next(iter(left), None)


def _start_next_round(
    page: Page, policy: EscalationPolicy, order: tuple[EscalationStep, ...], at: datetime
) -> Decision[Page]:
    """Start the next round; its pause counts from the last attempt."""
    if policy.repeats is not None and page.round > policy.repeats:
        return build_page_decision(page, page.copy_with(due=None))
    last = page.attempts[-1].at if page.attempts else at
    due = max(at + timedelta(seconds=1), last + policy.repeat_every)
    if set(order) <= {EscalationStep("", way) for way in SERVICE_METHODS}:
        due = at + policy.repeat_every
    return build_page_decision(page, page.copy_with(round=page.round + 1, due=due))


def _add_attempt(
    page: Page, step: EscalationStep, policy: EscalationPolicy, targets: EscalationTargets, at: datetime
) -> Decision[Page]:
    attempt = PageAttempt(page.count + 1, page.round, step.way, step.person, at)
    after = page.copy_with(
        count=attempt.n,
        attempts=(*page.attempts, attempt)[-MAX_ATTEMPTS_KEPT:],
        due=at + _get_step_wait(step, policy, targets),
        hole=page.hole or targets.has_gap,
        nobody=False,
        held_until=None,
    )
    event = AuditEvent(at, "", f"{AuditAction.CALLED} {_format_person(step.person)}".strip(), f"by {step.way}")
    night = get_night_number(at, targets.zones.get(step.person, "UTC"))
    return replace(build_page_decision(page, after, build_page_notification(page, attempt), event=event), night=night)


def _get_step_wait(step: EscalationStep, policy: EscalationPolicy, targets: EscalationTargets) -> timedelta:
    """Return the wait after a step: less if only Slack reaches the person, who may have paused notifications."""
    alone = targets.list_methods(step.person) & frozenset(policy.ways) <= {ContactMethod.SLACK}
    return policy.slack_wait if alone and _is_person(step.person) else policy.wait


def _is_person(called: str) -> bool:
    return bool(called) and isinstance(parse_callee(called), ToPerson)


def _format_person(person: str) -> str:
    return parse_callee(person).mention if _is_person(person) else person


def start_attempt(page: Page, n: int, at: datetime) -> Decision[Page] | None:
    """Record that an attempt is being sent, or dropped if not needed. None if another sender has it."""
    attempt = page.find_attempt(n)
    if attempt is None:
        return None
    if attempt.result.is_final:
        return build_page_decision(page, page, done=(build_page_notification(page, attempt),))
    if not page.is_open or attempt.person in page.declined_people:
        return _replace_attempt(
            page,
            attempt._replace(result=AttemptStatus.DROPPED, ended_at=at),
            done=(build_page_notification(page, attempt),),
        )
    if attempt.result is AttemptStatus.SENDING and attempt.begun_at and at - attempt.begun_at < SEND_TIMEOUT:
        return None
    if attempt.tries >= MAX_TRIES:
        return record_result(page, n, AttemptStatus.LOST, "its sender died twice", at)
    begun = attempt._replace(result=AttemptStatus.SENDING, begun_at=at, tries=attempt.tries + 1)
    return _replace_attempt(page, begun, card_changes=False)


def record_result(
    page: Page, n: int, result: AttemptStatus, detail: str, at: datetime, reference: str = ""
) -> Decision[Page] | None:
    """Record the result of an attempt. After a failure of the last one the next step is due at once."""
    attempt = page.find_attempt(n)
    if attempt is None or attempt.result.is_final:
        return None
    after = attempt._replace(result=result, detail=detail, ended_at=at, reference=reference)
    at_once = result.is_failure and n == page.count and page.is_open
    event = AuditEvent(at, "", f"{attempt.way} {result.value}", detail)
    owed = (
        redraw_messages(page) if not page.is_open and attempt.way is ContactMethod.SLACK else ()
    )  # answered while it was on its way
    if result is AttemptStatus.DELIVERED and attempt.way in TRACKED_METHODS and reference:
        owed = (_build_status_query(page, attempt),)
    due = at if at_once else page.due
    return _replace_attempt(page, after, owed, done=(build_page_notification(page, attempt),), event=event, due=due)


def record_status(page: Page, n: int, result: AttemptStatus, detail: str, at: datetime) -> Decision[Page] | None:
    """Record the later status of a delivered call: if nobody picked up, the next step is due at once."""
    attempt = page.find_attempt(n)
    if attempt is None or attempt.result is not AttemptStatus.DELIVERED:
        return None
    after = attempt._replace(result=result, detail=detail, ended_at=at)
    at_once = result.is_failure and n == page.count and page.is_open
    event = AuditEvent(at, "", f"{attempt.way} {result.value}", detail)
    return _replace_attempt(
        page, after, done=(_build_status_query(page, attempt),), event=event, due=at if at_once else page.due
    )


def _build_status_query(page: Page, attempt: PageAttempt) -> Notification:
    """Build the status query, with less priority than calls."""
    return Notification.for_page(
        NotificationKind.ASKED, page.id, ToPager(attempt.way.pager), Priority.UPDATE, attempt.n
    )


def acknowledge_page(
    page: Page, person: str, way: str, at: datetime, *, over: bool = False, claims: bool = False
) -> Decision[Page]:
    """Stop the escalation. `person` is a Slack id, or empty if a service does not say who. Raises `NotAllowed`.

    `over`: its cause is over, too. `claims`: the person claimed the case.
    """
    if page.is_acknowledged:
        raise NotAllowed(f"{format_acknowledger(page)} has this page, since {page.acknowledged_at:%H:%M %Z}.")
    if page.closed_at is not None:
        raise NotAllowed("This page is over: what it was about needs nobody any more.")
    event = AuditEvent(at, person, AuditAction.ACKNOWLEDGED, f"by {way}")
    closed = at if over else None
    after = page.copy_with(acknowledged_by=person, acknowledged_at=at, acknowledged_way=way, due=None, closed_at=closed)
    after = after.copy_with(due=at if after.is_awaiting_claim else None, taken_by=person if claims else page.taken_by)
    return build_page_decision(page, after, *build_sync_notifications(after), *redraw_messages(page), event=event)


def close_page(page: Page, at: datetime) -> Decision[Page] | None:
    """Close a page whose cause is over."""
    if page.closed_at is not None:
        return build_page_decision(page, page.copy_with(due=None)) if page.due else None
    return build_page_decision(
        page, page.copy_with(closed_at=at, due=None), *build_sync_notifications(page), *redraw_messages(page)
    )


def refresh_messages(page: Page) -> tuple[Notification, ...]:
    """Redraw the messages of a page with news, and update the services that support it."""
    has_it = {one.way for one in page.attempts if not one.result.is_failure and one.round >= page.first_active_round}
    ways = (way for way in ContactMethod if way in has_it - {ContactMethod.SLACK} and not way.is_personal)
    return (*redraw_messages(page), *(_build_refresh(page, way) for way in ways))


def redraw_messages(page: Page) -> tuple[Notification, ...]:
    """Redraw the messages in Slack, if there are any."""
    shown = page.is_acknowledged or any(one.way is ContactMethod.SLACK for one in page.attempts)
    return (_build_refresh(page, ContactMethod.SLACK),) if shown else ()


def _build_refresh(page: Page, way: ContactMethod) -> Notification:
    return Notification.for_page(NotificationKind.REFRESH, page.id, ToPager(way.pager))


def record_owner(page: Page, owner_id: str, at: datetime) -> Decision[Page]:
    """Record who claimed the case of an acknowledged page; empty: nobody has it any more."""
    return build_page_decision(
        page,
        page.copy_with(taken_by=owner_id, due=None if owner_id else at),
        *redraw_messages(page),
        card_changes=False,
    )


def format_acknowledger(page: Page) -> str:
    """Format who acknowledged, in mrkdwn."""
    return f"<@{page.acknowledged_by}>" if page.acknowledged_by else f"Somebody at {page.acknowledged_way}"


def build_sync_notifications(page: Page) -> tuple[Notification, ...]:
    """Tell services that escalate by themselves to stop."""
    ways = {one.way for one in page.attempts if one.way in SERVICE_METHODS and one.result is not AttemptStatus.REFUSED}
    return tuple(Notification.for_page(NotificationKind.SETTLED, page.id, ToPager(way.pager)) for way in sorted(ways))


def _replace_attempt(
    page: Page,
    attempt: PageAttempt,
    owed: tuple[Notification, ...] = (),
    *,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    due: datetime | None = None,
    card_changes: bool = True,
) -> Decision[Page]:
    attempts = tuple(attempt if one.n == attempt.n else one for one in page.attempts)
    after = page.copy_with(attempts=attempts, due=due or page.due)
    return build_page_decision(page, after, *owed, done=done, event=event, card_changes=card_changes)


def build_page_decision(
    before: Page,
    after: Page,
    *notifications: Notification,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    card_changes: bool = True,
) -> Decision[Page]:
    """Build the next version. `card_changes`: the card has to be redrawn."""
    after = after.copy_with(version=before.version + 1)
    card = _build_card_notification(after) if card_changes else ()
    return Decision(after, before, (*card, *notifications), (event,) if event else (), done=done)


def _build_card_notification(page: Page) -> tuple[Notification, ...]:
    notify = CARD_BY_CAUSE.get(page.cause.kind)
    return (notify(page.cause.id, page.department, Priority.CRISIS),) if notify else ()
