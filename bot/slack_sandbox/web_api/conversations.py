"""conversations.*: channels, their members and their messages."""

import re
from collections.abc import Sequence

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api.request import ApiCall
from bot.slack_sandbox.workspace import BOT_USER, WorkspaceChannel

NAME = re.compile(r"[a-z0-9_-]{1,80}")


def get_channel_info(call: ApiCall) -> Json:
    channel = call.require_channel()
    call.require_scopes(_get_scope_family(channel) + ":read")
    return {"channel": _build_channel(channel)}


def open_dm(call: ApiCall) -> Json:
    users = call.get_list("users")
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "method_not_supported_for_channel_type")
    return {"channel": {"id": call.workspace.get_dm(users[0]).id}}


def list_channel_members(call: ApiCall) -> Json:
    channel = call.require_channel()
    call.require_scopes(_get_scope_family(channel) + ":read")
    inside = [user for user in call.workspace.users if channel.has_member(user)]
    some, rest = call.paginate(inside)
    return {"members": list(some), **rest}


def list_history(call: ApiCall) -> Json:
    channel = call.require_channel()
    call.require_scopes(_get_scope_family(channel) + ":history")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    oldest, latest = call.get_text("oldest") or "0", call.get_text("latest") or "9999999999"
    within = [m for m in channel.messages if float(oldest) < float(m.ts) <= float(latest)]
    some, rest = call.paginate(within[::-1])
    shown = [m.build_message_payload() for m in some]
    if not call.get_flag("include_all_metadata", default=False):
        shown = [{key: value for key, value in m.items() if key != "metadata"} for m in shown]
    return {"messages": shown, "has_more": bool(rest["response_metadata"]["next_cursor"]), **rest}


def list_channels(call: ApiCall) -> Json:
    visible = [c for c in call.workspace.channels.values() if not c.is_private or c.bot_is_member]
    return _build_channel_list(call, visible)


def list_joined_channels(call: ApiCall) -> Json:
    """List the channels of the caller, which is the bot."""
    return _build_channel_list(call, [c for c in call.workspace.channels.values() if c.bot_is_member])


def create_channel(call: ApiCall) -> Json:
    name, is_private = call.require_text("name"), call.get_flag("is_private", default=False)
    call.require_scopes("groups:write" if is_private else "channels:manage")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if any(channel.name == name for channel in call.workspace.channels.values()):
        raise SlackError("name_taken")
    new_id = f"C{call.workspace.issue_number():06d}"
    channel = call.workspace.add_channel(new_id, name, bot_is_member=True, is_private=is_private, members=[])
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=new_id, what="created")
    return {"channel": _build_channel(channel)}


def invite_users(call: ApiCall) -> Json:
    channel = call.require_joined_channel()
    users = call.get_list("users")
    if not users:
        raise SlackError("no_user")
    if any(user not in call.workspace.users for user in users):
        raise SlackError("user_not_found")
    if any(channel.has_member(user) for user in users):
        raise SlackError("cant_invite_self" if users == [BOT_USER] else "already_in_channel")
    channel.members = (channel.members or set()) | set(users)
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="invited", users=users)
    return {"channel": _build_channel(channel)}


def set_topic(call: ApiCall) -> Json:
    channel = call.require_joined_channel()
    channel.topic = call.get_text("topic")
    if len(channel.topic) > 250:
        raise SlackError("too_long")
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="topic")
    return {"channel": _build_channel(channel)}


def join_channel(call: ApiCall) -> Json:
    channel = call.require_channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    channel.bot_is_member = True
    return {"channel": _build_channel(channel)}


def archive_channel(call: ApiCall) -> Json:
    channel = call.require_joined_channel()
    channel.is_archived = True
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="archived")
    return {}


def list_replies(call: ApiCall) -> Json:
    channel = call.require_channel()
    call.require_scopes(_get_scope_family(channel) + ":history")
    parent = channel.find(call.get_text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    some, rest = call.paginate([parent, *parent.thread])
    return {"messages": [m.build_message_payload() for m in some], **rest}


def _build_channel_list(call: ApiCall, channels: Sequence[WorkspaceChannel]) -> Json:
    kinds = set(call.get_list("types") or ["public_channel"])
    wanted = [c for c in channels if _get_channel_type(c) in kinds]
    if call.get_flag("exclude_archived", default=False):
        wanted = [c for c in wanted if not c.is_archived]
    some, rest = call.paginate(wanted)
    return {"channels": [_build_channel(channel) for channel in some], **rest}


def _get_scope_family(channel: WorkspaceChannel) -> str:
    return "im" if channel.im_with else "groups" if channel.is_private else "channels"


def _get_channel_type(channel: WorkspaceChannel) -> str:
    return "im" if channel.im_with else "private_channel" if channel.is_private else "public_channel"


def _build_channel(channel: WorkspaceChannel) -> Json:
    if channel.im_with:
        return {"id": channel.id, "is_im": True, "user": channel.im_with, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.bot_is_member,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
    }


METHODS = {
    "conversations.info": get_channel_info,
    "conversations.open": open_dm,
    "conversations.members": list_channel_members,
    "conversations.history": list_history,
    "conversations.list": list_channels,
    "conversations.create": create_channel,
    "conversations.invite": invite_users,
    "conversations.setTopic": set_topic,
    "conversations.join": join_channel,
    "conversations.archive": archive_channel,
    "conversations.replies": list_replies,
    "users.conversations": list_joined_channels,
}
