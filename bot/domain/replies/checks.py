"""What to look at before a reply is opened: sentences for the person who writes it, never a lock.

To add a check, add a function that returns a sentence or '', and a line to `CHECKS`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bot.domain.amounts import Amount, iter_amounts
from bot.domain.replies.check_words import (
    ADDS,
    APOLOGY,
    BOOKING,
    CREDIT,
    GIFTS,
    LEGAL,
    NO_PROMISE,
    PAYMENTS,
    PHONE,
    PHONE_ABROAD,
    PRICE,
    PROMISE,
    REFUND,
    WORKS_HERE,
)
from bot.domain.replies.lengths import LINK
from bot.domain.text import join_words

_EMAIL = re.compile(r"(?<![@\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
DATE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d\d?[./-]\d\d?[./-]\d{4})(?=[ T,]|$)")
"""A day, which with the hour behind it is as long as a phone number."""
LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\(?\d(?:[ ()./-]{0,2}\d){8,18}(?![\w-])")
_BOOKING = re.compile(
    r"\b(?![A-Z]{2,3}\d{3,4}\b)(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}\b|\b[A-Z]{2}\d{6}\b|" + BOOKING.pattern
)
"""Six capitals and digits, but no flight number such as NW1204; or the tag of a bag."""
_LOUD_WORDS = re.compile(r"(?:\b[A-Z]{2,}\b[ ,]*){3,}")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
NO_LINK, NO_NUMBER, SOMEONE = "[link removed]", "[number removed]", "@someone"
"""What stands in the draft of a model for what was struck from it."""
_STRUCK = "|".join(map(re.escape, (NO_LINK, NO_NUMBER, SOMEONE)))
_PLACEHOLDER = re.compile(rf"\{{[^\W\d_][\w ]{{0,30}}\}}|(?:{_STRUCK})(?!\w)", re.IGNORECASE)
PROMISES_SHOWN = 3
LOUD_FROM, LOUD_SHARE = 12, 0.7
"""Letters from which a text is loud, and the share of them in capitals."""


class ReplyContext(NamedTuple):
    """A reply, and what is known about it."""

    text: str
    limits: tuple[Amount, ...] = ()
    """What may be given in this case."""
    authority: str = ""
    """What the playbook says that they can offer, and the names of the offers."""
    known: str = ""
    """What the playbook says itself: an address in it is our own."""
    brand: str = ""
    account: str = ""
    """The person's own account at this outlet, with which they may answer."""
    has_apologized: bool = False
    """An earlier reply in this case did."""
    can_ask: bool = False
    """Whether the person can ask for more than `limits`."""
    is_manager: bool = False


class ReplyFinding(NamedTuple):
    """`check` is the name under which it is counted."""

    check: str
    sentence: str


def check_reply(context: ReplyContext) -> tuple[ReplyFinding, ...]:
    found = (ReplyFinding(name, find(context)) for name, find in CHECKS.items())
    return tuple(one for one in found if one.sentence)


def contains_apology(text: str) -> bool:
    return APOLOGY.search(text) is not None


def _find_promise(context: ReplyContext) -> str:
    """Return what is promised beyond the authority, each once, and then whom to ask."""
    if not context.limits and not context.authority:
        return ""
    units = {one.unit.casefold() for one in context.limits}
    limits: dict[str, Amount] = {}
    for one in (*context.limits, *iter_amounts(context.authority, units)):
        limits[one.unit.casefold()] = max(one, limits.get(one.unit.casefold(), one))
    found, given = dict[str, str](), dict[str, int]()
    for sentence in _SENTENCE.split(LINK.sub("", context.text)):
        is_promise = PROMISE.search(sentence) is not None
        is_price = not is_promise and PRICE.search(sentence)
        amounts = [] if is_price else list(iter_amounts(sentence, units))
        for amount in _add_up(amounts, given, adds=ADDS.search(sentence) is not None):
            limit = limits.get(amount.unit.casefold())
            if limit is None:
                found[f"The playbook doesn't say that you can offer {amount}."] = _name_help(context)
            elif amount.hundredths > limit.hundredths:
                words = f"{amount} is more than you can offer: up to {limit}."
                found[words] = _name_help(context, can_ask=context.can_ask)
        kinds = _list_gift_kinds(context.authority, has_amount=bool(amounts))
        if is_promise and (gift := _find_gift(sentence, context.authority, kinds)):
            found[f"The playbook doesn't say that you can offer this: “{gift}”."] = _name_help(context)
    shown = dict([*found.items()][:PROMISES_SHOWN])
    return " ".join(shown) + "".join(dict.fromkeys(shown.values()))


def _list_gift_kinds(authority: str, *, has_amount: bool) -> Iterable[re.Pattern[str]]:
    """Return what has to be named: an amount says it more exactly, but a credit of it is no refund."""
    if not has_amount:
        return (*GIFTS, REFUND, *PAYMENTS)
    return (*GIFTS, REFUND) if CREDIT.search(authority) else GIFTS


def _add_up(amounts: Iterable[Amount], given: dict[str, int], *, adds: bool) -> Iterator[Amount]:
    """Yield the amounts; where the sentence `adds`, each with what was `given` of the same unit before it."""
    for amount in amounts:
        unit = amount.unit.casefold()
        given[unit] = amount.hundredths + (given.get(unit, 0) if adds else 0)
        yield amount._replace(hundredths=given[unit])


def _name_help(context: ReplyContext, *, can_ask: bool = False) -> str:
    """Return whom to ask; '' for a manager, who knows."""
    if can_ask:
        return " To ask for more, choose “Why? / Correct…” in the menu of the card."
    return "" if context.is_manager else " Ask a manager first."


def _find_gift(sentence: str, authority: str, kinds: Iterable[re.Pattern[str]]) -> str:
    """Return what is promised without an amount, in its own words; '' for what somebody has to ask for."""
    if NO_PROMISE.search(sentence):
        return ""
    gifts = (kind.search(sentence) for kind in kinds if not kind.search(authority))
    return next((found[0] for found in gifts if found), "")


def _find_personal_data(context: ReplyContext) -> str:
    text, found = DATE.sub("…", LINK.sub("", context.text)), list[str]()
    kinds = (
        (_EMAIL, "an email address"),
        (IBAN, "an account number"),
        (PHONE_ABROAD, "a phone number"),
        (PHONE, "a phone number"),
        (LONG_NUMBER, "a long number"),
        (_BOOKING, "a booking code"),
    )
    for pattern, what in kinds:
        matches = [one[0] for one in pattern.finditer(text) if pattern is not IBAN or _is_account_number(one[0])]
        if any(one not in context.known for one in matches):
            found.append(what)
        for one in matches:  # each counts as one kind
            text = text.replace(one, "…")
    if not found:
        return ""
    them = "it" if len(set(found)) == 1 else "them"
    what = join_words([*dict.fromkeys(found)])
    return f"Everybody can read this, and it has {what} in it. Ask for {them} in a private message."


def _is_account_number(text: str) -> bool:
    """Check the digits 3 and 4, by ISO 7064: the rest of the division by 97 is 1."""
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def _find_second_apology(context: ReplyContext) -> str:
    times = len(APOLOGY.findall(context.text))
    if times > 1:
        return "This apologizes twice. Once is enough."
    return "An earlier reply apologized already. Say what happens next." if times and context.has_apologized else ""


def _find_legal_word(context: ReplyContext) -> str:
    found = LEGAL.search(context.text)
    return f"“{found[0]}” can be used against us in court. Say what you do, not who is to blame." if found else ""


def _find_missing_disclosure(context: ReplyContext) -> str:
    told = context.brand.casefold() in context.text.casefold() or WORKS_HERE.search(context.text)
    if not context.account or told or not context.text:
        return ""
    return f"If you answer as {context.account}, say that you work for {context.brand}."


def _find_capitals(context: ReplyContext) -> str:
    letters = [one for one in LINK.sub("", context.text) if one.isalpha()]
    loud = sum(one.isupper() for one in letters)
    shouted = max((sum(map(str.isalpha, one)) for one in _LOUD_WORDS.findall(context.text)), default=0)
    is_loud = (len(letters) >= LOUD_FROM and loud > LOUD_SHARE * len(letters)) or shouted >= LOUD_FROM
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
