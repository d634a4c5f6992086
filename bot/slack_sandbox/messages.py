"""Messages and their timestamps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.slack_sandbox import block_text
from bot.slack_sandbox.block_text import BlockButton
from bot.slack_sandbox.slack_errors import Json


class TimestampIssuer:
    """Issues message timestamps, each later than the last."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def issue_ts(self) -> str:
        self._last = max(int(self._now() * 1_000_000) // 100 * 100 + 100, self._last + 100)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass(eq=False)
class SlackMessage:
    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    app_id: str = ""
    thread_ts: str = ""
    metadata: Json | None = None
    edited: str = ""  # the ts of the last edit
    ephemeral_to: str = ""
    client_msg_id: str = ""
    reactions: dict[str, list[str]] = field(default_factory=dict)
    thread: list["SlackMessage"] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    unfurled: list[str] = field(default_factory=list)
    broadcast: bool = False
    deleted: bool = False
    values: dict[str, dict[str, Json]] = field(default_factory=dict)  # the state of its menus

    def set_state(self, block_id: str, action_id: str, state: Json) -> None:
        self.values.setdefault(block_id, {})[action_id] = state

    @property
    def all_blocks(self) -> list[Json]:
        """The blocks of the message, then those of its attachments."""
        return [*self.blocks, *block_text.iter_attachment_blocks(self.attachments)]

    def read_text(self) -> str:
        """Return the visible text: of the blocks if there are any, else the message's text."""
        blocks = self.all_blocks
        return block_text.read_block_text(blocks) if blocks else block_text.strip_mrkdwn(self.text)

    def find_buttons(self) -> dict[str, BlockButton]:
        return block_text.find_block_buttons(self.all_blocks)

    def iter_elements(self) -> Iterator[tuple[Json, Json]]:
        return block_text.iter_block_elements(self.all_blocks)

    def find_attachment_id(self, block_id: str) -> int:
        """Return the number of the attachment with this block; 0 if the block is in none."""
        held = (one["id"] for one in self.attachments for b in one.get("blocks", []) if b["block_id"] == block_id)
        return next(held, 0)

    def build_message_payload(self) -> Json:
        """Build the message as Slack sends it to an app."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        if self.bot_id:
            shown |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.thread_ts or self.thread:
            shown["thread_ts"] = self.thread_ts or self.ts
        if self.thread:
            shown |= {"reply_count": len(self.thread), "latest_reply": self.thread[-1].ts}
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited}
        if self.reactions:
            shown["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in self.reactions.items()]
        optional = ("blocks", "attachments", "files", "metadata", "client_msg_id")
        return shown | {key: getattr(self, key) for key in optional if getattr(self, key)}
