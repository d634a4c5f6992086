"""Words made fit to be shown: harmless, escaped, cut. Strangers write what they like; a card stays a card."""

import re
import unicodedata
from datetime import datetime
from urllib.parse import urlsplit

_BROKEN = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and newline
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi controls
    "\U000e0000-\U000e0fff]"  # tags: whole sentences can be hidden in them
)
_JOINERS = re.compile("[\u200c\u200d]{2,}")
"""One joiner makes a family of emoji or a Persian word; a row of them makes nothing but length."""
_GAPS = re.compile(r"\n\s*\n\s*\n+")
MARKS = 3
"""Accents on one letter: Vietnamese needs two, text that climbs over its neighbours a hundred."""
LOOKED_AT = 8
"""Times as many characters as are shown: gaps and stacked accents shrink to a few."""
_LINK = re.compile(r"https?://[^\s<>|\"\\^`{}\x00-\x1f]+", re.IGNORECASE)
_BLANK = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Letters and marks that nobody sees."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
"""Kinds of characters that are not seen or turn a line around: an address with one leads elsewhere than it reads."""


def sanitize_text(words: str, max_length: int = 0) -> str:
    """Nothing invisible, nothing that turns the line around or climbs out of it; cut where `most` is given."""
    words = sanitize_keep_spaces(words, max_length).strip()
    return truncate(words, max_length) if max_length else words


def sanitize_keep_spaces(words: str, max_length: int = 0) -> str:
    """The same with the spaces around it. Where `most` is given, no more is looked at than could be shown of it."""
    words = _BROKEN.sub("\N{REPLACEMENT CHARACTER}", words).replace("\r\n", "\n").replace("\r", "\n")
    words = _JOINERS.sub(lambda found: found[0][0], _INVISIBLE.sub("", words)).lstrip("\n")
    return _GAPS.sub("\n\n", _limit_combining_marks(words[: max_length * LOOKED_AT] if max_length else words))


def _limit_combining_marks(words: str) -> str:
    if words.isascii():
        return words
    kept: list[str] = []
    marks = 0
    for character in words:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= MARKS:
            kept.append(character)
    return "".join(kept)


def sanitize_line(words: str, max_length: int = 0) -> str:
    """Harmless, and on one line; cut where `most` is given."""
    line = " ".join(sanitize_keep_spaces(words, max_length).split())
    return truncate(line, max_length) if max_length else line


def truncate(words: str, max_length: int) -> str:
    """At most so many characters as Slack counts them (an emoji is two), with an ellipsis for the rest."""
    if _count_utf16_units(words) <= max_length:
        return words
    kept = words[: max_length - 1]
    while _count_utf16_units(kept) > max_length - 1:
        kept = kept[: -max(1, (_count_utf16_units(kept) - max_length + 1) // 2)]
    while kept and (kept[-1] in "\u200c\u200d" or unicodedata.combining(kept[-1])):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _count_utf16_units(words: str) -> int:
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "replace")) // 2


def escape(words: str) -> str:
    """For mrkdwn and for the top-level text: no mention, no link, no date can be forged."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sanitize_url(url: str) -> str:
    """A web address that may stand behind a button or a link, or nothing.

    Only http and https, of a named host, without a user before it (`https://bank.example@evil.example`).
    """
    url = url.strip()
    if len(url) > 3000 or not _LINK.fullmatch(url):
        return ""
    if not (url.isascii() and url.isprintable()) and any(
        unicodedata.category(one) in _UNSEEN or one in _BLANK for one in url
    ):
        return ""
    return url if _has_plain_host(url) else ""


def _has_plain_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def format_date(at: datetime, date_format: str = "{date_short_pretty} at {time}") -> str:
    """A time that Slack shows in the reader's own zone: `today at 14:20`."""
    return f"<!date^{int(at.timestamp())}^{date_format}|{format_plain_time(at)}>"


def format_plain_time(at: datetime) -> str:
    """A time where Slack cannot turn it into the reader's own."""
    return f"{at.day} {at:%b, %H:%M %Z}"
