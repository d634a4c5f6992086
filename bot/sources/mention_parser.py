"""Parse and validate mentions from outside as JSON; errors are sentences for the sender."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from pydantic import ValidationError

from bot.domain.mention import Mention

LINE_LIMIT = 1_000_000
"""Bytes of one line: a hundred times the longest post of any outlet."""
FORM_FIELDS = 20
OWN_SOURCE = re.compile(r"[a-z][a-z0-9_-]*:(?!//)\S")
"""An id that names its source, `reddit:t3_x`, unlike `17` or `https://forum.example/17`."""
BOM = b"\xef\xbb\xbf"
ERROR_TEXTS = {
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
    "less_than_equal": "is too large",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
    "tuple_type": "is not a list",
}
"""Texts for the validation errors of pydantic that senders really cause."""


@dataclass(frozen=True, slots=True)
class InvalidLine:
    """A line that is no mention, and why: `line 12: "created_at" is missing`. Repeats no text of the line."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class InvalidMentionError(Exception):
    """The input is not a mention. The message is a sentence without its subject."""


def parse_json(raw: bytes) -> Any:
    """Parse JSON, without a byte order mark. Bytes that are not UTF-8 are replaced instead of losing the mention.

    Raises `InvalidMentionError`.
    """
    try:
        return json.loads(raw.removeprefix(BOM).decode("utf-8", "replace"), strict=False)
    except json.JSONDecodeError as wrong:
        raise InvalidMentionError(f"is not JSON ({wrong.msg.lower()} at character {wrong.pos + 1})") from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, nesting of thousands of brackets
        raise InvalidMentionError("is JSON that cannot be read") from None


def extract_form_payload(raw: bytes) -> bytes:
    """Return the JSON of a form with `payload=<JSON>`, the default of GitHub. Raises `InvalidMentionError`."""
    try:
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), max_num_fields=FORM_FIELDS))
    except ValueError:
        form = {}
    if "payload" not in form:
        raise InvalidMentionError('is a form without "payload". Send JSON, or a form with the JSON in "payload"')
    return form["payload"].encode()


def fill_source(item: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a mention with this source if neither it nor its id names one."""
    native = item.get("id")
    named = item.get("source") is not None or (isinstance(native, str) and OWN_SOURCE.match(native))
    return dict(item) if named else {**item, "source": source}


def validate_mention(value: Any, place: str = "") -> Mention:
    """Validate one mention; `place` is its path in the body, such as `mentions[3]`. Raises `InvalidMentionError`."""
    if not isinstance(value, dict):
        raise InvalidMentionError(f'"{place}" is not an object' if place else "is not a JSON object")
    try:
        return Mention.model_validate(value)
    except ValidationError as wrong:
        raise InvalidMentionError(_describe_validation_error(wrong, place)) from None


def parse_mention_lines(stream: BinaryIO) -> Iterator[tuple[int, Mention | InvalidLine]]:
    """Yield each line that is not blank, parsed, with its number."""
    for number, raw in _iter_lines(stream):
        try:
            yield number, _parse_line(raw)
        except InvalidMentionError as why:
            yield number, InvalidLine(number, str(why))


def read_mentions(path: Path) -> Iterator[Mention | InvalidLine]:
    """Yield the mentions of a JSON lines file in order, and an `InvalidLine` for each line that is none."""
    with path.open("rb") as stream:
        for _, item in parse_mention_lines(stream):
            yield item


def _iter_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield lines with their numbers; one that is too long is None, and never in memory as a whole."""
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
    """Describe the first error, by field, without repeating any input."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    field = place
    for step in first["loc"]:
        field += f"[{step}]" if isinstance(step, int) else f".{step}" if field else step
    text = ERROR_TEXTS.get(first["type"])
    if first["type"] == "value_error":  # a validator of our own, with a sentence
        text = first["msg"].removeprefix("Value error, ")
    if text is None and first["type"].startswith(("datetime", "date_")):
        text = "is not a time"
    text = text or f"is wrong ({first['msg'].lower()})"
    return f'"{field}" {text}' if field else text
