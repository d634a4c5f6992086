"""Extract the text of any Slack message: text, blocks of every kind, attachments, unfurls, files."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from handlers.payloads import find_first_url, unescape_mrkdwn

DEPTH_MOST = 12
"""Maximum nesting; Slack itself nests a few levels."""
FALLBACK = re.compile(r"this (?:content|message) can.t be displayed\.?|\[no preview available\]", re.IGNORECASE)
"""Slack's placeholder for a message that has only blocks or attachments."""
NOT_SAID = frozenset({"actions", "button", "overflow", "input", "divider"})
"""Types of interactive elements, whose labels nobody wrote."""
OF_BLOCKS = ("title", "text", "description", "fields", "rows", "elements", "alt_text")
"""Keys of blocks that hold text, in reading order."""
INLINE = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})


def extract_message_text(message: dict[str, Any]) -> str:
    """Return the text of a message, or '' if it has none.

    That is `text`, else the blocks, also those of attachments. Where these hold only a URL, the text of attachments
    (its unfurl) is added.
    """
    text = unescape_mrkdwn(str(message.get("text") or ""))
    own = "" if FALLBACK.fullmatch(text) else text
    own = own or _join_parts(_extract_blocks(list(_iter_all_blocks(message)), 0))
    if any(word != find_first_url(word) for word in own.split()):
        return own
    attached = _join_parts(_extract_attachments(message.get("attachments"), 0))
    return _join_parts([own, attached]) or _join_parts(_extract_files(message.get("files"))) or text


def extract_message_url(message: dict[str, Any]) -> str:
    """Return the first URL in the text, else that of an attachment, else ''."""
    attached = [one for one in _ensure_list(message.get("attachments")) if isinstance(one, dict)]
    leads = (str(one.get(name) or "") for one in attached for name in ("from_url", "title_link", "original_url"))
    return find_first_url(extract_message_text(message)) or next((one for one in leads if find_first_url(one)), "")


def _iter_all_blocks(message: dict[str, Any]) -> Iterator[Any]:
    """Iterate over the blocks of a message, then over those of attachments that are no unfurl."""
    yield from _ensure_list(message.get("blocks"))
    for attached in _ensure_list(message.get("attachments")):
        if isinstance(attached, dict) and not (attached.get("from_url") or attached.get("original_url")):
            yield from _ensure_list(attached.get("blocks"))


def _join_parts(parts: Sequence[str] | Iterator[str]) -> str:
    return "\n".join(part for part in parts if part).strip()


def _ensure_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _extract_blocks(value: Any, depth: int) -> Iterator[str]:
    """Iterate over the text of each block."""
    if depth > DEPTH_MOST:
        return
    for block in _ensure_list(value):
        if isinstance(block, dict) and block.get("type") not in NOT_SAID:
            yield _extract_block(block, depth)


def _extract_block(block: dict[str, Any], depth: int) -> str:
    if block.get("type") in INLINE:
        return "".join(_extract_run(run) for run in _ensure_list(block.get("elements")) if isinstance(run, dict))
    return _join_parts(part for name in OF_BLOCKS for part in _extract_value(block.get(name), block, depth))


def _extract_value(value: Any, inside: dict[str, Any], depth: int) -> Iterator[str]:
    """Iterate over the text of a string, a text object, or a list of blocks, text objects or rows."""
    if depth > DEPTH_MOST:
        return
    if isinstance(value, str):
        yield unescape_mrkdwn(value) if inside.get("type") in {"mrkdwn", "markdown"} else value
    elif isinstance(value, dict) and value.get("type") not in NOT_SAID:
        yield _extract_block(value, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _extract_value(one, inside, depth + 1)


def _extract_run(run: dict[str, Any]) -> str:
    """Return the text of an element within a line of rich text."""
    match run.get("type"):
        case "link":
            return str(run.get("text") or run.get("url") or "")
        case "user" | "usergroup" | "channel" | "broadcast" | "team":
            named = run.get("user_id") or run.get("usergroup_id") or run.get("channel_id") or run.get("range") or ""
            return f"{'#' if run['type'] == 'channel' else '@'}{named}"
        case "emoji":
            return _decode_emoji(str(run.get("unicode") or ""), str(run.get("name") or ""))
        case "date":
            return str(run.get("fallback") or "")
        case _:
            return str(run.get("text") or "")


def _decode_emoji(unicode: str, name: str) -> str:
    try:
        return "".join(chr(int(part, 16)) for part in unicode.split("-")) if unicode else f":{name}:"
    except (ValueError, OverflowError):
        return f":{name}:"


def _extract_attachments(value: Any, depth: int) -> Iterator[str]:
    if depth > DEPTH_MOST:
        return
    for attached in _ensure_list(value):
        if isinstance(attached, dict):
            yield _extract_attachment(attached, depth) or unescape_mrkdwn(str(attached.get("fallback") or ""))


def _extract_attachment(attached: dict[str, Any], depth: int) -> str:
    shared = [one.get("message") for one in _ensure_list(attached.get("message_blocks")) if isinstance(one, dict)]
    parts = [unescape_mrkdwn(str(attached.get(name) or "")) for name in ("pretext", "title", "text")]
    for field in _ensure_list(attached.get("fields")):
        if isinstance(field, dict):
            words = (unescape_mrkdwn(str(field.get(name) or "")) for name in ("title", "value"))
            parts.append(": ".join(word for word in words if word))
    parts += _extract_blocks(attached.get("blocks"), depth + 1)
    if not any(parts):
        parts = [
            part for one in shared if isinstance(one, dict) for part in _extract_blocks(one.get("blocks"), depth + 1)
        ]
    return _join_parts([*parts, *_extract_files(attached.get("files"))])


def _extract_files(value: Any) -> Iterator[str]:
    for file in _ensure_list(value):
        if isinstance(file, dict):
            yield _join_parts([str(file.get("title") or file.get("name") or ""), str(file.get("preview") or "")])
