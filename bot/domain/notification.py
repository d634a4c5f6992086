"""What the outbox owes the world. A notification names a thing, never its text: text is old when it is read."""

from enum import IntEnum, StrEnum
from typing import NamedTuple, Self


class Lane(IntEnum):
    """Which goes first to one destination; the lower the sooner."""

    CRISIS = 0
    CLICK = 1
    NEW = 2
    UPDATE = 3


class NotificationKind(StrEnum):
    CARD = "card"
    """Draw this case's card as the case is now."""
    FORGET = "forget"
    """Take back what was said of this case beside its card: somebody's words are to be forgotten."""
    DIGEST = "digest"
    """Draw this digest's card as its cases are now. `case` is the digest's id."""
    EPISODE = "episode"
    """Draw this episode's card as the episode is now. `case` is the episode's id."""
    REMINDER = "reminder"
    """Say in the channel that nobody has claimed this case."""
    CALL = "call"
    """Tell an on-call person that nobody has claimed this case."""
    CONFIRM = "confirm"
    """Ask an on-call person whether what a colleague without a role flagged is a crisis."""
    LEASE = "lease"
    """Tell the owner that half of the claim's time has gone."""
    RELEASED = "released"
    """Tell the person who had this case that she has it no more: its time ran out, or a manager moved it."""
    JOINED = "joined"
    """Tell the owner that the person wrote again."""
    HANDED = "handed"
    """Tell a person that this case is now hers."""
    SHIFT = "shift"
    """Tell a person that somebody changed when she is on call. `case` is the schedule, a slash and the change."""
    PLEA = "plea"
    """Ask in the channel who covers a shift. `case` is the schedule, a slash and the plea."""
    REQUEST = "request"
    """Ask a person to swap or to cover. `case` is the schedule, a slash and the plea, here and in the next."""
    OUTCOME = "outcome"
    """Tell the asker that nothing came of it."""
    HOLE = "hole"
    """Say in the channel that nobody will be on call. `case` is the department's name, `nth` when the hole begins."""
    PAGE = "page"
    """Send the attempt `nth` of this page. `case` is the page's id."""
    ASKED = "asked"
    """Ask its service what became of the attempt `nth` of this page. `case` is the page's id."""
    SETTLED = "settled"
    """Tell a service that calls on by itself that the page was answered, or is over. `case` is the page's id."""
    REFRESH = "refresh"
    """Show how this page stands now wherever it was shown before. `case` is the page's id."""
    RECEIPT = "receipt"
    """Say how a drill ended. `case` is the department's name, `nth` when the drill began."""
    MISSED = "missed"
    """Say that a drill was missed. Named as a receipt is."""
    UNWELL = "unwell"
    """Tell the operators what is wrong with Earshot itself. `case` is the trouble, `nth` when it began."""
    WELL = "well"
    """Tell them that it is over. Named in the same way."""
    CRISIS = "crisis"
    """Draw the head card of this declared crisis as it is now. `case` is its id, here and in those that follow."""
    PLAN = "plan"
    """Draw its checklist."""
    DECLARED = "declared"
    """Say in the department's channel where it is talked about."""
    NEWS = "news"
    """Say its update `nth`."""
    DUE = "due"
    """Say that an update is due; `nth` is when."""
    REVIEW = "review"
    """Say how it went."""
    MORNING = "morning"
    """Say what happened in the night and what waits. `case` is the department's name, `nth` the day."""
    HANDOVER = "handover"
    """Say the same at the hand-over of its schedule; `nth` is when."""
    SPARED = "spared"
    """Tell a person that others are called from now on. `case` is her id, `nth` the night."""
    TROUBLE = "trouble"
    """Tell a fallback channel that a department's own channel cannot be written to. `case` is the department's name."""


class Notification(NamedTuple):
    """`to` is a department's name, `@` and a person's Slack id, `#` and a channel's, or `!` and a pager's name.

    `nth` tells one reminder from the next.
    """

    kind: NotificationKind
    case: str
    to: str
    lane: Lane = Lane.UPDATE
    nth: int = 0

    @property
    def name(self) -> str:
        """The same for two notifications of which one is enough, whatever their lanes."""
        case = self.case.replace("%", "%25").replace(" ", "%20")  # a department's name may have spaces in it
        return f"{self.kind} {case} {self.nth} {self.to}"

    @classmethod
    def named(cls, name: str, lane: Lane = Lane.UPDATE) -> Self:
        kind, case, nth, to = name.split(" ", 3)
        case = case.replace("%20", " ").replace("%25", "%")
        return cls(kind=NotificationKind(kind), case=case, to=to, lane=lane, nth=int(nth))
