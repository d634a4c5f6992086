"""X's posts, as its stream and its search tell them, become mentions."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.mention import Author, Mention
from bot.sources.x_rules import Rule

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""From here X counts the milliseconds that its ids begin with."""

NO_LANGUAGE = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})

FIELDS = {
    "expansions": ["author_id"],
    "tweet_fields": ["conversation_id", "created_at", "entities", "lang", "note_tweet", "referenced_tweets"],
    "user_fields": ["created_at", "name", "public_metrics", "username", "verified"],
}


class Malformed(Exception):  # noqa: N818 - said of what was sent
    """Not a post as X describes them."""


class _Part(BaseModel):
    """X adds fields as it likes; those we do not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Url(_Part):
    url: str = ""
    expanded_url: str = ""
    unwound_url: str = ""


class _Entities(_Part):
    urls: tuple[_Url, ...] = ()


class _Note(_Part):
    """The whole of a long post, of which `text` is the beginning."""

    text: str
    entities: _Entities | None = None


class _Reference(_Part):
    type: str
    id: str


class _Post(_Part):
    id: str
    text: str
    created_at: datetime
    author_id: str = ""
    conversation_id: str = ""
    lang: str = ""
    note_tweet: _Note | None = None
    entities: _Entities | None = None
    referenced_tweets: tuple[_Reference, ...] = ()


class _Metrics(_Part):
    followers_count: int | None = None
    following_count: int | None = None
    tweet_count: int | None = None


class _User(_Part):
    id: str
    name: str = ""
    username: str = ""
    created_at: datetime | None = None
    verified: bool = False
    public_metrics: _Metrics = _Metrics()


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the search."""

    mentions: tuple[Mention, ...]
    newest: int
    next_token: str


def mention_on(line: bytes) -> Mention | None:
    """What a line of the stream says; None if it is not for us: a bare retweet, or another program's rule.

    Raises `Malformed`; raises `Disconnecting` for X's own word that it will hang up.
    """
    answer = _object(line)
    if "data" not in answer:
        raise Disconnecting(answer)
    post, users = _post(answer["data"]), _users(answer)
    matched = [rule.get("tag") for rule in _list(answer.get("matching_rules")) if isinstance(rule, dict)]
    subjects = [Rule("", tag).subject for tag in matched if isinstance(tag, str)]
    ours = tuple(dict.fromkeys(subject for subject in subjects if subject))
    return None if (subjects and not ours) else _mention(post, users, ours)


def page_of(answer: dict[str, Any], subject: str) -> Page:
    """What the search found for a subject. A post that cannot be read does not cost us the others."""
    users = _users(answer)
    found = list(_readable(_list(answer.get("data"))))
    mentions = [mention for post in found if (mention := _mention(post, users, (subject,)))]
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return Page(tuple(mentions), max((number(post.id) for post in found), default=0), token or "")


class Disconnecting(Exception):  # noqa: N818 - it is X's own word
    """A line of errors alone. The words are X's."""

    def __init__(self, answer: dict[str, Any]) -> None:
        errors = [error for error in _list(answer.get("errors")) if isinstance(error, dict)]
        first = errors[0] if errors else answer
        super().__init__(str(first.get("disconnect_type") or first.get("title") or "no reason given")[:100])


def number(post_id: str | None) -> int:
    """Ids are numbers written as text, and do not sort as text. 0: it is none."""
    return int(post_id) if post_id and post_id.isascii() and post_id.isdigit() and len(post_id) < 20 else 0


def id_at(moment: datetime) -> int:
    """The smallest id that a post of this moment could have."""
    return max(0, (moment - EPOCH) // timedelta(milliseconds=1)) << 22


def moment_of(post: int) -> datetime:
    return EPOCH + timedelta(milliseconds=post >> 22)


def _mention(post: _Post, users: dict[str, _User], subjects: tuple[str, ...]) -> Mention | None:
    referenced = {reference.type: reference.id for reference in post.referenced_tweets}
    if "retweeted" in referenced:
        return None
    user = users.get(post.author_id)
    try:
        return Mention(
            id=f"x:{post.id}",
            source="x",
            text=_text(post),
            created_at=post.created_at,
            url=f"https://x.com/{user.username if user and user.username else 'i'}/status/{post.id}",
            lang="" if post.lang in NO_LANGUAGE else post.lang,
            conversation=post.conversation_id,
            in_reply_to=f"x:{referenced['replied_to']}" if "replied_to" in referenced else "",
            subjects=subjects,
            author=_author(user, post.author_id),
        )
    except (ValidationError, OverflowError):
        raise Malformed(f"post {post.id[:30]}") from None


def _author(user: _User | None, author_id: str) -> Author:
    if user is None:
        return Author(id=author_id or "unknown")
    metrics = user.public_metrics
    return Author(
        id=user.id,
        handle=user.username,
        name=user.name,
        followers=_count(metrics.followers_count),
        following=_count(metrics.following_count),
        posts=_count(metrics.tweet_count),
        created_at=user.created_at,
        verified=user.verified,
    )


def _count(told: int | None) -> int | None:
    return told if told is None or told >= 0 else None


def _text(post: _Post) -> str:
    """The whole post, with the links that its author meant in place of X's shortened ones."""
    text, entities = (post.note_tweet.text, post.note_tweet.entities) if post.note_tweet else (post.text, post.entities)
    for url in entities.urls if entities else ():
        meant = url.unwound_url or url.expanded_url
        if url.url and meant:
            text = text.replace(url.url, html.escape(meant, quote=False))
    return html.unescape(text)  # X escapes &, < and > in what it sends


def _object(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("a line that is not JSON") from None
    if not isinstance(answer, dict):
        raise Malformed("a line that is not an object")
    return answer


def _post(value: Any) -> _Post:
    try:
        return _Post.model_validate(value)
    except ValidationError as wrong:
        raise Malformed(".".join(str(step) for step in wrong.errors()[0]["loc"]) or "data") from None


def _readable(values: list[Any]) -> Iterator[_Post]:
    for value in values:
        try:
            yield _post(value)
        except Malformed:
            continue


def _users(answer: dict[str, Any]) -> dict[str, _User]:
    includes = answer.get("includes")
    users = {}
    for value in _list(includes.get("users")) if isinstance(includes, dict) else ():
        try:
            user = _User.model_validate(value)
        except ValidationError:
            continue
        users[user.id] = user
    return users


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
