"""The methods that stand alone: who am I, sockets, reactions, pins, bookmarks, files."""

from bot.sandbox import posting
from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.installation import Upload
from bot.sandbox.messages import Message
from bot.sandbox.web_api.call import Call
from bot.sandbox.workspace import BOT_ID, BOT_USER, TEAM_ID, Channel


def auth_test(call: Call) -> Json:
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.name,
        "team_id": TEAM_ID,
        "user": call.workspace.users[BOT_USER].name,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    return {"url": call.app.ticket()}


def add_reaction(call: Call) -> Json:
    channel = _inside(call)
    message, name = _message(channel, call.text("timestamp")), call.needed("name")
    users = message.reactions.setdefault(name, [])
    if BOT_USER in users:
        raise SlackError("already_reacted")
    users.append(BOT_USER)
    call.workspace.feed.add(ChangeKind.REACTED, channel=channel.id, ts=message.ts, user=BOT_USER, name=name)
    return {}


def add_pin(call: Call) -> Json:
    channel = _inside(call)
    message = _message(channel, call.text("timestamp"))
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(message.ts)
    return {}


def add_bookmark(call: Call) -> Json:
    channel = call.channel("channel_id")
    bookmark = {"title": call.needed("title"), "type": call.needed("type"), "link": call.text("link")}
    if bookmark["type"] == "link" and not bookmark["link"].startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    channel.bookmarks.append({"id": f"Bk{call.workspace.number():06d}", "channel_id": channel.id, **bookmark})
    return {"bookmark": channel.bookmarks[-1]}


def get_upload_url(call: Call) -> Json:
    length = call.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments")
    upload = Upload(f"F{call.workspace.number():06d}", call.needed("filename"), length)
    call.app.uploads[upload.id] = upload
    return {"upload_url": f"{call.app.base_url}/upload/{upload.id}", "file_id": upload.id}


def complete_upload(call: Call) -> Json:
    listed = call.json("files", "invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments")
    files = [_complete(call, each) for each in listed]
    if call.text("channel_id"):
        _share(call, files)
    return {"files": files}


def _complete(call: Call, listed: Json) -> Json:
    upload = call.app.uploads.get(listed.get("id", ""))
    if upload is None or upload.content is None:
        raise SlackError("file_not_found")
    upload.title = listed.get("title", upload.name)
    return {"id": upload.id, "name": upload.name, "title": upload.title, "size": len(upload.content)}


def _share(call: Call, files: list[Json]) -> None:
    channel = call.channel("channel_id")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    comment, thread_ts = call.text("initial_comment"), call.text("thread_ts")
    message = posting.from_app(call.workspace, channel, comment, [], thread_ts=thread_ts, files=files)
    posting.post(call.workspace, channel, message)


def _inside(call: Call) -> Channel:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    return channel


def _message(channel: Channel, ts: str) -> Message:
    message = channel.find(ts)
    if message is None:
        raise SlackError("message_not_found")
    return message


METHODS = {
    "auth.test": auth_test,
    "apps.connections.open": open_connection,
    "reactions.add": add_reaction,
    "pins.add": add_pin,
    "bookmarks.add": add_bookmark,
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
