"""Why a calendar cannot be used."""

MAX_BYTES = 1_000_000
"""Bytes. Shifts of years are a tenth of that."""


class CalendarError(Exception):
    """Has the reason in words, without the address, which may be a secret."""


def build_size_error() -> CalendarError:
    return CalendarError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
