"""Combinators for the schema of Block Kit: each returns a check that yields faults."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.slack_sandbox.slack_errors import Json


@dataclass(frozen=True)
class BodyLocation:
    """A JSON pointer into the body, and its surface: message, modal or home."""

    pointer: str
    surface: str

    def enter_key(self, key: str | int) -> "BodyLocation":
        return replace(self, pointer=f"{self.pointer}/{key}")

    def format_fault(self, words: str) -> str:
        return f"[ERROR] {words} [json-pointer:{self.pointer}]"


Faults = Iterator[str]
Check = Callable[[Any, BodyLocation], Faults]
Rule = Callable[[Json, BodyLocation], Faults]


def check_text(most: int, least: int = 1) -> Check:
    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, str):
            yield at.format_fault("must provide a string")
        elif len(value) < least:
            yield at.format_fault(f"must be more than {least - 1} characters")
        elif len(value) > most:
            yield at.format_fault(f"must be less than {most + 1} characters")
        elif least and not value.strip():
            yield at.format_fault("must be more than blanks")

    return check


def check_flag(value: Any, at: BodyLocation) -> Faults:
    if not isinstance(value, bool):
        yield at.format_fault("must provide a boolean")


def check_int(least: int, most: int) -> Check:
    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, int) or isinstance(value, bool):
            yield at.format_fault("must provide an integer")
        elif not least <= value <= most:
            yield at.format_fault(f"must be between {least} and {most}")

    return check


def check_number(value: Any, at: BodyLocation) -> Faults:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield at.format_fault("must provide a number")


def check_enum(*allowed: str) -> Check:
    def check(value: Any, at: BodyLocation) -> Faults:
        if value not in allowed or not isinstance(value, str):
            yield at.format_fault(f"must be a valid enum value: {', '.join(allowed)}")

    return check


def check_pattern(pattern: str, meant: str) -> Check:
    shape = re.compile(pattern)

    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, str) or not shape.fullmatch(value):
            yield at.format_fault(f"must be {meant}")

    return check


def check_url(value: Any, at: BodyLocation) -> Faults:
    yield from check_text(3000)(value, at)
    if isinstance(value, str) and not re.match(r"(https?|mailto|slack|tel):", value):
        yield at.format_fault("invalid url")


def check_list(check_each: Check, least: int = 1, most: int = 100) -> Check:
    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, list):
            yield at.format_fault("must provide an array")
            return
        if len(value) < least:
            yield at.format_fault(f"no fewer than {least} items allowed")
        if len(value) > most:
            yield at.format_fault(f"no more than {most} items allowed")
        for index, each in enumerate(value):
            yield from check_each(each, at.enter_key(index))

    return check


def check_object(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Rule) -> Check:
    """Check an object with these keys and no others; `rules` check the whole object if its keys are valid."""
    known = {"type": _accept_anything, **required, **(optional or {})}

    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, dict):
            yield at.format_fault("must provide an object")
            return
        faults = [*_check_keys(value, at, required, known)]
        yield from faults
        if not faults:
            for rule in rules:
                yield from rule(value, at)

    return check


def _check_keys(value: Json, at: BodyLocation, required: Mapping[str, Check], known: Mapping[str, Check]) -> Faults:
    for key in required:
        if key not in value:
            yield at.format_fault(f"missing required field: {key}")
    for key, held in value.items():
        if key not in known:
            yield at.format_fault(f"invalid additional property: {key}")
        else:
            yield from known[key](held, at.enter_key(key))


def _accept_anything(_value: Any, _at: BodyLocation) -> Faults:
    yield from ()


def check_by_type(kinds: Mapping[str, Check]) -> Check:
    """Check an object by its `type`."""

    def check(value: Any, at: BodyLocation) -> Faults:
        if not isinstance(value, dict):
            yield at.format_fault("must provide an object")
        elif "type" not in value:
            yield at.format_fault("missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield at.enter_key("type").format_fault(f"unsupported type: {value['type']}")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def require_one_of(*keys: str, exactly: bool = True) -> Rule:
    def check(value: Json, at: BodyLocation) -> Faults:
        there = [key for key in keys if key in value]
        if not there:
            yield at.format_fault(f"missing required field: {' or '.join(keys)}")
        if exactly and len(there) > 1:
            yield at.format_fault(f"only one of these is allowed: {', '.join(keys)}")

    return check


def allow_only_on(surface: str, shape: Check) -> Check:
    def check(value: Any, at: BodyLocation) -> Faults:
        if at.surface != surface:
            yield at.enter_key("type").format_fault(f"unsupported type: {value['type']} (in a {at.surface})")
        else:
            yield from shape(value, at)

    return check
