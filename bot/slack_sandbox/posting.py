"""Posting, editing and deleting messages, ephemeral ones too; blocks get the ids that Slack generates."""

import copy
import re
from collections.abc import Sequence
from typing import Any

from bot.slack_sandbox.block_text import iter_nested
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.mentions import MentionNotification, find_links, find_mentioned_ids
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.workspace import APP_ID, BOT_ID, BOT_USER, SlackWorkspace, WorkspaceChannel

TEXT_KEPT = 40_000
REFERENCE = re.compile(r"(?<![\w<])([@#])([\w.-]+)")


def find_workspace_faults(workspace: SlackWorkspace, blocks: Sequence[Json]) -> list[str]:
    """Return what is wrong here only: types that this workspace lacks, and files that are no picture of the app yet."""
    lacking = [f"unsupported type: {one['type']}" for one in blocks if one["type"] in workspace.refused_blocks]
    shown = [(nth, block["slack_file"].get("id", "")) for nth, block in enumerate(blocks) if block.get("slack_file")]
    pictures = {one.id for one in workspace.uploads.values() if one.is_picture}
    wrong = [f"invalid slack file [json-pointer:/blocks/{nth}/slack_file]" for nth, one in shown if one not in pictures]
    return [f"[ERROR] {fault}" for fault in (*lacking, *wrong)]


def assign_block_ids(workspace: SlackWorkspace, blocks: list[Json]) -> list[Json]:
    """Return a copy in which every block and every element has an id."""
    dressed = copy.deepcopy(blocks)
    for block in dressed:
        _assign_block_id(workspace, block)
    return dressed


def _assign_block_id(workspace: SlackWorkspace, block: Json) -> None:
    block.setdefault("block_id", f"b{workspace.issue_number():04d}")
    for element in iter_nested(block):
        if element.get("type") in {"card", "section", "actions", "context", "input"}:
            _assign_block_id(workspace, element)
        elif _is_interactive(element):
            element.setdefault("action_id", f"a{workspace.issue_number():04d}")
        elif "type" in element and block["type"] == "container":
            _assign_block_id(workspace, element)


COLOURS = {"good": "2eb886", "warning": "daa038", "danger": "a30200"}


def assign_attachment_ids(workspace: SlackWorkspace, attachments: list[Json]) -> list[Json]:
    """Return a copy as Slack keeps it: numbered from 1, the colour without #, every block with its id."""
    numbered = copy.deepcopy(attachments)
    for number, attachment in enumerate(numbered, 1):
        attachment["id"] = number
        attachment.setdefault("fallback", "[no preview available]")
        if colour := attachment.get("color"):
            attachment["color"] = COLOURS.get(colour, colour.removeprefix("#").lower())
        for block in attachment.get("blocks", []):
            _assign_block_id(workspace, block)
    return numbered


def _is_interactive(element: Json) -> bool:
    kind = str(element.get("type", ""))
    return kind.endswith(("button", "buttons", "select", "picker", "_input")) or kind in {"overflow", "checkboxes"}


def build_app_message(
    workspace: SlackWorkspace,
    channel: WorkspaceChannel,
    text: str,
    blocks: list[Json],
    attachments: Sequence[Json] = (),
    **more: Any,
) -> SlackMessage:
    """Build a message of the app, to be added to its channel."""
    ts, blocks = workspace.stamps.issue_ts(), assign_block_ids(workspace, blocks)
    beside = assign_attachment_ids(workspace, list(attachments))
    text = text[:TEXT_KEPT]
    return SlackMessage(ts, channel.id, BOT_USER, text, blocks, BOT_ID, APP_ID, attachments=beside, **more)


def add_message(
    workspace: SlackWorkspace, channel: WorkspaceChannel, message: SlackMessage, *, unfurl: bool = True
) -> SlackMessage:
    """Add the message to its channel or thread, and record whom it notifies."""
    channel.add(message)
    if unfurl:
        message.unfurled = find_links(message.text, message.all_blocks)
    _notify_mentioned(workspace, message, set())
    thread = message.thread_ts
    workspace.feed.add(ChangeKind.POSTED, channel=channel.id, ts=message.ts, user=message.user, thread_ts=thread)
    return message


def _notify_mentioned(workspace: SlackWorkspace, message: SlackMessage, before: set[str]) -> None:
    found = [target for target in _find_mentioned(message) if target not in before]
    workspace.pings += [MentionNotification(target, message.channel, message.ts) for target in found]


def _find_mentioned(message: SlackMessage) -> list[str]:
    """Return whom the message notifies; mentions in attachments count as well."""
    beside = [attached.get("text", "") for attached in message.attachments]
    return find_mentioned_ids("\n".join([message.text, *beside]), message.all_blocks)


def edit_message(
    workspace: SlackWorkspace,
    message: SlackMessage,
    *,
    text: str | None,
    blocks: list[Json] | None,
    attachments: list[Json] | None = None,
    metadata: Json | None = None,
) -> None:
    """Change what is not None. A mention that the edit adds counts as a notification, which is stricter than Slack."""
    before = set(_find_mentioned(message))
    message.text = message.text if text is None else text[:TEXT_KEPT]
    message.blocks = message.blocks if blocks is None else assign_block_ids(workspace, blocks)
    if attachments is not None:
        message.attachments = assign_attachment_ids(workspace, attachments)
    message.metadata = message.metadata if metadata is None else metadata
    message.edited = workspace.stamps.issue_ts()
    _notify_mentioned(workspace, message, before)
    workspace.feed.add(ChangeKind.EDITED, channel=message.channel, ts=message.ts, user=message.user)


def remove_message(workspace: SlackWorkspace, channel: WorkspaceChannel, message: SlackMessage) -> None:
    channel.remove(message)
    workspace.feed.add(ChangeKind.DELETED, channel=channel.id, ts=message.ts)


def add_ephemeral(workspace: SlackWorkspace, user: str, message: SlackMessage) -> SlackMessage:
    """Show the message to this person only, until they reload their client."""
    message.ephemeral_to = user
    workspace.ephemerals.setdefault(user, []).append(message)
    workspace.feed.add(ChangeKind.EPHEMERAL, channel=message.channel, ts=message.ts, user=user)
    return message


def remove_ephemeral(workspace: SlackWorkspace, message: SlackMessage) -> None:
    shelf = workspace.ephemerals.get(message.ephemeral_to, [])
    if message in shelf:
        shelf.remove(message)
    message.deleted = True
    workspace.feed.add(ChangeKind.DELETED, channel=message.channel, ts=message.ts, user=message.ephemeral_to)


def escape_references(workspace: SlackWorkspace, command: str, text: str) -> str:
    """Turn @ana into <@U…|ana>, as Slack does for commands with `should_escape`; other text stays as typed."""
    if not workspace.escapes.get(command, True):
        return text
    return REFERENCE.sub(lambda hit: _format_reference(workspace, hit[1], hit[2]) or hit[0], text)


def _format_reference(workspace: SlackWorkspace, sign: str, name: str) -> str:
    if sign == "#":
        return next((f"<#{c.id}|{c.name}>" for c in workspace.channels.values() if c.name == name), "")
    for user in workspace.users.values():
        if user.name == name:
            return f"<@{user.id}|{user.name}>"
    return next((f"<!subteam^{g.id}|@{g.handle}>" for g in workspace.groups.values() if g.handle == name), "")
