"""A declared crisis takes over the pages of its cases: its own page calls, and they follow it as in a storm."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.paging.decision import Decision
from bot.domain.paging.escalation import build_page_decision, redraw_messages
from bot.domain.paging.grouping import RECHECK_INTERVAL
from bot.domain.paging.page import AttemptStatus, Page

REACHED_STATUSES = frozenset({AttemptStatus.DELIVERED, AttemptStatus.ANSWERED})


def can_take_over(leader: Page) -> bool:
    """Whether the crisis's own page has reached somebody, or was answered; until then the others ring on."""
    if leader.is_acknowledged:
        return True
    return leader.is_open and leader.due is not None and any(one.result in REACHED_STATUSES for one in leader.attempts)


def take_over_page(page: Page, leader: Page, at: datetime) -> Decision[Page] | None:
    """Let the page follow: answered with the crisis's page, and calling by itself again where that ends unanswered.

    A service that rings by itself keeps its alert until then. None where there is nothing to take over.
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
