"""Sanitize untrusted words for display: remove invisible characters, escape, truncate."""

import re
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import urlsplit

_BROKEN = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and newline
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi controls
    "\U000e0000-\U000e0fff]"  # tags: whole sentences can be hidden in them
)
_JOINERS = re.compile("[\u200c\u200d]{2,}")
"""A single joiner is needed in emoji and in Persian; several in a row are junk."""
_GAPS = re.compile(r"\n\s*\n\s*\n+")
MARKS = 3
"""Combining marks kept on one letter: Vietnamese needs two, Zalgo text has a hundred."""
LOOKED_AT = 8
"""Factor of the shown length that is processed: gaps and stacked marks shrink to a few characters."""
SAME_DAY = timedelta(hours=12)
"""So near to another time, a time of day needs no date."""
_LINK = re.compile(r"https?://[^\s<>|\"\\^`{}\x00-\x1f]+", re.IGNORECASE)
_BLANK = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Letters and marks that render as blank."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
"""Unicode categories of invisible or bidi characters: a URL with one may not lead where it seems to."""


def sanitize_text(words: str, max_length: int = 0) -> str:
    """Remove invisible and bidi characters and stacked marks; truncate where `max_length` is given."""
    words = sanitize_keep_spaces(words, max_length).strip()
    return truncate(words, max_length) if max_length else words


def sanitize_keep_spaces(words: str, max_length: int = 0) -> str:
    """Sanitize as `sanitize_text`, but keep spaces around. `max_length` bounds the work, not the result."""
    if words.isascii() and words.isprintable():  # most of what is shown, and a tenth of the time
        return words[: max_length * LOOKED_AT] if max_length else words
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
    """Sanitize as one line; truncate where `max_length` is given."""
    line = " ".join(sanitize_keep_spaces(words, max_length).split())
    return truncate(line, max_length) if max_length else line


def truncate(words: str, max_length: int) -> str:
    """Cut to `max_length` UTF-16 units, which is how Slack counts, with an ellipsis for the rest."""
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
    """Escape for mrkdwn and top-level text, so that no mention, link or date can be forged."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_FORMATS = re.compile(r"[*~`]|(?<![^\W_])_+|_+(?![^\W_])")


def escape_name(name: str) -> str:
    """Return a name that people chose for mrkdwn, escaped and without formatting characters."""
    return escape(_FORMATS.sub("", name))


def sanitize_url(url: str) -> str:
    """Return the URL, its scheme in lower case, if it is safe behind a button or link, else ''.

    Safe are http and https with a host and without user information (`https://bank.example@evil.example`).
    """
    url = url.strip()
    if len(url) > 3000 or not _LINK.fullmatch(url):
        return ""
    if not (url.isascii() and url.isprintable()) and any(
        unicodedata.category(one) in _UNSEEN or one in _BLANK for one in url
    ):
        return ""
    scheme, _, rest = url.partition(":")
    return f"{scheme.lower()}:{rest}" if _has_plain_host(url) else ""  # Slack refuses HTTPS: in capitals


def _has_plain_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def format_date(at: datetime, date_format: str = "{date_short_pretty} at {time}") -> str:
    """Format a time for mrkdwn, which Slack shows in the reader's zone: `today at 14:20`."""
    return f"<!date^{int(at.timestamp())}^{date_format}|{format_plain_time(at)}>"


def format_date_near(when: datetime, at: datetime) -> str:
    """Format a time for mrkdwn: the time of day alone within half a day of `at`.

    Never how long ago, because Slack documents that for rich text only, and a message grows old without an edit.
    """
    return format_date(when, "{time}") if abs(when - at) < SAME_DAY else format_date(when)


def format_plain_time(at: datetime) -> str:
    """Format a time, in its own zone, for where Slack cannot convert it."""
    return f"{at.day} {at:%b, %H:%M %Z}"


def quote_words(words: str, most: int = 60) -> str:
    """Return typed words for a sentence in mrkdwn; in backquotes, too."""
    return escape(sanitize_line(words, most).replace("`", "'"))
