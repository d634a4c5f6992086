"""Ten thousand mentions at once into one channel, with Slack's limits as they are, in real time."""

import asyncio
from collections.abc import Callable

from bot.bench.figure import SECONDS, Figure, at_most
from bot.bench.ground import Bench, at_work, hear, one_channel, stage
from bot.bench.stopwatch import instant
from bot.cards import buttons
from bot.clock import SystemClock
from bot.sandbox import Sandbox, Workspace
from bot.stage import Stage
from bot.workers.ingest import InboxWriter

AIM_FIRST = at_most(2)
NONE = at_most(0)
PATIENCE = 120.0


async def measure(bench: Bench) -> list[Figure]:
    count, length = bench.of(10_000, 300), bench.of(30, 5)
    clock = SystemClock()
    async with stage(one_channel(), clock) as opened:
        ear = InboxWriter("bench", opened.store, clock)
        mentions = bench.sayings.take(count, clock.now())
        async with at_work(opened):
            bench.tell(f"{count:,} mentions at once")
            began = instant()
            first = asyncio.create_task(_when(lambda: opened.sandbox.feed.of("posted"), opened.sandbox, began))
            later = asyncio.create_task(_shown_after(length, opened.workspace))
            await hear(ear, mentions)
            heard = instant() - began
            finished = await _finished(opened, began)
            bench.tell(f"what reaches the channel in {length} s")
            waited, (shown, messages) = await first, await later
        account = await opened.store.mention_counters.read()
        violations = len(opened.sandbox.limit_violations())
    return [
        Figure("storm, first card", waited, SECONDS, AIM_FIRST, note=f"{count:,} mentions at once into one channel"),
        Figure("storm, above Slack's limits", violations, "calls", NONE),
        Figure("storm, unaccounted", account.unaccounted, "mentions", NONE, note=str(account)),
        Figure("storm, all heard", heard, SECONDS),
        Figure("storm, all triaged", finished, SECONDS),
        Figure(f"storm, shown after {length} s", shown, "cases", note=f"on {messages} cards and digests"),
    ]


async def _when(holds: Callable[[], object], sandbox: Sandbox, began: float) -> float:
    await sandbox.until(holds, within=PATIENCE)
    return instant() - began


async def _finished(opened: Stage, began: float) -> float:
    async with asyncio.timeout(PATIENCE):
        while (await opened.store.inbox.measure_backlog())[0]:  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(0.02)
    return instant() - began


async def _shown_after(seconds: float, workspace: Workspace) -> tuple[int, int]:
    """Counted where people look: cases that somebody could claim from a message, and the messages."""
    await asyncio.sleep(seconds)
    claims = {buttons.CLAIM, buttons.CLAIM_IN_DIGEST}
    messages = [message for channel in workspace.channels.values() for message in channel.messages]
    cases = {
        element["value"]
        for message in messages
        for _, element in message.elements()
        if element.get("action_id") in claims
    }
    return len(cases), len(messages)
