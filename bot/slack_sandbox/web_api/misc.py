"""auth.test, apps.connections.open, reactions.*, pins.*, bookmarks.* and files.*"""

from bot.slack_sandbox import posting
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api.request import ApiCall
from bot.slack_sandbox.workspace import BOT_ID, BOT_USER, FileUpload


def describe_token(call: ApiCall) -> Json:
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.name,
        "team_id": call.workspace.team_id,
        "user": call.workspace.users[BOT_USER].name,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(call: ApiCall) -> Json:
    return {"url": call.app.issue_socket_url()}


def add_reaction(call: ApiCall) -> Json:
    channel = call.require_joined_channel()
    message, name = call.require_message(channel, "timestamp"), call.require_text("name")
    users = message.reactions.setdefault(name, [])
    if BOT_USER in users:
        raise SlackError("already_reacted")
    users.append(BOT_USER)
    call.workspace.feed.add(ChangeKind.REACTED, channel=channel.id, ts=message.ts, user=BOT_USER, name=name)
    return {}


def add_pin(call: ApiCall) -> Json:
    channel = call.require_joined_channel()
    message = call.require_message(channel, "timestamp")
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(message.ts)
    return {}


def add_bookmark(call: ApiCall) -> Json:
    channel = call.require_channel("channel_id")
    bookmark = {"title": call.require_text("title"), "type": call.require_text("type"), "link": call.get_text("link")}
    if bookmark["type"] == "link" and not bookmark["link"].startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    channel.bookmarks.append({"id": f"Bk{call.workspace.issue_number():06d}", "channel_id": channel.id, **bookmark})
    return {"bookmark": channel.bookmarks[-1]}


def get_upload_url(call: ApiCall) -> Json:
    length = call.get_number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments")
    upload = FileUpload(f"F{call.workspace.issue_number():06d}", call.require_text("filename"), length)
    call.app.uploads[upload.id] = upload
    return {"upload_url": f"{call.app.base_url}/upload/{upload.id}", "file_id": upload.id}


def complete_upload(call: ApiCall) -> Json:
    listed = call.get_json("files", "invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments")
    files = [_complete_file(call, each) for each in listed]
    if call.get_text("channel_id"):
        _share_files(call, files)
    return {"files": files}


def _complete_file(call: ApiCall, listed: Json) -> Json:
    upload = call.app.uploads.get(listed.get("id", ""))
    if upload is None or upload.content is None:
        raise SlackError("file_not_found")
    upload.completed = True
    upload.title = listed.get("title", upload.name)
    return {"id": upload.id, "name": upload.name, "title": upload.title, "size": len(upload.content)}


def _share_files(call: ApiCall, files: list[Json]) -> None:
    channel = call.require_channel("channel_id")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    comment, thread_ts = call.get_text("initial_comment"), call.get_text("thread_ts")
    message = posting.build_app_message(call.workspace, channel, comment, [], thread_ts=thread_ts, files=files)
    posting.add_message(call.workspace, channel, message)


METHODS = {
    "auth.test": describe_token,
    "apps.connections.open": open_connection,
    "reactions.add": add_reaction,
    "pins.add": add_pin,
    "bookmarks.add": add_bookmark,
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
