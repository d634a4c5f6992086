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

    def get_value(self, block: str) -> str:
        """Return what was selected or typed in an input; '' if nothing was, or if there is no such input."""
        state = self._values.get(block, {}).get(action_ids.INPUT, {})
        option = state.get("selected_option") or {}
        chosen = option.get("value") or next((state[key] for key in _CHOSEN if state.get(key)), "")
        return str(chosen).strip()

    def list_values(self, block: str) -> list[str]:
        """Return what was ticked in checkboxes; [] if nothing was, or if there are none."""
        state = self._values.get(block, {}).get(action_ids.INPUT, {})
        return [option["value"] for option in state.get("selected_options") or []]


def unescape_mrkdwn(words: str) -> str:
    """Return plain text: `<@U1|ana>` as @ana, `<#C1|care>` as care, `<https://a.example|here>` as the URL."""
    return html.unescape(_MARKUP.sub(lambda found: _resolve_markup(found[1]), words)).strip()


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
