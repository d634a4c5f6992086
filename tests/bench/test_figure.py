"""What is said of a figure, and how it is written."""

import pytest

from bot.bench.figure import MEGABYTES, MS, SECONDS, Aim, Figure, at_least, at_most
from bot.bench.stopwatch import percentile
from bot.bench.table import aimed, held, valued


@pytest.mark.parametrize(
    ("aim", "value", "verdict"),
    [
        (at_least(2_000), 2_000, "met"),
        (at_least(2_000), 1_500, "missed by 25%"),
        (at_most(50), 49.9, "met"),
        (at_most(50), 75, "missed by 50%"),
        (at_most(0), 0, "met"),
        (at_most(0), 3, "missed by 3"),
        (None, 12, ""),
    ],
)
def test_a_verdict_says_how_far_it_is_from_the_aim(aim: Aim | None, value: float, verdict: str) -> None:
    figure = Figure("f", value, "/s", aim)
    assert figure.verdict == verdict
    assert figure.met is (None if aim is None else verdict == "met")


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (2134.4, "/s", "2,134/s"),
        (0.4142, MS, "0.414 ms"),
        (211.7, MS, "212 ms"),
        (1.4142, SECONDS, "1.41 s"),
        (84.2, MEGABYTES, "84.2 MB"),
        (10_000, "cases", "10,000 cases"),
    ],
)
def test_a_value_has_as_many_digits_as_mean_something(value: float, unit: str, written: str) -> None:
    assert valued(value, unit) == written


def test_an_aim_says_in_which_direction_it_lies() -> None:
    assert aimed(Figure("f", 1, "/s", at_least(2_000))) == "≥ 2,000/s"
    assert aimed(Figure("f", 1, MS, at_most(50))) == "≤ 50 ms"
    assert aimed(Figure("f", 1, "calls", at_most(0))) == "0"
    assert not aimed(Figure("f", 1, "calls"))


def test_a_rate_is_held_against_a_rate_and_a_time_against_texts() -> None:
    assert held(Figure("f", 1, "/s", ratio=0.444)) == "0.44 ×"
    assert held(Figure("f", 1, MS, ratio=96.3)) == "96 texts"
    assert held(Figure("f", 1, MS, ratio=1.23)) == "1.2 texts"
    assert not held(Figure("f", 1, MEGABYTES))


def test_an_aim_is_also_held_against_the_yardstick_of_the_machine_it_was_set_on() -> None:
    """A slow machine misses what it does not miss beside TextBlob, and the table says both."""
    slow = Figure("f", 1_500, "/s", at_least(2_000, ratio=0.42), ratio=0.44)
    assert (slow.met, slow.met_beside) == (False, True)
    assert held(slow) == "0.44 ≥ 0.42 ×"
    assert held(Figure("f", 0.3, MS, at_most(0.4, ratio=1.67), ratio=1.82)) == "1.8 > 1.7 texts"
    assert held(Figure("f", 1_500, "/s", at_least(2_000), ratio=0.44)) == "0.44 ×"


def test_a_percentile_is_a_time_that_really_happened() -> None:
    times = [4.0, 1.0, 3.0, 2.0]
    assert [percentile(times, percent) for percent in (0, 50, 75, 99, 100)] == [1.0, 2.0, 3.0, 4.0, 4.0]
    assert percentile([7.0], 99) == 7.0
