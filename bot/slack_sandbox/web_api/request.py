"""One call of one method: its arguments, read strictly."""

import json
from dataclasses import dataclass
from typing import Any

from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.scopes import require_scope
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.workspace import SlackWorkspace, WorkspaceChannel, WorkspaceUser

YES, NO = {"1", "true"}, {"0", "false", ""}


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
            raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {name} must be a string"]})
        return value

    def require_text(self, name: str) -> str:
        value = self.get_text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
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
        """A list, or the comma-separated string the SDK makes of one."""
        value = self.arguments.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def get_json(self, name: str, wrong: str) -> Any:
        """Structured arguments come as JSON, or as JSON within a form field. None if absent."""
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
        """By its id only. A private channel without the app in it does not exist for the app."""
        channel = self.workspace.channels.get(self.get_text(name))
        if channel is None or (channel.is_private and not channel.bot_is_member):
            raise SlackError("channel_not_found")
        return channel

    def require_user(self, name: str = "user") -> WorkspaceUser:
        user = self.workspace.users.get(self.get_text(name))
        if user is None:
            raise SlackError("user_not_found")
        return user
