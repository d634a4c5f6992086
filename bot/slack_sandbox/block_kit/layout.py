"""Layout blocks, and the surfaces on which each is allowed."""

from collections.abc import Mapping
from typing import Any

from bot.slack_sandbox.block_kit.elements import BUTTON, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from bot.slack_sandbox.block_kit.objects import (
    IMAGE,
    IMAGE_ELEMENT,
    NAMED,
    PICTURE,
    RICH_TEXT,
    check_any_text,
    check_elements,
    check_plain_text,
)
from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    allow_only_on,
    check_by_type,
    check_enum,
    check_flag,
    check_list,
    check_object,
    check_pattern,
    check_text,
    check_url,
    require_one_of,
)
from bot.slack_sandbox.block_kit.tables_charts import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.slack_sandbox.slack_errors import Json

HTTPS = check_pattern(r"https://\S{1,2992}", "an https address")
TEXT = check_any_text(2000)
IN_CONTEXT: Mapping[str, Check] = {"image": IMAGE, "plain_text": TEXT, "mrkdwn": TEXT}
SOURCE = check_by_type({"url": check_object({"url": check_url, "text": check_text(255)})})
TASK_CARD = check_object(
    {
        "task_id": check_text(255),
        "title": check_text(255),
        "status": check_enum("pending", "in_progress", "complete", "error"),
    },
    {**NAMED, "details": RICH_TEXT, "output": RICH_TEXT, "sources": check_list(SOURCE)},
)
TASKS = check_list(check_by_type({"task_card": TASK_CARD}))
FILE = check_object({"external_id": check_text(255), "source": check_enum("remote")}, NAMED)
LEVEL = check_enum("default", "info", "warning", "error", "success")
CARD = check_object(
    {},
    {
        **NAMED,
        "hero_image": IMAGE_ELEMENT,
        "icon": IMAGE_ELEMENT,
        "title": check_any_text(150),
        "subtitle": check_any_text(150),
        "body": check_any_text(200),
        "actions": check_list(check_by_type({"button": BUTTON}), 1, 5),
    },
    require_one_of("hero_image", "title", "actions", "body", exactly=False),
)


def _check_child(value: Any, at: BodyLocation) -> Faults:
    """Check a child of a container; containers cannot be nested."""
    yield from check_by_type({kind: shape for kind, shape in BLOCKS.items() if kind != "container"})(value, at)


def require_collapsible(block: Json, at: BodyLocation) -> Faults:
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        yield at.enter_key("default_collapsed").format_fault("requires is_collapsible")


CONTAINER = check_object(
    {"child_blocks": check_list(_check_child, 1, 10)},
    {
        **NAMED,
        "title": check_plain_text(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": check_any_text(150),
        "width": check_enum("narrow", "standard", "wide", "full"),
        "icon": IMAGE_ELEMENT,
        "is_collapsible": check_flag,
        "default_collapsed": check_flag,
        "has_header_divider": check_flag,
    },
    require_one_of("title", "rich_text_title", exactly=False),
    require_collapsible,
)
SECTION = check_object(
    {},
    {
        **NAMED,
        "text": check_any_text(3000),
        "fields": check_list(TEXT, 1, 10),
        "accessory": check_by_type(IN_SECTION),
        "expand": check_flag,
    },
    require_one_of("text", "fields", exactly=False),
)
INPUT = check_object(
    {"label": check_plain_text(2000), "element": check_by_type(IN_INPUT)},
    {**NAMED, "hint": check_plain_text(2000), "optional": check_flag, "dispatch_action": check_flag},
)
VIDEO = check_object(
    {"alt_text": check_text(2000), "title": check_plain_text(199), "thumbnail_url": check_url, "video_url": HTTPS},
    {
        **NAMED,
        "title_url": HTTPS,
        "description": check_plain_text(200),
        "provider_icon_url": check_url,
        "provider_name": check_text(50),
        "author_name": check_text(49),
    },
)
BLOCKS: dict[str, Check] = {
    "actions": check_elements(IN_ACTIONS, 25),
    "alert": allow_only_on("modal", check_object({"text": check_any_text(200)}, {**NAMED, "level": LEVEL})),
    "card": allow_only_on("message", CARD),
    "carousel": allow_only_on("message", check_elements({"card": CARD}, 10)),
    "container": allow_only_on("message", CONTAINER),
    "context": check_elements(IN_CONTEXT, 10),
    "context_actions": allow_only_on("message", check_elements(IN_CONTEXT_ACTIONS, 5)),
    "data_table": allow_only_on("message", DATA_TABLE),
    "data_visualization": allow_only_on("message", DATA_VISUALIZATION),
    "divider": check_object({}, NAMED),
    "file": allow_only_on("message", FILE),
    "header": check_object({"text": check_plain_text(150)}, NAMED),
    "image": check_object(
        {"alt_text": check_text(2000)},
        {**NAMED, **PICTURE, "title": check_plain_text(2000)},
        require_one_of("image_url", "slack_file"),
    ),
    "input": INPUT,
    "markdown": allow_only_on("message", check_object({"text": check_text(12_000)}, NAMED)),
    "plan": allow_only_on("message", check_object({"title": check_text(255)}, {**NAMED, "tasks": TASKS})),
    "rich_text": RICH_TEXT,
    "section": SECTION,
    "table": allow_only_on("message", TABLE),
    "task_card": allow_only_on("message", TASK_CARD),
    "video": VIDEO,
}
BLOCK = check_by_type(BLOCKS)
