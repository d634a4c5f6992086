"""Types of playbook fields, each with its parser or validator."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.config.playbook_errors import did_you_mean, safe_repr
from bot.domain.business_hours import HoursWindow, parse_window
from bot.domain.languages import get_primary_language
from bot.domain.routing import NOBODY
from bot.domain.text_normalization import is_findable

LONGEST = timedelta(days=365)
SHORTEST_EXPIRY = timedelta(days=7)
LONGEST_FOLLOW_UP = timedelta(days=60)
"""A resolved case is kept for 90 days."""
LONGEST_ANSWERED = timedelta(days=30)
NEVER = "never"
NAME_LENGTH = 60
"""Names appear on buttons and in options, which Slack limits to 75."""

_SPAN = re.compile(r"^(?:(?P<d>\d{1,6})d)?(?:(?P<h>\d{1,6})h)?(?:(?P<m>\d{1,6})m)?(?:(?P<s>\d{1,6})s)?$")
_ENV = re.compile(r"^env:EARSHOT_CONTACT_[A-Z0-9_]{1,60}$")
_OR = "or name a variable that holds it, like 'env:EARSHOT_CONTACT_…'"
SOURCE_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_COPY_PERSON = "In Slack, open the person's profile, press the three dots and choose 'Copy member ID' (U…)"
_COPY_GROUP = "The id of a user group (S…) is at the end of its address in Slack on the web"
_COPY_CHANNEL = "In Slack, press the channel's name. The id (C…) is at the end of the tab 'About'"

T = TypeVar("T")
Raw = Mapping[str, Any]
"""A table of the file, before validation."""


class PlaybookTable(BaseModel):
    """Base of all tables. An unknown key is an error, because it is probably misspelt."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


def _parse_span(value: object) -> timedelta:
    if isinstance(value, int | float):
        raise ValueError(f"{safe_repr(value)} has no unit. Write it like '15m', '4h' or '1h30m'")  # noqa: TRY004 - pydantic reports ValueError
    found = _SPAN.match(str(value).replace(" ", ""))
    if not found or not any(found.groupdict().values()):
        raise ValueError(f"{safe_repr(value)} is not a duration. Write it like '90s', '15m', '4h', '2d' or '1h30m'")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _parse_duration(value: object) -> timedelta:
    span = _parse_span(value)
    if not timedelta() < span <= LONGEST:
        raise ValueError(
            f"{safe_repr(value)} is out of range. Use '1s' to '365d', or leave the key out for no time limit"
        )
    return span


def _parse_follow_up_delay(value: object) -> timedelta:
    """Parse a duration; zero for `never`."""
    delay = timedelta() if value == NEVER else _parse_duration(value)
    if delay > LONGEST_FOLLOW_UP:
        raise ValueError(f"{safe_repr(value)} is out of range. Use '1s' to '60d', or '{NEVER}'")
    return delay


def _parse_expiry(value: object) -> timedelta:
    """Parse a number of days; zero for `never`."""
    span = timedelta() if value == NEVER else _parse_duration(value)
    if timedelta() < span < SHORTEST_EXPIRY:
        raise ValueError(f"{safe_repr(value)} is out of range. Use '7d' to '365d', or '{NEVER}'")
    return span


def _parse_answered_within(value: object) -> timedelta:
    span = _parse_span(value)
    if span > LONGEST_ANSWERED:
        raise ValueError(f"{safe_repr(value)} is out of range. Use '1s' to '30d', or '0h' to turn it off")
    return span


def _validate_channel(value: str) -> str:
    if value.startswith("#"):
        raise ValueError(f"{safe_repr(value)} is a channel's name, and names change. Use its id. {_COPY_CHANNEL}")
    if not re.fullmatch(r"[CG][A-Z0-9]{2,30}", value):
        raise ValueError(f"{safe_repr(value)} is not a channel id. {_COPY_CHANNEL}")
    return value


def validate_person(value: str) -> str:
    if re.fullmatch(r"S[A-Z0-9]{2,30}", value):
        raise ValueError(f"{safe_repr(value)} is a user group, and Earshot calls people one by one. Name people (U…)")
    if not re.fullmatch(r"[UW][A-Z0-9]{2,30}", value):
        raise ValueError(f"{safe_repr(value)} is not a person's id. {_COPY_PERSON}")
    return value


def _validate_person_or_group(value: str) -> str:
    if not re.fullmatch(r"[UWS][A-Z0-9]{2,30}", value):
        raise ValueError(
            f"{safe_repr(value)} is neither a person's nor a user group's id. {_COPY_PERSON}. {_COPY_GROUP}"
        )
    return value


@cache
def _list_time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _validate_time_zone(value: str) -> str:
    if value not in _list_time_zones():
        raise ValueError(
            f"{safe_repr(value)} is not a time "
            f"zone{did_you_mean(value, _list_time_zones()) or '. Use one like Europe/Lisbon or UTC'}"
        )
    return value


def normalize_language(value: str) -> str:
    """Return the code used for routing: `he` for `iw`, `zh` for `zh-Hans`. Raises ValueError if it is none."""
    code = get_primary_language(value)
    if not code:
        raise ValueError(f"{safe_repr(value)} is not a language code. Use two letters, like 'en' or 'pt'")
    return code


def _validate_name(value: str) -> str:
    if not value.isprintable():
        raise ValueError(f"{safe_repr(value)} has characters that cannot be shown")
    return value


def _validate_brand_id(value: str) -> str:
    if not SOURCE_NAME.match(value):
        raise ValueError(
            f'{safe_repr(value)} is not a valid id. Use a-z, 0-9 and dashes, up to 40, such as "northwind-air"'
        )
    return value


def _validate_team(value: str) -> str:
    if not re.fullmatch(r"[TE][A-Z0-9]{2,30}", value):
        raise ValueError(
            f"{safe_repr(value)} is not a workspace's id, T…, nor that of an organisation on Enterprise Grid, E…. "
            "It is in the address of Slack in a browser: app.slack.com/client/T…"
        )
    return value


def _validate_term(value: str) -> str:
    if not is_findable(value):
        raise ValueError(f"{safe_repr(value)} has no letter, digit or emoji, so no post can match it")
    return value


def _validate_account(value: str) -> str:
    source = "[a-z0-9][a-z0-9-]{0,39}:"
    if not re.fullmatch(rf"{source}did:[a-z]+:\S{{1,200}}|(?:{source})?@?[^\s:@][^\s:]{{0,199}}", value):
        raise ValueError(
            f"{safe_repr(value)} is not an account. Write the source and the handle, like 'x:@ana', "
            "'bluesky:ana.example' or 'mastodon:@ana@social.example'"
        )
    return value


def _validate_department_name(value: str) -> str:
    if value.casefold() == NOBODY:
        raise ValueError(f"'{NOBODY}' is reserved for mentions that no department needs to see. Use another name")
    if value.startswith(("@", "#")):
        what = "person" if value.startswith("@") else "channel"
        raise ValueError(f"{safe_repr(value)} looks like a {what}. A department's name begins with a letter")
    return value


def _normalize_phone(value: str) -> str:
    if value and not re.fullmatch(r"\+[1-9][0-9]{6,14}", re.sub(r"[ ().-]", "", value)) and not _ENV.match(value):
        raise ValueError(
            f"{safe_repr(value)} is not a phone number. Write it with its country code, like '+351 912 345 678', {_OR}"
        )
    return value if _ENV.match(value) else re.sub(r"[ ().-]", "", value)


def _validate_ntfy_topic(value: str) -> str:
    if value and not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", value) and not _ENV.match(value):
        raise ValueError(
            f"{safe_repr(value)} is not a valid ntfy topic. Use letters, digits, '-' and '_', up to 64, {_OR}"
        )
    return value


def _parse_hours_window(value: object) -> HoursWindow:
    if not isinstance(value, str):
        raise ValueError("must be a word in quotes, like 'Mon-Fri 08:00-20:00'")  # noqa: TRY004 - see above
    return parse_window(value)


def require_one_of(*known: str) -> Callable[[str], str]:
    """Return a validator that accepts only these words."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"{safe_repr(value)} is not a known value{did_you_mean(value, known)}")
        return value

    return check


def ensure_list(value: Any) -> Any:
    """Wrap a single word in a list."""
    return [value] if isinstance(value, str) else value


def list_tables(raw: Raw, key: str) -> list[tuple[int, Raw]]:
    """List the tables under a key with their index, without invalid entries."""
    entries = raw.get(key)
    if not isinstance(entries, list):
        return []
    return [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, dict)]


def _require_not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("is empty. Name at least one")
    return value


Duration = Annotated[timedelta, BeforeValidator(_parse_duration)]
FollowUpDelay = Annotated[timedelta, BeforeValidator(_parse_follow_up_delay)]
Expiry = Annotated[timedelta, BeforeValidator(_parse_expiry)]
AnsweredWithin = Annotated[timedelta, BeforeValidator(_parse_answered_within)]
Phone = Annotated[str, AfterValidator(_normalize_phone)]
Topic = Annotated[str, AfterValidator(_validate_ntfy_topic)]
Channel = Annotated[str, AfterValidator(_validate_channel)]
Person = Annotated[str, AfterValidator(validate_person)]
People = Annotated[str, AfterValidator(_validate_person_or_group)]
Zone = Annotated[str, AfterValidator(_validate_time_zone)]
Language = Annotated[str, AfterValidator(normalize_language)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_validate_name)]
BrandId = Annotated[str, AfterValidator(_validate_brand_id)]
Team = Annotated[str, AfterValidator(_validate_team)]
DepartmentName = Annotated[Name, AfterValidator(_validate_department_name)]
Account = Annotated[str, AfterValidator(_validate_account)]
Hour = Annotated[HoursWindow, BeforeValidator(_parse_hours_window)]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Term = Annotated[Word, AfterValidator(_validate_term)]
Many = Annotated[tuple[T, ...], BeforeValidator(ensure_list)]
Some = Annotated[tuple[T, ...], AfterValidator(_require_not_empty)]
"""At least one. (pydantic's own min_length does not count invalid items.)"""
