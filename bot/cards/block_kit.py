"""Builders for Block Kit: each text is cut to Slack's limit for its place."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.cards.sanitize import format_plain_time, sanitize_keep_spaces, sanitize_text, sanitize_url, truncate

Block = dict[str, Any]
"""A block, an element or a composition object of Block Kit, as JSON."""

MOST_CHARACTERS = 10_000
"""Size of all blocks of a message as JSON. Slack answers `msg_blocks_too_long` somewhere above 11,000."""
MOST_BLOCKS = 50
MOST_MENU_OPTIONS = 5
LAST_CENTURY, NEXT_CENTURY = 1970, 2100
"""Timestamps of sources outside of these years are not shown as dates."""
NOTHING = "–"
"""Placeholder, because Slack rejects empty text."""


class RenderedMessage(NamedTuple):
    """A message: its blocks, and the text for notifications and screen readers.

    Slack shows attachments below the blocks, each with a coloured edge. Without blocks it would show the text too.
    """

    text: str
    blocks: list[Block]
    attachments: tuple[Block, ...] = ()

    @property
    def all_blocks(self) -> list[Block]:
        """The blocks of the message, then those of its attachments."""
        return [*self.blocks, *(block for one in self.attachments for block in one["blocks"])]


def render_text(text: str, *blocks: Block) -> RenderedMessage:
    """Return a message that begins with its text, which is mrkdwn of our own."""
    return RenderedMessage(text, [make_section(text), *blocks])


def join_messages(first: RenderedMessage, then: RenderedMessage | None) -> RenderedMessage:
    """Return one message for both."""
    return first._replace(blocks=[*first.blocks, *then.blocks]) if then else first


def is_within_limits(blocks: Sequence[Block]) -> bool:
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    return size < MOST_CHARACTERS and len(blocks) <= MOST_BLOCKS


def make_plain_text(words: str, max_length: int = 3000) -> Block:
    """Return text that is shown as it is, safe for untrusted words."""
    return {"type": "plain_text", "text": sanitize_text(words, max_length) or NOTHING}


def make_mrkdwn(words: str, max_length: int = 3000) -> Block:
    """Return our own markup; untrusted parts must be escaped already. `verbatim` keeps Slack from adding links."""
    return {"type": "mrkdwn", "text": truncate(words, max_length) or NOTHING, "verbatim": True}


def make_header(words: str) -> Block:
    return {"type": "header", "text": make_plain_text(words, 150)}


def make_section(
    text: Block | str, *, fields: Sequence[Block | str] = (), accessory: Block | None = None, block_id: str = ""
) -> Block:
    """Return a section. A string, also among fields, is mrkdwn of our own."""
    block: Block = {"type": "section"}
    if block_id:
        block["block_id"] = block_id
    block["text"] = make_mrkdwn(text) if isinstance(text, str) else text
    if fields:
        block["fields"] = _list_texts(fields)
    if accessory:
        block["accessory"] = accessory
    return block


def make_context(*texts: Block | str) -> Block:
    """Return a context block of texts and pictures. A string is mrkdwn of our own."""
    return {"type": "context", "elements": _list_texts(texts)}


def _list_texts(texts: Sequence[Block | str]) -> list[Block]:
    elements = [make_mrkdwn(text, 2000) if isinstance(text, str) else text for text in texts[:10]]
    return [one if one["type"] == "image" else {**one, "text": truncate(one["text"], 2000)} for one in elements]


def make_picture(url: str, alt_text: str) -> Block:
    """Return a small picture for a context block. Slack fetches it."""
    return {"type": "image", "image_url": url, "alt_text": sanitize_text(alt_text, 200) or NOTHING}


def make_actions(*elements: Block, block_id: str = "") -> Block:
    block: Block = {"type": "actions", "elements": list(elements[:25])}
    return {**block, "block_id": block_id} if block_id else block


def make_button(
    label: str, action_id: str, value: str = "", *, url: str = "", style: str = "", a11y_label: str = ""
) -> Block:
    """Return a button. `style` is primary or danger; `a11y_label` is for screen readers."""
    made: Block = {"type": "button", "action_id": action_id, "text": make_plain_text(label, 75)}
    if value:
        made["value"] = truncate(value, 2000)
    if sanitize_url(url):
        made["url"] = sanitize_url(url)
    if style:
        made["style"] = style
    if a11y_label:
        made["accessibility_label"] = make_plain_text(a11y_label, 75)["text"]
    return made


def make_confirmation(title: str, words: str, confirm: str) -> Block:
    """Return the question that Slack asks before it sends a press."""
    texts = {"title": (title, 100), "text": (words, 300), "confirm": (confirm, 30), "deny": ("Cancel", 30)}
    return {name: make_plain_text(text, most) for name, (text, most) in texts.items()}


def make_overflow_menu(action_id: str, options: Sequence[Block]) -> Block:
    """Return the menu behind three dots, of at most `MOST_MENU_OPTIONS`."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:MOST_MENU_OPTIONS])}


def make_attachment(color: str, fallback: str, *blocks: Block) -> Block:
    """Return blocks with a coloured edge. `color` is #rrggbb; `fallback` is plain text for clients without blocks."""
    return {"color": color, "fallback": sanitize_text(fallback, 300) or NOTHING, "blocks": list(blocks)}


def make_rich_text(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def make_line(*runs: Block | str) -> Block:
    return {"type": "rich_text_section", "elements": _list_runs(runs)}


def make_quote(*runs: Block | str) -> Block:
    return {"type": "rich_text_quote", "elements": _list_runs(runs)}


def _list_runs(runs: Sequence[Block | str]) -> list[Block]:
    return [make_run(one) if isinstance(one, str) else one for one in runs]


def make_bullets(*lines: Block) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]], names: int = 1) -> Block:
    """Return a table whose first columns are names and the others figures. A message may have one."""
    cells = [
        [{"type": "raw_text", "text": sanitize_text(cell, 60) or NOTHING} for cell in row] for row in (head, *rows)
    ]
    aligned = [{"align": "left" if nth < names else "right"} for nth in range(len(head))]
    return {"type": "table", "rows": cells, "column_settings": aligned}


def make_run(words: str, *, bold: bool = False, italic: bool = False, max_length: int = 3000) -> Block:
    """Return a text element of rich text, safe for untrusted words. Spaces around them are kept."""
    made: Block = {"type": "text", "text": truncate(sanitize_keep_spaces(words, max_length), max_length) or NOTHING}
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {**made, "style": style} if style else made


def make_link(url: str, words: str, *, bold: bool = False) -> Block:
    """Return a link in rich text, or only its words where the URL is not safe to follow."""
    address = sanitize_url(url)
    if not address:
        return make_run(words, bold=bold)
    made: Block = {"type": "link", "url": address, "text": sanitize_text(words, 300) or NOTHING}
    return {**made, "style": {"bold": True}} if bold else made


def build_message_link(channel: str, ts: str) -> str:
    """Return a URL that opens a message in the reader's Slack; '' if there is none."""
    return f"https://slack.com/app_redirect?channel={channel}&message_ts={ts}" if ts else ""


def make_user_mention(person: str) -> Block:
    return {"type": "user", "user_id": person}


def make_date(at: datetime, date_format: str = "{date_short_pretty} at {time}") -> Block:
    """Return a time in rich text in the reader's zone, or only the year where Slack may reject it."""
    if not LAST_CENTURY < at.year < NEXT_CENTURY:
        return make_run(f"in the year {at.year}")
    return {"type": "date", "timestamp": int(at.timestamp()), "format": date_format, "fallback": format_plain_time(at)}
