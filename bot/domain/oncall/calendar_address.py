"""Addresses of calendars."""

import re

_WEBCAL = re.compile(r"^webcals?://", re.IGNORECASE)


def convert_to_https(address: str) -> str:
    """Return a `webcal://` address as https://, any other unchanged."""
    return _WEBCAL.sub("https://", address)
