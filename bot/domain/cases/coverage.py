"""Who asked and who was answered: counted by cases, each the question or complaint of one person."""

from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseResolution
from bot.domain.subject import SubjectKind

REQUEST, REQUEST_ANSWERED = "asked", "asked answered"
"""Words that are counted beside the resolutions of a department, in the quarter in which the case was opened."""
_NO_REQUEST = frozenset({CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US})


def list_coverage_counts(case: Case | None) -> frozenset[tuple[str, str]]:
    """Return department and word of what a case counts as now.

    A case that was merged counts as the other one. A reopened case is not answered, except in public.
    """
    if case is None or case.merged_into or case.resolution in _NO_REQUEST:
        return frozenset()
    found = case.assessment
    if found.intent not in {Intent.QUESTION, Intent.COMPLAINT} or found.kind == SubjectKind.COMPETITOR:
        return frozenset()
    is_answered = case.public_reply is not None or (case.resolution is not None and case.resolution.is_helpful)
    return frozenset((case.department, word) for word in ((REQUEST, REQUEST_ANSWERED) if is_answered else (REQUEST,)))
