"""Why a calendar cannot be used."""

MAX_BYTES = 1_000_000
"""Bytes. A team's shifts of years are a tenth of that."""


class CalendarError(Exception):
    """With the reason in words, in which no address stands: it may be a secret."""


def size_error() -> CalendarError:
    return CalendarError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
