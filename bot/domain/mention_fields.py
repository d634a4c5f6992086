"""Validators of what outlets send: cut to limits, and cleaned of what cannot be stored or shown."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

MAX_TEXT_LENGTH = 10_000
"""Characters of a post that are kept: a bound for cards and detectors."""
MAX_NAME_LENGTH = 300
MAX_COUNT = 10**10
"""More followers than there are people: greater numbers are cut to this."""


def sanitize_value(value: Any) -> Any:
    """Replace what UTF-8, Redis and Slack cannot carry in a string: lone surrogates and NUL."""
    if isinstance(value, str):
        if not value.isascii():  # two halves of a letter are joined, one alone is replaced
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return value


def _sanitize_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else sanitize_value(value)


def truncate_to(most: int) -> Callable[[Any], Any]:
    """Return a validator that truncates longer strings and ends them with an ellipsis."""

    def truncate_value(value: Any) -> Any:
        value = _sanitize_text(value)
        return f"{value[: most - 1]}…" if isinstance(value, str) and len(value) > most else value

    return truncate_value


def truncate_text(value: Any) -> Any:
    value = sanitize_value(value)
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        return value[: MAX_TEXT_LENGTH - 1] + "…"
    return value


def normalize_spaces(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _parse_time(value: Any) -> Any:
    """Convert a time to UTC; one without a zone is taken as UTC, as outlets mean it. Raises ValueError."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:  # pydantic would let it through, and nobody below expects it
            raise ValueError("is before the year 1 or after 9999 in UTC") from None
    return value


def drop_insecure_link(value: Any) -> Any:
    """Return '' for what is no https address: a link is not worth refusing a post."""
    value = sanitize_value(value)
    return value if isinstance(value, str) and _LINK.fullmatch(value) else ""


def replace_invalid(default: Any) -> WrapValidator:
    """Return a validator that keeps the default for what is invalid: such a field is not worth refusing a post."""

    def validate_value(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(value)
        except ValidationError:
            return default

    return WrapValidator(validate_value)


def clamp_count(value: Any) -> Any:
    return min(value, MAX_COUNT) if isinstance(value, int) else value


_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?/[!-~]{0,1000}")
CleanText = Annotated[str, BeforeValidator(_sanitize_text)]
BoundedCount = Annotated[int, Field(ge=0, le=MAX_COUNT)]
UtcTime = Annotated[AwareDatetime, BeforeValidator(_parse_time)]
OptionalText = Annotated[str, BeforeValidator(truncate_to(MAX_NAME_LENGTH)), replace_invalid("")]
OptionalCount = Annotated[int | None, Field(ge=0), BeforeValidator(clamp_count), replace_invalid(None)]
