"""Read labelled files of users: sentiment rows, intent rows, labels by id beside mentions, and corrections."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.mention import Mention
from bot.training.corpus import HEAD_OF, INTENTS, SENTIMENTS

DEFAULT_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of a text without one. No figure depends on it."""

NOT_FINE_TUNED = ("crisis", "spam")
"""Measured, and not changed by training on posts of users."""
MEASURED = (*INTENTS, *NOT_FINE_TUNED)

NONE_KNOWN = (
    "There is no label in these files that Earshot knows. "
    f'It knows {{"text", "label"}} with {", ".join(SENTIMENTS)}, {{"text", "head", "y"}} with {", ".join(MEASURED)}, '
    "and corrections of sentiment or intent."
)


class DatasetError(Exception):
    """A labelled file cannot be used; the message says where and why."""


class LabelledMention(NamedTuple):
    mention: Mention
    sentiment: str = ""
    heads: Mapping[str, bool] = {}
    source: str = ""
    """The set that labelled it: a head is only measured on sets that have it."""


def load_labelled(files: Iterable[Path], mentions: Path | None = None) -> list[LabelledMention]:
    """Load all rows with a label. Raise `DatasetError`, with file and line."""
    by_id = {str(row.get("id", "")): row for _, row in _read_rows(mentions)} if mentions else {}
    found = [parse_labelled_row(row, by_id, at) for file in files for at, row in _read_rows(file)]
    return [mention for mention in found if mention.sentiment or mention.heads]


def load_unlabelled(file: Path) -> list[LabelledMention]:
    """Load posts without labels. Raise `DatasetError`, with file and line."""
    return [LabelledMention(_parse_mention(row, {}, at)) for at, row in _read_rows(file)]


def _read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}: line {number}", _parse_object(line, f"{path}: line {number}")
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8. Save it as UTF-8") from None


def _parse_object(line: str, at: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise DatasetError(f"{at}: is not JSON. Each line is one JSON object") from None
    if not isinstance(row, dict):
        raise DatasetError(f"{at}: is not a JSON object")
    return row


def parse_labelled_row(row: Mapping[str, Any], by_id: Mapping[str, Any], at: str) -> LabelledMention:
    """Parse a row. `at`: its file and line, for the message of `DatasetError`."""
    if isinstance(row.get("correction"), dict):
        return _parse_correction(row, at)
    name, source = str(row.get("head", "")), str(row.get("src", ""))
    head = HEAD_OF.get(name, name)
    heads = {head: _parse_yes_no(row.get("y"), at)} if head in MEASURED else {}
    return LabelledMention(_parse_mention(row, by_id, at), _parse_sentiment(row, at), heads, source)


def _parse_sentiment(row: Mapping[str, Any], at: str) -> str:
    """Return the sentiment, or an empty string if the row has none."""
    label = row.get("sentiment") if row.get("label") is None else row["label"]
    if label is None or label == "":
        return ""
    if label not in SENTIMENTS:
        raise DatasetError(f"{at}: {str(label)[:20]!r} is not a sentiment. Use {', '.join(SENTIMENTS)}")
    return str(label)


def _parse_yes_no(value: object, at: str) -> bool:
    """Return True for 1, False for 0. Words are refused: "no" would be a yes."""
    if value not in (0, 1):
        raise DatasetError(f'{at}: "y" must be 1 or 0')
    return bool(value)


def _parse_correction(row: Mapping[str, Any], at: str) -> LabelledMention:
    """Parse a correction. Those of spam or the subject teach the rules, not the model."""
    correction = row["correction"]
    kind, was, now = (str(correction.get(key, "")) for key in ("kind", "was", "is"))
    mention = _parse_mention(row, {}, at)
    if kind == "sentiment" and now in SENTIMENTS and now != was:
        return LabelledMention(mention, now, source="corrections")
    if kind == "intent" and now != was:
        heads = {was: False} if was in MEASURED else {}
        return LabelledMention(mention, heads=heads | ({now: True} if now in MEASURED else {}), source="corrections")
    return LabelledMention(mention)


def _parse_mention(row: Mapping[str, Any], by_id: Mapping[str, Any], at: str) -> Mention:
    value = row.get("mention") or by_id.get(str(row.get("id", ""))) or row
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        raise DatasetError(f"{at}: its mention is neither an object nor a text")
    if not isinstance(value.get("text"), str):
        hint = "no mention has its id. Give the mentions to `earshot evaluate` with --mentions"
        raise DatasetError(f"{at}: has no text, and {hint}")
    if not ({"id", "created_at"} <= value.keys() and ":" in str(value["id"])):
        value = {"text": value["text"], "created_at": DEFAULT_TIME, "id": f"labelled:{at.rsplit(' ', 1)[-1]}"}
    try:
        return Mention.model_validate(value)
    except ValueError:
        raise DatasetError(f"{at}: is not a mention") from None
