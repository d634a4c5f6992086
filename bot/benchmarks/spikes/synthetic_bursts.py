"""Insert two-hour bursts into a week: posts of the same subject from other hours, each by a new person.

A burst of ×5 adds five times the local rate: posts against the subject in the three hours around, at least one in a
quarter of an hour. They are judged by our detectors, rightly or wrongly.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from bot.benchmarks.spikes.dataset import HOUR, WARM_UP, SpikeDataset
from bot.domain.spikes.observation import SpikeObservation

LENGTH = 2 * HOUR
AROUND = 3 * HOUR
MIN_RATE = 4 / HOUR
BURSTS = 6
"""Bursts in one pass, one in each sixth of the time."""


class SyntheticBursts(NamedTuple):
    starts: tuple[float, ...]
    observations: Sequence[SpikeObservation]
    """The subject's week with the bursts."""


def insert_bursts(week: SpikeDataset, subject: str, times: int, number: int) -> SyntheticBursts:
    """Insert bursts; the same arguments give the same bursts."""
    chance = random.Random(f"{subject} {times} {number}")  # noqa: S311 - the same bursts for every detector
    first = week.start + WARM_UP
    part = (week.end - LENGTH - first) / BURSTS
    starts, added = [], list[SpikeObservation]()
    for place in range(BURSTS):
        start = first + place * part + chance.uniform(0, part - LENGTH)
        starts.append(start)
        added += _generate_burst(week, subject, start, times, chance)
    return SyntheticBursts(tuple(starts), sorted((*week.observations[subject], *added), key=lambda one: one.at))


def _generate_burst(
    week: SpikeDataset, subject: str, start: float, times: int, chance: random.Random
) -> list[SpikeObservation]:
    against = week.negatives[subject]
    middle = start + LENGTH / 2
    around = sum(abs(one.at - middle) < AROUND for one in against)
    rate = times * max(MIN_RATE, around / (2 * AROUND))
    at, found = start, list[SpikeObservation]()
    while (at := at + chance.expovariate(rate)) < start + LENGTH:
        found.append(chance.choice(against)._replace(at=at, who=f"burst {start:.0f} {len(found)}"))
    return found
