"""Write a post as the transformer of the keen engine reads it, in training and in use."""

import re

_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@\w+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACES = re.compile(r"\s+")


def rewrite_post(text: str) -> str:
    """Return a normalized text with one word for every link and every handle, and no sign four times in a row."""
    text = _HANDLE.sub("@user", _LINK.sub("http", text))
    return _SPACES.sub(" ", _REPEATED.sub(r"\1\1\1", text)).strip()
