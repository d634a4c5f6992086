"""Acknowledgement links: a signed token holds page, person, round and expiry, so nothing is stored."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.domain.errors import NotAllowed

TOKEN_LIFETIME = timedelta(hours=12)
"""A night; later the link shows who has the page."""
SIGNATURE_BYTES = 15
"""120 bits, since a text message is short."""


class AckToken(NamedTuple):
    """The content of a link with a valid signature."""

    page: str
    person: str
    until: datetime
    round: int = 1
    """The round of the page when it was sent: links of earlier rounds do not acknowledge."""


class InvalidTokenError(NotAllowed):
    """The signature is wrong."""

    def __init__(self) -> None:
        super().__init__("This link isn't valid. Open the page from Slack.")


def sign_ack_token(secret: bytes, page: str, person: str, until: datetime, page_round: int) -> str:
    said = f"{page}.{person}.{page_round}.{int(until.timestamp()):x}"
    return f"{said}.{_sign_ack(secret, said)}"


def verify_ack_token(secret: bytes, signed: str) -> AckToken:
    """Return the token. Raises `InvalidTokenError`. The caller checks the expiry: an old link still shows the page."""
    said, _, mac = signed.rpartition(".")
    if not signed.isascii() or not hmac.compare_digest(_sign_ack(secret, said), mac):
        raise InvalidTokenError
    page, person, *rounds, until = said.split(".")
    sent_in = int(rounds[0]) if rounds else 1  # the release before wrote none
    return AckToken(page, person, datetime.fromtimestamp(int(until, 16), UTC), sent_in)


def _sign_ack(secret: bytes, payload: str) -> str:
    found = hmac.digest(secret, b"acknowledge " + payload.encode(), hashlib.sha256)[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(found).decode()
