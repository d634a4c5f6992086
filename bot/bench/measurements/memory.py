"""What one process takes: after its start, and after it has heard and triaged some thousands."""

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

from bot.bench.figure import MEGABYTES, Figure, at_most
from bot.bench.ground import HANDFUL, Bench
from bot.bench.process import SECRET, Process, running
from bot.bench.resident import resident
from bot.clock import SystemClock

AIM = at_most(200)
IN_ONE = HANDFUL // 5
"""Mentions in one delivery: under a tenth of the size that a hook takes."""


async def measure(bench: Bench) -> list[Figure]:
    count = bench.of(5_000, 200)
    async with running() as process:
        started = resident(process.pid)
        for first in range(0, count, IN_ONE):
            bench.tell(f"{first:,} of {count:,} mentions")
            await _deliver(bench, process, first, min(IN_ONE, count - first))
        await process.triaged()
        after = resident(process.pid)
    return [
        Figure("memory after the start", started.now, MEGABYTES, AIM, note="one process, without its store"),
        Figure(f"memory after {count:,} mentions", after.now, MEGABYTES, AIM),
        Figure("memory, the most", after.most, MEGABYTES, AIM),
    ]


async def _deliver(bench: Bench, process: Process, first: int, count: int) -> None:
    """Signed, as any sender's."""
    at = SystemClock().now()
    mentions = [one.model_dump(mode="json", exclude_defaults=True) for one in bench.sayings.take(count, at, first)]
    body = json.dumps({"mentions": mentions})
    delivery = f"bench-{first}"
    stamp = datetime.fromtimestamp(int(at.timestamp()), UTC)
    headers = {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": Signer(SECRET).sign(delivery, stamp, body),
        "content-type": "application/json",
    }
    await process.post("/hooks/forum", body.encode(), headers)
