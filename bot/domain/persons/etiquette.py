"""Etiquette: what to think of before somebody answers a person. It is said once, and keeps nobody from it."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.case import Case
from bot.domain.caution import CautionRecord
from bot.domain.department import EtiquetteRules
from bot.domain.persons.person import Person, PersonLabel
from bot.domain.subject import SubjectKind


class Caution(StrEnum):
    DO_NOT_APPROACH = "do not approach"
    TOO_OFTEN = "approached too often"
    AGAIN = "approached before"
    JUST_ANSWERED = "just answered"


def note_approach(case: Case) -> Case:
    """Return an answered case as an approach, if its author did not ask for one: they wrote about a competitor."""
    is_answered = case.resolution is not None and case.resolution.is_helpful
    return case.copy_with(approached=case.approached or (is_answered and _is_about_competitor(case)))


def _is_about_competitor(case: Case) -> bool:
    return case.assessment.kind == SubjectKind.COMPETITOR


def find_caution(
    case: Case, person: Person | None, rules: EtiquetteRules, at: datetime, by: str = ""
) -> Caution | None:
    """Return what to say before this case is claimed, its post opened or a reply sent, the most serious first.

    `by`: who wants to. An answer of their own asks them nothing.
    """
    if person is None or case.is_closed or case.is_urgent:
        return None
    if PersonLabel.DO_NOT_APPROACH in person.labels:
        return Caution.DO_NOT_APPROACH
    if _is_about_competitor(case) and person.approaches and not case.approached:
        return Caution.TOO_OFTEN if person.approaches >= rules.max_approaches else Caution.AGAIN
    if person.answered_at is None or (by and by == person.answered_by):  # nobody has an answer in public as their own
        return None
    return Caution.JUST_ANSWERED if timedelta() <= at - person.answered_at < rules.answered_within else None


def record_caution(case: Case, at: datetime, by: str = "") -> Case:
    """Note that the question was asked, and who went on; the first of them stays."""
    asked = case.caution or CautionRecord(at, case.round)
    return case.copy_with(caution=asked._replace(by=asked.by or by))


def undo_caution(case: Case, by: str) -> Case:
    """Take back that this person went on; they were asked."""
    if case.caution is None or case.caution.by != by:
        return case
    return case.copy_with(caution=case.caution._replace(by=""))
