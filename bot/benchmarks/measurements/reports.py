"""`/sentiment today` over a million tallied mentions, at the end of a day, held against the day before."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.benchmarks.fixtures import (
    BenchmarkContext,
    StillClock,
    find_day_playbook,
    open_playbook,
    publish_mentions,
    run_server,
)
from bot.benchmarks.measurement import MS, Measurement, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.clock import SystemClock
from bot.domain.assessment import Intent, Sentiment
from bot.domain.case import CaseResolution
from bot.domain.commits import DurationKind
from bot.domain.periods import QUARTER
from bot.domain.routing import find_route
from bot.live_rules import ReloadableRules
from bot.store.case_writer import compute_quarter
from bot.store.keys import TOOK_MOST, Keys, format_day, join_field
from bot.store.store import Store, connect_store
from bot.usecases.reports import SentimentReports
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

AIM = require_at_most(200)
QUARTERS = 2 * 96
RARE = 0.2
"""The weight of what the sample day never says, beside 1 for what it says once: a million says nearly everything."""
Combo = tuple[str, str, str, str]


async def measure_reports(bench: BenchmarkContext) -> list[Measurement]:
    count, times = bench.pick_count(1_000_000, 20_000), bench.pick_count(60, 5)
    rules = ReloadableRules(open_playbook(find_day_playbook()))
    clock = StillClock(_find_end_of_day(rules))
    async with run_server() as url, connect_store(url, Path(), "reports", "bench") as store:
        bench.report(f"{count:,} mentions into the tallies")
        await _open_cases(bench, store, rules, clock)
        await _fill_counters(bench, store, rules, clock.now(), count)
        await _fill_durations(bench, store, rules, clock.now())
        bench.report(f"asked {times} times")
        took = await _time_reports(store, rules, clock, times)
    return [
        Measurement("/sentiment today, p50", compute_percentile(took, 50), MS, AIM),
        Measurement(
            "/sentiment today, p90", compute_percentile(took, 90), MS, AIM, note=f"over {count:,} tallied mentions"
        ),
    ]


def _find_end_of_day(rules: ReloadableRules) -> datetime:
    """When most has to be read: nearly all of today, and yesterday until the same time."""
    zone = ZoneInfo(rules.time_zone)
    return datetime.combine(SystemClock().now().astimezone(zone).date(), time(23, 50), zone)


async def _open_cases(bench: BenchmarkContext, store: Store, rules: ReloadableRules, clock: StillClock) -> None:
    """Open cases, and the posts that say most: a report shows them too."""
    await store.inbox.create_group()
    await publish_mentions(
        InboxWriter("bench", store, clock), bench.samples.generate_mentions(bench.pick_count(600, 60), clock.now())
    )
    triage = TriageWorker(store, rules, clock, "bench", wait=False)
    while await triage.step():
        pass


async def _fill_counters(
    bench: BenchmarkContext, store: Store, rules: ReloadableRules, at: datetime, count: int
) -> None:
    """As commits would have counted them, in the keys and fields that they write."""
    combos = _count_combinations(bench, rules, at)
    chance = random.Random(7)  # noqa: S311 - the same million each time
    names, weights = list(combos), list(combos.values())
    for quarter in range(QUARTERS):
        moment = at - quarter * QUARTER
        some = count * (quarter + 1) // QUARTERS - count * quarter // QUARTERS
        said = Counter(chance.choices(names, weights, k=some))
        key = store.keys.tally_key(moment)
        within = moment.minute // 15
        await store.client.execute_batch([("HINCRBY", key, join_field(within, *combo), n) for combo, n in said.items()])


def _count_combinations(bench: BenchmarkContext, rules: ReloadableRules, at: datetime) -> dict[Combo, float]:
    """What the sample day is made of, as often as it is; and all that could be said beside it, rarely."""
    mentions = bench.samples.generate_mentions(bench.pick_count(318, 60), at)
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


async def _fill_durations(bench: BenchmarkContext, store: Store, rules: ReloadableRules, at: datetime) -> None:
    """As many times to claim and to resolve as are kept, and all that ended today."""
    midnight = at.astimezone(ZoneInfo("UTC")).replace(hour=0, minute=0, second=0, microsecond=0)
    most = bench.pick_count(TOOK_MOST, 100)
    for department in rules.list_departments():
        for measured in DurationKind:
            key = store.keys.durations_key(format_day(midnight), department.name, measured)
            await store.client.execute("RPUSH", key, *_generate_durations(most, compute_quarter(at)))
        await store.client.execute_batch(list(_generate_ended_cases(store.keys, midnight, department.name)))


def _generate_durations(count: int, quarters: int) -> Iterator[str]:
    for number in range(count):
        yield join_field(number * max(1, quarters) // count, f"{60 + number % 900:.1f}")


def _generate_ended_cases(keys: Keys, day: datetime, department: str) -> Iterator[tuple[str, str, str, int]]:
    for quarter in range(timedelta(days=1) // QUARTER):
        for resolution in CaseResolution:
            yield (
                "HINCRBY",
                keys.resolutions_key(format_day(day)),
                join_field(quarter, department, resolution.value),
                3,
            )


async def _time_reports(store: Store, rules: ReloadableRules, clock: StillClock, times: int) -> list[float]:
    """In milliseconds, each answer drawn to the end."""
    reports = SentimentReports(
        store.report_counters, store.corrections, store.cases, rules, lambda: rules.playbook.subjects, clock
    )
    took = []
    for _ in range(times):
        began = read_monotonic()
        await reports.answer_question("U0MIA", "today")
        took.append(1000 * (read_monotonic() - began))
    return took
