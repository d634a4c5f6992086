"""Sanitize words for a log line: truncate, blank secrets, escape invisible characters."""

import re
import unicodedata

LONGEST = 300
"""Characters of one value: enough for a URL or an error, too few for a post or a body."""
MOST = 20
"""Maximum values of a list, frames of a traceback."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SECRET = re.compile(
    r"(?:xoxe\.)?xox[a-z]-[\w.-]+|xoxe-[\w.-]+|xapp-[\w-]+|whsec_[\w+/=]+|(?<=earer )[\w%.~+/=-]+"
    r"|(?<=://)[^\s/@]*:[^\s/@]*@|(?<=ticket=)[\w-]+|(?<=hooks\.slack\.com/)\S+"
)


def sanitize_log_text(words: str) -> str:
    """Truncate, blank secrets, and escape invisible and control characters: ESC becomes `x1b`."""
    words = _SECRET.sub("***", words[: LONGEST * 5])
    words = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return words if words.isprintable() else "".join(map(_escape_invisible, words))


def _escape_invisible(char: str) -> str:
    return char.encode("unicode_escape").decode() if unicodedata.category(char) in _INVISIBLE else char
