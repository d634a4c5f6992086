"""Whole messages and views: what no block can know about itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox import reading
from bot.sandbox.blocks.check import At, Check, Faults, flag, listed, text, thing, word
from bot.sandbox.blocks.layout import BLOCK
from bot.sandbox.blocks.objects import ID, plain_text
from bot.sandbox.errors import Json

IN_MESSAGE, IN_VIEW = 50, 100
AT_MOST = {"table": 1, "data_visualization": 2}
MARKDOWN = 12_000
META: Mapping[str, Check] = {"private_metadata": text(3000, 0), "callback_id": text(255, 0), "external_id": ID}
VIEWS: Mapping[str, Check] = {
    "modal": thing(
        {"type": word("modal"), "title": plain_text(24), "blocks": listed(BLOCK, 0, IN_VIEW)},
        {
            **META,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": thing({"type": word("home"), "blocks": listed(BLOCK, 0, IN_VIEW)}, META),
}


OBSERVERS: list[Callable[[str, Json], None]] = []
"""Called with each message or view that was found good, and what it is: message, modal or home. A test suite can hold
them against other descriptions of Block Kit.
"""


def check_message(blocks: list[Any]) -> list[str]:
    """Every fault in the blocks of a message, each with its place; none: they are good."""
    at = At("/blocks", "message")
    faults = [*listed(BLOCK, 0, IN_MESSAGE)(blocks, at)] or [*_across(blocks, at), *_counts(blocks, at)]
    return faults or _pass_on("message", {"blocks": blocks})


def check_view(view: Json) -> list[str]:
    """Every fault in a modal or a Home tab."""
    at = At("/view", str(view.get("type")))
    shape = VIEWS.get(at.surface)
    if shape is None:
        return [at.under("type").fault(f"unsupported type: {at.surface}")]
    faults = [*shape(view, at)] or [*_across(view["blocks"], at.under("blocks")), *_frame(view, at)]
    return faults or _pass_on(at.surface, view)


def _pass_on(surface: str, good: Json) -> list[str]:
    for observe in OBSERVERS:
        observe(surface, good)
    return []


def _across(blocks: list[Json], at: At) -> Faults:
    yield from _repeated(blocks, at)
    for index, block in enumerate(blocks):
        yield from _actions_once(block, at.under(index))
    focused = [element for _, element in reading.elements(blocks) if element.get("focus_on_load")]
    if len(focused) > 1:
        yield at.fault("only one element may have focus_on_load")


def _repeated(blocks: list[Json], at: At) -> Faults:
    ids = Counter(block["block_id"] for block in _all_blocks(blocks) if "block_id" in block)
    for block_id, times in ids.items():
        if times > 1:
            yield at.fault(f"block_id {block_id!r} already exists")


def _all_blocks(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _all_blocks(block.get("child_blocks", []))
        if block["type"] == "carousel":
            yield from block["elements"]


def _actions_once(block: Json, at: At) -> Faults:
    """Inside a container and a carousel, each child is a block of its own."""
    inner: list[Json] = block["elements"] if block["type"] == "carousel" else block.get("child_blocks") or []
    for index, child in enumerate(inner):
        yield from _actions_once(child, at.under(index))
    if inner:
        return
    ids = Counter(_action_ids(block))
    for action_id, times in ids.items():
        if times > 1:
            yield at.fault(f"action_id {action_id!r} already exists")


def _action_ids(block: Json) -> Iterator[str]:
    held = [*block.get("elements", []), *block.get("actions", [])]
    for element in (*held, block.get("accessory", {}), block.get("element", {})):
        if "action_id" in element:
            yield element["action_id"]


def _counts(blocks: list[Json], at: At) -> Faults:
    kinds = Counter(block["type"] for block in _all_blocks(blocks))
    for kind, most in AT_MOST.items():
        if kinds[kind] > most:
            yield at.fault(f"no more than {most} {kind} allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN:
        yield at.fault(f"markdown must be less than {MARKDOWN + 1} characters in all")


def _frame(view: Json, at: At) -> Faults:
    has_inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_inputs and "submit" not in view:
        yield at.fault("missing required field: submit (there are input blocks)")
