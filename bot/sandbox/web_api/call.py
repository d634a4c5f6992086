"""One call of one method: its arguments, read strictly."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import Json, SlackError
from bot.sandbox.installation import Installation
from bot.sandbox.scopes import require
from bot.sandbox.workspace import Channel, User, Workspace

YES, NO = {"1", "true"}, {"0", "false", ""}


@dataclass(frozen=True)
class Call:
    method: str
    arguments: Json
    app: Installation

    @property
    def workspace(self) -> Workspace:
        return self.app.workspace

    def text(self, name: str) -> str:
        value = self.arguments.get(name, "")
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str):
            raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {name} must be a string"]})
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.arguments.get(name, default)
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        if word not in YES | NO:
            raise SlackError("invalid_arguments")
        return word in YES

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value and not value.isdigit():
            raise SlackError("invalid_limit")
        return int(value) if value else default

    def words(self, name: str) -> list[str]:
        """A list, or the comma-separated string the SDK makes of one."""
        value = self.arguments.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def json(self, name: str, wrong: str) -> Any:
        """Structured arguments come as JSON, or as JSON within a form field. None if absent."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(wrong) from None

    def granted(self, *scopes: str) -> bool:
        return bool(set(scopes) & set(self.app.scopes))

    def require(self, *scopes: str) -> None:
        require(self.app.scopes, scopes)

    def channel(self, name: str = "channel") -> Channel:
        """By its id only. A private channel without the app in it does not exist for the app."""
        channel = self.workspace.channels.get(self.text(name))
        if channel is None or (channel.is_private and not channel.bot_is_member):
            raise SlackError("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        user = self.workspace.users.get(self.text(name))
        if user is None:
            raise SlackError("user_not_found")
        return user
