"""Escalation of a page: next steps, results and acknowledgement. Functions return a decision, or None."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.destination import ToPerson, parse_callee
from bot.domain.errors import NotAllowed
from bot.domain.paging.decision import (
    Decision,
    build_page_decision,
    build_page_notification,
    build_sync_notifications,
    redraw_messages,
)
from bot.domain.paging.page import MAX_ATTEMPTS_KEPT, SERVICE_METHODS, ContactMethod, Page, PageAttempt, PageDecline
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.quiet_hours import drop_quiet_targets, find_quiet_end
from bot.domain.paging.rate_limit import get_night_number
from bot.domain.paging.targets import EscalationStep, EscalationTargets, list_steps

CLAIMING = "claiming it"
"""How a page was acknowledged by a person who claimed the case and pressed nothing else."""


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


def acknowledge_page(
    page: Page, person: str, way: str, at: datetime, *, over: bool = False, claims: bool = False
) -> Decision[Page]:
    """Stop the escalation. `person` is a Slack id, or empty if a service does not say who. Raises `NotAllowed`.

    `over`: its cause is over, too. `claims`: the person claimed the case.
    """
    if page.is_acknowledged:
        raise NotAllowed(f"Acknowledged at {page.acknowledged_at:%H:%M %Z} by {format_acknowledger(page)}.")
    if page.closed_at is not None:
        raise NotAllowed("This page is closed. There is nothing left to do.")
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
    return f"<@{page.acknowledged_by}>" if page.acknowledged_by else f"somebody via {page.acknowledged_way}"


def format_ack_method(page: Page) -> str:
    """Return ` via Slack`; empty where `format_acknowledger` tells it."""
    if not page.acknowledged_by:
        return ""
    return f" {'by' if page.acknowledged_way == CLAIMING else 'via'} {page.acknowledged_way}"


def decline_page(page: Page, person: str, link_round: int, at: datetime) -> Decision[Page] | None:
    """Decline for this person, or return None if they did already; `link_round` is the round of their link.

    The next person is called at once, unless one was called since. Raises `NotAllowed` if the page is not open.
    """
    if not page.is_open:
        raise NotAllowed("This page is acknowledged or closed. There is nothing left to do.")
    if any(one.person == person and one.link == link_round for one in page.declined):
        return None
    newest = next((one.person for one in reversed(page.attempts) if one.person), person)
    said = (*page.declined, PageDecline(person, page.round, at, link_round))[-MAX_ATTEMPTS_KEPT:]
    after = page.copy_with(declined=said, due=at if page.due and newest == person else page.due)
    return build_page_decision(page, after, event=AuditEvent(at, person, AuditAction.DECLINED, "by link"))
