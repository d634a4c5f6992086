"""A storm is one call: a crisis of the same kind, minutes after one for which somebody is called, does not call again.

Whatever is taken in is shown first in every message of the page that leads, and whoever has answered is told of it.
"""

from datetime import datetime, timedelta

from bot.domain.paging import escalation
from bot.domain.paging.decision import Decision
from bot.domain.paging.escalation import build_page_decision
from bot.domain.paging.page import CauseKind, Page, PageGroup

GROUPING_WINDOW = timedelta(minutes=10)
"""From the leading case, or the newest that was taken in, to the next: what comes later rings by itself."""
MAX_GROUP_AGE = timedelta(hours=1)
"""A storm that never pauses rings anew this often: so long after its first case nobody should rely on one call."""
RECHECK_INTERVAL = timedelta(seconds=10)
"""Between two looks at how the page that leads stands."""


def can_group(page: Page) -> bool:
    """Only cases come in storms; what nobody was called for yet."""
    return page.cause.kind is CauseKind.CASE and page.is_open and page.count == 0


def is_group_leader(leader: Page, group: PageGroup, page: Page) -> bool:
    """Whether this page need not call by itself, because that one does, or was answered, for the same kind of harm.

    A page whose case is done leads nobody: what comes after it is news to everybody.
    """
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
    """The leader's messages are owed anew, with the words of this one."""
    return build_page_decision(
        page, page.copy_with(leader=leader.id, due=at + RECHECK_INTERVAL), *escalation.refresh_messages(leader)
    )


def check_grouped_page(page: Page, leader: Page | None, at: datetime) -> Decision[Page] | None:
    """What becomes of a page that follows: answered with its leader, or called for by itself. None: it goes on."""
    if leader is not None and leader.is_acknowledged:
        return escalation.acknowledge_page(page, leader.acknowledged_by, leader.acknowledged_way, at)
    if leader is not None and leader.is_open and leader.due is not None:
        return None
    after = page.copy_with(leader="", due=at)
    return build_page_decision(page, after, *escalation.redraw_messages(after))
