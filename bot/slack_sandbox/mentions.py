"""Whom a message notifies (mentions in markup, not plain names), and the links in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MENTION = re.compile(r"<(?:@(?P<user>[UW]\w+)|!subteam\^(?P<group>S\w+)|!(?P<all>channel|here|everyone))(?:\|[^>]*)?>")
LINK = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>|(?<![<\w])(https?://[^\s>|]+)")


@dataclass(frozen=True)
class MentionNotification:
    """`target` is a user id, a user group's id, or channel, here, everyone."""

    target: str
    channel: str
    ts: str


def find_mentioned_ids(text: str, blocks: list[Any]) -> list[str]:
    """Return the ids that text and blocks mention, without repetition."""
    found = [*_iter_markup_ids(text), *(who for block in blocks for who in _iter_block_ids(block))]
    return list(dict.fromkeys(found))


def _iter_markup_ids(text: str) -> Iterator[str]:
    for hit in MENTION.finditer(text):
        yield hit["user"] or hit["group"] or hit["all"]


def _iter_block_ids(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _iter_block_ids(each)
    elif isinstance(node, dict):
        yield from _iter_object_ids(node)


def _iter_object_ids(node: dict[str, Any]) -> Iterator[str]:
    match node.get("type"):
        case "mrkdwn" | "markdown":
            yield from _iter_markup_ids(str(node.get("text", "")))
        case "user":
            yield str(node.get("user_id"))
        case "usergroup":
            yield str(node.get("usergroup_id"))
        case "broadcast":
            yield str(node.get("range"))
        case "plain_text" | "text" | "raw_text":
            return
        case _:
            for value in node.values():
                yield from _iter_block_ids(value)


def find_links(text: str, blocks: list[Any]) -> list[str]:
    """Return the URLs that Slack would unfurl."""
    found = [one or two for one, two in LINK.findall(text)]
    return list(dict.fromkeys([*found, *(url for block in blocks for url in _iter_links(block))]))


def _iter_links(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _iter_links(each)
    elif isinstance(node, dict):
        if node.get("type") in {"mrkdwn", "markdown"}:
            yield from find_links(str(node.get("text", "")), [])
        elif node.get("type") == "link":
            yield str(node.get("url"))
        else:
            for value in node.values():
                yield from _iter_links(value)
