"""The usual value of one measure for each hour of the week, learned in steps of a quarter of an hour.

Hours are UTC: daylight saving time moves a brand's day by one hour, for which the neighbouring hours compensate.
"""

from math import sqrt
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

QUARTER = 900
"""Seconds in one step."""
PER_HOUR = 4
HOURS, WEEK = 24, 168
DAY_OF_QUARTERS = HOURS * PER_HOUR
LEARNING_QUARTERS = 3 * DAY_OF_QUARTERS
"""Quarters after which the baseline is no longer called new."""
HOURLY_DECAY = 0.8
"""The weight of an hour's earlier days or weeks when the hour comes again: about five of them count."""
TOTAL_DECAY = 0.997
NEIGHBOURS = 2
"""Hours on both sides that are averaged in, with weights that decrease with the distance."""
PRIOR_OF_DAY, PRIOR_OF_WEEK = 3.0, 3.0
"""Weights, in hours, of the overall mean in an hour of the day, and of that in an hour of the week."""
RECENT_QUARTERS = 16
"""Quarters by which today is compared with the usual day: four hours."""
PRIOR_OF_LEVEL = 3.0
LEVEL_BOUNDS = (0.5, 3.0)
CLIP_RATIO = 3.0
"""A quarter is learned as at most so many times the expected value, so a spike does not become usual."""
INITIAL_SPREAD, SPREAD_DECAY, MAX_SPREAD = 1.3, 0.01, 9.0
MIN_WHILE_LEARNING = ((PER_HOUR, 15.0), (DAY_OF_QUARTERS, 3.0), (LEARNING_QUARTERS, 0.5))
"""Until so many quarters are learned, at least so many voices are expected in a quarter."""
MIN_EXPECTED = 0.05


@store_by_name
class QuarterHour(NamedTuple):
    """A past quarter: its voices, clipped, and the usual number for its hour."""

    voices: float
    usual: float


class SeasonalBaseline(FrozenModel):
    """Voices by hour: `day` and `week` are decaying sums, `day_hours` and `week_hours` the hours that they cover."""

    quarters: int = 0
    """Learned quarters."""
    total: float = 0.0
    total_hours: float = 0.0
    day: tuple[float, ...] = (0.0,) * HOURS
    day_hours: tuple[float, ...] = (0.0,) * HOURS
    week: tuple[float, ...] = (0.0,) * WEEK
    week_hours: tuple[float, ...] = (0.0,) * WEEK
    recent: tuple[QuarterHour, ...] = ()
    spread: float = INITIAL_SPREAD
    """The ratio of variance to mean: 1 for a Poisson distribution."""

    @property
    def is_learning(self) -> bool:
        return self.quarters < LEARNING_QUARTERS

    def compute_shape(self, start: int) -> float:
        """Return the usual voices in the quarter that starts then (epoch seconds), by the days before."""
        overall = (self.total + 0.25) / (self.total_hours + 1)
        middle = (start + QUARTER / 2) / 3600
        hour = middle % HOURS
        of_day = _average_neighbours(self.day, self.day_hours, hour, PRIOR_OF_DAY, overall)
        of_week = _average_neighbours(self.week, self.week_hours, (middle + 72) % WEEK, PRIOR_OF_WEEK, of_day)
        return of_week / PER_HOUR

    def compute_level(self) -> float:
        """Return the ratio of the last hours to what is usual for them."""
        had, usual = PRIOR_OF_LEVEL, PRIOR_OF_LEVEL
        for quarter in self.recent:
            had += quarter.voices
            usual += quarter.usual
        return min(max(had / usual, LEVEL_BOUNDS[0]), LEVEL_BOUNDS[1])

    def predict_voices(self, start: int) -> float:
        """Return the expected voices in the quarter that starts then, given the last hours."""
        least = next((least for until, least in MIN_WHILE_LEARNING if self.quarters < until), MIN_EXPECTED)
        return max(self.compute_shape(start) * self.compute_level(), least)

    def learn_voices(self, start: int, voices: int) -> "SeasonalBaseline":
        """Return the baseline with one more quarter."""
        usual = self.compute_shape(start)
        expected = usual * self.compute_level()
        believed = float(voices)
        if self.quarters >= PER_HOUR:
            believed = min(believed, max(CLIP_RATIO * expected, expected + 3 * sqrt(expected * self.spread), 2.0))
        hour, of_week = start // 3600 % HOURS, (start // 3600 + 72) % WEEK
        is_new_hour = start % 3600 == 0
        return self.copy_with(
            quarters=self.quarters + 1,
            total=self.total * TOTAL_DECAY + believed,
            total_hours=self.total_hours * TOTAL_DECAY + 1 / PER_HOUR,
            day=_add_to_sum(self.day, hour, believed, is_new_hour=is_new_hour),
            day_hours=_add_to_sum(self.day_hours, hour, 1 / PER_HOUR, is_new_hour=is_new_hour),
            week=_add_to_sum(self.week, of_week, believed, is_new_hour=is_new_hour),
            week_hours=_add_to_sum(self.week_hours, of_week, 1 / PER_HOUR, is_new_hour=is_new_hour),
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
    """Return the weighted mean of an hour, its neighbours, and `otherwise` with the weight of `prior` hours."""
    length, first = len(sums), int(hour - 0.5) - NEIGHBOURS
    had, seen = prior * otherwise, prior
    for one in range(first, first + 2 * NEIGHBOURS + 2):
        weight = 1 - abs(one + 0.5 - hour) / (NEIGHBOURS + 0.5)
        if weight > 0:
            had += weight * sums[one % length]
            seen += weight * hours[one % length]
    return had / seen


def _add_to_sum(sums: tuple[float, ...], place: int, more: float, *, is_new_hour: bool) -> tuple[float, ...]:
    kept = sums[place] * HOURLY_DECAY if is_new_hour else sums[place]
    return (*sums[:place], round(kept + more, 4), *sums[place + 1 :])
