"""What happens to messages: posted, edited, deleted, whispered. Blocks are dressed with the ids Slack gives."""

import copy
from typing import Any

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.mentions import MentionNotification, find_links, find_mentioned_ids
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.workspace import APP_ID, BOT_ID, BOT_USER, SlackWorkspace, WorkspaceChannel

TEXT_KEPT = 40_000
NESTS = ("elements", "actions", "child_blocks")


def assign_block_ids(workspace: SlackWorkspace, blocks: list[Json]) -> list[Json]:
    """A copy in which every block and every element has its id."""
    dressed = copy.deepcopy(blocks)
    for block in dressed:
        _assign_block_id(workspace, block)
    return dressed


def _assign_block_id(workspace: SlackWorkspace, block: Json) -> None:
    block.setdefault("block_id", f"b{workspace.issue_number():04d}")
    for element in _list_nested(block):
        if element.get("type") in {"card", "section", "actions", "context", "input"}:
            _assign_block_id(workspace, element)
        elif _is_interactive(element):
            element.setdefault("action_id", f"a{workspace.issue_number():04d}")
        elif "type" in element and block["type"] == "container":
            _assign_block_id(workspace, element)


def _list_nested(block: Json) -> list[Json]:
    single = [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return [*single, *(each for key in NESTS for each in block.get(key) or [] if isinstance(each, dict))]


def _is_interactive(element: Json) -> bool:
    kind = str(element.get("type", ""))
    return kind.endswith(("button", "buttons", "select", "picker", "_input")) or kind in {"overflow", "checkboxes"}


def build_app_message(
    workspace: SlackWorkspace, channel: WorkspaceChannel, text: str, blocks: list[Json], **more: Any
) -> SlackMessage:
    """A message of the app's, not yet anywhere."""
    return SlackMessage(
        ts=workspace.stamps.issue_ts(),
        channel=channel.id,
        user=BOT_USER,
        text=text[:TEXT_KEPT],
        blocks=assign_block_ids(workspace, blocks),
        bot_id=BOT_ID,
        app_id=APP_ID,
        **more,
    )


def add_message(
    workspace: SlackWorkspace, channel: WorkspaceChannel, message: SlackMessage, *, unfurl: bool = True
) -> SlackMessage:
    """Puts the message where it belongs and disturbs whom it names."""
    channel.add(message)
    if unfurl:
        message.unfurled = find_links(message.text, message.blocks)
    _notify_mentioned(workspace, message)
    workspace.feed.add(
        ChangeKind.POSTED, channel=channel.id, ts=message.ts, user=message.user, thread_ts=message.thread_ts
    )
    return message


def _notify_mentioned(workspace: SlackWorkspace, message: SlackMessage) -> None:
    for who in _find_mentioned(message):
        workspace.pings.append(MentionNotification(who, message.channel, message.ts))


def _find_mentioned(message: SlackMessage) -> list[str]:
    """In attachments, names ping as in the message itself."""
    beside = [attached.get("text", "") for attached in message.attachments]
    within = [block for attached in message.attachments for block in attached.get("blocks", [])]
    return find_mentioned_ids("\n".join([message.text, *beside]), [*message.blocks, *within])


def edit_message(
    workspace: SlackWorkspace,
    message: SlackMessage,
    *,
    text: str | None,
    blocks: list[Json] | None,
    attachments: list[Json] | None = None,
    metadata: Json | None = None,
) -> None:
    """What is None stays as it was. Whom an edit names anew is counted as disturbed, which is stricter than Slack."""
    before = set(_find_mentioned(message))
    message.text = message.text if text is None else text[:TEXT_KEPT]
    message.blocks = message.blocks if blocks is None else assign_block_ids(workspace, blocks)
    message.attachments = message.attachments if attachments is None else attachments
    message.metadata = message.metadata if metadata is None else metadata
    message.edited = workspace.stamps.issue_ts()
    for who in _find_mentioned(message):
        if who not in before:
            workspace.pings.append(MentionNotification(who, message.channel, message.ts))
    workspace.feed.add(ChangeKind.EDITED, channel=message.channel, ts=message.ts, user=message.user)


def remove_message(workspace: SlackWorkspace, channel: WorkspaceChannel, message: SlackMessage) -> None:
    channel.remove(message)
    workspace.feed.add(ChangeKind.DELETED, channel=channel.id, ts=message.ts)


def add_ephemeral(workspace: SlackWorkspace, user: str, message: SlackMessage) -> SlackMessage:
    """Only this person sees it, until their client is reloaded."""
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
