"""What Slack's client checks in a modal before it sends anything."""

import re
from typing import Any

from bot.sandbox import reading
from bot.sandbox.errors import Json
from bot.sandbox.outcomes import Refused
from bot.sandbox.views import STATE_KEYS, View

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def inputs(view: View) -> list[Json]:
    return [block for block in view.blocks if block.get("type") == "input"]


def field(view: View, named: str) -> Json:
    """An input block, by its id, its label, or the action id of its element."""
    for block in inputs(view):
        if named in {block["block_id"], reading.plain(block["label"]), block["element"]["action_id"]}:
            return block
    labels = [reading.plain(block["label"]) for block in inputs(view)]
    raise Refused(f"there is no field {named!r} here, only {labels}")


def value_in(view: View, block: Json) -> Any:
    element = block["element"]
    state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
    return state.get(STATE_KEYS[element["type"]])


def mistakes(view: View) -> dict[str, str]:
    found = {block["block_id"]: _mistake(block, value_in(view, block)) for block in inputs(view)}
    return {block_id: words for block_id, words in found.items() if words}


def _mistake(block: Json, value: Any) -> str:
    if value is None or value in ("", []):
        return "" if block.get("optional") else "Please complete this required field."
    element = block["element"]
    if isinstance(value, str):
        return _length(element, value) or _kind(element, value)
    most = element.get("max_selected_items", 100)
    return f"Please choose at most {most}." if isinstance(value, list) and len(value) > most else ""


def _length(element: Json, value: str) -> str:
    if element["type"] != "plain_text_input":
        return ""
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _kind(element: Json, value: str) -> str:
    match element["type"]:
        case "email_text_input" if not EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not value.startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case "number_input":
            return _number(element, value)
    return ""


def _number(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    if float(value) < float(element.get("min_value", "-inf")):
        return f"Please enter a number of at least {element['min_value']}."
    if float(value) > float(element.get("max_value", "inf")):
        return f"Please enter a number of at most {element['max_value']}."
    return ""
