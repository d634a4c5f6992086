"""Closures: who flagged a post is told once what came of it."""

from bot.domain.case import Case
from bot.domain.outbox import Notification, NotificationKind


def add_closure(before: Case, after: Case, by: str) -> tuple[Case, tuple[Notification, ...]]:
    """Return the case, and the message to who flagged its post if it is resolved now, for the first time.

    Not if they resolved it themselves, or owned it: a former owner is told already.
    """
    if before.is_closed or not after.is_closed or not after.flagged_by or after.closure_told:
        return after, ()
    told = after.copy_with(closure_told=True)
    if after.flagged_by in {by, before.owner}:
        return told, ()
    return told, (Notification.notify_owner(NotificationKind.CLOSURE, after.id, after.flagged_by, 0),)
