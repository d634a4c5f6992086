"""The decision on a case: what one commit writes, with the counts and corrections that follow from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import Assessment
from bot.domain.case import Case, PublicReply
from bot.domain.correction import Correction
from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.offers import OfferCount
from bot.domain.paging.decision import Decision

__all__ = [
    "CaseDecision",
    "Correction",
    "Decision",
    "DurationKind",
    "MentionDeletion",
    "MentionOutcome",
    "NotAllowed",
    "ProcessedMention",
    "StoreUnavailable",
]


class MentionOutcome(StrEnum):
    """What became of a mention. Reconciliation: seen = opened + joined + tallied + spam."""

    OPENED = "opened"
    JOINED = "joined"
    TALLIED = "tallied"
    SPAM = "spam"


class DurationKind(StrEnum):
    """What is timed for the medians of a department, in seconds."""

    CLAIM = "claim"
    RESOLVE = "resolve"
    REPLY = "reply"
    """From the post to our first answer in public."""
    RECEIVED = "received"
    """From the post to its case."""
    CARD = "card"
    """From the case to its first card, or its line in a list."""
    FOLLOW_UP = "follow-up"
    """From the resolution to what came of the follow-up."""


@dataclass(frozen=True, slots=True)
class ProcessedMention:
    """A mention with its assessment and outcome. `department` is where it was routed, or `nobody`."""

    mention: Mention
    assessment: Assessment
    department: str
    outcome: MentionOutcome
    at: datetime
    muted_by: str = ""
    """The id of the mute that hid it; the outcome is then tallied, or spam."""
    is_own: bool = False
    """One of our accounts wrote it: it is no opinion, and no tally counts it."""
    staff_sign: str = ""
    """By what it is known as a colleague's, which is no opinion either; empty for what managers need not look at."""


class MentionDeletion(NamedTuple):
    """A post that was deleted at its outlet, and by which phrases texts that quote it are found."""

    mention: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseDecision(Decision[Case | None]):
    """`after` is None for a mention that opens no case."""

    deadline: datetime | None = None
    processed: ProcessedMention | None = None
    durations: tuple[tuple[DurationKind, float], ...] = ()
    corrections: tuple[Correction, ...] = ()
    joined_mention: Mention | None = None
    removed_mentions: tuple[str, ...] = ()
    """Joined mentions that left: separated, deleted, or back in the case that was merged."""
    opened_decision: "CaseDecision | None" = None
    """The case of a separated mention, opened in the same commit."""
    target_decision: "CaseDecision | None" = None
    """The case into which this one is merged, or from which it has its posts back, changed in the same commit."""
    moved_mentions: tuple[Mention, ...] = ()
    """Posts that another case had: it was merged into this one, or they are back."""
    is_edit: bool = False
    """It is about an edit or the deletion of a known post, which is not counted again."""
    deletion: MentionDeletion | None = None
    offer_counts: tuple[OfferCount, ...] = ()
    public_reply: PublicReply | None = None
    """An answer of ours: to `after`, or to what has no case."""
    awaited: tuple[str, ...] = ()
    """The mentions, or the conversation, that the answer is kept for: their case may open later."""

    @property
    def case(self) -> Case:
        """The case after the decision; only where there is one."""
        assert self.after is not None
        return self.after
