"""What a case was counted for in reports, from its own history: so a figure leads to exactly the cases behind it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.domain.audit import AuditAction
from bot.domain.case import HELPFUL_RESOLUTIONS, Case, JoinReason
from bot.domain.cases.caution_transitions import ASKED, CAUTION, IGNORED
from bot.domain.cases.coverage import list_coverage_counts
from bot.domain.cases.flag_transitions import FLAGGED, FOUND
from bot.domain.cases.follow_up_transitions import (
    DUE,
    FOLLOW_UP,
    REOPENED,
    is_negative,
)
from bot.domain.cases.reply_openings import list_reply_words
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.reports.export_rows import get_post_time
from bot.domain.reports.recognition import RESOLVED_BY, SPOTTED, SPOTTED_FOUND
from bot.domain.reports.report import AGAIN, REPLIED, REPLY, TURNED


class CountedWord(NamedTuple):
    """A word, as `count_resolutions` has it, for which a case was counted at that time, in that department."""

    word: str
    at: datetime
    department: str


def list_counted_words(case: Case) -> list[CountedWord]:
    """Return each word once for each time that it was counted, as far back as the history of the case goes."""
    departments = _list_departments(case)
    found = list(_list_event_words(case, departments))
    ending = case.resolution.value if case.is_closed and case.resolution and case.resolved_at else ""
    if ending and case.resolved_at and not any(one[:2] == (ending, case.resolved_at) for one in found):
        found.append(CountedWord(ending, case.resolved_at, case.department))  # nobody resolved it, or it is spam
    found += (CountedWord(word, get_post_time(case), department) for department, word in list_coverage_counts(case))
    first = departments[0] if departments else case.department
    if case.flagged_by and case.history:
        words = [FLAGGED, SPOTTED + case.flagged_by]
        words += [FOUND, SPOTTED_FOUND + case.flagged_by] if case.found_as else []
        found += (CountedWord(word, case.history[0].at, first) for word in words)
    if caution := case.caution:
        words = [ASKED, IGNORED] if caution.by else [ASKED]
        found += (CountedWord(CAUTION + word, caution.at, case.department) for word in words)
    return [*found, *(_list_later_posts(case, departments) if is_negative(case.assessment) else ())]


def _list_departments(case: Case) -> list[str]:
    """Return the department that the case was in at each event of its history."""
    department, found = case.department, list[str]()
    for event in reversed(case.history):
        found.append(department)
        moved = (one for one in case.departments_before if event.detail.startswith(f"from {one} to "))
        department = next(moved, department)
    return found[::-1]


def _list_event_words(case: Case, departments: list[str]) -> Iterator[CountedWord]:
    is_offered = is_answered = False
    for event, department in zip(case.history, departments, strict=True):
        words: tuple[str, ...] = list_reply_words(event)
        match event.what:
            case AuditAction.RESOLVED:
                owner = case.owner if event.at == case.resolved_at else event.by  # whose time it is counted in
                is_offered = False
                words = (event.detail, *([RESOLVED_BY + owner] if event.by else []))
            case AuditAction.ANSWERED_IN_PUBLIC if not is_answered:
                is_answered, words = True, (REPLIED,)
            case AuditAction.FOLLOW_UP_OFFERED:
                is_offered, words = True, (() if is_offered else (FOLLOW_UP + DUE,))
            case AuditAction.FOLLOWED_UP:
                outcome = event.detail.partition(":")[0]
                known = outcome in set(FollowUpOutcome) - {FollowUpOutcome.NOT_SATISFIED}
                words = (FOLLOW_UP + outcome,) if known else ()
                words += (FOLLOW_UP + DUE,) if known and not is_offered else ()
                is_offered = is_offered and not known
            case AuditAction.REOPENED:
                is_offered, words = False, ((FOLLOW_UP + REOPENED,) if is_offered else ())
        yield from (CountedWord(word, event.at, department) for word in words)


def _list_later_posts(case: Case, departments: list[str]) -> Iterator[CountedWord]:
    """Yield what is counted of an unhappy author who writes after our answer: each once until the case is reopened."""
    answered_at: datetime | None = None
    counted: set[str] = set()
    for event, department in zip(case.history, departments, strict=True):
        if event.what == AuditAction.REOPENED:
            answered_at, counted = None, set()
        elif event.what == AuditAction.ANSWERED_IN_PUBLIC or (
            event.what == AuditAction.RESOLVED and event.detail in HELPFUL_RESOLUTIONS
        ):
            answered_at = answered_at or event.at
        elif answered_at and event.what == AuditAction.JOINED and event.detail.startswith(JoinReason.SAME_PERSON):
            has_turned = any(one.mood and one.at <= event.at for one in case.list_later_posts(answered_at))
            for word in (AGAIN, *([TURNED] if has_turned else [])):
                if word not in counted:
                    yield CountedWord(REPLY + word, event.at, department)
                counted.add(word)
