"""JSON from outside becomes mentions here, or a sentence that says what is wrong with it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from pydantic import ValidationError

from bot.domain.mention import Mention

LINE_LIMIT = 1_000_000
"""Bytes of one line. The longest post of any outlet is a hundredth of it; more is a wrong file, not a mention."""

FORM_FIELDS = 20

BOM = b"\xef\xbb\xbf"

WORDS = {
    "missing": "is missing",
    "string_pattern_mismatch": 'is not of the form "source:id"',
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_type": "is not a string",
    "timezone_aware": "has no time zone",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "greater_than_equal": "is less than 0",
    "less_than_equal": "is more than anything is counted",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
    "tuple_type": "is not a list",
}
"""Pydantic's kinds of mistake that senders really make, as a person says them."""


@dataclass(frozen=True, slots=True)
class InvalidLine:
    """A line that is no mention, and why: `line 12: "created_at" is missing`. Holds none of the line's own words."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class InvalidMentionError(Exception):
    """What came in is not a mention, with the reason as a sentence without its subject."""


def parse_json(raw: bytes) -> Any:
    """JSON as Python has it. Bytes that are no UTF-8 become marks: one odd letter must not lose a complaint.

    A byte order mark, which programs on Windows put in front, is no part of it.
    """
    try:
        return json.loads(raw.removeprefix(BOM).decode("utf-8", "replace"), strict=False)
    except json.JSONDecodeError as wrong:
        raise InvalidMentionError(f"is not JSON ({wrong.msg.lower()} at character {wrong.pos + 1})") from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, nesting of thousands of brackets
        raise InvalidMentionError("is not JSON that anybody meant") from None


def extract_form_payload(raw: bytes) -> bytes:
    """The JSON of a form, as GitHub sends it unless it is told otherwise: `payload=<JSON>`."""
    try:
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), max_num_fields=FORM_FIELDS))
    except ValueError:
        form = {}
    if "payload" not in form:
        raise InvalidMentionError('is a form without "payload"; send JSON, or a form with the JSON in "payload"')
    return form["payload"].encode()


def validate_mention(value: Any, place: str = "") -> Mention:
    """`place` is where this stands in what was sent: `mentions[3]`."""
    if not isinstance(value, dict):
        raise InvalidMentionError(f'"{place}" is not an object' if place else "is not a JSON object")
    try:
        return Mention.model_validate(value)
    except ValidationError as wrong:
        raise InvalidMentionError(_describe_validation_error(wrong, place)) from None


def parse_mention_lines(stream: BinaryIO) -> Iterator[tuple[int, Mention | InvalidLine]]:
    """Every line that says something, with its number; blank ones are passed over and counted."""
    for number, raw in _iter_lines(stream):
        try:
            yield number, _parse_line(raw)
        except InvalidMentionError as why:
            yield number, InvalidLine(number, str(why))


def read_mentions(path: Path) -> Iterator[Mention | InvalidLine]:
    """The mentions of a JSON lines file, in its order; a line that is none is named and the rest is read."""
    with path.open("rb") as stream:
        for _, item in parse_mention_lines(stream):
            yield item


def _iter_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """A line that is too long comes as None, and is never held in memory as a whole."""
    number = 0
    while raw := stream.readline(LINE_LIMIT + 1):
        number += 1
        if len(raw) > LINE_LIMIT and not raw.endswith(b"\n"):
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LINE_LIMIT)
            yield number, None
            continue
        content = (raw.removeprefix(BOM) if number == 1 else raw).strip()
        if content:
            yield number, content


def _parse_line(raw: bytes | None) -> Mention:
    if raw is None:
        raise InvalidMentionError("is longer than 1 MB")
    return validate_mention(parse_json(raw))


def _describe_validation_error(wrong: ValidationError, place: str) -> str:
    """The first mistake is enough: the sender mends one at a time. Never repeats what was sent."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    field = place
    for step in first["loc"]:
        field += f"[{step}]" if isinstance(step, int) else f".{step}" if field else step
    said = WORDS.get(first["type"])
    if first["type"] == "value_error":  # a validator of ours, which speaks in sentences
        said = first["msg"].removeprefix("Value error, ")
    if said is None and first["type"].startswith(("datetime", "date_")):
        said = "is no time"
    said = said or f"is wrong ({first['msg'].lower()})"
    return f'"{field}" {said}' if field else said
