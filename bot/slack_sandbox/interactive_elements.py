"""Interactive elements: how one is found, which values it takes, and the action payload Slack builds from it."""

from typing import Any

from bot.slack_sandbox import block_text
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.results import ClientRefusedError
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import STATE_KEYS, SlackView

Surface = SlackMessage | SlackView

SEVERAL = {"checkboxes", "multi_static_select", "multi_external_select"}
ONE = {"static_select", "external_select", "radio_buttons", "overflow"}


class ElementNotFoundError(ClientRefusedError):
    """No element matches. The message helps the author of a test; the page explains it in its own words."""


def find_element(holder: Surface, wanted: str, block_id: str, value: str | None = None) -> tuple[Json, Json]:
    """Return block and element with this action id or label (and value); raise ElementNotFoundError if none fits."""
    candidates = _list_candidates(holder, block_id)
    if value is not None:
        candidates = [(b, e) for b, e in candidates if e.get("value") == value]
    by_id = [(b, e) for b, e in candidates if e["action_id"] == wanted]
    by_label = [(b, e) for b, e in candidates if block_text.read_text_object(e.get("text")) == wanted]
    found = by_id or by_label
    if not found:
        there = sorted({e["action_id"] for _, e in candidates})
        raise ElementNotFoundError(f"there is no {wanted!r} here, only {there}")
    return found[0]


def _list_candidates(holder: Surface, block_id: str) -> list[tuple[Json, Json]]:
    """Return the elements of that block, or all if it is gone: generated block ids change with each redraw."""
    there = list(holder.iter_elements())
    return [(block, element) for block, element in there if block.get("block_id") == block_id] or there


def list_options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def pick_option(options: list[Json], wanted: Any) -> Json:
    """Return the option with this value or label."""
    for option in options:
        if wanted in {option.get("value"), block_text.read_text_object(option.get("text"))}:
            return option
    raise ClientRefusedError(f"there is no option {wanted!r}, only {[option.get('value') for option in options]}")


def build_state_value(element: Json, value: Any, options: list[Json]) -> Any:
    """Return the state of the element after a person has entered `value`."""
    kind = element["type"]
    if kind in SEVERAL:
        return [pick_option(options, each) for each in value]
    if kind in ONE:
        return None if value is None else pick_option(options, value)
    if kind.startswith("multi_"):
        return list(value)
    if kind == "rich_text_input" and isinstance(value, str):
        run = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
        return {"type": "rich_text", "elements": [run]}
    if kind.endswith("_input") and kind != "file_input":
        return None if value in {None, ""} else str(value)
    return value


def build_action(block: Json, element: Json, ts: str, chosen: Json) -> Json:
    """`chosen` is what the interaction adds: a value, a selected option, …"""
    made = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    for key in ("text", "placeholder"):
        if key in element:
            made[key] = element[key]
    return made | chosen | {"action_ts": ts}


def build_selection(element: Json, value: Any, options: list[Json]) -> Json:
    key = "selected_option" if element["type"] == "overflow" else STATE_KEYS.get(element["type"], "value")
    return {key: build_state_value(element, value, options)}
