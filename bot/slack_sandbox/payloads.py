"""The request bodies that Slack sends when a person does something."""

from dataclasses import dataclass

from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.interactive_elements import Surface
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.response_urls import ResponseUrls
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import SlackView, read_initial_values
from bot.slack_sandbox.workspace import APP_ID, BOT_ID, BOT_USER, WorkspaceChannel, WorkspaceUser


@dataclass(frozen=True)
class PayloadBuilder:
    app: AppInstallation
    urls: ResponseUrls

    def build_message_actions(self, user: WorkspaceUser, message: SlackMessage, actions: list[Json]) -> Json:
        channel = self.app.workspace.channels[message.channel]
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container["is_ephemeral"] = bool(message.ephemeral_to)
        if attachment := message.find_attachment_id(actions[0]["block_id"]):
            container |= {"type": "message_attachment", "attachment_id": attachment, "is_app_unfurl": False}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return self._build_frame("block_actions", user) | {
            "container": container,
            "trigger_id": self.app.triggers.issue_trigger(user.id),
            "channel": _format_channel(channel),
            "message": message.build_message_payload() | {"team": self.app.workspace.team_id},
            "state": {"values": _collect_state(message)},
            "response_url": self.urls.issue_url(user.id, channel.id, message),
            "actions": actions,
        }

    def build_view_actions(self, user: WorkspaceUser, view: SlackView, actions: list[Json]) -> Json:
        return self._build_frame("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.app.triggers.issue_trigger(user.id, view.id if view.type == "modal" else ""),
            "view": self.build_view(view),
            "actions": actions,
        }

    def build_suggestion(self, user: WorkspaceUser, holder: Surface, block: Json, element: Json, typed: str) -> Json:
        asked = {"block_id": block["block_id"], "action_id": element["action_id"], "value": typed}
        if isinstance(holder, SlackView):
            return self._build_frame("block_suggestion", user) | asked | {"view": self.build_view(holder)}
        return self._build_frame("block_suggestion", user) | asked | {"message": holder.build_message_payload()}

    def build_view_submission(self, user: WorkspaceUser, view: SlackView, response_urls: list[Json]) -> Json:
        return self._build_frame("view_submission", user) | {
            "trigger_id": self.app.triggers.issue_trigger(user.id, view.id),
            "view": self.build_view(view),
            "response_urls": response_urls,
        }

    def build_view_closed(self, user: WorkspaceUser, view: SlackView, *, cleared: bool) -> Json:
        return self._build_frame("view_closed", user) | {"view": self.build_view(view), "is_cleared": cleared}

    def build_message_shortcut(self, user: WorkspaceUser, callback_id: str, message: SlackMessage) -> Json:
        channel = self.app.workspace.channels[message.channel]
        return self._build_frame("message_action", user) | {
            "callback_id": callback_id,
            "trigger_id": self.app.triggers.issue_trigger(user.id),
            "action_ts": self.app.workspace.stamps.issue_ts(),
            "message_ts": message.ts,
            "channel": _format_channel(channel),
            "message": message.build_message_payload(),
            "response_url": self.urls.issue_url(user.id, channel.id, message if message.user == BOT_USER else None),
        }

    def build_global_shortcut(self, user: WorkspaceUser, callback_id: str) -> Json:
        return self._build_frame("shortcut", user) | {
            "callback_id": callback_id,
            "trigger_id": self.app.triggers.issue_trigger(user.id),
            "action_ts": self.app.workspace.stamps.issue_ts(),
        }

    def build_command(self, user: WorkspaceUser, command: str, text: str, channel: WorkspaceChannel) -> Json:
        """All values are strings, since the body is form-encoded."""
        return {
            "token": "sandbox-verification-token",
            "team_id": user.team,
            "team_domain": self.app.workspace.domain,
            "channel_id": channel.id,
            "channel_name": _format_channel(channel)["name"],
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self.urls.issue_url(user.id, channel.id),
            "trigger_id": self.app.triggers.issue_trigger(user.id),
        }

    def build_event(self, event: Json) -> Json:
        team = self.app.workspace.team_id
        installed = {"enterprise_id": None, "team_id": team, "user_id": BOT_USER, "is_bot": True}
        return {
            "token": "sandbox-verification-token",
            "team_id": team,
            "api_app_id": APP_ID,
            "type": "event_callback",
            "event_id": f"Ev{self.app.workspace.issue_number():08d}",
            "event_time": int(self.app.now()),
            "authorizations": [installed | {"is_enterprise_install": False}],
            "event": event,
        }

    def build_view(self, view: SlackView) -> Json:
        return view.build_view_payload(self.app.workspace.team_id, APP_ID, BOT_ID)

    def _build_frame(self, kind: str, user: WorkspaceUser) -> Json:
        return {
            "type": kind,
            "token": "sandbox-verification-token",
            "api_app_id": APP_ID,
            "team": {"id": user.team, "domain": self.app.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        }


def _collect_state(message: SlackMessage) -> Json:
    """Return the state of the message's elements. Slack keeps one per person, the sandbox one per message."""
    initial = read_initial_values(message.all_blocks)
    return {
        block_id: actions | {a: s for a, s in message.values.get(block_id, {}).items() if a in actions}
        for block_id, actions in initial.items()
    }


def _format_channel(channel: WorkspaceChannel) -> Json:
    name = "directmessage" if channel.im_with else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}
