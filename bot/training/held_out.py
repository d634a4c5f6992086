"""Posts that no training sees, and copies of posts."""

import hashlib
import html
import re

TENTH = 10

_LINK = re.compile(r"(https?://\S+|www\.\S+)", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@\w+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_OTHER = re.compile(r"[^a-z0-9]+")


def compute_text_key(text: str) -> str:
    """Return the letters and digits of a post without handles and links, which are the same for its copies."""
    plain = _HANDLE.sub("@user", _LINK.sub("http", html.unescape(text)))
    plain = _REPEATED.sub(r"\1\1\1", plain).lower().replace("@user", "").replace("http", "")
    return _OTHER.sub(" ", plain).strip()


def is_held_out(text: str) -> bool:
    """Return True for the tenth of Tweet Sentiment Extraction that the model behind the soft labels has not seen."""
    return (
        int(hashlib.md5(f"tse|{compute_text_key(text)}".encode(), usedforsecurity=False).hexdigest(), 16) % TENTH == 0
    )
