"""`/sentiment today` at the end of a day of half a million mentions, compared with four such days before."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.benchmarks.fixtures import BenchmarkContext, StillClock, load_rules, publish_mentions, run_server, triage_inbox
from bot.benchmarks.measurement import MS, Measurement, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.clock import SystemClock
from bot.domain.assessment import Intent, Sentiment
from bot.domain.case import CaseResolution
from bot.domain.commits import DurationKind
from bot.domain.periods import QUARTER
from bot.domain.reports.range_points import WEEK
from bot.domain.reports.ranges import ALIKE_WEEKS
from bot.domain.routing import find_route
from bot.live_rules import ReloadableRules
from bot.store.keys import TOOK_MOST, Keys, format_day, join_field
from bot.store.mention_writer import compute_quarter
from bot.store.store import Store, connect_store
from bot.usecases.reports import SentimentReports

AIM = require_at_most(200)
QUARTERS = 96
"""Of a day."""
RARE = 0.2
"""The weight of what the sample day never says, beside 1 for what it says once: a million says nearly all."""
Combo = tuple[str, str, str, str]


async def measure_reports(bench: BenchmarkContext) -> list[Measurement]:
    count, times = bench.pick_count(2_500_000, 20_000), bench.pick_count(100, 5)
    rules = load_rules()
    clock = StillClock(_find_end_of_day(rules))
    async with run_server() as url, connect_store(url, Path(), "reports", "bench") as store:
        bench.report(f"{count:,} mentions into the tallies")
        await _open_cases(bench, store, rules, clock)
        await _fill_counters(bench, store, rules, clock.now(), count)
        await _fill_durations(bench, store, rules, clock.now())
        bench.report(f"asked {times} times")
        found = await _time_reports(store, rules, clock, times)
    median, high = compute_percentile(found, 50), compute_percentile(found, 99)
    return [
        Measurement("/sentiment today, p50", median, MS, AIM),
        Measurement("/sentiment today, p99", high, MS, AIM, note=f"over {count:,} tallied mentions"),
    ]


def _find_end_of_day(rules: ReloadableRules) -> datetime:
    """Return the time with the most to read: nearly all of today, and the same of the weeks before."""
    zone = ZoneInfo(rules.time_zone)
    return datetime.combine(SystemClock().now().astimezone(zone).date(), time(23, 50), zone)


async def _open_cases(bench: BenchmarkContext, store: Store, rules: ReloadableRules, clock: StillClock) -> None:
    """Open cases, which a report lists with the top posts."""
    await store.inbox.create_group()
    count = bench.pick_count(600, 60)
    await publish_mentions(store, clock, bench.samples.generate_mentions(count, clock.now()))
    await triage_inbox(store, rules, clock)


async def _fill_counters(
    bench: BenchmarkContext, store: Store, rules: ReloadableRules, at: datetime, count: int
) -> None:
    """Increment the counters of mentions and of themes, in the keys and fields that commits write."""
    combos = _count_combinations(bench, rules, at)
    themes = [theme.name for theme in rules.list_themes()]
    chance = random.Random(7)  # noqa: S311 - the same million each time
    names, weights = list(combos), list(combos.values())
    moments = [at - n * WEEK - quarter * QUARTER for n in range(ALIKE_WEEKS + 1) for quarter in range(QUARTERS)]
    for number, moment in enumerate(moments):
        size = count * (number + 1) // len(moments) - count * number // len(moments)
        said = chance.choices(names, weights, k=size)
        about = zip(chance.choices(themes, k=size // 2), said, strict=False)
        counters = (
            (store.keys.tally_key(moment), Counter(said)),
            (store.keys.themes_key(moment), Counter((theme, *combo[:3]) for theme, combo in about)),
        )
        for key, counts in counters:
            changes = [("HINCRBY", key, join_field(moment.minute // 15, *combo), n) for combo, n in counts.items()]
            await store.client.execute_batch(changes)


def _count_combinations(bench: BenchmarkContext, rules: ReloadableRules, at: datetime) -> dict[Combo, float]:
    """Return the combinations of the sample day by frequency; all others are rare."""
    mentions = bench.samples.generate_mentions(bench.pick_count(318, 60), at)
    found: dict[Combo, float] = {}
    departments: dict[str, str] = {}
    for mention, assessment in zip(mentions, rules.get_assessor().assess(mentions), strict=True):
        to = find_route(rules.list_routes(), mention, assessment).to
        sentiment = "unsure" if assessment.is_unsure else assessment.sentiment.value
        departments[assessment.intent] = to
        combo = (assessment.subject, to, sentiment, assessment.intent.value)
        found[combo] = found.get(combo, 0) + 1
    for subject in [*(subject.name for subject in rules.playbook.subjects), ""]:
        for sentiment in [*(one.value for one in Sentiment), "unsure"]:
            for intent in Intent:
                found.setdefault((subject, departments.get(intent, "care"), sentiment, intent.value), RARE)
    return found


async def _fill_durations(bench: BenchmarkContext, store: Store, rules: ReloadableRules, at: datetime) -> None:
    """Store the maximum number of durations, and all resolutions of today."""
    midnight = at.astimezone(ZoneInfo("UTC")).replace(hour=0, minute=0, second=0, microsecond=0)
    most = bench.pick_count(TOOK_MOST, 100)
    for department in rules.list_departments():
        for kind in DurationKind:
            key = store.keys.durations_key(format_day(midnight), department.name, kind)
            await store.client.execute("RPUSH", key, *_generate_durations(most, compute_quarter(at)))
        await store.client.execute_batch(list(_generate_ended_cases(store.keys, midnight, department.name)))


def _generate_durations(count: int, quarters: int) -> Iterator[str]:
    for number in range(count):
        yield join_field(number * max(1, quarters) // count, f"{60 + number % 900:.1f}")


def _generate_ended_cases(keys: Keys, day: datetime, department: str) -> Iterator[tuple[str, str, str, int]]:
    for quarter in range(timedelta(days=1) // QUARTER):
        for resolution in CaseResolution:
            field = join_field(quarter, department, resolution.value)
            yield "HINCRBY", keys.resolutions_key(format_day(day)), field, 3


async def _time_reports(store: Store, rules: ReloadableRules, clock: StillClock, times: int) -> list[float]:
    """Return the milliseconds of each report, rendered to the end."""
    reports = SentimentReports(store, rules, clock)
    found = []
    for _ in range(times):
        began = read_monotonic()
        await reports.answer_question("U0MIA", "today")
        found.append(1000 * (read_monotonic() - began))
    return found
