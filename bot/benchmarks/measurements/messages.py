"""How many messages people get while nobody claims anything: of complaints in half an hour, and of the sample day."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.benchmarks.fixtures import SAMPLE_DAY, BenchmarkContext, StillClock, publish_mentions, run_app
from bot.benchmarks.measurement import Measurement, require_at_most
from bot.domain.mention import Mention
from bot.slack_sandbox import SlackWorkspace
from bot.testing.local_app import LocalApp
from bot.workers.runner import Worker

SIZES = (5, 15, 30, 60, 300, 2_000)
START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WATCHED = timedelta(minutes=30)
NIGHT = timedelta(hours=10)
"""After the last post of the day, so that the next morning is in it."""
DIRECT_MOST, BESIDE_MOST, DAY_MOST = require_at_most(3), require_at_most(4), require_at_most(12)
COMPLAINT = "@northwindair flight {n} is late again, terrible service, I want my money back, seat {n}"
PACE, LONGEST = timedelta(seconds=1.3), timedelta(seconds=20)
"""Between two steps while something waits to be sent: Slack takes about one message a second in a channel."""
CARD = re.compile(r"[0-9a-f]+|\d+-[0-9a-f]+|ep-.*")
"""The names of cards, digests and episodes."""


class MessageCount(NamedTuple):
    """What was posted: messages of each person, of each channel other than cards, and all of them with replies."""

    direct: Counter[str]
    beside: Counter[str]
    total: int

    @property
    def per_person(self) -> int:
        return max(self.direct.values(), default=0)

    @property
    def per_channel(self) -> int:
        return max(self.beside.values(), default=0)


async def measure_message_counts(bench: BenchmarkContext) -> list[Measurement]:
    found: list[Measurement] = []
    for size in SIZES[: bench.pick_count(len(SIZES), 2)]:
        bench.report(f"{size:,} complaints that nobody claims")
        count = await count_flood_messages(size)
        name = f"messages, {size:,} unclaimed for 30 min"
        note = ", ".join(f"{count.direct[one]} to {one}" for one in sorted(count.direct)) or "to nobody"
        found += [
            Measurement(f"{name}, a person", count.per_person, "messages", DIRECT_MOST, note=note),
            Measurement(f"{name}, a channel without cards", count.per_channel, "messages", BESIDE_MOST),
            Measurement(f"{name}, a case", count.total / size, "messages"),
        ]
    bench.report("the sample day and its night")
    day = bench.samples.mentions[: bench.pick_count(len(bench.samples.mentions), 30)]
    count = await count_day_messages(day)
    hours = (day[-1].created_at + NIGHT - day[0].created_at) / timedelta(hours=1)
    beside = ", ".join(f"{count.beside[one]} in #{one}" for one in sorted(count.beside))
    return [
        *found,
        Measurement("messages, unattended day, a person", count.per_person, "messages", DAY_MOST),
        Measurement("messages, unattended day, a person an hour", count.per_person / hours, "messages"),
        Measurement("messages, unattended day, a channel without cards", count.per_channel, "messages", note=beside),
        Measurement("messages, unattended day, a mention", count.total / len(day), "messages"),
    ]


async def count_flood_messages(size: int) -> MessageCount:
    """Count what half an hour brings after so many complaints of every priority, all at once."""
    async with _open_still_app(START) as (opened, clock):
        await publish_mentions(opened.store, clock, [_build_complaint(number) for number in range(size)])
        await _pass_time(opened, clock, START + WATCHED)
        return count_messages(opened.workspace)


async def count_day_messages(day: Sequence[Mention]) -> MessageCount:
    async with _open_still_app(day[0].created_at) as (opened, clock):
        for mention in day:
            await _pass_time(opened, clock, mention.created_at)
            await publish_mentions(opened.store, clock, [mention])
        await _pass_time(opened, clock, day[-1].created_at + NIGHT)
        return count_messages(opened.workspace)


def count_messages(workspace: SlackWorkspace) -> MessageCount:
    direct, beside, total = Counter[str](), Counter[str](), 0
    for channel in workspace.channels.values():
        total += len(channel.messages) + sum(len(message.thread) for message in channel.messages)
        if channel.im_with:
            direct[workspace.users[channel.im_with].name] += len(channel.messages)
            continue
        names = [(message.metadata or {}).get("event_payload", {}).get("name", "") for message in channel.messages]
        beside[channel.name] += sum(CARD.fullmatch(name) is None for name in names)
    return MessageCount(direct, beside, total)


def _build_complaint(number: int) -> Mention:
    author = {"id": f"a{number}", "handle": f"a{number}", "followers": 250_000 if number % 3 == 0 else 120}
    fields = {"id": f"x:{number}", "source": "x", "text": COMPLAINT.format(n=1_000 + number), "author": author}
    return Mention.model_validate(fields | {"created_at": START, "conversation": str(number)})


@asynccontextmanager
async def _open_still_app(at: datetime) -> AsyncIterator[tuple[LocalApp, StillClock]]:
    clock = StillClock(at)
    async with run_app(SAMPLE_DAY, clock, wait=False) as opened:
        yield opened, clock


async def _pass_time(opened: LocalApp, clock: StillClock, end: datetime) -> None:
    """Move the clock to the moments at which something is due, and let the workers do it."""
    pause = PACE
    while True:
        pause = PACE if await _step_workers(opened) else min(pause * 2, LONGEST)
        now = clock.now()
        if now >= end:
            return
        clock.move_to(min(end, await _find_next_moment(opened, now, pause)))


async def _find_next_moment(opened: LocalApp, now: datetime, pause: timedelta) -> datetime:
    if await opened.store.outbox.list_destinations():
        return now + pause
    keys = (opened.store.keys.deadlines, opened.store.keys.pages)
    found = await opened.store.client.execute_batch([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
    due = [datetime.fromtimestamp(float(one[1]), UTC) for one in found if one]
    return max(now + timedelta(seconds=1), min([now + timedelta(minutes=5), *due]))


async def _step_workers(opened: LocalApp) -> int:
    """Step the workers until nothing is left to do at this moment; return how much was done."""
    app, done = opened.app, 0
    workers: tuple[Worker, ...] = (app.triage, app.timers, app.spikes, app.schedules, app.pages, *app.pagers)
    workers = (*workers, app.crises, app.health_monitor, app.shift_summaries, app.delivery)
    while did := sum([await worker.step() for worker in workers]):
        done += did
    return done
