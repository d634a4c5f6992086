"""chat.*: what an app says."""

from typing import Any

from bot.sandbox import posting
from bot.sandbox.blocks import check_message
from bot.sandbox.errors import Json, SlackError, invalid
from bot.sandbox.messages import Message
from bot.sandbox.web_api.call import Call
from bot.sandbox.workspace import BOT_USER, Channel

UPDATE_TEXT = 4_000  # a post is cut at 40,000 characters; an update is refused at 4,000
BLOCK_CHARACTERS = 12_000


def post_message(call: Call) -> Json:
    channel = _target(call)
    _may_speak(call, channel)
    message = _composed(call, channel)
    if message.thread_ts and channel.find(message.thread_ts) is None:
        raise SlackError("thread_not_found")
    message.client_msg_id = call.text("client_msg_id")
    message.broadcast = call.flag("reply_broadcast", default=False)
    unfurl = call.flag("unfurl_links", default=True) or call.flag("unfurl_media", default=True)
    posting.post(call.workspace, channel, message, unfurl=unfurl)
    return {"channel": channel.id, "ts": message.ts, "message": message.payload()}


def post_ephemeral(call: Call) -> Json:
    channel = _target(call)
    _may_speak(call, channel)
    user = call.user()
    if not channel.holds(user.id):
        raise SlackError("user_not_in_channel")
    message = posting.whisper(call.workspace, user.id, _composed(call, channel))
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    text = call.text("text") if "text" in call.arguments else None
    blocks = read_blocks(call) if "blocks" in call.arguments else None
    attachments = _attachments(call) if "attachments" in call.arguments else None
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if text is not None and len(text) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    posting.edit(call.workspace, message, text=text, blocks=blocks, attachments=attachments, metadata=_metadata(call))
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.payload()}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    posting.delete(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = channel.find(call.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": link + thread}


def read_blocks(call: Call) -> list[Json]:
    """The blocks of the call, once nothing is wrong with them."""
    blocks = call.json("blocks", "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    faults = check_message(blocks)
    if faults:
        raise invalid("invalid_blocks", faults)
    if characters(blocks) > BLOCK_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return blocks


SAID = {"text", "title", "caption", "label", "name", "description", "alt_text"}


def characters(node: Any) -> int:
    """How much is said in these blocks, all of them together."""
    if isinstance(node, list):
        return sum(characters(each) for each in node)
    if not isinstance(node, dict):
        return 0
    return sum(len(v) if k in SAID and isinstance(v, str) else characters(v) for k, v in node.items())


def _target(call: Call) -> Channel:
    """A user's id stands for the conversation with them."""
    name = call.text("channel")
    if name in call.workspace.users:
        return call.workspace.dm_with(name)
    return call.channel()


def _may_speak(call: Call, channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")
    public = not channel.is_private and call.granted("chat:write.public")
    if not channel.bot_is_member and not public:
        raise SlackError("not_in_channel")


def _composed(call: Call, channel: Channel) -> Message:
    blocks = read_blocks(call)
    attachments = _attachments(call)
    text = _text(call, blocks)
    if {"username", "icon_url", "icon_emoji"} & set(call.arguments):
        call.require("chat:write.customize")
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    return posting.from_app(
        call.workspace,
        channel,
        text,
        blocks,
        attachments=attachments,
        thread_ts=call.text("thread_ts"),
        metadata=_metadata(call),
    )


def _text(call: Call, blocks: list[Json]) -> str:
    text, markdown = call.text("text"), call.text("markdown_text")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > BLOCK_CHARACTERS:
        raise SlackError("msg_too_long")
    return text or markdown


def _attachments(call: Call) -> list[Json]:
    found = call.json("attachments", "invalid_attachments")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SlackError("invalid_attachments")
    for each in found:
        faults = check_message(each.get("blocks") or [])
        if faults:
            raise invalid("invalid_attachments", faults)
    return found


def _metadata(call: Call) -> Json | None:
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload", "entities"}
    if not shaped or not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    return dict(metadata)


def _own(call: Call, channel: Channel, otherwise: str) -> Message:
    if channel.is_archived:
        raise SlackError("is_archived")
    message = channel.find(call.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(otherwise)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
