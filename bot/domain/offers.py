"""What the owner of a case may give without asking, and what was given. Amounts are in hundredths of their unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.amounts import Amount, parse_amount
from bot.domain.errors import FieldError
from bot.domain.routing import LabelFilter
from bot.domain.stored_tuples import store_by_name

DEFAULT_ASK_WITHIN = timedelta(minutes=30)


class Offer(LabelFilter):
    """What a department may give, for the cases that match. `limit` is for one case, `daily` for all of a day."""

    text: str
    people: tuple[str, ...] = ()
    """Who may give it; empty: everybody who answers."""
    limit: Amount | None = None
    daily: Amount | None = None
    ask: str = ""
    """The person who may allow more; empty: nobody."""
    ask_within: timedelta = DEFAULT_ASK_WITHIN
    ask_default: bool = False
    """The answer if they don't answer in time."""

    @property
    def unit(self) -> str:
        """What amounts of it are counted in; empty: it is not counted."""
        return next((one.unit for one in (self.limit, self.daily) if one), "")


class Guidance(LabelFilter):
    """What helps to answer the cases that match."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class OfferUse:
    """An offer, and how much of it the department has given today, in hundredths."""

    offer: Offer
    used: int = 0
    cases: int = 0
    """To how many of several cases it applies; 0: to all."""
    allowed: int = 0
    """What a person has allowed in this case, whatever the limits, in hundredths."""
    allowed_by: str = ""
    """Who; empty: nobody, or the clock."""

    @property
    def limit(self) -> Amount | None:
        """What may be given in this case at the most; None if it is not limited."""
        known = self.offer.limit or self.offer.daily
        return max(known, known._replace(hundredths=self.allowed)) if known else None

    @property
    def free(self) -> int:
        """What may be given now without asking anybody, in hundredths, if it is counted."""
        left = [self.offer.daily.hundredths - self.used] if self.offer.daily else []
        return max(min([*left, *([self.offer.limit.hundredths] if self.offer.limit else [])], default=0), self.allowed)


@store_by_name
class GivenOffer(NamedTuple):
    """Something that was given in a case. `offer` is the text of the offer."""

    offer: str
    hundredths: int
    unit: str
    by: str
    at: datetime

    @property
    def amount(self) -> Amount:
        return Amount(self.hundredths, self.unit)


class OfferCount(NamedTuple):
    """What a commit adds to what was given on a day. `used_before` is guarded, unless it is None."""

    day: str
    department: str
    offer: str
    hundredths: int
    used_before: int | None = None


def check_amount(use: OfferUse, words: str, before: int) -> Amount:
    """Return the amount that was typed; `before` was given in this case earlier, in hundredths.

    Raises `FieldError` if it is none, or above what is left.
    """
    offer, name = use.offer, use.offer.text
    try:
        amount = parse_amount(words, offer.unit)
    except ValueError as no:
        raise FieldError(f"“{words[:40]}” {no}.", name) from None
    total, more = before + amount.hundredths, _explain_asking(offer)
    earlier = f" {Amount(before, offer.unit)} was given before." if before else ""
    left = offer.daily.hundredths - use.used if offer.daily else amount.hundredths
    if total <= use.allowed:
        return amount
    if use.allowed and (use.allowed >= before + left or (offer.limit and total > offer.limit.hundredths)):
        most = max(use.allowed, offer.limit.hundredths if offer.limit else 0)
        raise FieldError(f"You can offer up to {Amount(most, offer.unit)} in this case.{earlier}{more}", name)
    if offer.limit and total > offer.limit.hundredths:
        raise FieldError(f"You can offer up to {offer.limit} in one case.{earlier}{more}", name)
    if offer.daily and amount.hundredths > left:
        raise FieldError(f"Only {Amount(max(0, left), offer.unit)} of today's {offer.daily} is left.{more}", name)
    return amount


def _explain_asking(offer: Offer) -> str:
    return " You can ask for more: choose “Why? / Correct…” in the menu of the card." if offer.ask else ""
