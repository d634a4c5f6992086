"""What messages and views are made of: Block Kit in small functions, each text cut to Slack's limit for it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.cards.words import cut, harmless, safe_url, spelled, tamed

Block = dict[str, Any]
"""A block, an element or an object of Block Kit, as Slack takes it."""

MOST_CHARACTERS = 10_000
"""Of all blocks of a message together, as JSON. Slack says `msg_blocks_too_long` somewhere above 11,000."""
MOST_BLOCKS = 50
LAST_CENTURY, NEXT_CENTURY = 1970, 2100
"""Years between which an outlet's clock may be believed."""
NOTHING = "–"
"""Slack takes no empty text."""


class Drawing(NamedTuple):
    """A message: its blocks, and the text that notifications show and screen readers read."""

    text: str
    blocks: list[Block]


def fits(blocks: Sequence[Block]) -> bool:
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    return size < MOST_CHARACTERS and len(blocks) <= MOST_BLOCKS


def plain(words: str, most: int = 3000) -> Block:
    """Words shown as they are, whoever wrote them."""
    return {"type": "plain_text", "text": harmless(words, most) or NOTHING}


def mrkdwn(words: str, most: int = 3000) -> Block:
    """Our own words, with what is not ours escaped before it came here. `verbatim`: only links that we made."""
    return {"type": "mrkdwn", "text": cut(words, most) or NOTHING, "verbatim": True}


def header(words: str) -> Block:
    return {"type": "header", "text": plain(words, 150)}


def divider() -> Block:
    return {"type": "divider"}


def section(
    text: Block | None = None, *, fields: Sequence[Block] = (), accessory: Block | None = None, block_id: str = ""
) -> Block:
    block: Block = {"type": "section"}
    if block_id:
        block["block_id"] = block_id
    if text:
        block["text"] = text
    if fields:
        block["fields"] = [{**field, "text": cut(field["text"], 2000)} for field in fields[:10]]
    if accessory:
        block["accessory"] = accessory
    return block


def context(*texts: Block) -> Block:
    return {"type": "context", "elements": [{**text, "text": cut(text["text"], 2000)} for text in texts[:10]]}


def actions(*elements: Block, block_id: str = "") -> Block:
    block: Block = {"type": "actions", "elements": list(elements[:25])}
    return {**block, "block_id": block_id} if block_id else block


def button(label: str, action_id: str, value: str = "", *, url: str = "", style: str = "", aloud: str = "") -> Block:
    """`style` is primary or danger; `aloud` is what a screen reader says where the label alone says too little."""
    made: Block = {"type": "button", "action_id": action_id, "text": plain(label, 75)}
    if value:
        made["value"] = cut(value, 2000)
    if safe_url(url):
        made["url"] = safe_url(url)
    if style:
        made["style"] = style
    if aloud:
        made["accessibility_label"] = plain(aloud, 75)["text"]
    return made


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """The menu behind three dots; words and value of each option, five at the most."""
    made = [{"text": plain(words, 75), "value": value} for words, value in options[:5]]
    return {"type": "overflow", "action_id": action_id, "options": made}


def rich_text(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def line(*runs: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(runs)}


def quote(*runs: Block) -> Block:
    return {"type": "rich_text_quote", "elements": list(runs)}


def bullets(*lines: Block) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def run(words: str, *, bold: bool = False, italic: bool = False, most: int = 3000) -> Block:
    """Words in rich text, shown as they are; spaces around them are kept."""
    made: Block = {"type": "text", "text": cut(tamed(words, most), most) or NOTHING}
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {**made, "style": style} if style else made


def link(url: str, words: str, *, bold: bool = False) -> Block:
    """A link in rich text, or just the words where the address is none to be followed."""
    address = safe_url(url)
    if not address:
        return run(words, bold=bold)
    made: Block = {"type": "link", "url": address, "text": harmless(words, 300) or NOTHING}
    return {**made, "style": {"bold": True}} if bold else made


def user(person: str) -> Block:
    return {"type": "user", "user_id": person}


def when(at: datetime, form: str = "{date_short_pretty} at {time}") -> Block:
    """A time in rich text, in the reader's own zone. Strangers may give any time there is, and Slack not take it."""
    if not LAST_CENTURY < at.year < NEXT_CENTURY:
        return run(f"in the year {at.year}")
    return {"type": "date", "timestamp": int(at.timestamp()), "format": form, "fallback": spelled(at)}
