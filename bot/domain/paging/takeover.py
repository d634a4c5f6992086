"""A declared crisis takes over the pages of its cases: they are grouped under its own."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.paging.decision import Decision
from bot.domain.paging.escalation import build_page_decision, redraw_messages
from bot.domain.paging.grouping import RECHECK_INTERVAL
from bot.domain.paging.page import AttemptStatus, Page

REACHED_STATUSES = frozenset({AttemptStatus.DELIVERED, AttemptStatus.ANSWERED})


def can_take_over(leader: Page) -> bool:
    """Whether the crisis's own page has reached somebody; until then the others call on."""
    if leader.is_acknowledged:
        return True
    return leader.is_open and leader.due is not None and any(one.result in REACHED_STATUSES for one in leader.attempts)


def take_over_page(page: Page, leader: Page, at: datetime) -> Decision[Page] | None:
    """Group the page under the leader, or return None if there is nothing to take over.

    It is acknowledged with the leader, or calls again if that ends without; services keep their alert until then.
    """
    if page.closed_at is not None or page.leader == leader.id:
        return None
    after = page.copy_with(leader=leader.id, due=at + RECHECK_INTERVAL if page.is_open else None)
    return build_page_decision(
        page,
        after,
        *redraw_messages(page),
        event=AuditEvent(at, "", AuditAction.TAKEN_OVER, "by the page of a declared crisis"),
    )
