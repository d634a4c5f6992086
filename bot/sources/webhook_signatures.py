"""Verify the signature of a delivery over its raw bytes, in constant time."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from standardwebhooks import Webhook as Signer

from bot.config.secret_strength import LEAST, SIGNING_LEAST, is_long_enough, is_signing_secret
from bot.config.settings import build_hook_variable

TOLERANCE = 300
STANDARD_HEADERS = ("webhook", "svix")
"""Standard Webhooks began at Svix, whose senders still use its header names."""


class UnsignedError(Exception):
    """The request has no valid signature. The message says why."""


class SignatureVerifier(Protocol):
    def verify_headers(self, headers: Mapping[str, str], now: datetime) -> object:
        """Check before the body is read that there are signatures and a recent timestamp. Raises `UnsignedError`."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Verify the signature. Header names are in lower case. Raises `UnsignedError`."""


class SignatureOptions(BaseModel):
    """How the sender signs; part of `[sources.webhook.<name>]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: Literal["standard", "hmac"] = "standard"
    """standard: Standard Webhooks, also under Svix's names. hmac: one HMAC-SHA256 in a header, as below."""
    header: str = Field("", pattern=r"^[A-Za-z0-9-]{0,100}$")
    prefix: str = Field("", max_length=40)
    """What stands before the signature; where a header has several parts, those that begin so are signatures."""
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str = Field("", pattern=r"^[A-Za-z0-9-]{0,100}$")
    """When it was signed, in seconds since the epoch; empty: nothing says so, and only ids keep repetitions out."""
    timestamp_prefix: str = Field("", max_length=40)
    signed: str = Field("", max_length=100)
    """What is signed, with {body} and {timestamp} in it; empty: the body, after timestamp and dot if there is one."""
    tolerance: int = Field(TOLERANCE, ge=1, le=86_400)
    """Seconds between the timestamp and our clock."""

    @model_validator(mode="after")
    def _validate_options(self) -> Self:
        hmac_alone = self.model_fields_set & (SignatureOptions.model_fields.keys() - {"scheme", "tolerance"})
        if self.scheme == "standard" and hmac_alone:
            raise ValueError(f'{min(hmac_alone)} needs scheme = "hmac"')
        if self.scheme == "hmac" and not self.header:
            raise ValueError('scheme = "hmac" needs header, the name of the header with the signature')
        if self.signed and self.signed.count("{body}") != 1:
            raise ValueError("signed must have {body} in it, once")
        if "{timestamp}" in self.signed and not self.timestamp_header:
            raise ValueError("signed has {timestamp} in it, so timestamp_header must say where that is")
        if self.signed and self.timestamp_header and "{timestamp}" not in self.signed:
            raise ValueError("signed must have {timestamp} in it, because anybody can change a time that is not signed")
        return self


def build_verifier(options: SignatureOptions, name: str, secrets: str) -> SignatureVerifier:
    """Build the verifier for one or more secrets, separated by spaces. Raises `ValueError` if one is unusable."""
    found = secrets.split()
    if not found:
        unset = f'is not set, so the hook "{name}" would accept requests from anybody'
        raise ValueError(f"{build_hook_variable(name)}: {unset}")
    if options.scheme == "hmac":
        if not all(map(is_long_enough, found)):
            raise ValueError(f'a secret of the hook "{name}" has fewer than {LEAST} characters, and could be guessed')
        return HmacVerifier(options, [secret.encode() for secret in found])
    if not all(map(is_signing_secret, found)):
        raise ValueError(
            f'a secret of the hook "{name}" is not of the form whsec_<base64 of {SIGNING_LEAST} bytes or more>. '
            'Make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return StandardVerifier([Signer(secret) for secret in found], options.tolerance)


class StandardVerifier:
    """Compares the signatures that the library makes. Its own `verify` reads the machine's clock, and raises ValueError
    for a malformed header.
    """

    def __init__(self, signers: Sequence[Signer], tolerance: int) -> None:
        self._signers = signers
        self._tolerance = tolerance

    def verify_headers(self, headers: Mapping[str, str], now: datetime) -> tuple[str, datetime, str]:
        """Return the delivery's id, timestamp and signatures."""
        fields = ("id", "timestamp", "signature")
        given = [[headers.get(f"{name}-{field}", "") for field in fields] for name in STANDARD_HEADERS]
        whole = [parts for parts in given if all(parts)]
        if not whole:
            raise UnsignedError("webhook-id, webhook-timestamp and webhook-signature are needed")
        delivery, stamp, signature = whole[0]
        return delivery, _parse_timestamp(stamp, "webhook-timestamp", self._tolerance, now), signature

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        delivery, sent, signature = self.verify_headers(headers, now)
        try:
            data = body.decode()
            expected = [signer.sign(delivery, sent, data) for signer in self._signers]
        except UnicodeError:  # not UTF-8: neither JSON nor the specification allows that
            expected = []
        if not _has_match(expected, signature.split(" ")):
            raise UnsignedError("webhook-signature does not match")


class HmacVerifier:
    """One HMAC-SHA256 in a header, as GitHub, Meta, Shopify, Stripe and others sign, with options for each."""

    def __init__(self, options: SignatureOptions, keys: Sequence[bytes]) -> None:
        self._options = options
        self._keys = keys

    def verify_headers(self, headers: Mapping[str, str], now: datetime) -> tuple[list[str], str]:
        """Return the signatures, and the timestamp as it was sent."""
        options = self._options
        given = _split_signatures(headers.get(options.header.lower(), ""), options.prefix)
        if not given:
            if headers.get(options.header.lower()):
                raise UnsignedError(f'{options.header} has nothing in it that begins with "{options.prefix}"')
            raise UnsignedError(f"{options.header} is needed")
        stamp = ""
        if options.timestamp_header:
            stamps = _split_signatures(headers.get(options.timestamp_header.lower(), ""), options.timestamp_prefix)
            stamp = stamps[0] if stamps else ""
            _parse_timestamp(stamp, options.timestamp_header, options.tolerance, now)
        return given, stamp

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        options = self._options
        given, stamp = self.verify_headers(headers, now)
        before, after = self._build_affixes(stamp)
        digests = [hmac.new(key, before + body + after, hashlib.sha256).digest() for key in self._keys]
        if options.encoding == "hex":
            expected, given = [digest.hex() for digest in digests], [one.lower() for one in given]
        else:
            expected = [base64.b64encode(digest).decode() for digest in digests]
        if not _has_match(expected, given):
            raise UnsignedError(f"{options.header} does not match")

    def _build_affixes(self, stamp: str) -> tuple[bytes, bytes]:
        signed = self._options.signed or ("{timestamp}.{body}" if stamp else "{body}")
        before, _, after = signed.partition("{body}")
        return before.replace("{timestamp}", stamp).encode(), after.replace("{timestamp}", stamp).encode()


def _split_signatures(header: str, prefix: str) -> list[str]:
    """Return the parts of `t=1,v1=a,v1=b` that begin with the prefix (in any case), without it."""
    parts = [part.strip() for part in header.split(",")]
    return [part[len(prefix) :] for part in parts if part and part[: len(prefix)].lower() == prefix.lower()]


def _parse_timestamp(stamp: str, header: str, tolerance: int, now: datetime) -> datetime:
    """Parse epoch seconds. Raises `UnsignedError` if they are no number, or out of tolerance."""
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        raise UnsignedError(f"{header} is not a number of seconds")
    sent = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - sent) > timedelta(seconds=tolerance):
        raise UnsignedError(f"{header} is more than {_format_span(tolerance)} from Earshot's clock")
    return sent


def _format_span(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds % 60 == 0 and seconds > 60 else f"{seconds} seconds"


def _has_match(expected: Sequence[str], given: Sequence[str]) -> bool:
    """Compare every pair, without `any`, so that the time reveals nothing about the secrets."""
    pairs = [(one.encode(), other.encode("utf-8", "replace")) for one in expected for other in given]
    return sum(hmac.compare_digest(one, other) for one, other in pairs) > 0
