"""Closures: how a case ended without a person, and who is told once what came of a post that they flagged."""

from dataclasses import replace

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.commits import CaseDecision
from bot.domain.outbox import Notification, NotificationKind


def add_closure(before: Case, after: Case, by: str) -> tuple[Case, tuple[Notification, ...]]:
    """Return the case, and the messages to all who flagged its post if it is resolved now, for the first time.

    Not to who resolved it, or owned it: a former owner is told already. The number is 1 if the post was erased: such a
    message names nobody, so it stays when the others about the case are deleted.
    """
    people = dict.fromkeys(filter(None, (after.flagged_by, *after.also_flagged_by)))
    if before.is_closed or not after.is_closed or not people or after.closure_told:
        return after, ()
    told = [one for one in people if one not in {by, before.owner}]
    nth = int(after.mention.is_forgotten)
    messages = (Notification.notify_owner(NotificationKind.CLOSURE, after.id, one, nth) for one in told)
    return after.copy_with(closure_told=True), tuple(messages)


def note_closing(decision: CaseDecision) -> CaseDecision:
    """Add to the history how a case ended that a deletion or a release closed, so that it is known once reopened."""
    before, after = decision.before, decision.case
    if after.resolution is None or after.resolved_at is None or (before and before.is_closed):
        return decision
    event = AuditEvent(after.resolved_at, "", AuditAction.RESOLVED, after.resolution.value)
    after = after.copy_with(history=after.extend_history(event))
    return replace(decision, after=after, events=(*decision.events, event))
