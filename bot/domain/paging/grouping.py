"""Group pages: a similar crisis minutes after another, or a declared one, does not call again for each case."""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.paging.decision import Decision, build_page_decision, redraw_messages, refresh_messages
from bot.domain.paging.escalation import acknowledge_page
from bot.domain.paging.page import AttemptStatus, CauseKind, Page

REACHED_STATUSES = frozenset({AttemptStatus.DELIVERED, AttemptStatus.ANSWERED})
GROUPING_WINDOW = timedelta(minutes=10)
"""From the newest case of the group to the next; a later one calls by itself."""
MAX_GROUP_AGE = timedelta(hours=1)
"""From the first case: a storm without a pause calls again this often."""
RECHECK_INTERVAL = timedelta(seconds=10)
"""Between two checks of the leading page."""


class PageGroup(NamedTuple):
    """Other cases for which a page calls, too."""

    cases: int = 0
    newest: str = ""
    """The newest case; empty if there is none."""
    newest_at: datetime | None = None


def can_group(page: Page) -> bool:
    """Whether it may join a group: pages of cases for which nobody was called yet."""
    return page.cause.kind is CauseKind.CASE and page.is_open and page.count == 0


def is_group_leader(leader: Page, group: PageGroup, page: Page) -> bool:
    """Whether `leader` calls, or was acknowledged, for the same kind of harm, so that `page` need not call."""
    if leader.id == page.id or not _is_same_kind(leader, page) or leader.closed_at is not None:
        return False
    if leader.is_open and (leader.due is None or not leader.count):
        return False
    newest = max(leader.opened_at, group.newest_at or leader.opened_at)
    return page.opened_at - newest < GROUPING_WINDOW and page.opened_at - leader.opened_at < MAX_GROUP_AGE


def _is_same_kind(leader: Page, page: Page) -> bool:
    same = (leader.department, leader.harm, leader.subject) == (page.department, page.harm, page.subject)
    return same and leader.severity <= page.severity


def join_group(page: Page, leader: Page, at: datetime) -> Decision[Page]:
    """Group the page under the leader, and update the leader's messages."""
    return build_page_decision(
        page, page.copy_with(leader=leader.id, due=at + RECHECK_INTERVAL), *refresh_messages(leader)
    )


def check_grouped_page(page: Page, leader: Page | None, at: datetime) -> Decision[Page] | None:
    """Acknowledge a grouped page with its leader, or let it call by itself. None: it stays grouped."""
    if leader is not None and leader.is_acknowledged:
        return acknowledge_page(page, leader.acknowledged_by, leader.acknowledged_way, at)
    if leader is not None and leader.is_open and leader.due is not None:
        return None
    after = page.copy_with(leader="", due=at)
    return build_page_decision(page, after, *redraw_messages(after))


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
