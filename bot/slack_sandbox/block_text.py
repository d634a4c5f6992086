"""Blocks as a person reads them: their visible text in order, and their buttons."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.slack_sandbox.slack_errors import Json

LINK = re.compile(r"<(?:https?|mailto)[^|>]*\|([^>]+)>")
BARE_LINK = re.compile(r"<((?:https?://|mailto:)[^|>]*)>")
SPOKEN = {"text", "title", "caption", "label", "hint", "placeholder", "description", "subtitle", "body"}
SILENT = {"confirm", "options", "option_groups", "option", "column_settings", "style", "submit", "close"}
LISTED = {"checkboxes", "radio_buttons"}  # their options are visible; those of menus are not
CLICKABLE = {"button", "workflow_button", "icon_button"}


@dataclass(frozen=True)
class BlockButton:
    label: str
    action_id: str
    value: str = ""
    block_id: str = ""
    url: str = ""
    style: str = ""


def read_block_text(blocks: list[Json]) -> str:
    """Return the visible text, one line for each text object."""
    return "\n".join(line for block in blocks for line in _iter_lines(block) if line)


def read_text_object(text: Json | None) -> str:
    """Return the text of a text object, without mrkdwn syntax."""
    if not text:
        return ""
    raw = str(text.get("text", ""))
    return strip_mrkdwn(raw) if text.get("type") == "mrkdwn" else raw


def strip_mrkdwn(raw: str) -> str:
    return html.unescape(BARE_LINK.sub(r"\1", LINK.sub(r"\1", raw)))


def _iter_lines(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _iter_lines(each)
    elif isinstance(node, dict):
        yield from _iter_object_lines(node)


def _iter_object_lines(node: Json) -> Iterator[str]:
    kind = node.get("type", "")
    if kind in {"plain_text", "mrkdwn"}:
        yield read_text_object(node)
    elif kind in {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}:
        yield "".join(_render_run(each) for each in node.get("elements", []))
    else:
        for key, value in node.items():
            if isinstance(value, str) and key in SPOKEN:
                yield value
            elif key not in SILENT or (key == "options" and kind in LISTED):
                yield from _iter_lines(value)


RUNS: dict[str, Callable[[Json], object]] = {
    "text": lambda run: run.get("text", ""),
    "link": lambda run: run.get("text") or run.get("url", ""),
    "user": lambda run: f"<@{run.get('user_id', '')}>",
    "usergroup": lambda run: f"<!subteam^{run.get('usergroup_id', '')}>",
    "channel": lambda run: f"<#{run.get('channel_id', '')}>",
    "broadcast": lambda run: f"@{run.get('range', '')}",
    "emoji": lambda run: f":{run.get('name', '')}:",
    "date": lambda run: run.get("fallback", ""),
}


def _render_run(piece: Json) -> str:
    render = RUNS.get(str(piece.get("type")))
    return str(render(piece) if render else piece.get("value", ""))


def iter_block_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield the interactive elements, each with its block."""
    for block in blocks:
        for nested in iter_nested(block):
            if "block_id" in nested or nested.get("type") in {"card", "carousel", "container"}:
                yield from iter_block_elements([nested])
            elif "action_id" in nested:
                yield block, nested


def iter_nested(block: Json) -> Iterator[Json]:
    """Yield the elements and blocks directly inside a block."""
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]
    for key in ("elements", "actions", "child_blocks"):
        yield from (each for each in block.get(key) or [] if isinstance(each, dict))
    for row in block.get("rows") or []:
        yield from (cell["element"] for cell in row if isinstance(cell.get("element"), dict))


def iter_attachment_blocks(attachments: Iterable[Json]) -> Iterator[Json]:
    for attachment in attachments:
        yield from attachment.get("blocks", [])


def find_block_buttons(blocks: list[Json]) -> dict[str, BlockButton]:
    """Return the buttons by their labels."""
    found = {}
    for block, element in iter_block_elements(blocks):
        if element.get("type") in CLICKABLE:
            label = read_text_object(element.get("text"))
            value, url, style = (element.get(key, "") for key in ("value", "url", "style"))
            found[label] = BlockButton(label, element["action_id"], value, block.get("block_id", ""), url, style)
    return found
