"""conversations.*: where people talk."""

import re
from collections.abc import Sequence

from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.web_api.call import Call
from bot.sandbox.web_api.pages import page
from bot.sandbox.workspace import BOT_USER, Channel

NAME = re.compile(r"[a-z0-9_-]{1,80}")


def info(call: Call) -> Json:
    channel = call.channel()
    call.require(_family(channel) + ":read")
    return {"channel": _told(channel)}


def open_dm(call: Call) -> Json:
    users = call.words("users")
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "method_not_supported_for_channel_type")
    return {"channel": {"id": call.workspace.dm_with(users[0]).id}}


def members(call: Call) -> Json:
    channel = call.channel()
    call.require(_family(channel) + ":read")
    inside = [user for user in call.workspace.users if channel.holds(user)]
    some, rest = page(call, inside)
    return {"members": list(some), **rest}


def history(call: Call) -> Json:
    channel = call.channel()
    call.require(_family(channel) + ":history")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9999999999"
    within = [m for m in channel.messages if float(oldest) < float(m.ts) <= float(latest)]
    some, rest = page(call, within[::-1])
    shown = [m.payload() for m in some]
    if not call.flag("include_all_metadata", default=False):
        shown = [{key: value for key, value in m.items() if key != "metadata"} for m in shown]
    return {"messages": shown, "has_more": bool(rest["response_metadata"]["next_cursor"]), **rest}


def list_channels(call: Call) -> Json:
    return _listed(call, [c for c in call.workspace.channels.values() if not c.is_private or c.bot_is_member])


def list_joined(call: Call) -> Json:
    """Of the caller itself, who is the bot."""
    return _listed(call, [c for c in call.workspace.channels.values() if c.bot_is_member])


def create(call: Call) -> Json:
    name, is_private = call.needed("name"), call.flag("is_private", default=False)
    call.require("groups:write" if is_private else "channels:manage")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if any(channel.name == name for channel in call.workspace.channels.values()):
        raise SlackError("name_taken")
    new_id = f"C{call.workspace.number():06d}"
    channel = call.workspace.add_channel(new_id, name, bot_is_member=True, is_private=is_private, members=[])
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=new_id, what="created")
    return {"channel": _told(channel)}


def invite(call: Call) -> Json:
    channel = _inside(call)
    users = call.words("users")
    if not users:
        raise SlackError("no_user")
    if any(user not in call.workspace.users for user in users):
        raise SlackError("user_not_found")
    if any(channel.holds(user) for user in users):
        raise SlackError("cant_invite_self" if users == [BOT_USER] else "already_in_channel")
    channel.members = (channel.members or set()) | set(users)
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="invited", users=users)
    return {"channel": _told(channel)}


def set_topic(call: Call) -> Json:
    channel = _inside(call)
    channel.topic = call.text("topic")
    if len(channel.topic) > 250:
        raise SlackError("too_long")
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="topic")
    return {"channel": _told(channel)}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    channel.bot_is_member = True
    return {"channel": _told(channel)}


def archive(call: Call) -> Json:
    channel = _inside(call)
    channel.is_archived = True
    call.workspace.feed.add(ChangeKind.CHANNEL_CHANGED, channel=channel.id, what="archived")
    return {}


def replies(call: Call) -> Json:
    channel = call.channel()
    call.require(_family(channel) + ":history")
    parent = channel.find(call.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    some, rest = page(call, [parent, *parent.thread])
    return {"messages": [m.payload() for m in some], **rest}


def _listed(call: Call, channels: Sequence[Channel]) -> Json:
    kinds = set(call.words("types") or ["public_channel"])
    wanted = [c for c in channels if _kind(c) in kinds]
    if call.flag("exclude_archived", default=False):
        wanted = [c for c in wanted if not c.is_archived]
    some, rest = page(call, wanted)
    return {"channels": [_told(channel) for channel in some], **rest}


def _inside(call: Call) -> Channel:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    return channel


def _family(channel: Channel) -> str:
    return "im" if channel.im_with else "groups" if channel.is_private else "channels"


def _kind(channel: Channel) -> str:
    return "im" if channel.im_with else "private_channel" if channel.is_private else "public_channel"


def _told(channel: Channel) -> Json:
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
    "conversations.info": info,
    "conversations.open": open_dm,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.list": list_channels,
    "conversations.create": create,
    "conversations.invite": invite,
    "conversations.setTopic": set_topic,
    "conversations.join": join,
    "conversations.archive": archive,
    "conversations.replies": replies,
    "users.conversations": list_joined,
}
