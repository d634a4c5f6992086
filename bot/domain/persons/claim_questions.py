"""What somebody is asked once before they claim a case: the same wherever they claim it."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.persons.etiquette import Caution, find_caution
from bot.domain.persons.person import AuthorContext, OpenCase


class ClaimQuestion(NamedTuple):
    """Colleagues have other cases of the person, or etiquette has something to say, or both. `by`: who claims."""

    by: str
    others: tuple[OpenCase, ...]
    caution: Caution | None

    @property
    def is_for_one(self) -> bool:
        """Whether the case is left out where many are claimed at once."""
        return bool(self.others) or self.caution is Caution.DO_NOT_APPROACH


def is_caution_on_card(author: AuthorContext) -> bool:
    """Whether the card itself says the caution when *Claim* is pressed: not where there may be more to ask."""
    return not author.open_cases


def find_claim_question(
    case: Case, department: Department, author: AuthorContext, by: str, at: datetime
) -> ClaimQuestion | None:
    others = tuple(one for one in author.open_cases if one.owner != by)
    caution = find_caution(case, author.person, department.etiquette, at, by)
    return ClaimQuestion(by, others, caution) if others or caution else None
