"""Frames of Jetstream, Bluesky's public stream of all posts, in both of its versions, and the mentions they carry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.mention_parser import InvalidMentionError, parse_json, validate_mention
from bot.sources.term_filter import TermFilter

POSTS = "app.bsky.feed.post"
GONE = frozenset({"deleted", "takendown"})
"""States of an account after which its posts are gone for good; a deactivated one may come back."""
_SIGNS = (b'"update"', b'"delete"', b'"active":false', b'"$type":"error"')
_POST_URI = re.compile(r"at://(did:[^/\s]+)/app\.bsky\.feed\.post/(\S+)")


class StreamEvent(NamedTuple):
    """What happened in one repository: a post was created, updated or deleted, or an account changed."""

    did: str
    operation: str
    """`create`, `update` or `delete` of a post; `account`; empty for everything else."""
    time_us: int
    """When Jetstream saw it, in epoch microseconds."""
    seq: int = 0
    """The position in the stream of one host; 0 in version 1."""
    rkey: str = ""
    record: Mapping[str, Any] = {}
    status: str = ""
    """The state of an account that is not active."""
    error: str = ""
    """Why the stream ends, in a word of Jetstream's."""


NOTHING = StreamEvent("", "", 0)


def parse_event(raw: bytes) -> StreamEvent:
    """Parse a frame of either version. Raises `InvalidMentionError`."""
    frame = parse_json(raw)
    if not isinstance(frame, dict):
        raise InvalidMentionError("is not a JSON object")
    if frame.get("$type") == "error":
        return NOTHING._replace(error=str(frame.get("error"))[:40])
    body = frame.get("payload") if "payload" in frame else frame
    if not isinstance(body, dict):
        raise InvalidMentionError("has no payload")
    did, time_us, seq = str(body.get("did") or ""), _parse_time_us(body), body.get("seq")
    event = StreamEvent(did, "", time_us, seq if isinstance(seq, int) else 0)
    kind = str(body.get("kind") or str(body.get("$type")).rpartition("#")[2])
    nested = body.get(kind)
    part: dict[str, Any] = nested if isinstance(nested, dict) else body
    if kind == "account" and part.get("active") is False:
        return event._replace(operation="account", status=str(part.get("status")))
    if kind == "commit" and part.get("collection") == POSTS:
        record = part.get("record")
        record = record if isinstance(record, dict) else {}
        return event._replace(operation=str(part.get("operation")), rkey=str(part.get("rkey") or ""), record=record)
    return event


def _parse_time_us(body: Mapping[str, Any]) -> int:
    if isinstance(body.get("time_us"), int):
        return int(body["time_us"])
    try:
        return int(datetime.fromisoformat(str(body.get("time"))).timestamp() * 1e6)
    except (ValueError, OverflowError):
        return 0


def read_time_us(raw: bytes) -> int:
    """Return when Jetstream saw an event, in epoch microseconds; 0 if the frame does not say."""
    try:
        return parse_event(raw).time_us
    except InvalidMentionError:
        return 0


class FrameFilter:
    """Finds the frames that concern us, most of them without parsing the others."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._subjects = tuple(subjects)
        self._own_ids: frozenset[str] = frozenset()
        self._terms = TermFilter(self._subjects, _SIGNS)

    def add_own_ids(self, ids: Iterable[str]) -> None:
        """Let pass what these accounts answer: frames carry the id of an author, never the handle."""
        if new := frozenset(ids) - self._own_ids:
            self._own_ids |= new
            signs = (f'"did":"{did}"'.casefold().encode() for did in sorted(self._own_ids))
            self._terms = TermFilter(self._subjects, (*_SIGNS, *signs))

    def may_match(self, raw: bytes) -> bool:
        """Whether it must be parsed: it may name a subject, edits or deletes a post, or ends an account or the stream.

        In a post, quotation marks are escaped, so that no text of a person looks like these fields.
        """
        return self._terms.may_match(raw)

    def matches_event(self, event: StreamEvent) -> bool:
        """Whether a post is published: it names a subject, or one of our accounts answers somebody."""
        return self.has_subject(event.record) or (event.did in self._own_ids and "reply" in event.record)

    def has_subject(self, record: Mapping[str, Any]) -> bool:
        return self._terms.matches(" ".join((str(record.get("text") or ""), *_iter_links(record))))

    def build_text(self, record: Mapping[str, Any]) -> str:
        """Return the text, with the links below it that name a subject and are cut off or missing in it."""
        text = str(record.get("text") or "")
        links = [link for link in dict.fromkeys(_iter_links(record)) if link not in text and self._terms.matches(link)]
        return "\n".join((text, *links)).strip()


def _iter_links(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses behind words, and the address and title of the page that is shown below."""
    for facet in _list_objects(record.get("facets")):
        for feature in _list_objects(facet.get("features")):
            if isinstance(feature.get("uri"), str):
                yield feature["uri"]
    embed = record.get("embed")
    external = embed.get("external") if isinstance(embed, dict) else None
    if isinstance(external, dict):
        yield from (str(external[name]) for name in ("uri", "title") if isinstance(external.get(name), str))


def _list_objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def build_post_mention(event: StreamEvent, source: str, text: str) -> Mention:
    """Return the mention of a post. Raises `InvalidMentionError`.

    Its time is the author's word, which may be wrong: it is never later than Jetstream saw the post.
    """
    record = event.record
    reply = record.get("reply")
    root, parent = (_parse_post_uri(reply, name) if isinstance(reply, dict) else "" for name in ("root", "parent"))
    native = f"{event.did}/{event.rkey}"
    langs = record.get("langs")
    embed = record.get("embed")
    images = _list_objects(embed.get("images")) if isinstance(embed, dict) else []
    seen = datetime.fromtimestamp(event.time_us / 1e6, UTC)
    mention = validate_mention(
        {
            "id": f"{source}:{native}",
            "source": source,
            "text": text,
            "created_at": record.get("createdAt") or seen,
            "edited_at": seen if event.operation == "update" else None,
            "url": f"https://bsky.app/profile/{event.did}/post/{event.rkey}",
            "lang": str(langs[0])[:35] if isinstance(langs, list) and langs else "",
            "conversation": root or native,
            "in_reply_to": parent,
            "author": {"id": event.did},
            "media": [{"kind": "image", "alt": str(image.get("alt") or "")} for image in images],
        }
    )
    return mention.copy_with(created_at=seen) if mention.created_at > seen else mention


def build_deletion(event: StreamEvent, source: str) -> Mention:
    """Raises `InvalidMentionError`."""
    deleted_at = datetime.fromtimestamp(event.time_us / 1e6, UTC)
    return validate_mention({"id": f"{source}:{event.did}/{event.rkey}", "source": source, "deleted_at": deleted_at})


def _parse_post_uri(reply: Mapping[str, Any], name: str) -> str:
    """Return `did/rkey` of the post that a reply refers to."""
    reference = reply.get(name)
    found = _POST_URI.fullmatch(str(reference.get("uri"))) if isinstance(reference, dict) else None
    return f"{found[1]}/{found[2]}"[:300] if found else ""
