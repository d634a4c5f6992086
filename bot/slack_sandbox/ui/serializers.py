"""Messages, views and channels as JSON for the page: only what this person sees."""

from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.workspace import BOT_USER, SlackWorkspace, WorkspaceChannel


def serialize_message(message: SlackMessage) -> Json:
    """Serialize a message with its thread and the state of its menus."""
    same = ("channel", "ts", "thread_ts", "user", "text", "blocks", "values", "attachments", "files")
    return {
        **{key: getattr(message, key) for key in same},
        "edited": bool(message.edited),
        "only_you": bool(message.ephemeral_to),
        "reactions": {name: len(users) for name, users in message.reactions.items()},
        "replies": [serialize_message(reply) for reply in message.thread],
    }


def serialize_view(view: SlackView | None, depth: int = 1) -> Json | None:
    """`depth` is the number of stacked modals, this one on top."""
    if view is None:
        return None
    frame = {key: view.body.get(key) for key in ("title", "submit", "close", "submit_disabled")}
    content = {"id": view.id, "hash": view.hash, "blocks": view.blocks, "values": view.values}
    return frame | content | {"depth": depth}


def serialize_modal(workspace: SlackWorkspace, person: SlackUser) -> Json | None:
    return serialize_view(person.modal, len(workspace.modals.get(person.user.id, [])))


def serialize_channels(workspace: SlackWorkspace, person: SlackUser) -> list[Json]:
    """Serialize the channels this person may open, always with the direct messages with the app."""
    workspace.get_dm(person.user.id)
    return [
        {
            "id": one.id,
            "name": one.name,
            "is_dm": bool(one.im_with),
            "is_private": one.is_private and not one.im_with,
            "is_archived": one.is_archived,
            "topic": one.topic,
            "unread": one.count_unread(person.user.id),
        }
        for one in workspace.channels.values()
        if one.is_open_to(person.user.id)
    ]


def list_messages(workspace: SlackWorkspace, person: SlackUser, channel: WorkspaceChannel) -> list[SlackMessage]:
    """Return the messages this person sees in the channel, in order, ephemeral ones included."""
    private = [one for one in workspace.ephemerals.get(person.user.id, []) if one.channel == channel.id]
    return sorted([*channel.messages, *private], key=lambda one: one.ts) if private else channel.messages


def serialize_people(workspace: SlackWorkspace) -> list[Json]:
    return [
        {"id": one.id, "name": one.name, "real_name": one.real_name, "title": one.title, "is_app": one.id == BOT_USER}
        for one in workspace.users.values()
        if not one.deleted
    ]


def serialize_groups(workspace: SlackWorkspace) -> list[Json]:
    return [{"id": one.id, "handle": one.handle} for one in workspace.groups.values()]
