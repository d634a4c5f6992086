"""`/sentiment today` over a million tallied mentions, at the end of a day, held against the day before."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.bench.figure import MS, Figure, at_most
from bot.bench.ground import Bench, StillClock, day_playbook, hear, read, server
from bot.bench.stopwatch import instant, percentile
from bot.clock import SystemClock
from bot.domain.assessment import Intent, Sentiment
from bot.domain.case import CaseResolution
from bot.domain.decision import DurationKind
from bot.domain.routing import find_route
from bot.domain.spans import QUARTER
from bot.rules import LiveRules
from bot.store.keys import TOOK_MOST, Keys, format_day, join_field
from bot.store.opening import Store, connect_store
from bot.store.writing import compute_quarter
from bot.usecases.reports import SentimentReports
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

AIM = at_most(200)
QUARTERS = 2 * 96
RARE = 0.2
"""The weight of what the sample day never says, beside 1 for what it says once: a million says nearly everything."""
Combo = tuple[str, str, str, str]


async def measure(bench: Bench) -> list[Figure]:
    count, times = bench.of(1_000_000, 20_000), bench.of(60, 5)
    rules = LiveRules(read(day_playbook()))
    clock = StillClock(_end_of_day(rules))
    async with server() as url, connect_store(url, Path(), "reports", "bench") as store:
        bench.tell(f"{count:,} mentions into the tallies")
        await _live(bench, store, rules, clock)
        await _tallied(bench, store, rules, clock.now(), count)
        await _timed(bench, store, rules, clock.now())
        bench.tell(f"asked {times} times")
        took = await _asked(store, rules, clock, times)
    return [
        Figure("/sentiment today, p50", percentile(took, 50), MS, AIM),
        Figure("/sentiment today, p90", percentile(took, 90), MS, AIM, note=f"over {count:,} tallied mentions"),
    ]


def _end_of_day(rules: LiveRules) -> datetime:
    """When most has to be read: nearly all of today, and yesterday until the same time."""
    zone = ZoneInfo(rules.time_zone)
    return datetime.combine(SystemClock().now().astimezone(zone).date(), time(23, 50), zone)


async def _live(bench: Bench, store: Store, rules: LiveRules, clock: StillClock) -> None:
    """Open cases, and the posts that say most: a report shows them too."""
    await store.inbox.create_group()
    await hear(InboxWriter("bench", store, clock), bench.sayings.take(bench.of(600, 60), clock.now()))
    triage = TriageWorker(store, rules, clock, "bench", wait=False)
    while await triage.step():
        pass


async def _tallied(bench: Bench, store: Store, rules: LiveRules, at: datetime, count: int) -> None:
    """As commits would have counted them, in the keys and fields that they write."""
    combos = _combos(bench, rules, at)
    chance = random.Random(7)  # noqa: S311 - the same million each time
    names, weights = list(combos), list(combos.values())
    for quarter in range(QUARTERS):
        moment = at - quarter * QUARTER
        some = count * (quarter + 1) // QUARTERS - count * quarter // QUARTERS
        said = Counter(chance.choices(names, weights, k=some))
        key = store.keys.tally_key(moment)
        within = moment.minute // 15
        await store.client.execute_batch([("HINCRBY", key, join_field(within, *combo), n) for combo, n in said.items()])


def _combos(bench: Bench, rules: LiveRules, at: datetime) -> dict[Combo, float]:
    """What the sample day is made of, as often as it is; and all that could be said beside it, rarely."""
    mentions = bench.sayings.take(bench.of(318, 60), at)
    found: dict[Combo, float] = {}
    departments: dict[str, str] = {}
    for mention, assessed in zip(mentions, rules.get_assessor().assess(mentions), strict=True):
        to = find_route(rules.list_routes(), mention, assessed).to
        sentiment = "unsure" if assessed.is_unsure else assessed.sentiment.value
        departments[assessed.intent] = to
        combo = (assessed.subject, to, sentiment, assessed.intent.value)
        found[combo] = found.get(combo, 0) + 1
    for subject in [*(subject.name for subject in rules.playbook.subjects), ""]:
        for sentiment in [*(one.value for one in Sentiment), "unsure"]:
            for intent in Intent:
                found.setdefault((subject, departments.get(intent, "care"), sentiment, intent.value), RARE)
    return found


async def _timed(bench: Bench, store: Store, rules: LiveRules, at: datetime) -> None:
    """As many times to claim and to resolve as are kept, and all that ended today."""
    midnight = at.astimezone(ZoneInfo("UTC")).replace(hour=0, minute=0, second=0, microsecond=0)
    most = bench.of(TOOK_MOST, 100)
    for department in rules.list_departments():
        for measured in DurationKind:
            key = store.keys.durations_key(format_day(midnight), department.name, measured)
            await store.client.execute("RPUSH", key, *_times(most, compute_quarter(at)))
        await store.client.execute_batch(list(_ended(store.keys, midnight, department.name)))


def _times(count: int, quarters: int) -> Iterator[str]:
    for number in range(count):
        yield join_field(number * max(1, quarters) // count, f"{60 + number % 900:.1f}")


def _ended(keys: Keys, day: datetime, department: str) -> Iterator[tuple[str, str, str, int]]:
    for quarter in range(timedelta(days=1) // QUARTER):
        for resolution in CaseResolution:
            yield (
                "HINCRBY",
                keys.resolutions_key(format_day(day)),
                join_field(quarter, department, resolution.value),
                3,
            )


async def _asked(store: Store, rules: LiveRules, clock: StillClock, times: int) -> list[float]:
    """In milliseconds, each answer drawn to the end."""
    reports = SentimentReports(
        store.report_counters, store.corrections, store.cases, rules, lambda: rules.playbook.subjects, clock
    )
    took = []
    for _ in range(times):
        began = instant()
        await reports.answer_question("U0MIA", "today")
        took.append(1000 * (instant() - began))
    return took
