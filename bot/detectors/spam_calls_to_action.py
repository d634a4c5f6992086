"""Find calls to action: what a post wants its reader to click, call, write to or pay."""

import re
from typing import NamedTuple

from bot.detectors.text.word_flags import CONTACT, FIGURES, LINK, WordFlags

TAIL_READ = 400
_TOP_LEVEL = r"\.(?:biz|co|com|example|info|io|ly|me|net|online|org|ru|shop|site|top|xyz)\b"
TOP_LEVEL = re.compile(_TOP_LEVEL)
"""Searched before `DOMAIN`, which tries each word: most full stops end a sentence."""
DOMAIN = re.compile(r"(?<![\w@.-])[a-z0-9][a-z0-9-]{1,30}" + _TOP_LEVEL)
PHONE = re.compile(r"(?<![\w/.,$€£#-])\+?\d(?:[ ().-]{0,2}\d){8,13}(?![ ().-]{0,2}\d)(?!\w)")
ADDRESS = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,12}\b")
"""All repetitions are bounded, so that no text makes them run away."""


class CallsToAction(NamedTuple):
    has_contact: bool
    """Something to click, call or write to."""
    has_phone: bool
    has_named_channel: bool
    """Where to write is only named: WhatsApp, in bio."""
    has_money: bool
    has_percentage: bool

    @property
    def log_odds(self) -> float:
        """Log-odds that they add to an offer."""
        points = 1.3 * self.has_contact + 0.5 * self.has_named_channel + 1.2 * self.has_phone
        return points + self.has_money + self.has_percentage


def find_calls_to_action(text: str, flags: WordFlags) -> CallsToAction:
    figures = flags.select_words(FIGURES)
    tail = text[-TAIL_READ:].lower()
    phone = bool(figures) and _has_phone_number(tail)
    contact = phone or flags.flags & LINK > 0
    if not contact and "." in tail:
        domain = TOP_LEVEL.search(tail) and DOMAIN.search(tail)
        contact = domain is not None or ("@" in tail and ADDRESS.search(tail) is not None)
    money, percentage = any(word[0] in "$€£" for word in figures), any(word[-1] == "%" for word in figures)
    return CallsToAction(contact, phone, flags.flags & CONTACT > 0, money, percentage)


def _has_phone_number(text: str) -> bool:
    """Return True for a number with a plus or spaces, as people write it to be called; plain digits are an order's."""
    found = PHONE.search(text)
    return found is not None and not found[0].isdecimal()
