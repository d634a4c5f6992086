"""Etiquette: what to think of before somebody answers a person. It is said once, and keeps nobody from it."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.case import Case, CaseStatus
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


def find_caution(case: Case, person: Person | None, rules: EtiquetteRules, at: datetime) -> Caution | None:
    """Return what to say before this case is claimed, the most serious first."""
    if person is None or case.status is not CaseStatus.NEW or case.is_urgent:
        return None
    if PersonLabel.DO_NOT_APPROACH in person.labels:
        return Caution.DO_NOT_APPROACH
    if _is_about_competitor(case) and person.approaches and not case.approached:
        return Caution.TOO_OFTEN if person.approaches >= rules.max_approaches else Caution.AGAIN
    if person.answered_at is not None and timedelta() <= at - person.answered_at < rules.answered_within:
        return Caution.JUST_ANSWERED
    return None
