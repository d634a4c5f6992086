"""A case as decided, with all that is counted and corrected by it: what one commit writes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Assessment
from bot.domain.case import Case
from bot.domain.correction import Correction
from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.paging.decision import Decision

__all__ = [
    "CaseDecision",
    "Correction",
    "Decision",
    "DurationKind",
    "MentionOutcome",
    "NotAllowed",
    "ProcessedMention",
    "StoreUnavailable",
]


class MentionOutcome(StrEnum):
    """What became of a mention. The books: seen = opened + joined + tallied + spam, and nothing unaccounted."""

    OPENED = "opened"
    JOINED = "joined"
    TALLIED = "tallied"
    SPAM = "spam"


class DurationKind(StrEnum):
    """What is timed, in seconds, for the medians of a department."""

    CLAIM = "claim"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class ProcessedMention:
    """One mention, assessed and accounted for. `department` is where it went, or `nobody`."""

    mention: Mention
    assessment: Assessment
    department: str
    outcome: MentionOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseDecision(Decision[Case | None]):
    """Of a mention for which no case is opened, `after` is None."""

    deadline: datetime | None = None
    processed: ProcessedMention | None = None
    durations: tuple[tuple[DurationKind, float], ...] = ()
    corrections: tuple[Correction, ...] = ()
    joined_mention: Mention | None = None
    separated_mention: str = ""
    opened_decision: "CaseDecision | None" = None
    """Of what was separated: a case of its own, in the same commit."""
    is_edit: bool = False
    """Of a post that is known already, which is not counted again."""

    @property
    def case(self) -> Case:
        """The case there is after it; only for a decision on a case."""
        assert self.after is not None
        return self.after
