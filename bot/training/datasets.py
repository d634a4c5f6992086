"""Labelled files as people have them: sentiment rows, intent rows, gold by id beside mentions, and corrections."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.mention import Mention
from bot.training.corpus import HEAD_OF, HEADS, NOT_OURS, SENTIMENTS

SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Of a text that has none. Nothing that is measured here depends on it."""

BY_RULES = ("crisis", "spam")
"""Told by rules: measured, and not learned."""
MEASURED = (*HEADS, *BY_RULES)

NONE_KNOWN = (
    "There is no label in these files that Earshot knows. "
    f'It knows {{"text", "label"}} with {", ".join(SENTIMENTS)}; {{"text", "head", "y"}} with {", ".join(MEASURED)}; '
    "and corrections of sentiment or intent."
)


class DatasetError(Exception):
    """A labelled file cannot be used; the sentence says where and why."""


class LabelledMention(NamedTuple):
    mention: Mention
    sentiment: str = ""
    heads: Mapping[str, bool] = {}
    source: str = ""
    """Which set annotated it: a head is only measured on the posts of a set that has it."""


def load_labelled(files: Iterable[Path], mentions: Path | None = None) -> list[LabelledMention]:
    """Raises Unreadable, with file and line."""
    by_id = {str(row.get("id", "")): row for _, row in _read_rows(mentions)} if mentions else {}
    found = [parse_labelled_row(row, by_id, at) for file in files for at, row in _read_rows(file)]
    return [one for one in found if one.sentiment or one.heads]


def load_unlabelled(file: Path) -> list[LabelledMention]:
    """Posts of which nobody has said anything. Raises Unreadable, with file and line."""
    return [LabelledMention(_parse_mention(row, {}, at)) for at, row in _read_rows(file)]


def _read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}: line {number}", _parse_object(line, f"{path}: line {number}")
    except OSError as no:
        raise DatasetError(f"{path}: cannot be read: {no.strerror}") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8; save it as UTF-8") from None


def _parse_object(line: str, at: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise DatasetError(f"{at}: is no JSON; each line is one JSON object") from None
    if not isinstance(row, dict):
        raise DatasetError(f"{at}: is no JSON object, which a row has to be")
    return row


def parse_labelled_row(row: Mapping[str, Any], by_id: Mapping[str, Any], at: str) -> LabelledMention:
    """`at` is its place, for who has to mend it. Raises Unreadable."""
    if isinstance(row.get("correction"), dict):
        return _parse_correction(row, at)
    said, source = str(row.get("head", "")), str(row.get("src", ""))
    head = HEAD_OF.get(said, said)
    heads = {head: _parse_yes_no(row.get("y"), at)} if head in MEASURED and (source, said) not in NOT_OURS else {}
    return LabelledMention(_parse_mention(row, by_id, at), _parse_sentiment(row, at), heads, source)


def _parse_sentiment(row: Mapping[str, Any], at: str) -> str:
    """Empty where nobody has said."""
    said = row.get("sentiment") if row.get("label") is None else row["label"]
    if said is None or said == "":
        return ""
    if said not in SENTIMENTS:
        raise DatasetError(f"{at}: {str(said)[:20]!r} is no sentiment; they are {', '.join(SENTIMENTS)}")
    return str(said)


def _parse_yes_no(said: object, at: str) -> bool:
    """Any word would be a yes, a "no" as well."""
    if said not in (0, 1):
        raise DatasetError(f'{at}: "y" is neither 1 nor 0, so it says neither yes nor no')
    return bool(said)


def _parse_correction(row: Mapping[str, Any], at: str) -> LabelledMention:
    """What a colleague said of a card. What is about spam or the subject teaches the rules, not the model."""
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
    whole = row.get("mention") or by_id.get(str(row.get("id", ""))) or row
    if isinstance(whole, str):
        whole = {"text": whole}
    if not isinstance(whole, dict):
        raise DatasetError(f"{at}: its mention is neither an object nor a text")
    if not isinstance(whole.get("text"), str):
        raise DatasetError(
            f"{at}: has no text, and no mention of its id is at hand; `earshot evaluate` takes them with --mentions"
        )
    if not ({"id", "created_at"} <= whole.keys() and ":" in str(whole["id"])):
        whole = {"text": whole["text"], "created_at": SOME_TIME, "id": f"labelled:{at.rsplit(' ', 1)[-1]}"}
    try:
        return Mention.model_validate(whole)
    except ValueError:
        raise DatasetError(f"{at}: is no mention") from None
