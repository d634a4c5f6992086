"""What the owner of a case asks one person, who answers until a time, or else a default counts."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.amounts import Amount
from bot.domain.stored_tuples import store_by_name


class RequestKind(StrEnum):
    OFFER = "offer"
    """May they offer more than the playbook allows?"""
    APPROVAL = "approval"
    """Can they send this reply?"""


@store_by_name
class CaseRequest(NamedTuple):
    """One of a case. An offer has an amount and a reason, an approval the text of the reply."""

    by: str
    to: str
    at: datetime
    until: datetime
    default: bool = False
    """The answer at `until`."""
    allowed: bool | None = None
    """None: not answered yet."""
    answered_by: str = ""
    """Empty: the clock."""
    offer: str = ""
    hundredths: int = 0
    unit: str = ""
    reason: str = ""
    text: str = ""
    is_outdated: bool = False
    """Whether another text than this was opened since."""

    @property
    def kind(self) -> RequestKind:
        return RequestKind.OFFER if self.offer else RequestKind.APPROVAL

    @property
    def amount(self) -> Amount:
        return Amount(self.hundredths, self.unit)

    @property
    def number(self) -> int:
        """Names this request among those of its case; two of one millisecond differ in kind."""
        return int(self.at.timestamp() * 1000) * 2 + (self.kind is RequestKind.APPROVAL)
