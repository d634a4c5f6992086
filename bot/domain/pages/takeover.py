"""A declared crisis takes over the pages of its cases: its own page calls, and they follow it as in a storm."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.pages.decision import Decision
from bot.domain.pages.joining import LOOK_AGAIN
from bot.domain.pages.ladder import decided, redraw
from bot.domain.pages.page import Page, Result

REACHED = frozenset({Result.DELIVERED, Result.ANSWERED})


def may_take_over(leader: Page) -> bool:
    """Whether the crisis's own page has reached somebody, or was answered; until then the others ring on."""
    if leader.answered:
        return True
    return leader.open and leader.due is not None and any(one.result in REACHED for one in leader.attempts)


def take_over(page: Page, leader: Page, at: datetime) -> Decision[Page] | None:
    """Let the page follow: answered with the crisis's page, and calling by itself again where that ends unanswered.

    A service that rings by itself keeps its alert until then. None where there is nothing to take over.
    """
    if page.closed_at is not None or page.leader == leader.id:
        return None
    after = page.having(leader=leader.id, due=at + LOOK_AGAIN if page.open else None)
    return decided(
        page, after, *redraw(page), event=AuditEvent(at, "", AuditAction.TAKEN_OVER, "by the page of a declared crisis")
    )
