"""The bodies Slack sends when a person does something."""

from dataclasses import dataclass

from bot.sandbox.errors import Json
from bot.sandbox.installation import Installation
from bot.sandbox.messages import Message
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.views import View, first_values
from bot.sandbox.workspace import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Channel, User


@dataclass(frozen=True)
class Payloads:
    app: Installation
    urls: ResponseUrls

    def block_actions_on_message(self, user: User, message: Message, actions: list[Json]) -> Json:
        channel = self.app.workspace.channels[message.channel]
        hidden = bool(message.ephemeral_to)
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": hidden}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return self._frame("block_actions", user) | {
            "container": container,
            "trigger_id": self.app.triggers.issue(user.id),
            "channel": _place(channel),
            "message": message.payload(),
            "state": {"values": _picked(message)},
            "response_url": self.urls.issue(user.id, channel.id, message),
            "actions": actions,
        }

    def block_actions_in_view(self, user: User, view: View, actions: list[Json]) -> Json:
        return self._frame("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.app.triggers.issue(user.id, view.id if view.type == "modal" else ""),
            "view": self.view(view),
            "actions": actions,
        }

    def block_suggestion(self, user: User, holder: Message | View, block: Json, action_id: str, typed: str) -> Json:
        asked = {"block_id": block["block_id"], "action_id": action_id, "value": typed}
        if isinstance(holder, View):
            return self._frame("block_suggestion", user) | asked | {"view": self.view(holder)}
        return self._frame("block_suggestion", user) | asked | {"message": holder.payload()}

    def submission(self, user: User, view: View, response_urls: list[Json]) -> Json:
        return self._frame("view_submission", user) | {
            "trigger_id": self.app.triggers.issue(user.id, view.id),
            "view": self.view(view),
            "response_urls": response_urls,
        }

    def closed(self, user: User, view: View, *, cleared: bool) -> Json:
        return self._frame("view_closed", user) | {"view": self.view(view), "is_cleared": cleared}

    def message_shortcut(self, user: User, callback_id: str, message: Message) -> Json:
        channel = self.app.workspace.channels[message.channel]
        return self._frame("message_action", user) | {
            "callback_id": callback_id,
            "trigger_id": self.app.triggers.issue(user.id),
            "action_ts": self.app.workspace.stamps.next(),
            "message_ts": message.ts,
            "channel": _place(channel),
            "message": message.payload(),
            "response_url": self.urls.issue(user.id, channel.id, message if message.user == BOT_USER else None),
        }

    def global_shortcut(self, user: User, callback_id: str) -> Json:
        return self._frame("shortcut", user) | {
            "callback_id": callback_id,
            "trigger_id": self.app.triggers.issue(user.id),
            "action_ts": self.app.workspace.stamps.next(),
        }

    def command(self, user: User, command: str, text: str, channel: Channel) -> Json:
        """All strings: it travels as a form."""
        return {
            "token": "sandbox-verification-token",
            "team_id": user.team,
            "team_domain": self.app.workspace.domain,
            "channel_id": channel.id,
            "channel_name": _place(channel)["name"],
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self.urls.issue(user.id, channel.id),
            "trigger_id": self.app.triggers.issue(user.id),
        }

    def event(self, event: Json) -> Json:
        installed = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER, "is_bot": True}
        return {
            "token": "sandbox-verification-token",
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "type": "event_callback",
            "event_id": f"Ev{self.app.workspace.number():08d}",
            "event_time": int(self.app.now()),
            "authorizations": [installed | {"is_enterprise_install": False}],
            "event": event,
        }

    def view(self, view: View) -> Json:
        return view.payload(TEAM_ID, APP_ID, BOT_ID)

    def _frame(self, kind: str, user: User) -> Json:
        return {
            "type": kind,
            "token": "sandbox-verification-token",
            "api_app_id": APP_ID,
            "team": {"id": user.team, "domain": self.app.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        }


def _picked(message: Message) -> Json:
    """Slack has one state for each person; the sandbox keeps one for each message."""
    initial = first_values(message.blocks)
    return {
        block_id: actions | {a: s for a, s in message.values.get(block_id, {}).items() if a in actions}
        for block_id, actions in initial.items()
    }


def _place(channel: Channel) -> Json:
    name = "directmessage" if channel.im_with else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}
