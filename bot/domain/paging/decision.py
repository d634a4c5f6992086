"""A decision: what one commit writes."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.audit import AuditEvent
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page

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
