"""What comes of a caution: somebody was asked, went on, took that back. No card changes by it."""

from bot.domain.case import Case
from bot.domain.cases.deadlines import find_next_deadline
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.lifecycle import Context
from bot.domain.persons.etiquette import record_caution, undo_caution

CAUTION, ASKED, IGNORED = "caution ", "asked", "ignored"
"""How reports call what they count: the first, and then one of the others."""


def ask_caution(case: Case, context: Context) -> CaseDecision | None:
    return _decide(case, record_caution(case, context.at), context)


def note_opening(case: Case, context: Context) -> CaseDecision | None:
    return _decide(case, record_caution(case, context.at, context.by), context)


def undo_opening(case: Case, context: Context) -> CaseDecision | None:
    """Take back that this person went on. Raises `NotAllowed` if they have claimed the case."""
    if case.owner == context.by and not case.is_closed:
        raise NotAllowed("You have claimed this case. *Release* on its card takes that back.")
    return _decide(case, undo_caution(case, context.by), context)


def _decide(case: Case, after: Case, context: Context) -> CaseDecision | None:
    if after == case:
        return None
    after = after.copy_with(version=case.version + 1)
    return CaseDecision(after, before=case, deadline=find_next_deadline(after, context.department))


def list_caution_counts(before: Case | None, after: Case) -> tuple[tuple[str, int], ...]:
    """Return what reports count of this change: the case once, and who went on until they take it back."""
    was, now = before.caution if before else None, after.caution
    if now is None or now == was:
        return ()
    counts = {ASKED: int(was is None), IGNORED: bool(now.by) - bool(was and was.by)}
    return tuple((CAUTION + word, count) for word, count in counts.items() if count)
