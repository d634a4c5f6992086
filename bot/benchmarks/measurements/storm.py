"""Ten thousand mentions at once into one channel, under Slack's rate limits, in real time."""

import asyncio

from bot.benchmarks.fixtures import ONE_CHANNEL, BenchmarkContext, publish_mentions, run_app, run_workers
from bot.benchmarks.measurement import SECONDS, Measurement, require_at_most
from bot.benchmarks.timing import read_monotonic
from bot.cards import action_ids
from bot.clock import SystemClock
from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.testing.local_app import LocalApp

AIM_FIRST = require_at_most(2)
NONE = require_at_most(0)
TIMEOUT = 120.0


async def measure_load_spike(bench: BenchmarkContext) -> list[Measurement]:
    count, length = bench.pick_count(10_000, 300), bench.pick_count(30, 5)
    clock = SystemClock()
    async with run_app(ONE_CHANNEL, clock) as opened:
        mentions = bench.samples.generate_mentions(count, clock.now())
        async with run_workers(opened):
            bench.report(f"{count:,} mentions at once")
            began = read_monotonic()
            first = asyncio.create_task(_time_first_post(opened.sandbox, began))
            later = asyncio.create_task(_count_shown_cases(length, opened.workspace))
            await publish_mentions(opened.store, clock, mentions)
            published = read_monotonic() - began
            finished = await _wait_until_triaged(opened, began)
            bench.report(f"what reaches the channel in {length} s")
            waited, (shown, messages) = await first, await later
        account = await opened.store.mention_counters.read()
        violations = len(opened.sandbox.limits.violations)
    note = f"{count:,} mentions at once into one channel"
    return [
        Measurement("storm, first card", waited, SECONDS, AIM_FIRST, note=note),
        Measurement("storm, above Slack's limits", violations, "calls", NONE),
        Measurement("storm, unaccounted", account.unaccounted, "mentions", NONE, note=str(account)),
        Measurement("storm, all received", published, SECONDS),
        Measurement("storm, all triaged", finished, SECONDS),
        Measurement(f"storm, shown after {length} s", shown, "cases", note=f"on {messages} cards and digests"),
    ]


async def _time_first_post(sandbox: SlackSandbox, began: float) -> float:
    await sandbox.wait_until(lambda: sandbox.change_log.list_by_kind("posted"), within=TIMEOUT)
    return read_monotonic() - began


async def _wait_until_triaged(opened: LocalApp, began: float) -> float:
    async with asyncio.timeout(TIMEOUT):
        while (await opened.store.inbox.measure_backlog())[0]:  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(0.02)
    return read_monotonic() - began


async def _count_shown_cases(seconds: float, workspace: SlackWorkspace) -> tuple[int, int]:
    """Return the number of cases that people can claim from a message, and of messages."""
    await asyncio.sleep(seconds)
    claims = {action_ids.CLAIM, action_ids.CLAIM_IN_DIGEST}
    messages = [message for channel in workspace.channels.values() for message in channel.messages]
    elements = [element for message in messages for _, element in message.iter_elements()]
    cases = {element["value"] for element in elements if element.get("action_id") in claims}
    return len(cases), len(messages)
