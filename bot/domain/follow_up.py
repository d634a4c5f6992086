"""A follow-up: some days after an answer, somebody else finds out whether its author is satisfied."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.stored_tuples import store_by_name

MOST_ASKED = 3
"""People to whom a follow-up is offered, one after the other."""
THANKS, POSITIVE = "thanks", "positive"
_MOODS = {Intent.PRAISE: THANKS, Intent.OTHER: POSITIVE}


class FollowUpOutcome(StrEnum):
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not satisfied"
    """The case is reopened, so that this is never stored."""
    NO_ANSWER = "no answer"
    THANKED = "wrote thanks"
    """The author did, before anybody asked."""


@store_by_name
class FollowUp(NamedTuple):
    """`due` is within the department's hours. It waits, is then offered to one person, and ends with an outcome.

    Who does not answer within a working day loses it to somebody else; news stay with the last who was asked.
    """

    due: datetime
    offered_to: str = ""
    outcome: FollowUpOutcome | None = None
    by: str = ""
    wrote_later: str = ""
    """The mood of what the author wrote after the answer; see `describe_mood`."""
    offered_at: datetime | None = None
    """None in records of before follow-ups were passed on, which are not."""
    asked: tuple[str, ...] = ()
    """Whom it was offered to, one after the other."""
    news: str = ""
    """What the author asked for and is to be told is done; see `LedgerEntry.news`."""

    @property
    def is_waiting(self) -> bool:
        return self.outcome is None and not self.offered_to

    @property
    def is_pending(self) -> bool:
        return self.outcome is None and bool(self.offered_to)

    @property
    def can_pass_on(self) -> bool:
        """Whether it leaves who has it and does not answer: to somebody else, or it ends. News never end so."""
        return self.offered_at is not None and not (self.news and len(self.asked) >= MOST_ASKED)

    @property
    def ending(self) -> str:
        """The outcome in words; '' without one. News are told, or need not be."""
        words = {FollowUpOutcome.SATISFIED: "told", FollowUpOutcome.NO_ANSWER: "need not be told"} if self.news else {}
        return words.get(self.outcome, self.outcome.value) if self.outcome else ""

    @property
    def is_expired(self) -> bool:
        """Whether nobody who was asked has answered, which counts as no answer."""
        return self.outcome is FollowUpOutcome.NO_ANSWER and not self.by


def describe_mood(assessment: Assessment) -> str:
    """Return `thanks` or `positive` for a post that is surely that and asks for nothing, else ''."""
    if assessment.sentiment is not Sentiment.POSITIVE or assessment.is_unsure:
        return ""
    return _MOODS.get(assessment.intent, "")


def needs_no_answer(assessment: Assessment) -> bool:
    """Return whether a post surely neither criticizes nor asks for anything. One without a sentiment is not sure."""
    is_sure = bool(assessment.get_words("sentiment")) and not assessment.is_unsure
    return is_sure and assessment.sentiment is not Sentiment.NEGATIVE and assessment.intent in _MOODS
