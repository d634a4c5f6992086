"""The small language in which the shapes of Block Kit are written down."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.errors import Json


@dataclass(frozen=True)
class At:
    """Where in the body we are, and for which surface: message, modal or home."""

    pointer: str
    surface: str

    def under(self, key: str | int) -> "At":
        return replace(self, pointer=f"{self.pointer}/{key}")

    def fault(self, words: str) -> str:
        return f"[ERROR] {words} [json-pointer:{self.pointer}]"


Faults = Iterator[str]
Check = Callable[[Any, At], Faults]
Rule = Callable[[Json, At], Faults]


def text(most: int, least: int = 1) -> Check:
    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, str):
            yield at.fault("must provide a string")
        elif len(value) < least:
            yield at.fault(f"must be more than {least - 1} characters")
        elif len(value) > most:
            yield at.fault(f"must be less than {most + 1} characters")
        elif least and not value.strip():
            yield at.fault("must be more than blanks")

    return check


def flag(value: Any, at: At) -> Faults:
    if not isinstance(value, bool):
        yield at.fault("must provide a boolean")


def whole(least: int, most: int) -> Check:
    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, int) or isinstance(value, bool):
            yield at.fault("must provide an integer")
        elif not least <= value <= most:
            yield at.fault(f"must be between {least} and {most}")

    return check


def number(value: Any, at: At) -> Faults:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield at.fault("must provide a number")


def word(*allowed: str) -> Check:
    def check(value: Any, at: At) -> Faults:
        if value not in allowed or not isinstance(value, str):
            yield at.fault(f"must be a valid enum value: {', '.join(allowed)}")

    return check


def matching(pattern: str, meant: str) -> Check:
    shape = re.compile(pattern)

    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, str) or not shape.fullmatch(value):
            yield at.fault(f"must be {meant}")

    return check


def url(value: Any, at: At) -> Faults:
    yield from text(3000)(value, at)
    if isinstance(value, str) and not re.match(r"(https?|mailto|slack|tel):", value):
        yield at.fault("invalid url")


def listed(check_each: Check, least: int = 1, most: int = 100) -> Check:
    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, list):
            yield at.fault("must provide an array")
            return
        if len(value) < least:
            yield at.fault(f"no fewer than {least} items allowed")
        if len(value) > most:
            yield at.fault(f"no more than {most} items allowed")
        for index, each in enumerate(value):
            yield from check_each(each, at.under(index))

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Rule) -> Check:
    """An object with these keys and no others. `rules` look at the whole of it, once its keys are right."""
    known = {"type": _anything, **required, **(optional or {})}

    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, dict):
            yield at.fault("must provide an object")
            return
        faults = [*_keys(value, at, required, known)]
        yield from faults
        if not faults:
            for rule in rules:
                yield from rule(value, at)

    return check


def _keys(value: Json, at: At, required: Mapping[str, Check], known: Mapping[str, Check]) -> Faults:
    for key in required:
        if key not in value:
            yield at.fault(f"missing required field: {key}")
    for key, held in value.items():
        if key not in known:
            yield at.fault(f"invalid additional property: {key}")
        else:
            yield from known[key](held, at.under(key))


def _anything(_value: Any, _at: At) -> Faults:
    yield from ()


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says what it is."""

    def check(value: Any, at: At) -> Faults:
        if not isinstance(value, dict):
            yield at.fault("must provide an object")
        elif "type" not in value:
            yield at.fault("missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield at.under("type").fault(f"unsupported type: {value['type']}")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def one_of(*keys: str, exactly: bool = True) -> Rule:
    def check(value: Json, at: At) -> Faults:
        there = [key for key in keys if key in value]
        if not there:
            yield at.fault(f"missing required field: {' or '.join(keys)}")
        if exactly and len(there) > 1:
            yield at.fault(f"only one of these is allowed: {', '.join(keys)}")

    return check


def only_on(*surfaces: str, shape: Check) -> Check:
    def check(value: Any, at: At) -> Faults:
        if at.surface not in surfaces:
            yield at.under("type").fault(f"unsupported type: {value['type']} (in a {at.surface})")
        else:
            yield from shape(value, at)

    return check
