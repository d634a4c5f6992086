"""From a click on *Claim* to the card that shows it, over Slack's own ways: HTTP, a signature, Bolt, a response url."""

from datetime import timedelta

from bot.bench.figure import MS, Figure, at_most
from bot.bench.ground import Bench, JumpingClock, at_work, one_channel, stage
from bot.bench.stopwatch import instant, percentile
from bot.cards import buttons
from bot.sandbox import Message
from bot.stage import Stage
from bot.workers.ingest import InboxWriter

AIM = at_most(300)
CHANNEL = "C0CARE"
DEPUTY = "U0ANA"
BETWEEN_POSTS = timedelta(seconds=1.5)
"""A little more than Slack asks for in one channel."""
MOST_STEPS = 20


async def measure(bench: Bench) -> list[Figure]:
    count = bench.of(200, 8)
    clock = JumpingClock()
    async with stage(one_channel(), clock, wait=False) as opened:
        await _post(bench, opened, clock, count)
        messages = [one for one in opened.workspace.channel(CHANNEL).messages if _offers(one, buttons.CLAIM)][:count]
        bench.tell(f"{len(messages)} claims")
        async with at_work(opened):
            times = [await _claim(opened, message) for message in messages]
    return [
        Figure("click to card, p50", 1000 * percentile(times, 50), MS),
        Figure("click to card, p99", 1000 * percentile(times, 99), MS, AIM, note=f"{len(times)} claims, one by one"),
    ]


async def _post(bench: Bench, opened: Stage, clock: JumpingClock, count: int) -> None:
    """One card at a time, so that the channel is never behind and nothing is gathered on digests."""
    ear = InboxWriter("bench", opened.store, clock)
    for number, mention in enumerate(bench.sayings.take(count, clock.now())):
        if not number % 20:
            bench.tell(f"{number} of {count} cards")
        await ear.publish([mention])
        await opened.house.triage.step()
        clock.jump(BETWEEN_POSTS)
        for _ in range(MOST_STEPS):
            if not await opened.house.delivery.step():
                break


async def _claim(opened: Stage, message: Message) -> float:
    person = opened.sandbox.person(DEPUTY)
    began = instant()
    await person.click(message, buttons.CLAIM)
    await opened.sandbox.until(lambda: _offers(message, buttons.RELEASE))
    return instant() - began


def _offers(message: Message, action: str) -> bool:
    return any(element.get("action_id") == action for _, element in message.elements())
