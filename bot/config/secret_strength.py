"""Minimum lengths of secrets: one that can be guessed lets anybody in."""

import base64
import binascii

SIGNING_LEAST = 24
"""Bytes, as Standard Webhooks requires."""
LEAST = 16
"""Characters of a secret in a provider's own format."""
PREFIX = "whsec_"


def is_signing_secret(secret: str) -> bool:
    """Whether it is `whsec_` and base64 of enough bytes, as in Standard Webhooks."""
    try:
        return (
            secret.startswith(PREFIX) and len(base64.b64decode(secret[len(PREFIX) :], validate=True)) >= SIGNING_LEAST
        )
    except binascii.Error:
        return False


def is_long_enough(secret: str) -> bool:
    return len(secret) >= LEAST
