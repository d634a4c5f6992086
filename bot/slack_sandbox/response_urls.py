"""Response URLs: an app may use each five times within half an hour of an interaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.slack_sandbox import posting
from bot.slack_sandbox.block_kit import check_message
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.slack_errors import Json, SlackError, build_validation_error
from bot.slack_sandbox.workspace import SlackWorkspace

USES, LIFE = 5, 1800.0


@dataclass
class ReplyTarget:
    """Where a reply goes: to this person in this channel, about this message."""

    user: str
    channel: str
    origin: SlackMessage | None
    thread_ts: str
    at: float
    used: int = 0


class ResponseUrls:
    def __init__(self, workspace: SlackWorkspace, now: Callable[[], float]) -> None:
        self._workspace, self._now = workspace, now
        self._given: dict[str, ReplyTarget] = {}
        self.base_url = ""

    def issue_url(self, user: str, channel: str, origin: SlackMessage | None = None) -> str:
        token = f"r{len(self._given) + 1:06d}"
        thread_ts = origin.thread_ts if origin else ""
        self._given[token] = ReplyTarget(user, channel, origin, thread_ts, self._now())
        return f"{self.base_url}/respond/{token}"

    def post_reply(self, token: str, body: Any) -> None:
        """Post a reply or raise SlackError. An invalid body counts as a use, which is stricter than Slack."""
        place = self._given.get(token)
        if place is None:
            raise SlackError("no_such_url")
        if self._now() - place.at > LIFE:
            raise SlackError("expired_url")
        if place.used >= USES:
            raise SlackError("used_url")
        place.used += 1
        if not isinstance(body, dict):
            raise SlackError("invalid_payload")
        self._apply_reply(place, body)

    def _apply_reply(self, place: ReplyTarget, body: Json) -> None:
        switches = [body.get(key, False) for key in ("delete_original", "replace_original")]
        if not all(isinstance(switch, bool) for switch in switches):
            raise SlackError("invalid_payload")
        if body.get("delete_original"):
            self._delete_origin(place)
            return
        check_body(body)
        if faults := posting.find_workspace_faults(self._workspace, body.get("blocks") or []):
            raise build_validation_error("invalid_blocks", faults)
        if body.get("replace_original"):
            self._replace_origin(place, body)
        else:
            self.send_message(place, body)

    def _delete_origin(self, place: ReplyTarget) -> None:
        origin = self._require_origin(place)
        if origin.ephemeral_to:
            posting.remove_ephemeral(self._workspace, origin)
        else:
            posting.remove_message(self._workspace, self._workspace.channels[place.channel], origin)

    def _replace_origin(self, place: ReplyTarget, body: Json) -> None:
        origin = self._require_origin(place)
        text, blocks, attachments = body.get("text", ""), body.get("blocks") or [], body.get("attachments") or []
        posting.edit_message(
            self._workspace, origin, text=text, blocks=blocks, attachments=attachments, metadata=body.get("metadata")
        )

    def _require_origin(self, place: ReplyTarget) -> SlackMessage:
        if place.origin is None or place.origin.deleted:
            raise SlackError("message_not_found")
        return place.origin

    def send_message(self, place: ReplyTarget, body: Json) -> None:
        """Post a new message, ephemeral unless `response_type` is in_channel."""
        channel = self._workspace.channels[place.channel]
        kind = body.get("response_type", "ephemeral")
        if kind not in {"ephemeral", "in_channel"}:
            raise SlackError("invalid_response_type")
        text, blocks, attachments = body.get("text", ""), body.get("blocks") or [], body.get("attachments") or []
        thread_ts = body.get("thread_ts", place.thread_ts)
        message = posting.build_app_message(self._workspace, channel, text, blocks, attachments, thread_ts=thread_ts)
        if kind == "ephemeral":
            posting.add_ephemeral(self._workspace, place.user, message)
        else:
            posting.add_message(self._workspace, channel, message, unfurl=body.get("unfurl_links", True))

    def reply_to_command(self, user: str, channel: str, body: Json) -> None:
        """Post the body of an ack to a slash command."""
        check_body(body)
        self.send_message(ReplyTarget(user, channel, None, "", self._now()), body)


def check_body(body: Json) -> None:
    text, blocks, attachments = body.get("text", ""), body.get("blocks") or [], body.get("attachments") or []
    if not isinstance(text, str) or not (text or blocks or attachments):
        raise SlackError("no_text")
    faults = check_message(blocks, attachments)
    if faults:
        raise build_validation_error("invalid_blocks", faults)
