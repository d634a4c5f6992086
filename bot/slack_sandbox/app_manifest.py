"""The manifest of the installed app, which limits what is delivered to it."""

from dataclasses import dataclass

from bot.slack_sandbox.results import ClientRefusedError
from bot.slack_sandbox.slack_errors import Json


@dataclass(frozen=True)
class AppManifest:
    scopes: tuple[str, ...]
    commands: dict[str, bool]  # and whether each has `should_escape`
    shortcuts: dict[str, str]  # callback id → message or global
    events: frozenset[str]
    interactive: bool
    home: bool
    takes_messages: bool
    """Whether people may send direct messages to the app."""
    command_listing: tuple[Json, ...]
    """As the client lists them: command, description, usage_hint."""
    shortcut_listing: tuple[Json, ...]

    @classmethod
    def parse(cls, body: Json) -> "AppManifest":
        """Parse an app manifest as it is pasted into Slack; missing parts count as empty."""
        features, settings = body.get("features", {}), body.get("settings", {})
        scopes = body.get("oauth_config", {}).get("scopes", {})
        commands, shortcuts = features.get("slash_commands", []), features.get("shortcuts", [])
        home = features.get("app_home", {})
        return cls(
            scopes=(*scopes.get("bot", ()), *scopes.get("bot_optional", ())),
            commands={c["command"]: c.get("should_escape", False) for c in commands},
            shortcuts={s["callback_id"]: s["type"] for s in shortcuts},
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            interactive=bool(settings.get("interactivity", {}).get("is_enabled")),
            home=bool(home.get("home_tab_enabled")),
            takes_messages=bool(home.get("messages_tab_enabled")) and not home.get("messages_tab_read_only_enabled"),
            command_listing=tuple(_select_keys(c, "command", "description", "usage_hint") for c in commands),
            shortcut_listing=tuple(_select_keys(s, "name", "callback_id", "type", "description") for s in shortcuts),
        )

    def require_command(self, command: str) -> None:
        if command not in self.commands:
            raise ClientRefusedError(f"{command} is not a valid command")

    def require_shortcut(self, callback_id: str, kind: str) -> None:
        if self.shortcuts.get(callback_id) != kind or not self.interactive:
            raise ClientRefusedError(f"the app has no {kind} shortcut {callback_id!r}")

    def require_home(self) -> None:
        if not self.home:
            raise ClientRefusedError("the app has no Home tab")

    def require_interactivity(self) -> None:
        if not self.interactive:
            raise ClientRefusedError("this app is not configured to handle interactive responses")


def _select_keys(source: Json, *keys: str) -> Json:
    return {key: source.get(key, "") for key in keys}


def get_subscription_name(event: Json) -> str:
    """Return the name under which an app subscribes to this event."""
    return f"message.{event['channel_type']}" if event["type"] == "message" else str(event["type"])
