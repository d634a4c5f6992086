"""The forms in which calendars give their address."""

import re

_WEBCAL = re.compile(r"^webcals?://", re.IGNORECASE)


def convert_to_https(address: str) -> str:
    """Return a `webcal://` address as the https:// address that it stands for, any other as it is."""
    return _WEBCAL.sub("https://", address)
