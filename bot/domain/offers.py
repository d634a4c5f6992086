"""What the owner of a case may give without asking, and what was given. Amounts are in hundredths of their unit."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.errors import FieldError
from bot.domain.routing import LabelFilter
from bot.domain.stored_tuples import store_by_name

_AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?(?:\s+(\S.*))?")

DEFAULT_ASK_WITHIN = timedelta(minutes=30)


class Amount(NamedTuple):
    """`50 EUR`, `20,000 miles`."""

    hundredths: int
    unit: str

    @property
    def number(self) -> str:
        whole, part = divmod(self.hundredths, 100)
        return f"{whole:,}{f'.{part:02}' if part else ''}"

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"


def parse_amount(words: str, unit: str = "") -> Amount:
    """Parse `50 EUR`; with a `unit` also `50` or `49.90`. Raises ValueError with a sentence."""
    found = _AMOUNT.fullmatch(" ".join(words.split()))
    named = (found[3] or unit) if found else ""
    if found is None or not named:
        raise ValueError(f"is not an amount. Write it like 50 {unit or 'EUR'} or 49.90 {unit or 'EUR'}")
    if unit and named.casefold() != unit.casefold():
        raise ValueError(f"is in another unit. Write it in {unit}")
    return Amount(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")), unit or named)


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


class OfferUse(NamedTuple):
    """An offer, and how much of it the department has given today, in hundredths."""

    offer: Offer
    used: int = 0
    cases: int = 0
    """To how many of several cases it applies; 0: to all."""


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


def check_amount(use: OfferUse, words: str, before: int, allowed: int = 0) -> Amount:
    """Return the amount that was typed; `before` was given in this case earlier, in hundredths.

    `allowed` is what a person has allowed in this case. Raises `FieldError` if it is none, or above what is left.
    """
    offer, name = use.offer, use.offer.text
    try:
        amount = parse_amount(words, offer.unit)
    except ValueError as no:
        raise FieldError(f"“{words[:40]}” {no}.", name) from None
    if before + amount.hundredths <= allowed:
        return amount
    if offer.limit and before + amount.hundredths > offer.limit.hundredths:
        more = f" {Amount(before, offer.unit)} was given before." if before else ""
        raise FieldError(f"You can offer up to {offer.limit} in one case.{more}{_explain_asking(offer)}", name)
    if offer.daily and use.used + amount.hundredths > offer.daily.hundredths:
        left = Amount(max(0, offer.daily.hundredths - use.used), offer.unit)
        raise FieldError(f"Only {left} of today's {offer.daily} is left.{_explain_asking(offer)}", name)
    return amount


def _explain_asking(offer: Offer) -> str:
    return " You can ask for more: press Why? on the card." if offer.ask else ""
