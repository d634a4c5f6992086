"""The page of a campaign of a week, compared with three others before it: up to two months of counters are read."""

import random
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.benchmarks.fixtures import BenchmarkContext, StillClock, load_rules, publish_mentions, run_server, triage_inbox
from bot.benchmarks.measurement import MS, Measurement, require_at_most, summarize_times
from bot.benchmarks.timing import measure_delays, read_monotonic
from bot.clock import SystemClock
from bot.domain.assessment import Intent, Sentiment
from bot.domain.campaigns.campaign import Campaign, fold_name
from bot.domain.campaigns.episode_figures import CAMPAIGN_PREFIX
from bot.domain.case import derive_case_id
from bot.domain.periods import HOUR, QUARTER
from bot.live_rules import ReloadableRules
from bot.store.keys import join_field
from bot.store.store import Store, connect_store
from bot.usecases.episodes import EpisodeUseCases
from bot.workers.counter_rolling import CounterRollWorker

AIM = require_at_most(300)
HOLD_AIM = require_at_most(20)
WEEK = timedelta(days=7)
CAMPAIGNS = 4
KEPT = (CAMPAIGNS + 4) * WEEK
FIELDS = (500, 2_000)
"""Counters of an hour: of each quarter a fourth."""


async def measure_campaign_page(bench: BenchmarkContext) -> list[Measurement]:
    found = []
    for fields in FIELDS[: bench.pick_count(2, 1)]:
        bench.report(f"{fields:,} counters an hour")
        found += await _measure_page(bench, fields)
    return found


async def _measure_page(bench: BenchmarkContext, fields: int) -> list[Measurement]:
    rules, times = load_rules(), bench.pick_count(50, 3)
    zone = ZoneInfo(rules.time_zone)
    clock = StillClock(datetime.combine(SystemClock().now().astimezone(zone).date(), datetime.min.time(), zone))
    async with run_server() as url, connect_store(url, Path(), "campaign_page", "bench") as store:
        subjects = [f"Subject {number}" for number in range(1 + fields // 200)]
        await _fill_counters(bench, store, clock, subjects, fields)
        await _prepare_hours(store, rules, clock)
        name = await _start_campaigns(bench, store, rules, clock, subjects[0])
        episodes, took = EpisodeUseCases(store, rules, clock), []
        for _ in range(times):
            began = read_monotonic()
            await episodes.show_episode(name)
            took.append(1000 * (read_monotonic() - began))
        async with measure_delays() as holds:
            for _ in range(times):
                await episodes.show_episode(name)
    title, note = f"/sentiment episode, a week, {fields:,} counters an hour", f"of {len(subjects)} subjects"
    held = Measurement(f"{title}, longest hold of the event loop", 1000 * max(holds), MS, HOLD_AIM)
    return [*summarize_times(title, took, MS, AIM, note), held]


async def _prepare_hours(store: Store, rules: ReloadableRules, clock: StillClock) -> None:
    """Roll hours and make sums as the worker does; then a post of the last hour comes late, and removes its sums."""
    worker = CounterRollWorker(store, rules, clock)
    while await worker.step():
        pass
    await store.client.execute("DEL", store.keys.hour_sums_key(clock.now() - HOUR))


async def _fill_counters(
    bench: BenchmarkContext, store: Store, clock: StillClock, subjects: list[str], fields: int
) -> None:
    """Write so many counters into each hour, in the keys and fields that commits write."""
    chance = random.Random(7)  # noqa: S311 - the same counters each time
    departments = ("care", "pr", "sales", "operations", "product")
    combos = list(product(subjects, departments, [*(one.value for one in Sentiment), "unsure"], Intent))
    chosen = chance.sample(combos, fields // 4)
    words = [join_field(quarter, *combo) for quarter in range(HOUR // QUARTER) for combo in chosen]
    for number in range(1, bench.pick_count(KEPT // HOUR, 48)):
        counts = [part for word in words for part in (word, chance.randint(1, 30))]
        await store.client.execute("HSET", store.keys.tally_key(clock.now() - number * HOUR), *counts)


async def _start_campaigns(
    bench: BenchmarkContext, store: Store, rules: ReloadableRules, clock: StillClock, subject: str
) -> str:
    """Start a campaign each week, and give the last one cases. Return its name."""
    for number in range(CAMPAIGNS):
        start = clock.now() - (CAMPAIGNS + 1 - number) * WEEK
        campaign = Campaign(name=f"Sale {number + 1}", subject=subject, starts_at=start, ends_at=start + WEEK)
        body = campaign.model_dump_json(exclude_defaults=True)
        await store.client.execute("HSET", store.keys.campaigns, fold_name(campaign.name), body)
    mentions = bench.samples.generate_mentions(bench.pick_count(1_500, 30), clock.now())
    await store.inbox.create_group()
    await publish_mentions(store, clock, mentions)
    await triage_inbox(store, rules, clock)
    await store.episode_cases.add(
        CAMPAIGN_PREFIX + fold_name(campaign.name), [derive_case_id(one.id) for one in mentions]
    )
    return campaign.name
