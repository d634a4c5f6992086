"""What a person can pick in an element, and the action Slack makes of it."""

from typing import Any

from bot.slack_sandbox import block_text
from bot.slack_sandbox.results import ClientRefusedError
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import STATE_KEYS

SEVERAL = {"checkboxes", "multi_static_select", "multi_external_select"}
ONE = {"static_select", "external_select", "radio_buttons", "overflow"}


class ElementNotFoundError(ClientRefusedError):
    """Nothing of that name can be pressed or picked here, for whoever writes a test; a page says it its own way."""


def find_element(holder: Any, wanted: str, block_id: str | None) -> tuple[Json, Json]:
    """The element with this action id, or with these words on it; NotThere if it is not there."""
    candidates = _list_candidates(holder, block_id)
    by_id = [(b, e) for b, e in candidates if e["action_id"] == wanted]
    by_label = [(b, e) for b, e in candidates if block_text.read_text_object(e.get("text")) == wanted]
    found = by_id or by_label
    if not found:
        there = sorted({e["action_id"] for _, e in candidates})
        raise ElementNotFoundError(f"there is no {wanted!r} here, only {there}")
    return found[0]


def find_element_with_value(holder: Any, wanted: str, value: str | None, block_id: str | None) -> tuple[Json, Json]:
    """As `find_element`; where several share an action id, the one with this value."""
    if value is None:
        return find_element(holder, wanted, block_id)
    for block, element in _list_candidates(holder, block_id):
        if element["action_id"] == wanted and element.get("value") == value:
            return block, element
    raise ElementNotFoundError(f"there is no {wanted!r} with the value {value!r} here")


def _list_candidates(holder: Any, block_id: str | None) -> list[tuple[Json, Json]]:
    """In that block; in all where it is gone: a block without a name of its own gets a new one whenever its message
    is drawn anew, and a person clicks on what they still see.
    """
    there = list(block_text.iter_block_elements(holder.blocks))
    return [(block, element) for block, element in there if block.get("block_id") == block_id] or there


def list_options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def pick_option(options: list[Json], wanted: Any) -> Json:
    """By value or by what is written on it."""
    for option in options:
        if wanted in {option.get("value"), block_text.read_text_object(option.get("text"))}:
            return option
    raise ClientRefusedError(f"there is no option {wanted!r}, only {[option.get('value') for option in options]}")


def build_state_value(element: Json, value: Any, options: list[Json]) -> Any:
    """What stands in the element once a person has put `value` there."""
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
    """`chosen` is what the person's gesture adds: a value, a selected option, …"""
    made = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    for key in ("text", "placeholder"):
        if key in element:
            made[key] = element[key]
    return made | chosen | {"action_ts": ts}


def build_selection(element: Json, value: Any, options: list[Json]) -> Json:
    key = "selected_option" if element["type"] == "overflow" else STATE_KEYS.get(element["type"], "value")
    return {key: build_state_value(element, value, options)}
