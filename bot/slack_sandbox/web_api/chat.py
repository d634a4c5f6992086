"""chat.*: messages of the app."""

from typing import Any

from bot.slack_sandbox import posting
from bot.slack_sandbox.block_kit import check_message
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.slack_errors import Json, SlackError, build_validation_error
from bot.slack_sandbox.web_api.request import ApiCall
from bot.slack_sandbox.workspace import BOT_USER, WorkspaceChannel

UPDATE_TEXT = 4_000  # a post is cut at 40,000 characters; an update is refused at 4,000
BLOCK_CHARACTERS = 12_000


def post_message(call: ApiCall) -> Json:
    channel = _require_target(call)
    message = _compose_message(call, channel)
    if message.thread_ts and channel.find(message.thread_ts) is None:
        raise SlackError("thread_not_found")
    message.client_msg_id = call.get_text("client_msg_id")
    message.broadcast = call.get_flag("reply_broadcast", default=False)
    unfurl = call.get_flag("unfurl_links", default=True) or call.get_flag("unfurl_media", default=True)
    posting.add_message(call.workspace, channel, message, unfurl=unfurl)
    return {"channel": channel.id, "ts": message.ts, "message": message.build_message_payload()}


def post_ephemeral(call: ApiCall) -> Json:
    channel = _require_target(call)
    user = call.require_user()
    if not channel.has_member(user.id):
        raise SlackError("user_not_in_channel")
    message = posting.add_ephemeral(call.workspace, user.id, _compose_message(call, channel))
    return {"message_ts": message.ts}


def update_message(call: ApiCall) -> Json:
    channel = call.require_channel()
    message = _require_own_message(call, channel, "cant_update_message")
    text = call.get_text("text") if "text" in call.arguments else None
    blocks = parse_blocks(call) if "blocks" in call.arguments else None
    attachments = _parse_attachments(call, blocks or []) if "attachments" in call.arguments else None
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if text is not None and len(text) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    metadata = _parse_metadata(call)
    posting.edit_message(call.workspace, message, text=text, blocks=blocks, attachments=attachments, metadata=metadata)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.build_message_payload()}


def delete_message(call: ApiCall) -> Json:
    channel = call.require_channel()
    message = _require_own_message(call, channel, "cant_delete_message")
    posting.remove_message(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: ApiCall) -> Json:
    channel = call.require_channel()
    message = call.require_message(channel, "message_ts")
    link = f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": link + thread}


def parse_blocks(call: ApiCall) -> list[Json]:
    """Return the blocks of the call; raise SlackError if they are invalid."""
    blocks = call.get_json("blocks", "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    faults = check_message(blocks) or posting.find_workspace_faults(call.workspace, blocks)
    if faults:
        raise build_validation_error("invalid_blocks", faults)
    _check_length(blocks)
    return blocks


def _check_length(content: list[Json]) -> None:
    if count_characters(content) > BLOCK_CHARACTERS:
        raise SlackError("msg_blocks_too_long")


SAID = {"text", "title", "caption", "label", "name", "description", "alt_text"}


def count_characters(node: Any) -> int:
    """Count the characters of all texts in these blocks."""
    if isinstance(node, list):
        return sum(count_characters(each) for each in node)
    if not isinstance(node, dict):
        return 0
    return sum(len(v) if k in SAID and isinstance(v, str) else count_characters(v) for k, v in node.items())


def _require_target(call: ApiCall) -> WorkspaceChannel:
    """Return the channel if the app may post there; a user's id means the direct messages with them."""
    name = call.get_text("channel")
    channel = call.workspace.get_dm(name) if name in call.workspace.users else call.require_channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    public = not channel.is_private and call.has_scope("chat:write.public")
    if not channel.bot_is_member and not public:
        raise SlackError("not_in_channel")
    return channel


def _compose_message(call: ApiCall, channel: WorkspaceChannel) -> SlackMessage:
    blocks = parse_blocks(call)
    attachments = _parse_attachments(call, blocks)
    text = _compose_text(call, blocks)
    if {"username", "icon_url", "icon_emoji"} & set(call.arguments):
        call.require_scopes("chat:write.customize")
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    more = {"thread_ts": call.get_text("thread_ts"), "metadata": _parse_metadata(call)}
    return posting.build_app_message(call.workspace, channel, text, blocks, attachments, **more)


def _compose_text(call: ApiCall, blocks: list[Json]) -> str:
    text, markdown = call.get_text("text"), call.get_text("markdown_text")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > BLOCK_CHARACTERS:
        raise SlackError("msg_too_long")
    return text or markdown


def _parse_attachments(call: ApiCall, blocks: list[Json]) -> list[Json]:
    """Return the attachments of the call; raise SlackError if they are invalid, or too long beside `blocks`."""
    found = call.get_json("attachments", "invalid_attachments")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SlackError("invalid_attachments")
    faults = check_message(blocks, found)
    if faults:
        raise build_validation_error("invalid_attachments", faults)
    _check_length([*blocks, *found])
    return found


def _parse_metadata(call: ApiCall) -> Json | None:
    metadata = call.get_json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload", "entities"}
    if not shaped or not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    return dict(metadata)


def _require_own_message(call: ApiCall, channel: WorkspaceChannel, otherwise: str) -> SlackMessage:
    if channel.is_archived:
        raise SlackError("is_archived")
    message = call.require_message(channel, "ts")
    if message.user != BOT_USER:
        raise SlackError(otherwise)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update_message,
    "chat.delete": delete_message,
    "chat.getPermalink": get_permalink,
}
