"""A Slack that answers as it is told: SlackSink's own methods, over lists."""

from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.cards.block_kit import Block, RenderedMessage
from bot.sinks.delivery_errors import DeliveryUnknownError, SlackRejectedError
from bot.sinks.slack import SentMessage
from tests.clock import SteppedClock


def never_fail(_method: str, _channel: str) -> None:
    """All is well."""


async def _nothing() -> None:
    return


@dataclass
class Message:
    ts: str
    name: str
    text: str
    blocks: list[Block]
    attachments: tuple[Block, ...] = ()
    thread: str = ""
    """The ts of the message that it replies to."""

    def lists(self, case: str) -> bool:
        return any(str(block.get("block_id", "")).endswith(case) for block in self.blocks)

    @property
    def is_digest(self) -> bool:
        return "-" in self.name and " " not in self.name


@dataclass
class FakeSlack:
    clock: SteppedClock
    channels: dict[str, list[Message]] = field(default_factory=dict)
    fails: Callable[[str, str], Exception | None] = never_fail
    """What a call to this method and channel fails with, before it does anything; None: it does not."""
    loses: deque[str] = field(default_factory=deque)
    """Channels of which the next post takes effect and its answer is lost."""
    refuses: dict[str, Exception] = field(default_factory=dict)
    """Messages that cannot be posted, and what is said of them."""
    attempts: Counter[str] = field(default_factory=Counter)
    reads: bool = False
    meanwhile: Callable[[], Awaitable[None]] = _nothing
    """What happens elsewhere while a post is on its way."""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    times: list[tuple[float, str, str]] = field(default_factory=list)
    ahead: float = 0.0
    """Seconds by which its clock is ahead of ours."""

    async def post_message(self, channel: str, drawing: RenderedMessage, name: str, *, thread: str = "") -> SentMessage:
        self._called("post", channel)
        self.attempts[name] += 1
        if name in self.refuses:
            raise self.refuses[name]
        await self.meanwhile()
        ts = f"{self.clock.seconds() + self.ahead:.3f}{sum(self.calls.values()):03d}"
        message = Message(ts, name, *drawing, thread)
        self.channels.setdefault(channel, []).append(message)
        if channel in self.loses:
            self.loses.remove(channel)
            raise DeliveryUnknownError("the answer was lost")
        return SentMessage(channel, message.ts)

    async def update_message(self, channel: str, ts: str, drawing: RenderedMessage) -> None:
        self._called("update", channel)
        for message in self.channels.get(channel, []):
            if message.ts == ts:
                message.text, message.blocks, message.attachments = drawing
                return
        raise SlackRejectedError("message_not_found")

    async def find_message(self, channel: str, name: str, since: float, thread: str = "") -> SentMessage | None:
        self._called("find", channel)
        if not self.reads:
            raise SlackRejectedError("missing_scope")
        there = [m for m in self.channels.get(channel, []) if m.thread == thread]
        found = [m for m in there if m.name == name and float(m.ts) >= since]
        return SentMessage(channel, found[-1].ts) if found else None

    async def list_members(self, _group: str) -> frozenset[str]:
        return frozenset()

    def _called(self, method: str, channel: str) -> None:
        self.calls[method, channel] += 1
        self.times.append((self.clock.seconds(), method, channel))
        if error := self.fails(method, channel):
            raise error

    def names(self, channel: str = "C0CARE") -> list[str]:
        return [message.name for message in self.channels.get(channel, [])]

    def count_appearances(self, case: str, channel: str = "C0CARE") -> int:
        """How often this case is to be seen there, as a card or as a line of a digest."""
        return sum(message.name == case or message.lists(case) for message in self.channels.get(channel, []))


def always_fail(error: Exception, method: str = "", channel: str = "") -> Callable[[str, str], Exception | None]:
    """The same failure for this method and this channel, or for any."""

    def fails(asked: str, of: str) -> Exception | None:
        return error if (not method or asked == method) and (not channel or of == channel) else None

    return fails
