"""Spikes in a week: found, how soon, and how often none was there; beside three usual detectors; and what it costs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.bench.figure import Figure, at_least, at_most
from bot.bench.ground import Bench
from bot.bench.spikes.costs import costs
from bot.bench.spikes.finders import RIVALS, ours
from bot.bench.spikes.trial import TIMES, Trial, tried
from bot.bench.spikes.week import Week, made_week, read_week
from bot.domain.spikes.tuning import SpikeThresholds

MINUTES = "min"
PERCENT = "%"
FOUND = {3: None, 5: at_least(90), 10: at_least(100)}
SOON = {3: None, 5: at_most(15), 10: at_most(15)}


async def measure(bench: Bench) -> list[Figure]:
    week = read_week(bench.week, bench.labels) if bench.week else made_week(bench.of(180, 100), bench.of(6, 2))
    names = sorted(week.said)
    halves = {"chosen on": names[::2], "reported on": names[1::2]}
    passes = bench.of(2, 1)
    figures: list[Figure] = []
    finder = ours(SpikeThresholds())
    for half, subjects in halves.items():
        bench.tell(f"{half} {len(subjects)} subjects")
        figures += _of(
            tried(week, finder, subjects, passes), half, week, aims=half == "reported on" and not bench.quick
        )
    for name, rival in RIVALS.items():
        bench.tell(name)
        figures.append(_rival(tried(week, rival, halves["reported on"], passes), name))
    return [*figures, *await costs(bench)]


def _of(trial: Trial, half: str, week: Week, *, aims: bool) -> Iterator[Figure]:
    for times in TIMES:
        caught = trial.caught[times]
        aim = FOUND[times] if aims else None
        note = f"of {caught.bursts} bursts"
        yield Figure(f"spikes ×{times} found, {half}", caught.share * 100, PERCENT, aim, note=note)
        yield Figure(f"spikes ×{times}, median delay, {half}", caught.delay, MINUTES, SOON[times] if aims else None)
    calm = f"{trial.calm} in {trial.days:.0f} calm days of {half} subjects; {week.origin}"
    yield Figure(f"calm spikes a subject a day, {half}", trial.a_day, "", at_most(0.2) if aims else None, note=calm)
    paged = at_most(1) if aims else None
    yield Figure(f"calm pages a subject a week, {half}", trial.pages_a_week, "", paged, note=f"{trial.paged} in all")
    told = sum(map(len, trial.told.values()))
    yield Figure(f"spikes told in the week itself, {half}", told, "", note="; ".join(_told(trial, week)) or "none")


def _told(trial: Trial, week: Week) -> Iterator[str]:
    for subject, some in trial.told.items():
        began = datetime.fromtimestamp(week.said[subject][0].at, UTC)
        times = ", ".join(
            f"{datetime.fromtimestamp(one.at, UTC):%d %b %H:%M} {one.kind} {one.voices}{' paged' if one.paged else ''}"
            for one in some
        )
        yield f"{subject} (from {began:%d %b %H:%M}): {times or 'none'}"


def _rival(trial: Trial, name: str) -> Figure:
    found = "/".join(f"{trial.caught[times].share:.0%}" for times in TIMES)
    delays = "/".join(f"{trial.caught[times].delay:.0f}" for times in TIMES)
    note = (
        f"×3/×5/×10 found {found}, median delay {delays} min, {trial.a_day:.2f} calm alarms a subject a day; "
        f"in the week itself {_all(list(trial.told.values()))}"
    )
    return Figure(f"{name}: ×5 found", trial.caught[5].share * 100, PERCENT, note=note)


def _all(told: Sequence[Sequence[object]]) -> int:
    return sum(map(len, told))
