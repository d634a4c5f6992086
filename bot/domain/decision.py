"""A case as decided, with its notifications and audit events: what one commit writes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Assessment
from bot.domain.case import AuditEvent, Case
from bot.domain.correction import Correction
from bot.domain.mention import Mention
from bot.domain.notification import Notification
from bot.domain.pages.page import Page
from bot.domain.refusals import Refused, Unreachable

__all__ = ["Correction", "Decision", "Heard", "Measure", "Outcome", "Refused", "Unreachable"]


class Outcome(StrEnum):
    """What became of a mention. The books: seen = opened + joined + tallied + spam, and nothing unaccounted."""

    OPENED = "opened"
    JOINED = "joined"
    TALLIED = "tallied"
    SPAM = "spam"


class Measure(StrEnum):
    """What is timed, in seconds, for the medians of a department."""

    CLAIM = "claim"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Heard:
    """One mention, assessed and accounted for. `department` is where it went, or `nobody`."""

    mention: Mention
    assessment: Assessment
    department: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """`before` is what was read (None: the case is new); its version must still hold when this is committed."""

    case: Case | None
    before: Case | None = None
    notifications: tuple[Notification, ...] = ()
    events: tuple[AuditEvent, ...] = ()
    deadline: datetime | None = None
    heard: Heard | None = None
    took: tuple[tuple[Measure, float], ...] = ()
    corrections: tuple[Correction, ...] = ()
    joining: Mention | None = None
    separating: str = ""
    pages: tuple[Page, ...] = ()
    """Opened with it; where one is open already, it is joined."""
    edit: bool = False
    """Of a post that is known already, which is not counted again."""
