"""Spike detection over a week: found, delays, false alarms; beside three usual detectors; and its overhead."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import Measurement, require_at_least, require_at_most
from bot.benchmarks.spikes.dataset import SpikeDataset, generate_week, read_week
from bot.benchmarks.spikes.detectors import RIVALS, SpikeAlarm, build_own_detector
from bot.benchmarks.spikes.evaluation import TIMES, SpikeEvaluation, evaluate_finder
from bot.benchmarks.spikes.overhead import measure_overhead
from bot.domain.spikes.thresholds import SpikeThresholds

MINUTES = "min"
PERCENT = "%"
FOUND = {3: None, 5: require_at_least(90), 10: require_at_least(100)}
SOON = {3: None, 5: require_at_most(15), 10: require_at_most(15)}


async def measure_spikes(bench: BenchmarkContext) -> list[Measurement]:
    if bench.week:
        week = read_week(bench.week, bench.labels)
    else:
        week = generate_week(bench.pick_count(180, 100), bench.pick_count(6, 2))
    names = sorted(week.observations)
    halves = {"chosen on": names[::2], "reported on": names[1::2]}
    passes = bench.pick_count(2, 1)
    figures: list[Measurement] = []
    finder = build_own_detector(SpikeThresholds())
    for half, subjects in halves.items():
        bench.report(f"{half} {len(subjects)} subjects")
        aims = half == "reported on" and not bench.quick
        figures += _list_measurements(evaluate_finder(week, finder, subjects, passes), half, week, aims=aims)
    for name, rival in RIVALS.items():
        bench.report(name)
        figures.append(_measure_rival(evaluate_finder(week, rival, halves["reported on"], passes), name))
    return [*figures, *await measure_overhead(bench)]


def _list_measurements(trial: SpikeEvaluation, half: str, week: SpikeDataset, *, aims: bool) -> Iterator[Measurement]:
    for times in TIMES:
        stats = trial.detections[times]
        aim, soon = (FOUND[times], SOON[times]) if aims else (None, None)
        note = f"of {stats.bursts} bursts"
        yield Measurement(f"spikes ×{times} found, {half}", stats.share * 100, PERCENT, aim, note=note)
        yield Measurement(f"spikes ×{times}, median delay, {half}", stats.delay, MINUTES, soon)
    few, rare = (require_at_most(0.2), require_at_most(1)) if aims else (None, None)
    note = f"{trial.calm_alarms} in {trial.days:.0f} calm days of {half} subjects, {week.origin}"
    yield Measurement(f"calm spikes a subject a day, {half}", trial.alarms_per_day, "", few, note=note)
    note = f"{trial.calm_pages} in all"
    yield Measurement(f"calm pages a subject a week, {half}", trial.pages_per_week, "", rare, note=note)
    note = "; ".join(_describe_alarms(trial, week)) or "none"
    yield Measurement(f"spikes told in the week itself, {half}", trial.alarm_count, "", note=note)


def _describe_alarms(trial: SpikeEvaluation, week: SpikeDataset) -> Iterator[str]:
    for subject, alarms in trial.alarms.items():
        start = datetime.fromtimestamp(week.observations[subject][0].at, UTC)
        yield f"{subject} (from {start:%d %b %H:%M}): {', '.join(map(_describe_alarm, alarms)) or 'none'}"


def _describe_alarm(alarm: SpikeAlarm) -> str:
    at = datetime.fromtimestamp(alarm.at, UTC)
    return f"{at:%d %b %H:%M} {alarm.kind} {alarm.voices}{' paged' if alarm.paged else ''}"


def _measure_rival(trial: SpikeEvaluation, name: str) -> Measurement:
    found = "/".join(f"{trial.detections[times].share:.0%}" for times in TIMES)
    delays = "/".join(f"{trial.detections[times].delay:.0f}" for times in TIMES)
    note = (
        f"×3/×5/×10 found {found}, median delay {delays} min, {trial.alarms_per_day:.2f} calm alarms a subject a day, "
        f"in the week itself {trial.alarm_count}"
    )
    return Measurement(f"{name}: ×5 found", trial.detections[5].share * 100, PERCENT, note=note)
