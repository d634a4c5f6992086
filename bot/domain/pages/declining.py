"""Can't take it: whoever was called says so, and the next person is called without waiting for them."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.pages.decision import Decision
from bot.domain.pages.ladder import decided
from bot.domain.pages.page import ATTEMPTS_KEPT, Declined, Page
from bot.domain.refusals import Refused


def pass_on(page: Page, person: str, link: int, at: datetime) -> Decision[Page] | None:
    """Somebody can't take it: the next person is called at once, unless somebody else was called since.

    `link` is the round of the link by which they said so; None where they had. Raises Refused where it is answered.
    """
    if not page.open:
        raise Refused("This page was answered, or is over.")
    if any(one.person == person and one.link == link for one in page.declined):
        return None
    newest = next((one.person for one in reversed(page.attempts) if one.person), person)
    said = (*page.declined, Declined(person, page.round, at, link))[-ATTEMPTS_KEPT:]
    after = page.having(declined=said, due=at if page.due and newest == person else page.due)
    return decided(page, after, event=AuditEvent(at, person, AuditAction.DECLINED, "by link"))
