"""A record as decided, with its notifications, audit events and pages: what one commit writes."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.audit import AuditEvent
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[T_co]):
    """`before` is what was read (None: the record is new); it must still be there when this is committed."""

    after: T_co
    before: T_co | None = None
    notifications: tuple[Notification, ...] = ()
    events: tuple[AuditEvent, ...] = ()
    pages: tuple[Page, ...] = ()
    """Opened with it; where one is open already, it is joined."""
    woken: tuple[str, ...] = ()
    """Pages that have to be looked at again, at once."""
    done: tuple[Notification, ...] = ()
    """What is owed no more."""
    night: int = 0
    """Of the person whom a page calls by it, where somebody is called."""
