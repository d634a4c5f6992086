"""From a click on *Claim* to the card that shows it, over Slack's own ways: HTTP, a signature, Bolt, a response url."""

from datetime import timedelta

from bot.benchmarks.fixtures import (
    BenchmarkContext,
    JumpingClock,
    find_one_channel_playbook,
    run_benchmark_app,
    run_workers,
)
from bot.benchmarks.measurement import MS, Measurement, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.cards import action_ids
from bot.slack_sandbox import SlackMessage
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter

AIM = require_at_most(300)
CHANNEL = "C0CARE"
DEPUTY = "U0ANA"
BETWEEN_POSTS = timedelta(seconds=1.5)
"""A little more than Slack asks for in one channel."""
MOST_STEPS = 20


async def measure_clicks(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(200, 8)
    clock = JumpingClock()
    async with run_benchmark_app(find_one_channel_playbook(), clock, wait=False) as opened:
        await _post_cards(bench, opened, clock, count)
        messages = [
            one for one in opened.workspace.find_channel(CHANNEL).messages if _has_action(one, action_ids.CLAIM)
        ][:count]
        bench.report(f"{len(messages)} claims")
        async with run_workers(opened):
            times = [await _time_claim(opened, message) for message in messages]
    return [
        Measurement("click to card, p50", 1000 * compute_percentile(times, 50), MS),
        Measurement(
            "click to card, p99", 1000 * compute_percentile(times, 99), MS, AIM, note=f"{len(times)} claims, one by one"
        ),
    ]


async def _post_cards(bench: BenchmarkContext, opened: LocalApp, clock: JumpingClock, count: int) -> None:
    """One card at a time, so that the channel is never behind and nothing is gathered on digests."""
    ear = InboxWriter("bench", opened.store, clock)
    for number, mention in enumerate(bench.samples.generate_mentions(count, clock.now())):
        if not number % 20:
            bench.report(f"{number} of {count} cards")
        await ear.publish([mention])
        await opened.app.triage.step()
        clock.jump_ahead(BETWEEN_POSTS)
        for _ in range(MOST_STEPS):
            if not await opened.app.delivery.step():
                break


async def _time_claim(opened: LocalApp, message: SlackMessage) -> float:
    person = opened.sandbox.get_user(DEPUTY)
    began = read_monotonic()
    await person.click_button(message, action_ids.CLAIM)
    await opened.sandbox.wait_until(lambda: _has_action(message, action_ids.RELEASE))
    return read_monotonic() - began


def _has_action(message: SlackMessage, action: str) -> bool:
    return any(element.get("action_id") == action for _, element in message.iter_elements())
