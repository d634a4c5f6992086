"""Modals and Home tabs, and the state of their inputs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.slack_sandbox import block_text
from bot.slack_sandbox.block_text import BlockButton
from bot.slack_sandbox.slack_errors import Json

SWITCHES = ("clear_on_close", "notify_on_close", "submit_disabled")


@dataclass(eq=False)
class SlackView:
    id: str
    user: str
    body: Json
    hash: str
    conversation_id: str = ""
    previous_id: str = ""
    values: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.body.get("type", ""))

    @property
    def blocks(self) -> list[Json]:
        found: list[Json] = self.body.get("blocks", [])
        return found

    @property
    def title(self) -> str:
        return block_text.read_text_object(self.body.get("title"))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    def read_text(self) -> str:
        """Return the visible text, including the title and the labels of submit and close."""
        frame = [block_text.read_text_object(self.body.get(key)) for key in ("submit", "close")]
        return "\n".join(line for line in (self.title, block_text.read_block_text(self.blocks), *frame) if line)

    def find_buttons(self) -> dict[str, BlockButton]:
        return block_text.find_block_buttons(self.blocks)

    def iter_elements(self) -> Iterator[tuple[Json, Json]]:
        return block_text.iter_block_elements(self.blocks)

    def set_state(self, block_id: str, action_id: str, state: Json) -> None:
        self.values.setdefault(block_id, {})[action_id] = state

    def update(self, body: Json, new_hash: str) -> None:
        """Replace the view; input is kept where block id and action id stay the same."""
        old = self.values
        self.body, self.hash = body, new_hash
        self.values = read_initial_values(body.get("blocks", []))
        for block_id, actions in self.values.items():
            for action_id in actions:
                if action_id in old.get(block_id, {}):
                    actions[action_id] = old[block_id][action_id]

    def build_view_payload(self, team: str, app: str, bot: str) -> Json:
        shown: Json = {key: self.body.get(key, "") for key in ("callback_id", "private_metadata", "external_id")}
        shown |= {key: bool(self.body.get(key)) for key in SWITCHES}
        shown |= {key: self.body.get(key) for key in ("title", "submit", "close")}
        return shown | {
            "id": self.id,
            "team_id": team,
            "type": self.type,
            "blocks": self.blocks,
            "state": {"values": self.values},
            "hash": self.hash,
            "root_view_id": self.conversation_id or self.id,
            "previous_view_id": self.previous_id or None,
            "app_id": app,
            "app_installed_team_id": team,
            "bot_id": bot,
        }


STATE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}


def build_state(element: Json, value: Any) -> Json:
    return {"type": element["type"], STATE_KEYS[element["type"]]: value}


def read_initial_values(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """Return the initial state of the elements."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in block_text.iter_block_elements(blocks):
        kind = element["type"]
        if kind in STATE_KEYS:
            key = STATE_KEYS[kind]
            empty: Any = [] if key.endswith("s") else None
            initial = element.get("initial_" + key.removeprefix("selected_").removeprefix("rich_text_"), empty)
            values.setdefault(block["block_id"], {})[element["action_id"]] = build_state(element, initial)
    return values
