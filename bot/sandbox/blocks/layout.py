"""The blocks themselves, and where each may stand."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.blocks.check import (
    At,
    Check,
    Faults,
    by_type,
    flag,
    listed,
    matching,
    one_of,
    only_on,
    text,
    thing,
    url,
    word,
)
from bot.sandbox.blocks.elements import BUTTON, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.blocks.figures import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.sandbox.blocks.objects import ID, IMAGE, IMAGE_ELEMENT, PICTURE, any_text, plain_text
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.errors import Json

NAMED: Mapping[str, Check] = {"block_id": ID}
HTTPS = matching(r"https://\S{1,2992}", "an https address")
IN_CONTEXT: Mapping[str, Check] = {
    "image": IMAGE,
    "plain_text": any_text(2000),
    "mrkdwn": any_text(2000),
}
SOURCE = by_type({"url": thing({"url": url, "text": text(255)})})
TASK_CARD = thing(
    {
        "task_id": text(255),
        "title": text(255),
        "status": word("pending", "in_progress", "complete", "error"),
    },
    {**NAMED, "details": RICH_TEXT, "output": RICH_TEXT, "sources": listed(SOURCE)},
)
CARD = thing(
    {},
    {
        **NAMED,
        "hero_image": IMAGE_ELEMENT,
        "icon": IMAGE_ELEMENT,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": listed(by_type({"button": BUTTON}), 1, 5),
    },
    one_of("hero_image", "title", "actions", "body", exactly=False),
)


def _child(value: Any, at: At) -> Faults:
    """Containers do not hold containers; Slack names no deeper nesting than one."""
    yield from by_type({kind: shape for kind, shape in BLOCKS.items() if kind != "container"})(value, at)


def collapsible(block: Json, at: At) -> Faults:
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        yield at.under("default_collapsed").fault("requires is_collapsible")


CONTAINER = thing(
    {"child_blocks": listed(_child, 1, 10)},
    {
        **NAMED,
        "title": plain_text(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": any_text(150),
        "width": word("narrow", "standard", "wide", "full"),
        "icon": IMAGE_ELEMENT,
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    one_of("title", "rich_text_title", exactly=False),
    collapsible,
)
SECTION = thing(
    {},
    {
        **NAMED,
        "text": any_text(3000),
        "fields": listed(any_text(2000), 1, 10),
        "accessory": by_type(IN_SECTION),
        "expand": flag,
    },
    one_of("text", "fields", exactly=False),
)
INPUT = thing(
    {"label": plain_text(2000), "element": by_type(IN_INPUT)},
    {**NAMED, "hint": plain_text(2000), "optional": flag, "dispatch_action": flag},
)
VIDEO = thing(
    {"alt_text": text(2000), "title": plain_text(199), "thumbnail_url": url, "video_url": HTTPS},
    {
        **NAMED,
        "title_url": HTTPS,
        "description": plain_text(200),
        "provider_icon_url": url,
        "provider_name": text(50),
        "author_name": text(49),
    },
)
BLOCKS: dict[str, Check] = {
    "actions": thing({"elements": listed(by_type(IN_ACTIONS), 1, 25)}, NAMED),
    "alert": only_on(
        "modal",
        shape=thing(
            {"text": any_text(200)}, {**NAMED, "level": word("default", "info", "warning", "error", "success")}
        ),
    ),
    "card": only_on("message", shape=CARD),
    "carousel": only_on("message", shape=thing({"elements": listed(by_type({"card": CARD}), 1, 10)}, NAMED)),
    "container": only_on("message", shape=CONTAINER),
    "context": thing({"elements": listed(by_type(IN_CONTEXT), 1, 10)}, NAMED),
    "context_actions": only_on("message", shape=thing({"elements": listed(by_type(IN_CONTEXT_ACTIONS), 1, 5)}, NAMED)),
    "data_table": only_on("message", shape=DATA_TABLE),
    "data_visualization": only_on("message", shape=DATA_VISUALIZATION),
    "divider": thing({}, NAMED),
    "file": only_on("message", shape=thing({"external_id": text(255), "source": word("remote")}, NAMED)),
    "header": thing({"text": plain_text(150)}, NAMED),
    "image": thing(
        {"alt_text": text(2000)}, {**NAMED, **PICTURE, "title": plain_text(2000)}, one_of("image_url", "slack_file")
    ),
    "input": INPUT,
    "markdown": only_on("message", shape=thing({"text": text(12_000)}, NAMED)),
    "plan": only_on(
        "message", shape=thing({"title": text(255)}, {**NAMED, "tasks": listed(by_type({"task_card": TASK_CARD}))})
    ),
    "rich_text": RICH_TEXT,
    "section": SECTION,
    "table": only_on("message", shape=TABLE),
    "task_card": only_on("message", shape=TASK_CARD),
    "video": VIDEO,
}
BLOCK = by_type(BLOCKS)
