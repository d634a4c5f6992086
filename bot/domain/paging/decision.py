"""A decision: what one commit writes, and what each change of a page notifies."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.audit import AuditEvent
from bot.domain.destination import ToPager
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.page import SERVICE_METHODS, AttemptStatus, CauseKind, ContactMethod, Page, PageAttempt

CARD_BY_CAUSE = {CauseKind.CASE: Notification.draw_card, CauseKind.EPISODE: Notification.draw_episode}
"""The card that shows the escalation, by cause."""

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[T_co]):
    """Optimistic concurrency: the commit fails unless `before` (None: no record) is still stored."""

    after: T_co
    before: T_co | None = None
    notifications: tuple[Notification, ...] = ()
    events: tuple[AuditEvent, ...] = ()
    pages: tuple[Page, ...] = ()
    """Pages to open, unless they exist."""
    woken: tuple[str, ...] = ()
    """Ids of pages to check again at once."""
    done: tuple[Notification, ...] = ()
    """Notifications to remove from the outbox."""
    night: int = 0
    """The night to count the call in, if a person is called."""


def build_page_notification(page: Page, attempt: PageAttempt) -> Notification:
    return Notification.for_page(NotificationKind.PAGE, page.id, ToPager(attempt.way.pager), nth=attempt.n)


def refresh_messages(page: Page) -> tuple[Notification, ...]:
    """Redraw the messages of a page with news, and update the services that support it."""
    has_it = {one.way for one in page.attempts if not one.result.is_failure and one.round >= page.first_active_round}
    ways = (way for way in ContactMethod if way in has_it - {ContactMethod.SLACK} and not way.is_personal)
    return (*redraw_messages(page), *(_build_refresh(page, way) for way in ways))


def redraw_messages(page: Page) -> tuple[Notification, ...]:
    """Redraw the messages in Slack, if there are any."""
    shown = page.is_acknowledged or any(one.way is ContactMethod.SLACK for one in page.attempts)
    return (_build_refresh(page, ContactMethod.SLACK),) if shown else ()


def _build_refresh(page: Page, way: ContactMethod) -> Notification:
    return Notification.for_page(NotificationKind.REFRESH, page.id, ToPager(way.pager))


def build_sync_notifications(page: Page) -> tuple[Notification, ...]:
    """Tell services that escalate by themselves to stop."""
    ways = {one.way for one in page.attempts if one.way in SERVICE_METHODS and one.result is not AttemptStatus.REFUSED}
    return tuple(Notification.for_page(NotificationKind.SETTLED, page.id, ToPager(way.pager)) for way in sorted(ways))


def build_page_decision(
    before: Page,
    after: Page,
    *notifications: Notification,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    card_changes: bool = True,
) -> Decision[Page]:
    """Build the next version. `card_changes`: the card has to be redrawn."""
    after = after.copy_with(version=before.version + 1)
    card = _build_card_notification(after) if card_changes else ()
    return Decision(after, before, (*card, *notifications), (event,) if event else (), done=done)


def _build_card_notification(page: Page) -> tuple[Notification, ...]:
    notify = CARD_BY_CAUSE.get(page.cause.kind)
    return (notify(page.cause.id, page.department, Priority.CRISIS),) if notify else ()
