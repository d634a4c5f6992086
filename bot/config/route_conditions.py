"""Parse what a route asks of the post itself: `rating = "<=2"`, `place = "Porto"`, `hour = "20-6"`."""

import math
import re
from typing import Any

from bot.config.field_types import ensure_list
from bot.config.playbook_errors import safe_repr
from bot.domain.business_hours import parse_days
from bot.domain.post_details import FIVE_STARS
from bot.domain.route_conditions import (
    ALL_HOURS,
    AccountCondition,
    AuthorCondition,
    NumberCondition,
    NumberRange,
    PhraseCondition,
    PostCondition,
    TimeCondition,
    compile_phrases,
    fold_author,
)
from bot.domain.text_normalization import is_findable

_NUMBER = r"(\d{1,12}(?:\.\d{1,6})?) ?([kKM]?)"
_COMPARISON = re.compile(rf"(<=|>=|<|>|=|) ?{_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER} ?- ?{_NUMBER}")
_FACTORS = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000}
_PHRASES_MOST = 500


CONDITION_KEYS = ("rating", "place", "words", "author", "followers", "verified", "bot", "weekday", "hour")


def parse_condition(key: str, value: Any, zone: str) -> PostCondition:
    """Parse one of the `CONDITION_KEYS` of `when` or `unless`. Raises ValueError with a sentence."""
    values = ensure_list(value)
    values = values if isinstance(values, list) else [values]
    if not values:
        raise ValueError("an empty list matches nothing. Leave the key out, or name a value")
    match key:
        case "rating":
            return NumberCondition(key=key, ranges=tuple(map(_parse_rating, values)))
        case "followers":
            return NumberCondition(key=key, ranges=tuple(map(_parse_followers, values)))
        case "place" | "words":
            return PhraseCondition(key=key, phrases=compile_phrases(tuple(map(_validate_phrase, _list_words(values)))))
        case "author":
            return AuthorCondition(authors=frozenset(map(_parse_author, _list_words(values))))
        case "weekday" | "hour":
            return _parse_time_condition(key, values, zone)
        case _:
            return AccountCondition(key=key, expected=_parse_yes_or_no(values))


def _parse_time_condition(key: str, values: list[Any], zone: str) -> TimeCondition:
    if key == "hour":
        return TimeCondition(zone=zone, hours=frozenset[int]().union(*map(_parse_hours, values)))
    return TimeCondition(zone=zone, days=frozenset[int]().union(*map(parse_days, _list_words(values))))


def _parse_rating(value: object) -> NumberRange:
    low, high = found = _parse_range(value, "<=2")
    if low > FIVE_STARS or high <= 0 or (high > FIVE_STARS and math.isfinite(high)):
        raise ValueError(f"{safe_repr(value)} is out of range. A rating is 1 to {FIVE_STARS} stars")
    return found


def _parse_followers(value: object) -> NumberRange:
    found = _parse_range(value, ">=10k")
    if found.low == found.high:
        raise ValueError(f"{safe_repr(value)} has no comparison. Write it like '>=10k' for at least 10,000")
    return found


def _parse_hours(value: object) -> set[int]:
    low, high = _parse_range(value, "9-17", can_wrap=True)
    found = {hour for hour in ALL_HOURS if low <= hour <= high or (high < low and not high < hour < low)}
    if not found or any(end > max(ALL_HOURS) and math.isfinite(end) for end in (low, high)):
        raise ValueError(f"{safe_repr(value)} is out of range. Hours run from 0 to 23")
    return found


def _parse_range(value: object, example: str, *, can_wrap: bool = False) -> NumberRange:
    """Parse `<=2`, `>=4`, `3`, `2-4`: both ends belong to the range."""
    text = str(value).strip() if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if found := _RANGE.fullmatch(text):
        low, high = _convert_number(*found.group(1, 2)), _convert_number(*found.group(3, 4))
        if low <= high or can_wrap:
            return NumberRange(low, high)
        raise ValueError(f"{safe_repr(value)} begins after its end")
    if not (found := _COMPARISON.fullmatch(text)):
        raise ValueError(
            f"{safe_repr(value)} is not a number or comparison. Write it like '{example}', or a range like '2-4'"
        )
    number = _convert_number(found[2], found[3])
    return {
        "<=": NumberRange(-math.inf, number),
        "<": NumberRange(-math.inf, math.nextafter(number, -math.inf)),
        ">=": NumberRange(number, math.inf),
        ">": NumberRange(math.nextafter(number, math.inf), math.inf),
    }.get(found[1], NumberRange(number, number))


def _convert_number(digits: str, unit: str) -> float:
    return float(digits) * _FACTORS[unit]


def _validate_phrase(word: str) -> str:
    if not is_findable(word):
        raise ValueError(f"{safe_repr(word)} has no letter, digit or emoji, so no post can match it")
    return word


def _parse_author(word: str) -> str:
    if not (name := fold_author(word.strip())):
        raise ValueError(f"{safe_repr(word)} is neither a handle nor an id")
    return name


def _parse_yes_or_no(values: list[Any]) -> bool:
    if len(values) != 1 or not isinstance(values[0], bool):
        raise ValueError("must be true or false, without quotes")
    return values[0]


def _list_words(values: list[Any]) -> tuple[str, ...]:
    words = tuple(value for value in values if isinstance(value, str))
    if len(words) < len(values):
        raise ValueError("must be a word in quotes, or a list of words")
    if len(words) > _PHRASES_MOST:
        raise ValueError(f"has more than {_PHRASES_MOST} words. Split them over several routes")
    return words
