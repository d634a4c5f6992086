"""Notifications in the outbox. They reference a record and carry no text: it is rendered when it is sent."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, Self

from bot.domain.destination import Destination, ToDepartment, ToFiles, ToPager, ToPerson, parse_destination


class Priority(IntEnum):
    """The order within one destination: the lowest first."""

    CRISIS = 0
    CLICK = 1
    NEW = 2
    UPDATE = 3


class NotificationKind(StrEnum):
    CARD = "card"
    """Draw the card of this case."""
    FORGET = "forget"
    """Delete the messages about this case beside its card: a post was deleted."""
    PERSON = "person"
    """Draw the other cards of the person who wrote this case: its owner has changed."""
    DIGEST = "digest"
    """Draw a digest card. `subject_id` is the digest's id."""
    EPISODE = "episode"
    """Draw the card of a spike. `subject_id` is the episode's id."""
    REMINDER = "reminder"
    """Say in the thread of the card that nobody has claimed this case."""
    DELETED = "deleted"
    """Tell the owner, in the thread of the card, that the post was deleted. `nth` is the version of the case."""
    ANSWERED = "answered"
    """Tell the owner there that one of our accounts answered in public. `nth` is the round of the case."""
    ROLL_UP = "roll-up"
    """Tell an on-call person what nobody has claimed. `subject_id` is the department, `nth` the day or 0: edit only."""
    FOLLOW_UPS = "follow-ups"
    """Ask a person to follow up on what others answered. Fields as in `ROLL_UP`."""
    CALL = "call"
    """Of releases up to c089daf, for one case: delivered as a roll-up."""
    CONFIRM = "confirm"
    """Ask an on-call person whether what a colleague without a role flagged is a crisis."""
    LEASE = "lease"
    """Tell the owner that half of the lease is over."""
    RELEASED = "released"
    """Tell the former owner that they no longer have the case: the lease expired, or a manager moved it."""
    JOINED = "joined"
    """Tell the owner that the author wrote again."""
    CASE_REQUEST = "case_request"
    """Ask a person what the owner of a case may do; `nth` is the number of the request, here and in the next."""
    CASE_ANSWER = "case_answer"
    """Tell the owner what they answered."""
    HANDED = "handed"
    """Tell a person that this case is now theirs."""
    UNSATISFIED = "unsatisfied"
    """Tell who answered a case that its author is not satisfied. `nth` is the version of the case."""
    CLOSURE = "closure"
    """Tell who flagged a post what came of it, once."""
    SHIFT = "shift"
    """Tell a person that their shifts were changed. `subject_id` is a `ScheduleItem`, here and in the next three."""
    PLEA = "plea"
    """Ask in the channel who covers a shift."""
    REQUEST = "request"
    """Ask a person to swap or to cover."""
    OUTCOME = "outcome"
    """Tell the asker that nothing came of it."""
    HOLE = "hole"
    """Say in the channel that nobody will be on call. `subject_id` is the department, `nth` when the hole begins."""
    PAGE = "page"
    """Send attempt `nth` of a page. `subject_id` is the page's id, here and in the next three."""
    ASKED = "asked"
    """Ask the service for the status of attempt `nth`."""
    SETTLED = "settled"
    """Tell a service that escalates by itself that the page was acknowledged or closed."""
    REFRESH = "refresh"
    """Redraw the messages of the page."""
    RECEIPT = "receipt"
    """Report how a drill ended. `subject_id` is the department's name, `nth` when the drill began."""
    MISSED = "missed"
    """Report that a drill was missed. Fields as in a receipt."""
    UNWELL = "unwell"
    """Report a health issue to the operators. `subject_id` is the issue's name, `nth` when it began."""
    WELL = "well"
    """Report that it is over. Fields as in the report of the issue."""
    CRISIS = "crisis"
    """Draw the head card of a crisis. `subject_id` is its id, here and in the next five."""
    PLAN = "plan"
    """Draw its checklist."""
    DECLARED = "declared"
    """Say in the department's channel where the crisis is discussed."""
    NEWS = "news"
    """Post its update `nth`."""
    DUE = "due"
    """Remind of an update that was due at `nth`."""
    REVIEW = "review"
    """Post the review."""
    MORNING = "morning"
    """Post the shift summary. `subject_id` is the department's name, `nth` the day."""
    HANDOVER = "handover"
    """Post it at the hand-over of the schedule; `nth` is when."""
    SPARED = "spared"
    """Tell a person that they reached the limit of pages. `subject_id` is their id, `nth` the night."""
    TROUBLE = "trouble"
    """Tell a fallback channel that a department's own channel cannot be written to. `subject_id` is the department."""
    REPORT = "report"
    """Send a digest that a manager scheduled. `subject_id` is the id of the schedule, `nth` when it was due."""
    REPORT_REFUSED = "report_refused"
    """Tell that manager that Slack refused it. Fields as in `REPORT`."""
    BACKFIRE = "backfire"
    """Warn that a campaign may backfire. `subject_id` is its folded name, `nth` when it was noticed."""
    EXPORT = "export"
    """Send a file. `subject_id` is an `ExportRequest` as JSON."""
    DEPUTY = "deputy"
    """Tell a person that they were made a deputy. `subject_id` is the id of the grant."""


EDITED_KINDS = frozenset({NotificationKind.CASE_REQUEST, NotificationKind.BACKFIRE})
"""Of messages that are redrawn, without buttons, once they need no answer any more."""


class ScheduleItem(NamedTuple):
    """A change of a schedule, or a request to change it."""

    schedule: str
    id: str

    def __str__(self) -> str:
        return f"{self.schedule}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        schedule, _, id_ = text.rpartition("/")
        return cls(schedule, id_)


class Notification(NamedTuple):
    """`subject_id` references a record, `nth` distinguishes repeated notifications: see `NotificationKind` for both."""

    kind: NotificationKind
    subject_id: str
    to: Destination
    priority: Priority = Priority.UPDATE
    nth: int = 0

    @property
    def key(self) -> str:
        """The deduplication key; the priority is no part of it."""
        subject_id = self.subject_id.replace("%", "%25").replace(" ", "%20")  # a department's name may contain spaces
        return f"{self.kind} {subject_id} {self.nth} {self.to}"

    @classmethod
    def from_key(cls, key: str, priority: Priority = Priority.UPDATE) -> Self:
        kind, subject_id, nth, to = key.split(" ", 3)
        subject_id = subject_id.replace("%20", " ").replace("%25", "%")
        return cls(NotificationKind(kind), subject_id, parse_destination(to), priority, int(nth))

    @property
    def schedule_item(self) -> ScheduleItem:
        return ScheduleItem.parse(self.subject_id)

    @classmethod
    def draw_card(cls, case_id: str, department: str, lane: Priority = Priority.UPDATE) -> Self:
        return cls(NotificationKind.CARD, case_id, ToDepartment(department), lane)

    @classmethod
    def refresh_person(cls, case_id: str, department: str) -> Self:
        return cls(NotificationKind.PERSON, case_id, ToDepartment(department))

    @classmethod
    def retract_replies(cls, case_id: str, department: str) -> Self:
        return cls(NotificationKind.FORGET, case_id, ToDepartment(department))

    @classmethod
    def report_deletion(cls, case_id: str, department: str, nth: int) -> Self:
        return cls(NotificationKind.DELETED, case_id, ToDepartment(department), Priority.CLICK, nth)

    @classmethod
    def report_public_reply(cls, case_id: str, department: str, nth: int) -> Self:
        return cls(NotificationKind.ANSWERED, case_id, ToDepartment(department), Priority.CLICK, nth)

    @classmethod
    def draw_digest(cls, digest_id: str, department: str) -> Self:
        return cls(NotificationKind.DIGEST, digest_id, ToDepartment(department))

    @classmethod
    def draw_episode(cls, episode_id: str, department: str, lane: Priority = Priority.UPDATE) -> Self:
        return cls(NotificationKind.EPISODE, episode_id, ToDepartment(department), lane)

    @classmethod
    def post_reminder(cls, case_id: str, department: str, lane: Priority, nth: int) -> Self:
        return cls(NotificationKind.REMINDER, case_id, ToDepartment(department), lane, nth)

    @classmethod
    def ask_to_confirm(cls, case_id: str, person: str) -> Self:
        return cls(NotificationKind.CONFIRM, case_id, ToPerson(person), Priority.CRISIS)

    @classmethod
    def notify_owner(cls, kind: NotificationKind, case_id: str, person: str, nth: int) -> Self:
        """Tell a person about a case that is theirs, or was."""
        return cls(kind, case_id, ToPerson(person), Priority.CLICK, nth)

    @classmethod
    def for_schedule(cls, kind: NotificationKind, item: ScheduleItem, to: Destination, nth: int = 0) -> Self:
        return cls(kind, str(item), to, Priority.CLICK, nth)

    @classmethod
    def for_page(
        cls, kind: NotificationKind, page_id: str, to: ToPager, lane: Priority = Priority.CRISIS, nth: int = 0
    ) -> Self:
        return cls(kind, page_id, to, lane, nth)

    @classmethod
    def for_crisis(cls, kind: NotificationKind, crisis_id: str, to: Destination, nth: int = 0) -> Self:
        return cls(kind, crisis_id, to, Priority.CRISIS, nth)

    @classmethod
    def for_department(
        cls,
        kind: NotificationKind,
        department: str,
        nth: int,
        to: Destination | None = None,
        lane: Priority = Priority.CLICK,
    ) -> Self:
        return cls(kind, department, to or ToDepartment(department), lane, nth)

    @classmethod
    def for_health(cls, kind: NotificationKind, issue: str, department: str, since: int) -> Self:
        return cls(kind, issue, ToDepartment(department), Priority.CLICK, since)

    @classmethod
    def send_report(cls, schedule_id: str, to: str, due: datetime) -> Self:
        return cls(NotificationKind.REPORT, schedule_id, parse_destination(to), nth=int(due.timestamp()))

    @classmethod
    def report_refusal(cls, schedule_id: str, person: str, nth: int) -> Self:
        return cls(NotificationKind.REPORT_REFUSED, schedule_id, ToPerson(person), Priority.CLICK, nth)

    @classmethod
    def send_export(cls, request: str, person: str) -> Self:
        return cls(NotificationKind.EXPORT, request, ToFiles(person), Priority.CLICK)

    @classmethod
    def report_over_limit(cls, person: str, night: int) -> Self:
        return cls(NotificationKind.SPARED, person, ToPerson(person), Priority.UPDATE, night)
