"""Links to our calendars: they name the owner and are signed, so that they cannot be guessed."""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

SIGNATURE_BYTES = 20
"""160 bits, since a link is valid until it is revoked."""


class CalendarLink(NamedTuple):
    """`owner` is a Slack user id or the name of a schedule. `serial` increases when a link is revoked."""

    owner: str
    serial: int


def sign_calendar_link(secret: bytes, link: CalendarLink) -> str:
    said = _encode_base64(f"{link.serial}.{link.owner}".encode())
    return f"{said}.{_sign_calendar(secret, said)}"


def verify_calendar_link(secret: bytes, signed: str) -> CalendarLink | None:
    """Return the link, or None if the signature is wrong. The caller checks whether it was revoked."""
    said, _, mac = signed.rpartition(".")
    if not signed.isascii() or not hmac.compare_digest(_sign_calendar(secret, said), mac):
        return None
    try:
        serial, _, whose = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(".")
        return CalendarLink(whose, int(serial))
    except (ValueError, binascii.Error):  # of another version of ours
        return None


def _encode_base64(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def _sign_calendar(secret: bytes, said: str) -> str:
    return _encode_base64(hmac.digest(secret, b"calendar " + said.encode(), hashlib.sha256)[:SIGNATURE_BYTES])
