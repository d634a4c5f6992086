"""The Home tab with thousands of open cases, for a manager who owns most of them."""

from collections.abc import Sequence

from bot.benchmarks.fixtures import ONE_CHANNEL, BenchmarkContext, JumpingClock, publish_mentions, run_app
from bot.benchmarks.measurement import MS, Measurement, require_at_most, summarize_times
from bot.benchmarks.timing import read_monotonic
from bot.cards.home import render_home
from bot.cards.home_view import HomeState
from bot.domain.commits import NotAllowed
from bot.testing.local_app import LocalApp

AIM = require_at_most(20)
PERSON = "U0MIA"
BATCH = 1_000


async def measure_home(bench: BenchmarkContext) -> list[Measurement]:
    count, times = bench.pick_count(5_000, 60), bench.pick_count(200, 5)
    clock = JumpingClock()
    async with run_app(ONE_CHANNEL, clock, wait=False) as app:
        for first in range(0, count, BATCH):
            bench.report(f"{first:,} of {count:,} cases")
            mentions = bench.samples.generate_mentions(min(BATCH, count - first), clock.now(), first)
            await publish_mentions(app.store, clock, mentions)
            while await app.app.triage.step():
                pass
        opened = (await app.store.cases.list_open("care", count)).cases
        owned = await _claim_cases(app, [case.id for case in opened][: count * 3 // 5])
        found = [1000 * await _time_home(app, number) for number in range(times)]
    return summarize_times("Home tab", found, MS, AIM, f"{len(opened):,} open cases, {owned:,} of them one's own")


async def _claim_cases(app: LocalApp, cases: Sequence[str]) -> int:
    claimed = 0
    for case in cases:
        try:
            await app.app.usecases.cases.claim(case, PERSON)
        except NotAllowed:
            continue
        claimed += 1
    return claimed


async def _time_home(app: LocalApp, number: int) -> float:
    """Load and render the tab, on a page that changes each time."""
    state = HomeState(starts=(("assigned", 10 * number), ("unclaimed", 5 * number)))
    began = read_monotonic()
    render_home(await app.app.usecases.home.load_view(PERSON, state))
    return read_monotonic() - began
