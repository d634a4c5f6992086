"""Why a calendar cannot be used."""

MOST = 1_000_000
"""Bytes. A team's shifts of years are a tenth of that."""


class Broken(Exception):  # noqa: N818 - said as it is
    """With the reason in words, in which no address stands: it may be a secret."""


def too_large() -> Broken:
    return Broken(f"it is larger than {MOST // 1_000_000} MB")
