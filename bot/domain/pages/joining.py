"""A storm is one call: a crisis of the same kind, minutes after one for which somebody is called, does not call again.

Whatever is taken in is shown first in every message of the page that leads, and whoever has answered is told of it.
"""

from datetime import datetime, timedelta

from bot.domain.pages import ladder
from bot.domain.pages.decision import Decision
from bot.domain.pages.ladder import decided
from bot.domain.pages.page import CauseKind, Page, Storm

TOGETHER = timedelta(minutes=10)
"""From the leading case, or the newest that was taken in, to the next: what comes later rings by itself."""
LONGEST = timedelta(hours=1)
"""A storm that never pauses rings anew this often: so long after its first case nobody should rely on one call."""
LOOK_AGAIN = timedelta(seconds=10)
"""Between two looks at how the page that leads stands."""


def may_follow(page: Page) -> bool:
    """Only cases come in storms; what nobody was called for yet."""
    return page.cause.kind is CauseKind.CASE and page.open and page.count == 0


def leads(leader: Page, storm: Storm, page: Page) -> bool:
    """Whether this page need not call by itself, because that one does, or was answered, for the same kind of harm.

    A page whose case is done leads nobody: what comes after it is news to everybody.
    """
    if leader.id == page.id or not _alike(leader, page) or leader.closed_at is not None:
        return False
    if leader.open and (leader.due is None or not leader.count):
        return False
    newest = max(leader.opened_at, storm.newest_at or leader.opened_at)
    return page.opened_at - newest < TOGETHER and page.opened_at - leader.opened_at < LONGEST


def _alike(leader: Page, page: Page) -> bool:
    same = (leader.department, leader.harm, leader.subject) == (page.department, page.harm, page.subject)
    return same and leader.severity <= page.severity


def follow(page: Page, leader: Page, at: datetime) -> Decision[Page]:
    """The leader's messages are owed anew, with the words of this one."""
    return decided(page, page.having(leader=leader.id, due=at + LOOK_AGAIN), *ladder.refresh(leader))


def look(page: Page, leader: Page | None, at: datetime) -> Decision[Page] | None:
    """What becomes of a page that follows: answered with its leader, or called for by itself. None: it goes on."""
    if leader is not None and leader.answered:
        return ladder.acknowledge(page, leader.acknowledged_by, leader.acknowledged_way, at)
    if leader is not None and leader.open and leader.due is not None:
        return None
    after = page.having(leader="", due=at)
    return decided(page, after, *ladder.redraw(after))
