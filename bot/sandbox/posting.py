"""What happens to messages: posted, edited, deleted, whispered. Blocks are dressed with the ids Slack gives."""

import copy
from typing import Any

from bot.sandbox.errors import Json
from bot.sandbox.feed import ChangeKind
from bot.sandbox.messages import Message
from bot.sandbox.pings import Ping, links, pinged
from bot.sandbox.workspace import APP_ID, BOT_ID, BOT_USER, Channel, Workspace

TEXT_KEPT = 40_000
NESTS = ("elements", "actions", "child_blocks")


def dress(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """A copy in which every block and every element has its id."""
    dressed = copy.deepcopy(blocks)
    for block in dressed:
        _name_block(workspace, block)
    return dressed


def _name_block(workspace: Workspace, block: Json) -> None:
    block.setdefault("block_id", f"b{workspace.number():04d}")
    for element in _list_nested(block):
        if element.get("type") in {"card", "section", "actions", "context", "input"}:
            _name_block(workspace, element)
        elif _interactive(element):
            element.setdefault("action_id", f"a{workspace.number():04d}")
        elif "type" in element and block["type"] == "container":
            _name_block(workspace, element)


def _list_nested(block: Json) -> list[Json]:
    single = [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return [*single, *(each for key in NESTS for each in block.get(key) or [] if isinstance(each, dict))]


def _interactive(element: Json) -> bool:
    kind = str(element.get("type", ""))
    return kind.endswith(("button", "buttons", "select", "picker", "_input")) or kind in {"overflow", "checkboxes"}


def from_app(workspace: Workspace, channel: Channel, text: str, blocks: list[Json], **more: Any) -> Message:
    """A message of the app's, not yet anywhere."""
    return Message(
        ts=workspace.stamps.next(),
        channel=channel.id,
        user=BOT_USER,
        text=text[:TEXT_KEPT],
        blocks=dress(workspace, blocks),
        bot_id=BOT_ID,
        app_id=APP_ID,
        **more,
    )


def post(workspace: Workspace, channel: Channel, message: Message, *, unfurl: bool = True) -> Message:
    """Puts the message where it belongs and disturbs whom it names."""
    channel.put(message)
    if unfurl:
        message.unfurled = links(message.text, message.blocks)
    _ping(workspace, message)
    workspace.feed.add(
        ChangeKind.POSTED, channel=channel.id, ts=message.ts, user=message.user, thread_ts=message.thread_ts
    )
    return message


def _ping(workspace: Workspace, message: Message) -> None:
    for who in _named(message):
        workspace.pings.append(Ping(who, message.channel, message.ts))


def _named(message: Message) -> list[str]:
    """In attachments, names ping as in the message itself."""
    beside = [attached.get("text", "") for attached in message.attachments]
    within = [block for attached in message.attachments for block in attached.get("blocks", [])]
    return pinged("\n".join([message.text, *beside]), [*message.blocks, *within])


def edit(
    workspace: Workspace,
    message: Message,
    *,
    text: str | None,
    blocks: list[Json] | None,
    attachments: list[Json] | None = None,
    metadata: Json | None = None,
) -> None:
    """What is None stays as it was. Whom an edit names anew is counted as disturbed, which is stricter than Slack."""
    before = set(_named(message))
    message.text = message.text if text is None else text[:TEXT_KEPT]
    message.blocks = message.blocks if blocks is None else dress(workspace, blocks)
    message.attachments = message.attachments if attachments is None else attachments
    message.metadata = message.metadata if metadata is None else metadata
    message.edited = workspace.stamps.next()
    for who in _named(message):
        if who not in before:
            workspace.pings.append(Ping(who, message.channel, message.ts))
    workspace.feed.add(ChangeKind.EDITED, channel=message.channel, ts=message.ts, user=message.user)


def delete(workspace: Workspace, channel: Channel, message: Message) -> None:
    channel.take(message)
    workspace.feed.add(ChangeKind.DELETED, channel=channel.id, ts=message.ts)


def whisper(workspace: Workspace, user: str, message: Message) -> Message:
    """Only this person sees it, until their client is reloaded."""
    message.ephemeral_to = user
    workspace.ephemerals.setdefault(user, []).append(message)
    workspace.feed.add(ChangeKind.EPHEMERAL, channel=message.channel, ts=message.ts, user=user)
    return message


def unwhisper(workspace: Workspace, message: Message) -> None:
    shelf = workspace.ephemerals.get(message.ephemeral_to, [])
    if message in shelf:
        shelf.remove(message)
    message.deleted = True
    workspace.feed.add(ChangeKind.DELETED, channel=message.channel, ts=message.ts, user=message.ephemeral_to)
