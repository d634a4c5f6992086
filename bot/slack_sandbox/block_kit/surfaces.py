"""Whole messages and views: the rules across blocks."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.slack_sandbox import block_text
from bot.slack_sandbox.block_kit.layout import BLOCK
from bot.slack_sandbox.block_kit.objects import ID, check_plain_text
from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    check_enum,
    check_flag,
    check_list,
    check_object,
    check_pattern,
    check_text,
    require_one_of,
)
from bot.slack_sandbox.slack_errors import Json

IN_MESSAGE, IN_VIEW = 50, 100
AT_MOST = {"table": 1, "data_visualization": 2}
MARKDOWN = 12_000
META: Mapping[str, Check] = {
    "private_metadata": check_text(3000, 0),
    "callback_id": check_text(255, 0),
    "external_id": ID,
}
VIEWS: Mapping[str, Check] = {
    "modal": check_object(
        {"type": check_enum("modal"), "title": check_plain_text(24), "blocks": check_list(BLOCK, 0, IN_VIEW)},
        {
            **META,
            "submit": check_plain_text(24),
            "close": check_plain_text(24),
            "clear_on_close": check_flag,
            "notify_on_close": check_flag,
            "submit_disabled": check_flag,
        },
    ),
    "home": check_object({"type": check_enum("home"), "blocks": check_list(BLOCK, 0, IN_VIEW)}, META),
}


ATTACHMENT = check_object(
    {},
    {
        "blocks": check_list(BLOCK, 1, IN_MESSAGE),
        "color": check_pattern("#[0-9a-fA-F]{6}|good|warning|danger", "#rrggbb, good, warning or danger"),
        "fallback": check_text(3000),
        "text": check_text(3000),
    },
    require_one_of("blocks", "text", exactly=False),
)
"""Without the older fields of attachments, which new apps are told not to use."""
ATTACHMENTS = check_list(ATTACHMENT, 0, 100)
OBSERVERS: list[Callable[[str, Json], None]] = []
"""Called with the surface and the body of each valid message or view, for tests that check them in other ways too."""


def check_message(blocks: list[Any], attachments: Any = ()) -> list[str]:
    """Return the faults in the blocks and attachments of a message, each with its JSON pointer.

    The rules across blocks hold for all of them together, which is stricter than Slack.
    """
    at, beside = BodyLocation("/blocks", "message"), BodyLocation("/attachments", "message")
    listed = [*attachments] if isinstance(attachments, tuple) else attachments
    faults = [*check_list(BLOCK, 0, IN_MESSAGE)(blocks, at), *ATTACHMENTS(listed, beside)]
    if faults:
        return faults
    everything = [*blocks, *block_text.iter_attachment_blocks(listed)]
    faults = [*_check_across_blocks(everything, at), *_check_counts(everything, at)]
    return faults or _notify_observers("message", {"blocks": blocks, "attachments": listed})


def check_view(view: Json) -> list[str]:
    """Return the faults in a modal or a Home tab."""
    at = BodyLocation("/view", str(view.get("type")))
    shape = VIEWS.get(at.surface)
    if shape is None:
        return [at.enter_key("type").format_fault(f"unsupported type: {at.surface}")]
    faults = [*shape(view, at)]
    faults = faults or [*_check_across_blocks(view["blocks"], at.enter_key("blocks")), *_check_submit(view, at)]
    return faults or _notify_observers(at.surface, view)


def _notify_observers(surface: str, good: Json) -> list[str]:
    for observe in OBSERVERS:
        observe(surface, good)
    return []


def _check_across_blocks(blocks: list[Json], at: BodyLocation) -> Faults:
    yield from _check_block_ids(blocks, at)
    for index, block in enumerate(blocks):
        yield from _check_action_ids(block, at.enter_key(index))
    focused = [element for _, element in block_text.iter_block_elements(blocks) if element.get("focus_on_load")]
    if len(focused) > 1:
        yield at.format_fault("only one element may have focus_on_load")


def _check_block_ids(blocks: list[Json], at: BodyLocation) -> Faults:
    ids = Counter(block["block_id"] for block in _iter_blocks(blocks) if "block_id" in block)
    for block_id, times in ids.items():
        if times > 1:
            yield at.format_fault(f"block_id {block_id!r} already exists")


def _iter_blocks(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _iter_blocks(block.get("child_blocks", []))
        if block["type"] == "carousel":
            yield from block["elements"]


def _check_action_ids(block: Json, at: BodyLocation) -> Faults:
    """Check that action ids are unique in each block; children of containers and carousels are blocks too."""
    inner: list[Json] = block["elements"] if block["type"] == "carousel" else block.get("child_blocks") or []
    for index, child in enumerate(inner):
        yield from _check_action_ids(child, at.enter_key(index))
    if inner:
        return
    ids = Counter(_iter_action_ids(block))
    for action_id, times in ids.items():
        if times > 1:
            yield at.format_fault(f"action_id {action_id!r} already exists")


def _iter_action_ids(block: Json) -> Iterator[str]:
    held = [*block.get("elements", []), *block.get("actions", [])]
    for element in (*held, block.get("accessory", {}), block.get("element", {})):
        if "action_id" in element:
            yield element["action_id"]


def _check_counts(blocks: list[Json], at: BodyLocation) -> Faults:
    kinds = Counter(block["type"] for block in _iter_blocks(blocks))
    for kind, most in AT_MOST.items():
        if kinds[kind] > most:
            yield at.format_fault(f"no more than {most} {kind} allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN:
        yield at.format_fault(f"markdown must be less than {MARKDOWN + 1} characters in all")


def _check_submit(view: Json, at: BodyLocation) -> Faults:
    has_inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_inputs and "submit" not in view:
        yield at.format_fault("missing required field: submit (there are input blocks)")
