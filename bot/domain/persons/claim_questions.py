"""What somebody is asked once before they claim a case: the same wherever they claim it."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.persons.etiquette import Caution, find_caution
from bot.domain.persons.person import AuthorContext, OpenCase


class ClaimQuestion(NamedTuple):
    """A colleague has another case of the person, or etiquette has something to say, or both. `by`: who claims."""

    by: str
    other: OpenCase | None
    caution: Caution | None

    @property
    def is_for_one(self) -> bool:
        """Whether the case is left out where many are claimed at once."""
        return self.other is not None or self.caution is Caution.DO_NOT_APPROACH


def is_caution_on_card(author: AuthorContext) -> bool:
    """Whether the card itself says the caution when *Claim* is pressed: not where there may be more to ask."""
    return not author.open_cases


def find_claim_question(
    case: Case, department: Department, author: AuthorContext, by: str, at: datetime
) -> ClaimQuestion | None:
    other = next((one for one in author.open_cases if one.owner != by), None)
    caution = find_caution(case, author.person, department.etiquette, at, by)
    return ClaimQuestion(by, other, caution) if other or caution else None
