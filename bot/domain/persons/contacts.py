"""What the commit of a case changes in the record of its author, so that each contact and each answer counts once."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import Intent
from bot.domain.case import Case
from bot.domain.commits import CaseDecision


class Contact(NamedTuple):
    """A post that opened a case or joined one."""

    author: str
    """The author key."""
    at: datetime
    is_praise: bool


class Answer(NamedTuple):
    """A case that was resolved as answered or fixed."""

    author: str
    by: str
    at: datetime


def find_contact(decision: CaseDecision) -> Contact | None:
    """Return the post that came in with this decision; None if none did, or nobody names its author.

    The edit of a post that had joined is none.
    """
    before, after, mention = decision.before, decision.after, decision.joined_mention
    if before is not None and after is not None and after.joined_count <= before.joined_count:
        return None
    if mention is None and before is None and after is not None:
        mention = after.mention
    if mention is None or not (author := mention.author_key):
        return None
    processed = decision.processed
    assessment = processed.assessment if processed else decision.case.assessment
    is_praise = assessment.intent is Intent.PRAISE and (processed is not None or decision.joined_mention is None)
    return Contact(author, mention.created_at, is_praise)


def find_answer(before: Case | None, after: Case) -> Answer | None:
    """Return the answer that the author got by this change of their case."""
    if not is_answered(after) or is_answered(before) or after.resolved_at is None:
        return None
    author = after.mention.author_key
    return Answer(author, after.owner or after.closed_by, after.resolved_at) if author else None


def find_lost_answer(decision: CaseDecision) -> Answer | None:
    """Return the answer that a colleague took back by reopening the case."""
    before, after = decision.before, decision.after
    if before is None or after is None or after.is_closed or decision.joined_mention is not None:
        return None
    return find_answer(None, before.copy_with(mention=after.mention))


def count_approaches(before: Case | None, after: Case) -> int:
    """Return what this change adds to the approaches of the author: 1, 0, or -1 for one that was taken back."""
    return after.approached - (before is not None and before.approached)


def is_answered(case: Case | None) -> bool:
    """Whether it is closed with an answer or a solution."""
    return case is not None and case.is_closed and case.resolution is not None and case.resolution.is_helpful
