"""Links that acknowledge: who it is for, of which round and until when stand in it, signed, so nothing is kept."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.domain.errors import NotAllowed

TOKEN_LIFETIME = timedelta(hours=12)
"""A night: who finds the message in the morning is told that it is too old, and who has the page."""
SIGNATURE_BYTES = 15
"""Bytes of the signature, 120 bits: a text message has little room."""


class AckToken(NamedTuple):
    """What a link says, once its signature was found good."""

    page: str
    person: str
    until: datetime
    round: int = 1
    """Of the page when it was sent: once a page that was answered calls again, what was sent before is no good."""


class InvalidTokenError(NotAllowed):
    """Nothing in it is to be believed."""

    def __init__(self) -> None:
        super().__init__("This link is not one of ours, or it was changed on its way. Open the page from Slack.")


def sign_ack_token(secret: bytes, page: str, person: str, until: datetime, page_round: int) -> str:
    said = f"{page}.{person}.{page_round}.{int(until.timestamp()):x}"
    return f"{said}.{_sign_ack(secret, said)}"


def verify_ack_token(secret: bytes, signed: str) -> AckToken:
    """Raises `InvalidTokenError`. Whether it is too old is the asker's to see: the page behind it may be shown all
    the same.
    """
    said, _, mac = signed.rpartition(".")
    if not signed.isascii() or not hmac.compare_digest(_sign_ack(secret, said), mac):
        raise InvalidTokenError
    page, person, *rounds, until = said.split(".")
    sent_in = int(rounds[0]) if rounds else 1  # the release before this one wrote none
    return AckToken(page, person, datetime.fromtimestamp(int(until, 16), UTC), sent_in)


def _sign_ack(secret: bytes, payload: str) -> str:
    found = hmac.digest(secret, b"acknowledge " + payload.encode(), hashlib.sha256)[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(found).decode()
