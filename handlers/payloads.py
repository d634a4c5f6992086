"""Parse what Slack sends: submitted modals, and text in Slack's markup."""

import html
import re
from typing import Any

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.sanitize import sanitize_url

_MARKUP = re.compile(r"<([^<>]*)>")
_CHOSEN = ("selected_user", "value")


class SubmittedModal:
    """The state and metadata of a submitted modal."""

    def __init__(self, view: dict[str, Any]) -> None:
        self._values: dict[str, Any] = view["state"]["values"]
        self.origin = ModalMetadata.from_json(view["private_metadata"])

    def has_input(self, block: str) -> bool:
        """Whether the modal has this input, filled in or not."""
        return block in self._values

    def find_block(self, prefix: str) -> str:
        """Return the id of the input that begins with this; the prefix itself if there is none."""
        return next((one for one in self._values if one.startswith(prefix)), prefix)

    def get_value(self, block: str) -> str:
        """Return what was selected or typed in an input; '' if nothing was, or if there is no such input."""
        state = self._values.get(block, {}).get(action_ids.INPUT, {})
        option = state.get("selected_option") or {}
        chosen = option.get("value") or next((state[key] for key in _CHOSEN if state.get(key)), "")
        return str(chosen).strip()

    def list_given(self) -> dict[str, str]:
        """Return what was typed in the fields for what was given, by the text of the offer; {} if nothing was."""
        offers = {block: action_ids.parse_given_block_id(block) for block in self._values}
        return {name: words for block, name in offers.items() if name and (words := self.get_value(block))}

    def list_values(self, block: str) -> list[str]:
        """Return what was ticked in checkboxes; [] if nothing was, or if there are none."""
        state = self._values.get(block, {}).get(action_ids.INPUT, {})
        return [option["value"] for option in state.get("selected_options") or []]


def read_reply_text(view: dict[str, Any]) -> tuple[int, str]:
    """Return the number in the block id of a reply's text, and the text."""
    form = SubmittedModal(view)
    block = form.find_block(action_ids.REPLY_TEXT)
    number = block.removeprefix(action_ids.REPLY_TEXT)
    return int(number) if number.isdecimal() else 0, form.get_value(block)


def find_modal(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the modal in which a button was pressed; None for one on a message or on the Home tab."""
    view = body.get("view") or {}
    return view if body.get("type") == "block_actions" and view.get("type") == "modal" else None


def find_home(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the Home tab on which something was pressed or chosen; None for anything else."""
    view = body.get("view") or {}
    return view if body.get("type") == "block_actions" and view.get("type") == "home" else None


def get_block_id(body: dict[str, Any]) -> str:
    """Return the id of the block with the button that was pressed."""
    pressed = body.get("actions") or [{}]
    return str(pressed[0].get("block_id", ""))


def read_origin(body: dict[str, Any], case_id: str, response_url: str) -> ModalMetadata:
    """Return where a modal is opened: that of the modal below it, or else the message with the button.

    A button in an attachment names its channel as others do. The Home tab has neither a channel nor a response_url.
    """
    if (modal := find_modal(body)) is not None:
        return ModalMetadata.from_json(modal["private_metadata"])._replace(case=case_id)
    if (home := find_home(body)) is not None:
        return ModalMetadata(case_id, home=home.get("private_metadata", ""), place=get_block_id(body))
    return ModalMetadata(case_id, response_url, (body.get("channel") or {}).get("id", ""))


def translate_menu_choice(body: dict[str, Any]) -> None:
    """Turn an option of a card's menu into a press of the button that it stands for, in place."""
    for action in body.get("actions") or ():
        if action.get("action_id") == action_ids.CASE_MENU and (option := action.get("selected_option")):
            pressed, case_id = action_ids.decode_menu_choice(option["value"])
            action.update(action_id=pressed, value=case_id)


def unescape_mrkdwn(words: str, *, keeps_people: bool = False) -> str:
    """Return plain text: `<@U1|ana>` as @ana, `<#C1|care>` as care, `<https://a.example|here>` as the URL.

    `keeps_people` leaves `<@U1|ana>` as it is, for what needs their ids.
    """

    def resolve(found: re.Match[str]) -> str:
        return found[0] if keeps_people and found[1].startswith("@") else _resolve_markup(found[1])

    return html.unescape(_MARKUP.sub(resolve, words)).strip()


def _resolve_markup(inside: str) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@{label or target[1:]}"
        case "#":
            return label or target
        case "!":
            return label or f"@{target[1:]}"
        case _:
            return target


def find_first_url(words: str) -> str:
    """Return the first URL in the words, or ''."""
    return next((word for word in words.split() if sanitize_url(word)), "")
