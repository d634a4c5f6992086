"""A reply that was opened at its outlet: an event of its case, and what reports count of it."""

from collections.abc import Collection

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.cases.deadlines import find_next_deadline
from bot.domain.commits import CaseDecision
from bot.domain.lifecycle import Context
from bot.domain.reports.report import DRAFTED, EDITED, OPENED, REPLY, WARNED

_DETAILS = {WARNED: "despite a warning", DRAFTED: "with a draft", EDITED: "draft changed"}
"""How the event says what is counted of the reply."""


def record_opening(case: Case, context: Context, words: Collection[str]) -> CaseDecision:
    """Record that somebody opened a reply: `words` are those of `_DETAILS` that apply. No card changes by it."""
    detail = ", ".join(said for word, said in _DETAILS.items() if word in words)
    event = context.build_event(AuditAction.REPLY_OPENED, detail)
    after = case.copy_with(version=case.version + 1, history=case.extend_history(event))
    deadline = find_next_deadline(after, context.department)
    return CaseDecision(after, before=case, events=(event,), deadline=deadline)


def list_reply_words(event: AuditEvent) -> tuple[str, ...]:
    """Return what reports count of an event: nothing, if it is no opened reply."""
    if event.what != AuditAction.REPLY_OPENED:
        return ()
    said = event.detail.split(", ")
    return tuple(REPLY + word for word in (OPENED, *(one for one, detail in _DETAILS.items() if detail in said)))
