"""The address of a calendar of ours: whose it is stands in it, signed, so that it cannot be guessed."""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

MAC = 20
"""Bytes of the signature, 160 bits: such an address is good until it is taken back."""


class Feed(NamedTuple):
    """`whose` is a person's Slack id, or the name of a schedule. `serial` goes up when its address is taken back."""

    whose: str
    serial: int


def token(secret: bytes, feed: Feed) -> str:
    said = _letters(f"{feed.serial}.{feed.whose}".encode())
    return f"{said}.{_mac(secret, said)}"


def read(secret: bytes, written: str) -> Feed | None:
    """None for what we did not sign. Whether it was taken back, the asker has to look up."""
    said, _, mac = written.rpartition(".")
    if not written.isascii() or not hmac.compare_digest(_mac(secret, said), mac):
        return None
    try:
        serial, _, whose = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(".")
        return Feed(whose, int(serial))
    except (ValueError, binascii.Error):  # of another version of ours
        return None


def _letters(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def _mac(secret: bytes, said: str) -> str:
    return _letters(hmac.digest(secret, b"calendar " + said.encode(), hashlib.sha256)[:MAC])
