"""Tell those who asked that it is done: each is followed up by a person, a few of a department a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.follow_up import FollowUp, FollowUpOutcome

TOLD_PER_DAY = 10
"""Cases of a department that are offered on one day for this."""
_MISTAKES = {CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US, CaseResolution.POST_DELETED}


class TellingState(StrEnum):
    """Where the telling of one person stands, as it is stored."""

    WAITING = "waiting"
    OFFERED = "offered"
    TOLD = "told"
    ENDED = ""
    """They need not, or can not, be told."""


_STATES = {one.value: one for one in TellingState}


class LedgerPerson(NamedTuple):
    """Who asked: by which case, and of which department as long as no colleague was asked to tell them.

    `str` is how the ledger stores it: `case|department`, or `case||state` after that.
    """

    case: str
    department: str = ""
    state: TellingState = TellingState.ENDED

    def __str__(self) -> str:
        return f"{self.case}|{self.department or (f'|{self.state}' if self.state else '')}"

    @classmethod
    def parse(cls, value: str) -> Self:
        case, _, rest = value.partition("|")
        department, _, state = rest.partition("|")
        return cls(case, department, TellingState.WAITING if department else _STATES.get(state, TellingState.OFFERED))


FINISHED = frozenset({TellingState.TOLD, TellingState.ENDED})


def count_answers(values: Iterable[str]) -> int:
    """Return how many of these people, as they are stored, were told."""
    return sum(LedgerPerson.parse(one).state is TellingState.TOLD for one in values)


def update_telling(person: LedgerPerson, case: Case) -> LedgerPerson:
    """Return how it stands with who was offered, by what became of the follow-up of their case.

    If it was dropped, as by a post that reopened the case, they wait again.
    """
    follow_up = case.follow_up
    if not can_tell(case):
        return LedgerPerson(person.case)
    if follow_up is None or not follow_up.news:
        return LedgerPerson(person.case, case.department, TellingState.WAITING)
    if follow_up.outcome is None:
        return person
    is_told = follow_up.outcome is FollowUpOutcome.SATISFIED
    return LedgerPerson(person.case, state=TellingState.TOLD if is_told else TellingState.ENDED)


def can_tell(case: Case) -> bool:
    """Return whether the author of this case can be told something."""
    author = case.mention.author
    return not (case.mention.is_forgotten or author.outlet or author.bot or case.resolution in _MISTAKES)


def has_news(case: Case, news: str) -> bool:
    """Return whether a colleague was asked to tell the author this, as by the case of another one merged into it."""
    return case.follow_up is not None and case.follow_up.news == news


def offer_news(case: Case, department: Department, news: str, at: datetime) -> CaseDecision | None:
    """Make the news a follow-up; one that is not due yet gets them. None: something has to end first."""
    follow_up = case.follow_up if case.follow_up and case.follow_up.outcome is None else None
    if not case.is_closed or (follow_up and (follow_up.is_pending or follow_up.news)):
        return None
    due = department.hours.add_working_time(at, timedelta())
    after = case.copy_with(follow_up=(follow_up or FollowUp(due))._replace(due=due, news=news))
    return build_case_decision(case, after, department, AuditEvent(at, "", AuditAction.NEWS_OFFERED))
