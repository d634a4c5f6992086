"""The validation of a modal's inputs by Slack's client, before anything is sent."""

import re
from typing import Any

from bot.slack_sandbox import block_text
from bot.slack_sandbox.results import ClientRefusedError
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import STATE_KEYS, SlackView

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def list_inputs(view: SlackView) -> list[Json]:
    return [block for block in view.blocks if block.get("type") == "input"]


def find_input(view: SlackView, name: str) -> Json:
    """Return the input block with this id, label, or action id of its element."""
    labels = [block_text.read_text_object(block["label"]) for block in list_inputs(view)]
    for block, label in zip(list_inputs(view), labels, strict=True):
        if name in {block["block_id"], label, block["element"]["action_id"]}:
            return block
    raise ClientRefusedError(f"there is no field {name!r} here, only {labels}")


def read_input_value(view: SlackView, block: Json) -> Any:
    element = block["element"]
    state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
    return state.get(STATE_KEYS[element["type"]])


def validate_inputs(view: SlackView) -> dict[str, str]:
    found = {block["block_id"]: _validate_input(block, read_input_value(view, block)) for block in list_inputs(view)}
    return {block_id: words for block_id, words in found.items() if words}


def _validate_input(block: Json, value: Any) -> str:
    if value is None or value in ("", []):
        return "" if block.get("optional") else "Please complete this required field."
    element = block["element"]
    if isinstance(value, str):
        return _validate_length(element, value) or _validate_type(element, value)
    most = element.get("max_selected_items", 100)
    return f"Please choose at most {most}." if isinstance(value, list) and len(value) > most else ""


def _validate_length(element: Json, value: str) -> str:
    if element["type"] != "plain_text_input":
        return ""
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _validate_type(element: Json, value: str) -> str:
    match element["type"]:
        case "email_text_input" if not EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not value.startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case "number_input":
            return _validate_number(element, value)
    return ""


def _validate_number(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    if float(value) < float(element.get("min_value", "-inf")):
        return f"Please enter a number of at least {element['min_value']}."
    if float(value) > float(element.get("max_value", "inf")):
        return f"Please enter a number of at most {element['max_value']}."
    return ""
