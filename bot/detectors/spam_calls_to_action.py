"""What a post wants of its reader: to click, to call, to write, to pay."""

import re
from typing import NamedTuple

from bot.detectors.text.word_flags import CONTACT, FIGURES, LINK, WordFlags

TEXTS_READ = 400
_TOP_LEVEL = r"\.(?:biz|co|com|example|info|io|ly|me|net|online|org|ru|shop|site|top|xyz)\b"
TOP_LEVEL = re.compile(_TOP_LEVEL)
"""Asked before `DOMAIN`, which tries each word: most full stops end a sentence."""
DOMAIN = re.compile(r"(?<![\w@.-])[a-z0-9][a-z0-9-]{1,30}" + _TOP_LEVEL)
PHONE = re.compile(r"(?<![\w/.,$€£#-])\+?\d(?:[ ().-]{0,2}\d){8,13}(?![ ().-]{0,2}\d)(?!\w)")
ADDRESS = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,12}\b")
"""Each bounded in each of its repetitions, so that no text makes them run away."""


class CallsToAction(NamedTuple):
    has_contact: bool
    """Something to click, call, or write to."""
    has_phone: bool
    has_named_channel: bool
    """Where to write is only named: whatsapp, in bio."""
    has_money: bool
    has_percentage: bool
    """So many per cent of something."""

    @property
    def log_odds(self) -> float:
        """Log-odds by which an offer is likelier with them."""
        return (
            1.3 * self.has_contact
            + 0.5 * self.has_named_channel
            + 1.2 * self.has_phone
            + self.has_money
            + self.has_percentage
        )


def find_calls_to_action(text: str, known: WordFlags) -> CallsToAction:
    figures = known.select_words(FIGURES)
    read = text[-TEXTS_READ:].lower()
    phone = bool(figures) and _has_phone_number(read)
    contact = phone or known.flags & LINK > 0
    if not contact and "." in read:
        named = TOP_LEVEL.search(read) and DOMAIN.search(read)
        contact = named is not None or ("@" in read and ADDRESS.search(read) is not None)
    return CallsToAction(
        contact,
        phone,
        known.flags & CONTACT > 0,
        any(word[0] in "$€£" for word in figures),
        any(word[-1] == "%" for word in figures),
    )


def _has_phone_number(text: str) -> bool:
    """With a plus or spaces, as one is written to be called: digits in one piece are an order's."""
    found = PHONE.search(text)
    return found is not None and not found[0].isdecimal()
