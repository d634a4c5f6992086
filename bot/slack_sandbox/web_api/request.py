"""One call of a Web API method, and strict access to its arguments."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.method_rules import require_scope
from bot.slack_sandbox.slack_errors import Json, SlackError, build_validation_error
from bot.slack_sandbox.workspace import SlackWorkspace, WorkspaceChannel, WorkspaceUser

T = TypeVar("T")
YES, NO = {"1", "true"}, {"0", "false", ""}
PAGE_DEFAULT, PAGE_MOST = 100, 1000


@dataclass(frozen=True)
class ApiCall:
    method: str
    arguments: Json
    app: AppInstallation

    @property
    def workspace(self) -> SlackWorkspace:
        return self.app.workspace

    def get_text(self, name: str) -> str:
        value = self.arguments.get(name, "")
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str):
            raise build_validation_error("invalid_arguments", [f"[ERROR] {name} must be a string"])
        return value

    def require_text(self, name: str) -> str:
        value = self.get_text(name)
        if not value:
            raise build_validation_error("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def get_flag(self, name: str, *, default: bool) -> bool:
        value = self.arguments.get(name, default)
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        if word not in YES | NO:
            raise SlackError("invalid_arguments")
        return word in YES

    def get_number(self, name: str, default: int) -> int:
        value = self.get_text(name)
        if value and not value.isdigit():
            raise SlackError("invalid_limit")
        return int(value) if value else default

    def get_list(self, name: str) -> list[str]:
        """Return a list, which the SDK may have joined with commas."""
        value = self.arguments.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def get_json(self, name: str, wrong: str) -> Any:
        """Return a structured argument, which a form carries as a JSON string; None if absent."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(wrong) from None

    def has_scope(self, *scopes: str) -> bool:
        return bool(set(scopes) & set(self.app.scopes))

    def require_scopes(self, *scopes: str) -> None:
        require_scope(self.app.scopes, scopes)

    def require_channel(self, name: str = "channel") -> WorkspaceChannel:
        """Find the channel by its id. A private channel that the app is not in does not exist for it."""
        channel = self.workspace.channels.get(self.get_text(name))
        if channel is None or (channel.is_private and not channel.bot_is_member):
            raise SlackError("channel_not_found")
        return channel

    def require_joined_channel(self, name: str = "channel") -> WorkspaceChannel:
        channel = self.require_channel(name)
        if channel.is_archived:
            raise SlackError("is_archived")
        if not channel.bot_is_member:
            raise SlackError("not_in_channel")
        return channel

    def require_message(self, channel: WorkspaceChannel, name: str) -> SlackMessage:
        message = channel.find(self.get_text(name))
        if message is None:
            raise SlackError("message_not_found")
        return message

    def require_user(self, name: str = "user") -> WorkspaceUser:
        user = self.workspace.users.get(self.get_text(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def paginate(self, everything: Sequence[T]) -> tuple[Sequence[T], Json]:
        """Return the page that the cursor asks for, and the metadata with the next cursor."""
        cursor, size = self.get_text("cursor"), min(self.get_number("limit", PAGE_DEFAULT) or PAGE_DEFAULT, PAGE_MOST)
        if cursor and not cursor.removeprefix("page").isdigit():
            raise SlackError("invalid_cursor")
        start = int(cursor.removeprefix("page")) if cursor else 0
        end = start + size
        further = f"page{end}" if end < len(everything) else ""
        return everything[start:end], {"response_metadata": {"next_cursor": further}}
