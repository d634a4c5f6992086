"""Map a foreign JSON body to mentions, by the dotted paths that the playbook gives for each field."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

_PLAIN = ("url", "lang", "conversation", "in_reply_to", "edited_at", "deleted_at", "rating", "place", "parent")
FieldPath = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
"""`issue.user.login`; a step into a list applies to each of its entries."""


class AuthorFields(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: FieldPath | None = None
    handle: FieldPath | None = None
    name: FieldPath | None = None
    followers: FieldPath | None = None
    verified: FieldPath | None = None
    bot: FieldPath | None = None
    outlet: FieldPath | None = None


class MentionFields(BaseModel):
    """`[sources.webhook.<name>.fields]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: FieldPath | None = None
    """Where the posts of a delivery are; each other path begins there. None: the body is one."""
    only: Mapping[str, str | tuple[str, ...]] = {}
    """Path → the word, or the words, that must stand there; what has others is not for us."""
    id: FieldPath
    text: FieldPath | tuple[FieldPath, ...]
    """Several are put together, a line each: a title and a body."""
    created_at: FieldPath | None = None
    """None: when it came to us."""
    url: FieldPath | None = None
    lang: FieldPath | None = None
    conversation: FieldPath | None = None
    in_reply_to: FieldPath | None = None
    author: FieldPath | AuthorFields | None = None
    edited_at: FieldPath | None = None
    deleted_at: FieldPath | None = None
    """Where a time stands once the post was deleted; it then needs no text."""
    rating: FieldPath | None = None
    rating_best: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """The best rating there; None: 5."""
    place: FieldPath | None = None
    parent: FieldPath | None = None
    """Where the text of the post stands that this one answers."""


def read_items(body: Any, fields: MentionFields, source: str, now: datetime) -> list[dict[str, Any]]:
    """Return the items as our own JSON, without those that have no id, or neither text nor stars and still exist."""
    places = list(_walk_path(body, fields.items.split("."))) if fields.items else [body]
    items = [entry for place in places for entry in (place if isinstance(place, list) else [place])]
    chosen = [item for item in items if all(_matches_filter(item, path, words) for path, words in fields.only.items())]
    read = [_map_item(item, fields, source, now) for item in chosen]
    needed = ("text", "rating", "deleted_at")
    return [item for item in read if item["id"] not in {None, ""} and any(item.get(name) for name in needed)]


def _map_item(item: Any, fields: MentionFields, source: str, now: datetime) -> dict[str, Any]:
    texts = (fields.text,) if isinstance(fields.text, str) else fields.text
    words = [text for path in texts if isinstance(text := find_value(item, path), str) and text]
    author = fields.author
    who = find_value(item, author) if isinstance(author, str) else _map_author(item, author) if author else None
    named = {name: find_value(item, path) for name in _PLAIN if (path := getattr(fields, name))}
    if named.get("rating") is not None:
        named["rating"] = {"value": named["rating"], "best": fields.rating_best}
    written = find_value(item, fields.created_at) if fields.created_at else now.isoformat()
    named |= {"id": find_value(item, fields.id), "source": source, "text": "\n".join(words)}
    return {**named, "created_at": written, "author": who or None}


def _map_author(item: Any, author: AuthorFields) -> dict[str, Any]:
    paths = {name: getattr(author, name) for name in AuthorFields.model_fields}
    found = {name: find_value(item, path) for name, path in paths.items() if path}
    return {name: value for name, value in found.items() if value is not None}


def _matches_filter(item: Any, path: str, words: str | tuple[str, ...]) -> bool:
    return find_value(item, path) in ((words,) if isinstance(words, str) else words)


def find_value(value: Any, path: str) -> Any:
    """Return the first value at the path, or None if there is none or it is not a string or number."""
    found = next(_walk_path(value, path.split(".")), None)
    return found if isinstance(found, str | int | float) else None


def _walk_path(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _walk_path(entry, steps)
    elif isinstance(value, dict) and value.get(steps[0]) is not None:
        yield from _walk_path(value[steps[0]], steps[1:])
