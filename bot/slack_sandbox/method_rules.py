"""The rate limit and the scopes of each Web API method, as Slack documents them."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.slack_sandbox.slack_errors import SlackError


class MethodRule(NamedTuple):
    per_minute: int | None
    """None: the method has limits of another kind."""
    scopes: tuple[str, ...] = ()
    """Any one of these is enough; empty: none is required."""


READ = ("channels:read", "groups:read", "im:read")
HISTORY = ("channels:history", "groups:history", "im:history")
MANAGE = ("channels:manage", "groups:write")
RULES = {
    "apps.connections.open": MethodRule(1),
    "auth.test": MethodRule(600),
    "bookmarks.add": MethodRule(20, ("bookmarks:write",)),
    "chat.delete": MethodRule(50, ("chat:write",)),
    "chat.getPermalink": MethodRule(600),
    "chat.postEphemeral": MethodRule(100, ("chat:write",)),
    "chat.postMessage": MethodRule(None, ("chat:write",)),
    "chat.update": MethodRule(50, ("chat:write",)),
    "conversations.archive": MethodRule(20, MANAGE),
    "conversations.create": MethodRule(20, MANAGE),
    "conversations.history": MethodRule(50, HISTORY),
    "conversations.info": MethodRule(50, READ),
    "conversations.invite": MethodRule(50, (*MANAGE, "channels:write.invites", "groups:write.invites")),
    "conversations.join": MethodRule(50, ("channels:join",)),
    "conversations.list": MethodRule(20, READ),
    "conversations.members": MethodRule(100, READ),
    "conversations.open": MethodRule(50, ("im:write",)),
    "conversations.replies": MethodRule(50, HISTORY),
    "conversations.setTopic": MethodRule(20, (*MANAGE, "channels:write.topic", "groups:write.topic")),
    "dnd.info": MethodRule(50, ("dnd:read",)),
    "dnd.teamInfo": MethodRule(20, ("dnd:read",)),
    "files.completeUploadExternal": MethodRule(100, ("files:write",)),
    "files.getUploadURLExternal": MethodRule(100, ("files:write",)),
    "pins.add": MethodRule(20, ("pins:write",)),
    "reactions.add": MethodRule(50, ("reactions:write",)),
    "usergroups.list": MethodRule(20, ("usergroups:read",)),
    "usergroups.users.list": MethodRule(20, ("usergroups:read",)),
    "usergroups.users.update": MethodRule(20, ("usergroups:write",)),
    "users.conversations": MethodRule(50, READ),
    "users.info": MethodRule(100, ("users:read",)),
    "users.list": MethodRule(20, ("users:read",)),
    "users.lookupByEmail": MethodRule(50, ("users:read.email",)),
    "views.open": MethodRule(100),
    "views.publish": MethodRule(100),
    "views.push": MethodRule(100),
    "views.update": MethodRule(100),
}


def require_scope(granted: Iterable[str], needed: tuple[str, ...]) -> None:
    if needed and set(needed).isdisjoint(granted):
        raise SlackError("missing_scope", needed=needed[0], provided=",".join(granted))
