"""The verdicts of measurements, and their format."""

import pytest

from bot.benchmarks.measurement import (
    MEGABYTES,
    MS,
    SECONDS,
    Measurement,
    MeasurementTarget,
    require_at_least,
    require_at_most,
)
from bot.benchmarks.results_table import format_ratio, format_target, format_value
from bot.benchmarks.timing import compute_percentile


@pytest.mark.parametrize(
    ("aim", "value", "verdict"),
    [
        (require_at_least(2_000), 2_000, "met"),
        (require_at_least(2_000), 1_500, "missed by 25%"),
        (require_at_most(50), 49.9, "met"),
        (require_at_most(50), 75, "missed by 50%"),
        (require_at_most(0), 0, "met"),
        (require_at_most(0), 3, "missed by 3"),
        (None, 12, ""),
    ],
)
def test_a_verdict_says_how_far_it_is_from_the_aim(aim: MeasurementTarget | None, value: float, verdict: str) -> None:
    figure = Measurement("f", value, "/s", aim)
    assert figure.verdict == verdict
    assert figure.is_met is (None if aim is None else verdict == "met")


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
def test_a_value_has_its_significant_digits(value: float, unit: str, written: str) -> None:
    assert format_value(value, unit) == written


def test_a_target_shows_its_direction() -> None:
    assert format_target(Measurement("f", 1, "/s", require_at_least(2_000))) == "≥ 2,000/s"
    assert format_target(Measurement("f", 1, MS, require_at_most(50))) == "≤ 50 ms"
    assert format_target(Measurement("f", 1, "calls", require_at_most(0))) == "0"
    assert not format_target(Measurement("f", 1, "calls"))


def test_a_rate_is_compared_with_a_rate_and_a_time_with_texts() -> None:
    assert format_ratio(Measurement("f", 1, "/s", ratio=0.444)) == "0.44 ×"
    assert format_ratio(Measurement("f", 1, MS, ratio=96.3)) == "96 texts"
    assert format_ratio(Measurement("f", 1, MS, ratio=1.23)) == "1.2 texts"
    assert not format_ratio(Measurement("f", 1, MEGABYTES))


def test_a_target_is_also_compared_with_its_baseline_ratio() -> None:
    """A slow machine that misses the target may meet its ratio to TextBlob; the table shows both."""
    slow = Measurement("f", 1_500, "/s", require_at_least(2_000, ratio=0.42), ratio=0.44)
    assert (slow.is_met, slow.is_met_relative) == (False, True)
    assert format_ratio(slow) == "0.44 ≥ 0.42 ×"
    assert format_ratio(Measurement("f", 0.3, MS, require_at_most(0.4, ratio=1.67), ratio=1.82)) == "1.8 > 1.7 texts"
    assert format_ratio(Measurement("f", 1_500, "/s", require_at_least(2_000), ratio=0.44)) == "0.44 ×"


def test_a_percentile_is_a_time_that_occurred() -> None:
    times = [4.0, 1.0, 3.0, 2.0]
    assert [compute_percentile(times, percent) for percent in (0, 50, 75, 99, 100)] == [1.0, 2.0, 3.0, 4.0, 4.0]
    assert compute_percentile([7.0], 99) == 7.0
