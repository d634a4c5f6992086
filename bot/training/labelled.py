"""Labelled files as people have them: sentiment rows, intent rows, gold by id beside mentions, and corrections."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.mention import Mention
from bot.training.sets import HEAD_OF, HEADS, NOT_OURS, SENTIMENTS

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


class Unreadable(Exception):  # noqa: N818  (said to a person)
    """A labelled file cannot be used; the sentence says where and why."""


class Labelled(NamedTuple):
    mention: Mention
    sentiment: str = ""
    heads: Mapping[str, bool] = {}
    source: str = ""
    """Which set annotated it: a head is only measured on the posts of a set that has it."""


def labelled(files: Iterable[Path], mentions: Path | None = None) -> list[Labelled]:
    """Raises Unreadable, with file and line."""
    by_id = {str(row.get("id", "")): row for _, row in _rows(mentions)} if mentions else {}
    found = [labelled_row(row, by_id, at) for file in files for at, row in _rows(file)]
    return [one for one in found if one.sentiment or one.heads]


def ordinary(file: Path) -> list[Labelled]:
    """Posts of which nobody has said anything. Raises Unreadable, with file and line."""
    return [Labelled(_mention(row, {}, at)) for at, row in _rows(file)]


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}: line {number}", _object(line, f"{path}: line {number}")
    except OSError as no:
        raise Unreadable(f"{path}: cannot be read: {no.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: is not UTF-8; save it as UTF-8") from None


def _object(line: str, at: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable(f"{at}: is no JSON; each line is one JSON object") from None
    if not isinstance(row, dict):
        raise Unreadable(f"{at}: is no JSON object, which a row has to be")
    return row


def labelled_row(row: Mapping[str, Any], by_id: Mapping[str, Any], at: str) -> Labelled:
    """`at` is its place, for who has to mend it. Raises Unreadable."""
    if isinstance(row.get("correction"), dict):
        return _corrected(row, at)
    said, source = str(row.get("head", "")), str(row.get("src", ""))
    head = HEAD_OF.get(said, said)
    heads = {head: _yes(row.get("y"), at)} if head in MEASURED and (source, said) not in NOT_OURS else {}
    return Labelled(_mention(row, by_id, at), _sentiment(row, at), heads, source)


def _sentiment(row: Mapping[str, Any], at: str) -> str:
    """Empty where nobody has said."""
    said = row.get("sentiment") if row.get("label") is None else row["label"]
    if said is None or said == "":
        return ""
    if said not in SENTIMENTS:
        raise Unreadable(f"{at}: {str(said)[:20]!r} is no sentiment; they are {', '.join(SENTIMENTS)}")
    return str(said)


def _yes(said: object, at: str) -> bool:
    """Any word would be a yes, a "no" as well."""
    if said not in (0, 1):
        raise Unreadable(f'{at}: "y" is neither 1 nor 0, so it says neither yes nor no')
    return bool(said)


def _corrected(row: Mapping[str, Any], at: str) -> Labelled:
    """What a colleague said of a card. What is about spam or the subject teaches the rules, not the model."""
    correction = row["correction"]
    kind, was, now = (str(correction.get(key, "")) for key in ("kind", "was", "is"))
    mention = _mention(row, {}, at)
    if kind == "sentiment" and now in SENTIMENTS and now != was:
        return Labelled(mention, now, source="corrections")
    if kind == "intent" and now != was:
        heads = {was: False} if was in MEASURED else {}
        return Labelled(mention, heads=heads | ({now: True} if now in MEASURED else {}), source="corrections")
    return Labelled(mention)


def _mention(row: Mapping[str, Any], by_id: Mapping[str, Any], at: str) -> Mention:
    whole = row.get("mention") or by_id.get(str(row.get("id", ""))) or row
    if isinstance(whole, str):
        whole = {"text": whole}
    if not isinstance(whole, dict):
        raise Unreadable(f"{at}: its mention is neither an object nor a text")
    if not isinstance(whole.get("text"), str):
        raise Unreadable(
            f"{at}: has no text, and no mention of its id is at hand; `earshot evaluate` takes them with --mentions"
        )
    if not ({"id", "created_at"} <= whole.keys() and ":" in str(whole["id"])):
        whole = {"text": whole["text"], "created_at": SOME_TIME, "id": f"labelled:{at.rsplit(' ', 1)[-1]}"}
    try:
        return Mention.model_validate(whole)
    except ValueError:
        raise Unreadable(f"{at}: is no mention") from None
