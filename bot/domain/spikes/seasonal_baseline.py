"""What is usual of one measure for this hour of the week, learnt a quarter of an hour at a time.

Hours are UTC: a change of the clocks moves a brand's day by one hour, which the neighbouring hours make up for.
"""

from math import sqrt
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

QUARTER = 900
"""Seconds in which voices are counted together."""
PER_HOUR = 4
HOURS, WEEK = 24, 168
DAY_OF_QUARTERS = HOURS * PER_HOUR
LEARNING_QUARTERS = 3 * DAY_OF_QUARTERS
"""Quarters after which we no longer say that we are still learning."""
HOURLY_DECAY = 0.8
"""What an hour's earlier days (of the week: its earlier weeks) count for when it comes again: some five of them do."""
TOTAL_DECAY = 0.997
NEIGHBOURS = 2
"""Hours to both sides that tell something of this one, the less the farther."""
PRIOR_OF_DAY, PRIOR_OF_WEEK = 3.0, 3.0
"""Hours for which the whole speaks in an hour of the day, and that in an hour of the week."""
RECENT_QUARTERS = 16
"""Quarters that say how today compares with what is usual: four hours."""
PRIOR_OF_LEVEL = 3.0
LEVEL_BOUNDS = (0.5, 3.0)
CLIP_RATIO = 3.0
"""A quarter teaches no more than so many times what was expected: yesterday's spike is not today's usual."""
INITIAL_SPREAD, SPREAD_DECAY, MAX_SPREAD = 1.3, 0.01, 9.0
MIN_WHILE_LEARNING = ((PER_HOUR, 15.0), (DAY_OF_QUARTERS, 3.0), (LEARNING_QUARTERS, 0.5))
"""Until so many quarters are learnt, as many voices a quarter are taken for usual at least."""
MIN_EXPECTED = 0.05


@store_by_name
class QuarterHour(NamedTuple):
    """One that is over: what it had, cut to size, and what its hour has usually."""

    voices: float
    usual: float


class SeasonalBaseline(FrozenModel):
    """Voices by hour; `day` and `week` hold sums that fade, and beside them the hours in which they were counted."""

    quarters: int = 0
    """How many were learnt."""
    total: float = 0.0
    total_hours: float = 0.0
    day: tuple[float, ...] = (0.0,) * HOURS
    day_hours: tuple[float, ...] = (0.0,) * HOURS
    week: tuple[float, ...] = (0.0,) * WEEK
    week_hours: tuple[float, ...] = (0.0,) * WEEK
    recent: tuple[QuarterHour, ...] = ()
    spread: float = INITIAL_SPREAD
    """Variance to mean: 1 if voices came one by one by chance."""

    @property
    def is_learning(self) -> bool:
        return self.quarters < LEARNING_QUARTERS

    def compute_shape(self, start: int) -> float:
        """Voices usual in the quarter that starts then (in seconds since the epoch), by the days before."""
        overall = (self.total + 0.25) / (self.total_hours + 1)
        middle = (start + QUARTER / 2) / 3600
        hour = middle % HOURS
        of_day = _average_neighbours(self.day, self.day_hours, hour, PRIOR_OF_DAY, overall)
        of_week = _average_neighbours(self.week, self.week_hours, (middle + 72) % WEEK, PRIOR_OF_WEEK, of_day)
        return of_week / PER_HOUR

    def compute_level(self) -> float:
        """How today's last hours compare with what is usual for them."""
        had, usual = PRIOR_OF_LEVEL, PRIOR_OF_LEVEL
        for quarter in self.recent:
            had += quarter.voices
            usual += quarter.usual
        return min(max(had / usual, LEVEL_BOUNDS[0]), LEVEL_BOUNDS[1])

    def predict_voices(self, start: int) -> float:
        """Voices to be expected in the quarter that starts then, today."""
        least = next((least for until, least in MIN_WHILE_LEARNING if self.quarters < until), MIN_EXPECTED)
        return max(self.compute_shape(start) * self.compute_level(), least)

    def learn_voices(self, start: int, voices: int) -> "SeasonalBaseline":
        """With one more quarter that is over."""
        usual = self.compute_shape(start)
        expected = usual * self.compute_level()
        believed = float(voices)
        if self.quarters >= PER_HOUR:
            believed = min(believed, max(CLIP_RATIO * expected, expected + 3 * sqrt(expected * self.spread), 2.0))
        hour, of_week = start // 3600 % HOURS, (start // 3600 + 72) % WEEK
        anew = start % 3600 == 0
        return self.copy_with(
            quarters=self.quarters + 1,
            total=self.total * TOTAL_DECAY + believed,
            total_hours=self.total_hours * TOTAL_DECAY + 1 / PER_HOUR,
            day=_add_to_sum(self.day, hour, believed, anew=anew),
            day_hours=_add_to_sum(self.day_hours, hour, 1 / PER_HOUR, anew=anew),
            week=_add_to_sum(self.week, of_week, believed, anew=anew),
            week_hours=_add_to_sum(self.week_hours, of_week, 1 / PER_HOUR, anew=anew),
            recent=(*self.recent, QuarterHour(believed, usual))[-RECENT_QUARTERS:],
            spread=self._update_spread(voices, expected),
        )

    def _update_spread(self, voices: int, expected: float) -> float:
        if self.quarters < DAY_OF_QUARTERS:
            return self.spread
        found = min((voices - expected) ** 2 / max(expected, 0.3), MAX_SPREAD)
        return self.spread + SPREAD_DECAY * min(1.0, expected / 0.3) * (found - self.spread)


def _average_neighbours(
    sums: tuple[float, ...], hours: tuple[float, ...], hour: float, prior: float, otherwise: float
) -> float:
    """An hour's mean with its neighbours', and with what is known otherwise for as many hours as `prior` says."""
    length, first = len(sums), int(hour - 0.5) - NEIGHBOURS
    had, seen = prior * otherwise, prior
    for one in range(first, first + 2 * NEIGHBOURS + 2):
        weight = 1 - abs(one + 0.5 - hour) / (NEIGHBOURS + 0.5)
        if weight > 0:
            had += weight * sums[one % length]
            seen += weight * hours[one % length]
    return had / seen


def _add_to_sum(sums: tuple[float, ...], place: int, more: float, *, anew: bool) -> tuple[float, ...]:
    kept = sums[place] * HOURLY_DECAY if anew else sums[place]
    return (*sums[:place], round(kept + more, 4), *sums[place + 1 :])
