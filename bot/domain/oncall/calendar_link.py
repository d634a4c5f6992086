"""The address of a calendar of ours: whose it is stands in it, signed, so that it cannot be guessed."""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

SIGNATURE_BYTES = 20
"""Bytes of the signature, 160 bits: such an address is good until it is taken back."""


class CalendarLink(NamedTuple):
    """`owner` is a person's Slack id, or the name of a schedule. `serial` goes up when its address is taken back."""

    owner: str
    serial: int


def sign_calendar_link(secret: bytes, link: CalendarLink) -> str:
    said = _encode_base64(f"{link.serial}.{link.owner}".encode())
    return f"{said}.{_sign_calendar(secret, said)}"


def verify_calendar_link(secret: bytes, signed: str) -> CalendarLink | None:
    """None for what we did not sign. Whether it was taken back, the asker has to look up."""
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
