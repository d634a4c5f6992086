"""Warnings of a backfire: how many are false, and how many campaigns that go wrong are found, and how soon."""

from collections.abc import Iterator
from statistics import median

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import Measurement, MeasurementTarget, require_at_least, require_at_most
from bot.benchmarks.spikes.campaign_trials import SOON, CampaignTrials, remove_critics, try_campaigns
from bot.benchmarks.spikes.dataset import SpikeDataset, generate_week, read_week

PERCENT = "%"
PEOPLE = (40, 80)
"""Who talk about a campaign in an hour."""
ENOUGH = 80
"""People an hour from which the aim holds: half an hour of fewer says too little."""
THINNED = 0.25
"""In the real week 39 to 74 % of the posts are critical, and three times as many cannot be."""


async def measure_backfires(bench: BenchmarkContext) -> list[Measurement]:
    """Measure on the week of `--week`; without one on a made-up week, which says nothing about real moods."""
    if bench.week:
        week = read_week(bench.week, bench.labels)
    else:
        week = generate_week(bench.pick_count(180, 100), bench.pick_count(6, 2))
    names = sorted(week.observations)
    number = bench.pick_count(4, 1)
    figures: list[Measurement] = []
    for half, subjects in {"chosen on": names[::2], "reported on": names[1::2]}.items():
        bench.report(f"campaigns, {half} {len(subjects)} subjects")
        aims = half == "reported on" and bench.week is not None and not bench.quick
        figures += _measure_half(week, subjects, number, half, aims=aims)
    return figures


def _measure_half(
    week: SpikeDataset, subjects: list[str], number: int, half: str, *, aims: bool
) -> Iterator[Measurement]:
    thinned = remove_critics(week, THINNED)
    for name, one in {"the week as it is": week, f"{THINNED:.0%} critical": thinned}.items():
        calm = [try_campaigns(one, subjects, people, number, backfires=False) for people in PEOPLE]
        campaigns, false = sum(trial.campaigns for trial in calm), sum(trial.false for trial in calm)
        share = 100 * false / campaigns if campaigns else 0.0
        note = f"{false} of {campaigns} campaigns without a change of mood, {week.origin}"
        yield Measurement(
            f"false backfire warnings, {name}, {half}", share, PERCENT, require_at_most(5) if aims else None, note=note
        )
        for people in PEOPLE:
            trial = try_campaigns(one, subjects, people, number, backfires=True)
            aim = require_at_least(90) if aims and one is thinned and people >= ENOUGH else None
            yield _describe_found(trial, f"backfires ×3 found in 30 min, {people} people an hour, {name}, {half}", aim)


def _describe_found(trial: CampaignTrials, name: str, aim: MeasurementTarget | None) -> Measurement:
    campaigns = trial.campaigns - trial.false
    delay = f"{median(trial.delays) / 60:.0f} min" if trial.delays else "–"
    note = (
        f"{trial.found_count} of {campaigns}, {sum(one > SOON for one in trial.delays)} later, median delay {delay}, "
        f"{trial.named} named the asset, {trial.false} warned before"
    )
    share = 100 * trial.found_count / campaigns if campaigns else 0.0
    return Measurement(name, share, PERCENT, aim, note=note)
