"""Names that people type, of campaigns, themes and entries: one spelling, and nothing that means something to Slack."""

import re
import unicodedata

from bot.domain.errors import NotAllowed

_MARKUP = re.compile(r"[<>`*~]|(?<![^\W_])_+|_+(?![^\W_])|@(?:channel|here|everyone)\b", re.IGNORECASE)
REFUSAL = (
    "Use letters, digits and plain punctuation: no angle brackets, backquotes, asterisks, tildes or underscores around "
    "words, and no @channel, @here or @everyone."
)


def normalize_name(name: str) -> str:
    """Return the name in the one spelling that is stored. Raises `NotAllowed` for what Slack reads as markup."""
    line = unicodedata.normalize("NFC", " ".join(name.split()))
    if not line.isprintable() or _MARKUP.search(line):
        raise NotAllowed(REFUSAL)
    return line
