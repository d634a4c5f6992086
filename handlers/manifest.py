"""The app manifest for Slack: events, commands, and the fewest scopes that are needed."""

from typing import Any

from bot.cards import action_ids
from handlers.commands import COMMANDS
from handlers.commands.slash_command import SlashCommand
from handlers.events import LEAVING

SCOPES = {
    "chat:write": "posts and edits cards, and sends direct messages",
    "commands": "/sentiment, /oncall, /crisis, /earshot, and the shortcut in the menu of messages",
    "usergroups:read": "finds who is in the user groups that the playbook lists as deputies",
}
"""No scope reads a channel: a shortcut brings its message, and the ids of cards are stored."""
OPTIONAL = {
    "channels:manage": "gives a declared crisis a channel of its own",
    "channels:read": "lets `earshot check` find out whether Earshot is missing from a public channel, and finds the "
    "channel of a crisis again if Slack's answer was lost",
    "files:write": "sends exports as files in direct messages, and charts as pictures where Slack draws none",
    "groups:read": "the same for a private channel",
    "pins:write": "pins the head card of a declared crisis in its channel",
    "pins:read": "adds what people pin in that channel to its timeline",
    "dnd:read": "lets a page skip people whose do-not-disturb is on",
    "users:read": "lets `earshot check` find people on call who aren't in this workspace, and /oncall use each "
    "person's time zone",
    "usergroups:write": "keeps a user group in sync with who is on call, if a schedule names one",
}
EVENTS = ("app_home_opened", "pin_added", *LEAVING)
SHORTCUTS = {action_ids.FLAG_MENTION: ("Flag for a department", "Opens a case for something Earshot missed")}


def build_manifest(
    *, socket_mode: bool, request_url: str | None = None, redirect_url: str | None = None, name: str = "Earshot"
) -> dict[str, Any]:
    """Return the manifest. `request_url` is the full URL of `/slack/events`; Socket Mode needs none.

    `redirect_url` is that of `/slack/oauth_redirect`, for an app that workspaces and organisations install by a link.
    """
    if not socket_mode and not request_url:
        raise ValueError("over HTTP, Slack needs to know where to send requests: give the address of /slack/events")
    url = {} if socket_mode else {"request_url": request_url}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": "Spots public posts about you and routes each one to someone who can answer.",
            "background_color": "#1f3a34",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [_build_command(command, url) for command in COMMANDS.values()],
            "shortcuts": [
                {"name": label, "type": "message", "callback_id": callback, "description": what}
                for callback, (label, what) in SHORTCUTS.items()
            ],
        },
        "oauth_config": _build_oauth_config(redirect_url),
        "settings": {
            "event_subscriptions": {**url, "bot_events": [*EVENTS]},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": bool(redirect_url),
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _build_command(command: SlashCommand, url: dict[str, str | None]) -> dict[str, Any]:
    """Build a slash command, which needs the request URL under a key of its own."""
    return {
        "command": command.name,
        "description": command.description,
        "usage_hint": command.usage_hint,
        "should_escape": True,
        **({"url": url["request_url"]} if url else {}),
    }


def _build_oauth_config(redirect_url: str | None) -> dict[str, Any]:
    redirect = {"redirect_urls": [redirect_url]} if redirect_url else {}
    return {"scopes": {"bot": [*SCOPES], "bot_optional": [*OPTIONAL]}, **redirect}
