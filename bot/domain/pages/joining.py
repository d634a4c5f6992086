"""A storm is one call: a crisis that comes while somebody is being called for another one does not call again."""

from datetime import datetime, timedelta

from bot.domain.pages import ladder
from bot.domain.pages.ladder import PageDecision, decided
from bot.domain.pages.page import CauseKind, Page

FRESH = timedelta(minutes=10)
"""After somebody has answered: so long the next one is taken to be of the same storm, and she is awake."""
LOOK_AGAIN = timedelta(seconds=10)
"""Between two looks at how the page that leads stands."""


def may_follow(page: Page) -> bool:
    """Only cases come in storms; what nobody was called for yet."""
    return page.cause.kind is CauseKind.CASE and page.open and page.count == 0


def leads(leader: Page, page: Page, at: datetime) -> bool:
    """Whether this page need not call by itself, because that one does, or was answered just now."""
    if leader.id == page.id or leader.department != page.department or leader.severity > page.severity:
        return False
    if leader.open:
        return leader.due is not None and leader.count > 0
    return leader.acknowledged_at is not None and at - leader.acknowledged_at < FRESH


def follow(page: Page, leader: Page, at: datetime) -> PageDecision:
    return decided(page, page.having(leader=leader.id, due=at + LOOK_AGAIN))


def look(page: Page, leader: Page | None, at: datetime) -> PageDecision | None:
    """What becomes of a page that follows: answered with its leader, or called for by itself. None: it goes on."""
    if leader is not None and leader.answered:
        return ladder.acknowledge(page, leader.acknowledged_by, leader.acknowledged_way, at)
    if leader is not None and leader.open and leader.due is not None:
        return None
    return decided(page, page.having(leader="", due=at))
