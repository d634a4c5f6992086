"""The changes that concern one person, as an update for the page."""

from collections.abc import Sequence

from bot.slack_sandbox.change_log import ChangeKind, WorkspaceChange
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.ui import serializers
from bot.slack_sandbox.workspace import SlackWorkspace

MESSAGES = {ChangeKind.POSTED, ChangeKind.EDITED, ChangeKind.REACTED, ChangeKind.EPHEMERAL}
MODALS = {ChangeKind.VIEW_OPENED, ChangeKind.VIEW_UPDATED, ChangeKind.VIEW_CLOSED}
CHANNELS = {ChangeKind.POSTED, ChangeKind.DELETED, ChangeKind.CHANNEL_CHANGED, ChangeKind.GROUP_CHANGED}


def collect_changes(workspace: SlackWorkspace, person: SlackUser, changes: Sequence[WorkspaceChange]) -> Json:
    """Return the current state of what changed, each once; empty if nothing concerns this person."""
    kinds = {change.kind for change in changes}
    mine = {change.kind for change in changes if change.user == person.user.id}
    update: Json = {}
    if messages := _collect_messages(workspace, person, changes):
        update["messages"] = messages
    if gone := _collect_deleted(workspace, person, changes):
        update["gone"] = gone
    if mine & MODALS:
        update["modal"] = serializers.serialize_modal(workspace, person)
    if ChangeKind.HOME_PUBLISHED in mine:
        update["home"] = serializers.serialize_view(person.home)
    if kinds & CHANNELS or ChangeKind.READ in mine:
        update["channels"] = serializers.serialize_channels(workspace, person)
    return update


def _collect_messages(workspace: SlackWorkspace, person: SlackUser, changes: Sequence[WorkspaceChange]) -> list[Json]:
    found: dict[tuple[str, str], SlackMessage] = {}
    for place in dict.fromkeys((one.channel, one.ts) for one in changes if one.kind in MESSAGES):
        message = _find_thread_root(workspace, person, *place)
        if message is not None and person.can_see(message):
            found[message.channel, message.ts] = message
    return [serializers.serialize_message(message) for message in found.values()]


def _find_thread_root(workspace: SlackWorkspace, person: SlackUser, channel: str, ts: str) -> SlackMessage | None:
    """Return the message, or the parent of its thread."""
    place = workspace.channels.get(channel)
    message = place.find(ts) if place else None
    if message is None:
        return next((one for one in person.ephemeral_messages if (one.channel, one.ts) == (channel, ts)), None)
    parent = place.find(message.thread_ts) if place and message.thread_ts else None
    return parent or message


def _collect_deleted(workspace: SlackWorkspace, person: SlackUser, changes: Sequence[WorkspaceChange]) -> list[Json]:
    return [
        {"channel": one.channel, "ts": one.ts}
        for one in changes
        if one.kind == ChangeKind.DELETED
        and one.channel in workspace.channels
        and workspace.channels[one.channel].is_open_to(person.user.id)
        and one.user in {"", person.user.id}
    ]
