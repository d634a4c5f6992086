"""Decline a page: the next person is called without a wait."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.errors import NotAllowed
from bot.domain.paging.decision import Decision
from bot.domain.paging.escalation import build_page_decision
from bot.domain.paging.page import MAX_ATTEMPTS_KEPT, Page, PageDecline


def decline_page(page: Page, person: str, link_round: int, at: datetime) -> Decision[Page] | None:
    """Decline for this person, or return None if they did already; `link_round` is the round of their link.

    The next person is called at once, unless one was called since. Raises `NotAllowed` if the page is not open.
    """
    if not page.is_open:
        raise NotAllowed("This page was answered, or is over.")
    if any(one.person == person and one.link == link_round for one in page.declined):
        return None
    newest = next((one.person for one in reversed(page.attempts) if one.person), person)
    said = (*page.declined, PageDecline(person, page.round, at, link_round))[-MAX_ATTEMPTS_KEPT:]
    after = page.copy_with(declined=said, due=at if page.due and newest == person else page.due)
    return build_page_decision(page, after, event=AuditEvent(at, person, AuditAction.DECLINED, "by link"))
