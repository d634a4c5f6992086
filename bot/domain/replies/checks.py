"""What to look at before a reply is opened: sentences for the person who writes it, never a lock.

To add a check, add a function that returns a sentence or '', and a line to `CHECKS`.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.domain.offers import Amount
from bot.domain.replies.lengths import LINK

_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "euro": "EUR", "euros": "EUR", "dollars": "USD", "pounds": "GBP"}
_CURRENCIES = frozenset({"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "BRL", "INR", "JPY", "AUD", "CAD"})
_AMOUNT = re.compile(
    r"([€$£]|\b[A-Z]{3}\b)?\s?(\d{1,3}(?:[ \u00a0\u202f’']\d{3})+(?:[.,]\d\d?)?|\d[\d.,]*)(?:\s?([€$£]|[^\W\d_]+))?"
)
_EMAIL = re.compile(r"(?<![@\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
DATE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d\d?[./-]\d\d?[./-]\d{4})(?=[ T,]|$)")
"""A day, which with the hour behind it is as long as a phone number."""
LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\(?\d(?:[ ()./-]{0,2}\d){8,18}(?![\w-])")
_BOOKING = re.compile(r"\b(?![A-Z]{2}\d{4}\b)(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}\b")
"""Six capitals and digits, but no flight number such as NW1204."""
_APOLOGY = re.compile(
    r"\b(?:sorry|apolog\w+|entschuldig\w+|tut (?:uns|mir) leid|disculp\w+|lo (?:siento|sentimos)|"
    r"désolée?s?|nous excuser|desculp\w+|lamentamos|scus\w+|ci dispiace|spijt)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(?:liab(?:le|ility)|legally|negligen\w+|our (?:own )?fault|admit \w+|guilt\w*|compensation claims?|damages|"
    r"lawsuits?|lawyers?|attorneys?|in court|settlement|haft(?:bar|en|ung)|schadene?rsatz|rechtsanw\w+|unsere schuld|"
    r"dommages-intérêts|notre faute|avocats?|nuestra culpa|abogad\w+|indemniza\w+|indemnização|"
    r"nossa culpa|advogad\w+)\b",
    re.IGNORECASE,
)
_WORKS_HERE = re.compile(
    r"\b(?:i|we)(?:'m| am| are)? (?:work|from)\b|\b(?:my|our) (?:team|colleagues)\b", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"\{[^\W\d_][\w ]{0,30}\}")
LOUD_FROM, LOUD_SHARE = 12, 0.7
"""Letters from which a text is loud, and the share of them in capitals."""


class ReplyContext(NamedTuple):
    """A reply, and what is known about it."""

    text: str
    limits: tuple[Amount, ...] = ()
    """What may be given in one case."""
    authority: str = ""
    known: str = ""
    """What the playbook says itself: an address in it is our own."""
    brand: str = ""
    account: str = ""
    """The person's own account at this outlet, with which they may answer."""
    has_apologized: bool = False
    """An earlier reply in this case did."""


class ReplyFinding(NamedTuple):
    """`check` is the name under which it is counted."""

    check: str
    sentence: str


def check_reply(context: ReplyContext) -> tuple[ReplyFinding, ...]:
    found = (ReplyFinding(name, find(context)) for name, find in CHECKS.items())
    return tuple(one for one in found if one.sentence)


def contains_apology(text: str) -> bool:
    return _APOLOGY.search(text) is not None


def _find_promise(context: ReplyContext) -> str:
    units = {one.unit.casefold() for one in context.limits} | {one.casefold() for one in _CURRENCIES}
    limits: dict[str, Amount] = {}
    for one in (*context.limits, *_iter_amounts(context.authority, units)):
        limits[one.unit.casefold()] = max(one, limits.get(one.unit.casefold(), one))
    for amount in _iter_amounts(LINK.sub("", context.text), units):
        limit = limits.get(amount.unit.casefold())
        if limit is None and (context.limits or context.authority):
            return f"The playbook doesn't say that you can offer {amount}. Ask a manager first."
        if limit is not None and amount.hundredths > limit.hundredths:
            return f"{amount} is more than you can offer: up to {limit}. Ask a manager first."
    return ""


def _iter_amounts(text: str, units: set[str]) -> Iterator[Amount]:
    """Yield the amounts in a known unit, such as `€50`, `1,200.50 EUR` and `5.000 miles`."""
    for before, number, after in _AMOUNT.findall(text):
        names = (_SYMBOLS.get(one.casefold(), one) for one in (before, after) if one)
        unit = next((one for one in names if one.casefold() in units), "")
        if unit:
            whole, _, part = re.sub(r"[.,](?=(\d\d?)$)", ";", number.rstrip(".,")).partition(";")
            yield Amount(int(re.sub(r"\D", "", whole) or 0) * 100 + int(part.ljust(2, "0")), unit)


def _find_personal_data(context: ReplyContext) -> str:
    text = DATE.sub("…", LINK.sub("", context.text))
    kinds = ((_EMAIL, "an email address"), (IBAN, "an account number"), (LONG_NUMBER, "a long number"))
    for pattern, what in (*kinds, (_BOOKING, "a booking code")):
        if any(found[0] not in context.known for found in pattern.finditer(text)):
            return f"Everybody can read this, and it has {what} in it. Ask for it in a private message."
    return ""


def _find_second_apology(context: ReplyContext) -> str:
    times = len(_APOLOGY.findall(context.text))
    if times > 1:
        return "This apologizes twice. Once is enough."
    return "An earlier reply apologized already. Say what happens next." if times and context.has_apologized else ""


def _find_legal_word(context: ReplyContext) -> str:
    found = _LEGAL.search(context.text)
    return f"“{found[0]}” can be used against us in court. Say what you do, not who is to blame." if found else ""


def _find_missing_disclosure(context: ReplyContext) -> str:
    told = context.brand.casefold() in context.text.casefold() or _WORKS_HERE.search(context.text)
    if not context.account or told or not context.text:
        return ""
    return f"If you answer as {context.account}, say that you work for {context.brand}."


def _find_capitals(context: ReplyContext) -> str:
    letters = [one for one in LINK.sub("", context.text) if one.isalpha()]
    loud = sum(one.isupper() for one in letters)
    is_loud = len(letters) >= LOUD_FROM and loud > LOUD_SHARE * len(letters)
    return "Most of this is in capitals, which reads as shouting." if is_loud else ""


def _find_placeholder(context: ReplyContext) -> str:
    found = _PLACEHOLDER.search(context.text)
    return f"“{found[0]}” is still in the text. Write what it stands for." if found else ""


CHECKS: dict[str, Callable[[ReplyContext], str]] = {
    "promise": _find_promise,
    "personal data": _find_personal_data,
    "second apology": _find_second_apology,
    "legal word": _find_legal_word,
    "disclosure": _find_missing_disclosure,
    "capitals": _find_capitals,
    "placeholder": _find_placeholder,
}
