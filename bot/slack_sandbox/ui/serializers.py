"""Messages, views and channels as the page gets them: only what this person sees."""

from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.workspace import BOT_USER, SlackWorkspace, WorkspaceChannel


def serialize_message(slack_message: SlackMessage) -> Json:
    """With its thread, and with what was picked in its menus."""
    return {
        "channel": slack_message.channel,
        "ts": slack_message.ts,
        "thread_ts": slack_message.thread_ts,
        "user": slack_message.user,
        "text": slack_message.text,
        "blocks": slack_message.blocks,
        "values": slack_message.values,
        "attachments": slack_message.attachments,
        "files": slack_message.files,
        "edited": bool(slack_message.edited),
        "only_you": bool(slack_message.ephemeral_to),
        "reactions": {name: len(users) for name, users in slack_message.reactions.items()},
        "replies": [serialize_message(reply) for reply in slack_message.thread],
    }


def serialize_view(slack_view: SlackView | None, depth: int = 1) -> Json | None:
    """`depth` is how many modals lie on each other, this one on top."""
    if slack_view is None:
        return None
    frame = {key: slack_view.body.get(key) for key in ("title", "submit", "close", "submit_disabled")}
    return {
        **frame,
        "id": slack_view.id,
        "hash": slack_view.hash,
        "blocks": slack_view.blocks,
        "values": slack_view.values,
        "depth": depth,
    }


def serialize_modal(workspace: SlackWorkspace, person: SlackUser) -> Json | None:
    return serialize_view(person.modal, len(workspace.modals.get(person.user.id, [])))


def serialize_channels(workspace: SlackWorkspace, person: SlackUser) -> list[Json]:
    """Those this person may open; the conversation with the app is always there."""
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


def list_visible_messages(
    workspace: SlackWorkspace, person: SlackUser, channel: WorkspaceChannel
) -> list[SlackMessage]:
    """All that this person sees there, in order, with what only they see."""
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
