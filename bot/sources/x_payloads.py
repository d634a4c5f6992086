"""Parse the payloads of X's stream and search into mentions."""

import html
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.domain.mention import Author, Mention
from bot.domain.post_details import ParentPost
from bot.domain.read_budget import ReadIds
from bot.sources.x_models import XPost, XUser, parse_part, rename_keys
from bot.sources.x_rules import XRule

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""X's ids begin with the milliseconds since then (snowflake)."""
NO_LANGUAGE = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
REPOSTED = frozenset({"retweeted", "reposted"})
NOTHING_SENT = ReadIds()
_Part = TypeVar("_Part", XPost, XUser)


class MalformedPostError(Exception):
    """The payload is not a post as X documents it."""


@dataclass(frozen=True, slots=True)
class PostPage:
    """The posts of one response: `newest` and `oldest` post id, and the ids of all objects, which X bills."""

    mentions: tuple[Mention, ...]
    newest: int
    next_token: str
    billed_ids: ReadIds = NOTHING_SENT
    oldest: int = 0


def parse_stream_line(line: bytes) -> PostPage:
    """Parse a line of the stream. It has no mention if it is a repost or matched only rules of other programs.

    Raises `MalformedPostError`, and `StreamDisconnectError` if X announces that it disconnects.
    """
    answer = _parse_object(line)
    if "data" not in answer:
        if answer.keys() & {"errors", "title", "detail"}:
            raise StreamDisconnectError(answer)
        raise MalformedPostError("a line with neither a post nor errors")
    post, sent = _parse_post(answer["data"]), _IncludedObjects.from_answer(answer)
    matched = [rule.get("tag") for rule in _ensure_list(answer.get("matching_rules")) if isinstance(rule, dict)]
    rules = [XRule("", tag) for tag in matched if isinstance(tag, str)]
    is_foreign = bool(rules) and not any(rule.is_own for rule in rules)
    subjects = tuple(dict.fromkeys(rule.subject for rule in rules if rule.subject))
    mention = None if is_foreign else _build_mention(post, sent, subjects)
    return _build_page([post], [mention] if mention else [], sent)


def parse_search_page(answer: dict[str, Any], subject: str) -> PostPage:
    """Parse a response of the search for a subject, or for our own replies. Malformed posts are skipped."""
    sent = _IncludedObjects.from_answer(answer)
    found, mentions = list[XPost](), list[Mention]()
    for value in _ensure_list(answer.get("data")):
        with suppress(MalformedPostError):
            found.append(post := _parse_post(value))
            mentions += [mention] if (mention := _build_mention(post, sent, (subject,) if subject else ())) else []
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return _build_page(found, mentions, sent, token if isinstance(token, str) else "")


class StreamDisconnectError(Exception):
    """X sent a line with errors only, before it disconnects."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _IncludedObjects:
    """The users and referenced posts that a response includes, by id."""

    users: dict[str, XUser]
    posts: dict[str, XPost]

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> "_IncludedObjects":
        includes = answer.get("includes")
        lists = rename_keys(includes) if isinstance(includes, dict) else {}
        return cls(_index_by_id(XUser, lists.get("users")), _index_by_id(XPost, lists.get("posts")))


def _index_by_id(model: type[_Part], values: Any) -> dict[str, _Part]:
    found = {}
    for value in _ensure_list(values):
        with suppress(ValidationError):
            part = parse_part(model, value)
            found[part.id] = part
    return found


def _build_page(found: list[XPost], mentions: list[Mention], sent: _IncludedObjects, token: str = "") -> PostPage:
    ids = {post.id for post in found}
    numbers = [parse_post_id(post.id) for post in found] or [0]
    billed = ReadIds(frozenset(ids | sent.posts.keys()), frozenset(sent.users))
    return PostPage(tuple(mentions), max(numbers), token, billed, min(numbers))


def parse_post_id(post_id: str | None) -> int:
    """Return the id as a number, for sorting; 0 if it is not one."""
    return int(post_id) if post_id and post_id.isascii() and post_id.isdigit() and len(post_id) < 20 else 0


def compute_min_id(moment: datetime) -> int:
    """Return the smallest id that a post of this moment can have."""
    return max(0, (moment - EPOCH) // timedelta(milliseconds=1)) << 22


def decode_post_time(post: int) -> datetime:
    return EPOCH + timedelta(milliseconds=post >> 22)


def _build_mention(post: XPost, sent: _IncludedObjects, subjects: tuple[str, ...]) -> Mention | None:
    referenced = {reference.type: reference.id for reference in post.referenced_posts}
    if REPOSTED & referenced.keys():
        return None
    user = sent.users.get(post.author_id)
    wordings = sorted({post.id, *filter(parse_post_id, post.edit_history_post_ids)}, key=parse_post_id)
    first, edits = wordings[0], wordings.index(post.id)
    try:
        return Mention(
            id=f"x:{first}",
            source="x",
            text=_expand_text(post),
            created_at=decode_post_time(parse_post_id(first)) if edits or not post.created_at else post.created_at,
            url=f"https://x.com/{user.username if user and user.username else 'i'}/status/{post.id}",
            lang="" if post.lang in NO_LANGUAGE else post.lang,
            conversation=first if post.conversation_id in wordings else post.conversation_id,
            in_reply_to=f"x:{referenced['replied_to']}" if "replied_to" in referenced else "",
            subjects=subjects,
            author=_build_author(user, post.author_id),
            edits=edits,
            edited_at=decode_post_time(parse_post_id(post.id)) if edits else None,
            parent=_build_parent(sent.posts.get(referenced.get("replied_to", "")), sent),
            quoted=_expand_text(quoted) if (quoted := sent.posts.get(referenced.get("quoted", ""))) else "",
        )
    except (ValidationError, OverflowError):
        raise MalformedPostError(f"post {post.id[:30]}") from None


def _build_parent(post: XPost | None, sent: _IncludedObjects) -> ParentPost | None:
    if post is None:
        return None
    user = sent.users.get(post.author_id)
    return ParentPost(id=f"x:{post.id}", author=f"@{user.username}" if user else "", text=_expand_text(post))


def _build_author(user: XUser | None, author_id: str) -> Author:
    if user is None:
        return Author(id=author_id or "unknown")
    metrics = user.public_metrics
    return Author(
        id=user.id,
        handle=user.username,
        name=user.name,
        followers=_validate_count(metrics.followers_count),
        following=_validate_count(metrics.following_count),
        posts=_validate_count(metrics.post_count),
        created_at=user.created_at,
        verified=user.verified,
    )


def _validate_count(value: int | None) -> int | None:
    return value if value is None or value >= 0 else None


def _expand_text(post: XPost) -> str:
    """Return the whole text, with full links in place of X's short ones."""
    text, entities = (post.note_post.text, post.note_post.entities) if post.note_post else (post.text, post.entities)
    for url in entities.urls if entities else ():
        meant = url.unwound_url or url.expanded_url
        if url.url and meant:
            text = text.replace(url.url, html.escape(meant, quote=False))
    return html.unescape(text)  # X escapes &, < and > in what it sends


def _parse_object(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        raise MalformedPostError("a line that is not JSON") from None
    if not isinstance(answer, dict):
        raise MalformedPostError("a line that is not an object")
    return answer


def _parse_post(value: Any) -> XPost:
    try:
        post = parse_part(XPost, value)
    except ValidationError as wrong:
        raise MalformedPostError(".".join(str(step) for step in wrong.errors()[0]["loc"]) or "data") from None
    if not (post.text or post.note_post) or not parse_post_id(post.id):
        raise MalformedPostError("a post without text" if parse_post_id(post.id) else "id")
    return post


def _ensure_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
