"""Ten thousand mentions at once into one channel, with Slack's limits as they are, in real time."""

import asyncio
from collections.abc import Callable

from bot.benchmarks.fixtures import (
    BenchmarkContext,
    find_one_channel_playbook,
    publish_mentions,
    run_benchmark_app,
    run_workers,
)
from bot.benchmarks.measurement import SECONDS, Measurement, require_at_most
from bot.benchmarks.timing import read_monotonic
from bot.cards import action_ids
from bot.clock import SystemClock
from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter

AIM_FIRST = require_at_most(2)
NONE = require_at_most(0)
PATIENCE = 120.0


async def measure_load_spike(bench: BenchmarkContext) -> list[Measurement]:
    count, length = bench.pick_count(10_000, 300), bench.pick_count(30, 5)
    clock = SystemClock()
    async with run_benchmark_app(find_one_channel_playbook(), clock) as opened:
        ear = InboxWriter("bench", opened.store, clock)
        mentions = bench.samples.generate_mentions(count, clock.now())
        async with run_workers(opened):
            bench.report(f"{count:,} mentions at once")
            began = read_monotonic()
            first = asyncio.create_task(
                _time_until(lambda: opened.sandbox.change_log.list_by_kind("posted"), opened.sandbox, began)
            )
            later = asyncio.create_task(_count_shown_cases(length, opened.workspace))
            await publish_mentions(ear, mentions)
            heard = read_monotonic() - began
            finished = await _wait_until_triaged(opened, began)
            bench.report(f"what reaches the channel in {length} s")
            waited, (shown, messages) = await first, await later
        account = await opened.store.mention_counters.read()
        violations = len(opened.sandbox.list_limit_violations())
    return [
        Measurement(
            "storm, first card", waited, SECONDS, AIM_FIRST, note=f"{count:,} mentions at once into one channel"
        ),
        Measurement("storm, above Slack's limits", violations, "calls", NONE),
        Measurement("storm, unaccounted", account.unaccounted, "mentions", NONE, note=str(account)),
        Measurement("storm, all heard", heard, SECONDS),
        Measurement("storm, all triaged", finished, SECONDS),
        Measurement(f"storm, shown after {length} s", shown, "cases", note=f"on {messages} cards and digests"),
    ]


async def _time_until(holds: Callable[[], object], sandbox: SlackSandbox, began: float) -> float:
    await sandbox.wait_until(holds, within=PATIENCE)
    return read_monotonic() - began


async def _wait_until_triaged(opened: LocalApp, began: float) -> float:
    async with asyncio.timeout(PATIENCE):
        while (await opened.store.inbox.measure_backlog())[0]:  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(0.02)
    return read_monotonic() - began


async def _count_shown_cases(seconds: float, workspace: SlackWorkspace) -> tuple[int, int]:
    """Counted where people look: cases that somebody could claim from a message, and the messages."""
    await asyncio.sleep(seconds)
    claims = {action_ids.CLAIM, action_ids.CLAIM_IN_DIGEST}
    messages = [message for channel in workspace.channels.values() for message in channel.messages]
    cases = {
        element["value"]
        for message in messages
        for _, element in message.iter_elements()
        if element.get("action_id") in claims
    }
    return len(cases), len(messages)
