"""Group pages: a similar crisis minutes after another does not call again, but updates the leading page."""

from datetime import datetime, timedelta

from bot.domain.paging import escalation
from bot.domain.paging.decision import Decision
from bot.domain.paging.escalation import build_page_decision
from bot.domain.paging.page import CauseKind, Page, PageGroup

GROUPING_WINDOW = timedelta(minutes=10)
"""From the newest case of the group to the next; a later one calls by itself."""
MAX_GROUP_AGE = timedelta(hours=1)
"""From the first case: a storm without a pause calls again this often."""
RECHECK_INTERVAL = timedelta(seconds=10)
"""Between two checks of the leading page."""


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
        page, page.copy_with(leader=leader.id, due=at + RECHECK_INTERVAL), *escalation.refresh_messages(leader)
    )


def check_grouped_page(page: Page, leader: Page | None, at: datetime) -> Decision[Page] | None:
    """Acknowledge a grouped page with its leader, or let it call by itself. None: it stays grouped."""
    if leader is not None and leader.is_acknowledged:
        return escalation.acknowledge_page(page, leader.acknowledged_by, leader.acknowledged_way, at)
    if leader is not None and leader.is_open and leader.due is not None:
        return None
    after = page.copy_with(leader="", due=at)
    return build_page_decision(page, after, *escalation.redraw_messages(after))
