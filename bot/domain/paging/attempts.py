"""The attempts of a page: send one, and record its result and its later status."""

from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent
from bot.domain.destination import ToPager
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.decision import Decision, build_page_decision, build_page_notification, redraw_messages
from bot.domain.paging.page import TRACKED_METHODS, AttemptStatus, ContactMethod, Page, PageAttempt

SEND_TIMEOUT = timedelta(seconds=15)
"""After it the sender of an attempt is taken for dead: pagers answer, or are given up, well before."""
MAX_TRIES = 2
"""How often an attempt is sent: again only if its first sender died."""


def start_attempt(page: Page, n: int, at: datetime) -> Decision[Page] | None:
    """Record that an attempt is being sent, or dropped if not needed. None if another sender has it."""
    attempt = page.find_attempt(n)
    if attempt is None:
        return None
    done = (build_page_notification(page, attempt),)
    if attempt.result.is_final:
        return build_page_decision(page, page, done=done)
    if not page.is_open or attempt.person in page.declined_people:
        return _replace_attempt(page, attempt._replace(result=AttemptStatus.DROPPED, ended_at=at), done=done)
    if attempt.result is AttemptStatus.SENDING and attempt.begun_at and at - attempt.begun_at < SEND_TIMEOUT:
        return None
    if attempt.tries >= MAX_TRIES:
        return record_result(page, n, AttemptStatus.LOST, "Earshot crashed twice while sending", at)
    begun = attempt._replace(result=AttemptStatus.SENDING, begun_at=at, tries=attempt.tries + 1)
    return _replace_attempt(page, begun, card_changes=False)


def record_result(
    page: Page, n: int, result: AttemptStatus, detail: str, at: datetime, reference: str = ""
) -> Decision[Page] | None:
    """Record the result of an attempt. After a failure of the last one the next step is due at once."""
    attempt = page.find_attempt(n)
    if attempt is None or attempt.result.is_final:
        return None
    owed: tuple[Notification, ...] = ()
    if result is AttemptStatus.DELIVERED and attempt.way in TRACKED_METHODS and reference:
        owed = (_build_status_query(page, attempt),)
    elif not page.is_open and attempt.way is ContactMethod.SLACK:  # acknowledged while it was sent
        owed = redraw_messages(page)
    ended = attempt._replace(result=result, detail=detail, ended_at=at, reference=reference)
    return _end_attempt(page, ended, at, owed, build_page_notification(page, attempt))


def record_status(page: Page, n: int, result: AttemptStatus, detail: str, at: datetime) -> Decision[Page] | None:
    """Record the later status of a delivered call: if nobody picked up, the next step is due at once."""
    attempt = page.find_attempt(n)
    if attempt is None or attempt.result is not AttemptStatus.DELIVERED:
        return None
    ended = attempt._replace(result=result, detail=detail, ended_at=at)
    return _end_attempt(page, ended, at, (), _build_status_query(page, attempt))


def _end_attempt(
    page: Page, ended: PageAttempt, at: datetime, owed: tuple[Notification, ...], done: Notification
) -> Decision[Page]:
    """After a failure of the last attempt the next step is due at once."""
    at_once = ended.result.is_failure and ended.n == page.count and page.is_open
    event = AuditEvent(at, "", f"{ended.way} {ended.result.value}", ended.detail)
    return _replace_attempt(page, ended, owed, done=(done,), event=event, due=at if at_once else page.due)


def _build_status_query(page: Page, attempt: PageAttempt) -> Notification:
    """Build the status query, with less priority than calls."""
    return Notification.for_page(
        NotificationKind.ASKED, page.id, ToPager(attempt.way.pager), Priority.UPDATE, attempt.n
    )


def _replace_attempt(
    page: Page,
    attempt: PageAttempt,
    owed: tuple[Notification, ...] = (),
    *,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    due: datetime | None = None,
    card_changes: bool = True,
) -> Decision[Page]:
    attempts = tuple(attempt if one.n == attempt.n else one for one in page.attempts)
    after = page.copy_with(attempts=attempts, due=due or page.due)
    return build_page_decision(page, after, *owed, done=done, event=event, card_changes=card_changes)
