"""Messages, views and channels as the page gets them: only what this person sees."""

from bot.sandbox.errors import Json
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.views import View
from bot.sandbox.workspace import BOT_USER, Channel, Workspace


def message(told: Message) -> Json:
    """With its thread, and with what was picked in its menus."""
    return {
        "channel": told.channel,
        "ts": told.ts,
        "thread_ts": told.thread_ts,
        "user": told.user,
        "text": told.text,
        "blocks": told.blocks,
        "values": told.values,
        "attachments": told.attachments,
        "files": told.files,
        "edited": bool(told.edited),
        "only_you": bool(told.ephemeral_to),
        "reactions": {name: len(users) for name, users in told.reactions.items()},
        "replies": [message(reply) for reply in told.thread],
    }


def view(told: View | None, depth: int = 1) -> Json | None:
    """`depth` is how many modals lie on each other, this one on top."""
    if told is None:
        return None
    frame = {key: told.shown.get(key) for key in ("title", "submit", "close", "submit_disabled")}
    return {**frame, "id": told.id, "hash": told.hash, "blocks": told.blocks, "values": told.values, "depth": depth}


def modal(workspace: Workspace, person: Person) -> Json | None:
    return view(person.modal, len(workspace.modals.get(person.user.id, [])))


def channels(workspace: Workspace, person: Person) -> list[Json]:
    """Those this person may open; the conversation with the app is always there."""
    workspace.dm_with(person.user.id)
    return [
        {
            "id": one.id,
            "name": one.name,
            "is_dm": bool(one.im_with),
            "is_private": one.is_private and not one.im_with,
            "is_archived": one.is_archived,
            "topic": one.topic,
            "unread": one.unread(person.user.id),
        }
        for one in workspace.channels.values()
        if one.open_to(person.user.id)
    ]


def in_channel(workspace: Workspace, person: Person, channel: Channel) -> list[Message]:
    """All that this person sees there, in order, with what only they see."""
    private = [one for one in workspace.ephemerals.get(person.user.id, []) if one.channel == channel.id]
    return sorted([*channel.messages, *private], key=lambda one: one.ts) if private else channel.messages


def people(workspace: Workspace) -> list[Json]:
    return [
        {"id": one.id, "name": one.name, "real_name": one.real_name, "title": one.title, "is_app": one.id == BOT_USER}
        for one in workspace.users.values()
        if not one.deleted
    ]


def groups(workspace: Workspace) -> list[Json]:
    return [{"id": one.id, "handle": one.handle} for one in workspace.groups.values()]
