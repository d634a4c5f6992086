"""From a click on *Claim* to the card that shows it, by Slack's own ways: HTTP, signature, Bolt, response URL."""

from datetime import timedelta

from bot.benchmarks.fixtures import ONE_CHANNEL, BenchmarkContext, JumpingClock, publish_mentions, run_app, run_workers
from bot.benchmarks.measurement import MS, Measurement, require_at_most, summarize_times
from bot.benchmarks.timing import read_monotonic
from bot.cards import action_ids
from bot.slack_sandbox import SlackMessage
from bot.testing.local_app import LocalApp

AIM = require_at_most(300)
CHANNEL = "C0CARE"
DEPUTY = "U0ANA"
BETWEEN_POSTS = timedelta(seconds=1.5)
"""A little more than Slack's limit for one channel."""
MAX_STEPS = 20


async def measure_clicks(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(200, 8)
    clock = JumpingClock()
    async with run_app(ONE_CHANNEL, clock, wait=False) as app:
        await _post_cards(bench, app, clock, count)
        messages = app.workspace.find_channel(CHANNEL).messages
        claimable = [message for message in messages if _has_action(message, action_ids.CLAIM)][:count]
        bench.report(f"{len(claimable)} claims")
        async with run_workers(app):
            times = [1000 * await _time_claim(app, message) for message in claimable]
    return summarize_times("click to card", times, MS, AIM, f"{len(times)} claims, one by one")


async def _post_cards(bench: BenchmarkContext, app: LocalApp, clock: JumpingClock, count: int) -> None:
    """Post one card at a time, so that the channel is never behind and nothing is collected in digests."""
    for number, mention in enumerate(bench.samples.generate_mentions(count, clock.now())):
        if not number % 20:
            bench.report(f"{number} of {count} cards")
        await publish_mentions(app.store, clock, [mention])
        await app.app.triage.step()
        clock.jump_ahead(BETWEEN_POSTS)
        for _ in range(MAX_STEPS):
            if not await app.app.delivery.step():
                break


async def _time_claim(app: LocalApp, message: SlackMessage) -> float:
    person = app.sandbox.get_user(DEPUTY)
    began = read_monotonic()
    await person.click_button(message, action_ids.CLAIM)
    await app.sandbox.wait_until(lambda: _has_action(message, action_ids.RESOLVE))
    return read_monotonic() - began


def _has_action(message: SlackMessage, action: str) -> bool:
    return any(element.get("action_id") == action for _, element in message.iter_elements())
