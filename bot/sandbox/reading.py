"""Blocks, read as a person reads them: the words in order, and what can be pressed."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import Json

LINK = re.compile(r"<(?:https?|mailto)[^|>]*\|([^>]+)>")
BARE_LINK = re.compile(r"<((?:https?://|mailto:)[^|>]*)>")
SPOKEN = {"text", "title", "caption", "label", "hint", "placeholder", "description", "subtitle", "body"}
SILENT = {"confirm", "options", "option_groups", "option", "column_settings", "style", "submit", "close"}
LISTED = {"checkboxes", "radio_buttons"}  # their options stand open; those of menus are folded away
CLICKABLE = {"button", "workflow_button", "icon_button"}


@dataclass(frozen=True)
class Button:
    label: str
    action_id: str
    value: str = ""
    block_id: str = ""
    url: str = ""
    style: str = ""


def words(blocks: list[Json]) -> str:
    """Every visible word, one line for each piece of text."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def plain(text: Json | None) -> str:
    """A text object as the eye meets it."""
    if not text:
        return ""
    raw = str(text.get("text", ""))
    return unmarked(raw) if text.get("type") == "mrkdwn" else raw


def unmarked(raw: str) -> str:
    return html.unescape(BARE_LINK.sub(r"\1", LINK.sub(r"\1", raw)))


def _lines(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _lines(each)
    elif isinstance(node, dict):
        yield from _lines_of(node)


def _lines_of(node: Json) -> Iterator[str]:
    kind = node.get("type", "")
    if kind in {"plain_text", "mrkdwn"}:
        yield plain(node)
    elif kind in {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}:
        yield "".join(_run(each) for each in node.get("elements", []))
    else:
        for key, value in node.items():
            if isinstance(value, str) and key in SPOKEN:
                yield value
            elif key not in SILENT or (key == "options" and kind in LISTED):
                yield from _lines(value)


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


def _run(piece: Json) -> str:
    said = RUNS.get(str(piece.get("type")))
    return str(said(piece) if said else piece.get("value", ""))


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Everything that can be acted on, each with the block that holds it."""
    for block in blocks:
        for held in _iter_nested(block):
            if "block_id" in held or held.get("type") in {"card", "carousel", "container"}:
                yield from elements([held])
            elif "action_id" in held:
                yield block, held


def _iter_nested(block: Json) -> Iterator[Json]:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]
    for key in ("elements", "actions", "child_blocks"):
        yield from (each for each in block.get(key) or [] if isinstance(each, dict))
    for row in block.get("rows") or []:
        yield from (cell["element"] for cell in row if isinstance(cell.get("element"), dict))


def buttons(blocks: list[Json]) -> dict[str, Button]:
    """What a person can press, by what is written on it."""
    found = {}
    for block, element in elements(blocks):
        if element.get("type") in CLICKABLE:
            label = plain(element.get("text"))
            found[label] = Button(
                label,
                element["action_id"],
                element.get("value", ""),
                block.get("block_id", ""),
                element.get("url", ""),
                element.get("style", ""),
            )
    return found
