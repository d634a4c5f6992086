"""Spans, shares, changes, times and the reconciliation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reports.report import Reconciliation, SentimentCounts, TallyKey, count_intents
from bot.domain.reports.statistics import (
    compute_duration_stats,
    compute_share_change,
    compute_volume_change,
    compute_wilson_interval,
)


def test_spam_and_competitors_are_counted_and_are_no_opinion_about_us() -> None:
    tally = {
        TallyKey("Northwind", "care", "negative", "complaint"): 3,
        TallyKey("Skylark", "sales", "negative", "complaint"): 5,
        TallyKey("Northwind", "nobody", "positive", "spam"): 7,
        TallyKey("", "nobody", "unsure", "other"): 2,
    }
    split = SentimentCounts.from_tally(tally, {"Skylark"})
    assert (split.total, split.opinion_count, split.negative, split.competitors, split.spam) == (17, 5, 3, 5, 7)
    assert count_intents(tally, {"Skylark"}) == (("complaint", 3),)


def test_a_change_among_few_is_not_named() -> None:
    assert compute_share_change(20, 29, [(1, 1000)]) is None


def test_a_change_that_chance_makes_is_not_clear() -> None:
    found = compute_share_change(40, 100, [(34, 100)])
    assert found is not None
    assert not found.is_significant


def test_a_change_that_chance_hardly_makes_is_clear() -> None:
    found = compute_share_change(400, 1000, [(300, 1000)])
    assert found is not None
    assert found.is_significant
    assert found.points == pytest.approx(10)


@given(st.integers(1, 5_000), st.booleans())
def test_the_interval_of_none_or_all_stays_between_none_and_all(size: int, is_all: bool) -> None:  # noqa: FBT001
    low, high = compute_wilson_interval(float(is_all), size)
    assert 0 <= low <= high <= 1
    assert f"{low:.0f}" != "-0"


def test_the_interval_is_newcombes() -> None:
    """Newcombe 1998, table II, example (a), method 10: 56/70 against 48/80."""
    found = compute_share_change(56, 70, [(48, 80)])
    assert found is not None
    assert (found.low / 100, found.high / 100) == pytest.approx((0.0524, 0.3339), abs=0.0001)


@given(st.integers(30, 10_000), st.integers(30, 10_000), st.data())
def test_a_change_lies_in_its_own_interval(whole: int, whole_before: int, data: st.DataObject) -> None:
    part, part_before = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole_before))
    found = compute_share_change(part, whole, [(part_before, whole_before)])
    assert found is not None
    assert -100.0001 <= found.low <= found.points + 1e-9
    assert found.points - 1e-9 <= found.high <= 100.0001


def test_earlier_times_that_differ_by_more_than_chance_leave_a_change_less_clear() -> None:
    alike, apart = [(100, 400)] * 4, [(20, 400), (180, 400), (60, 400), (140, 400)]
    steady, restless = (compute_share_change(130, 400, before) for before in (alike, apart))
    assert steady is not None
    assert restless is not None
    assert steady.points == restless.points
    assert steady.is_significant
    assert not restless.is_significant


def test_a_day_is_busy_against_even_days_and_not_against_days_that_vary_as_much() -> None:
    even, uneven = (compute_volume_change(400, before) for before in ([300] * 4, [180, 420, 220, 380]))
    assert even is not None
    assert uneven is not None
    assert even.is_significant
    assert not uneven.is_significant
    assert even.percent == pytest.approx(100 / 3)


def test_few_mentions_are_not_held_against_others() -> None:
    assert compute_volume_change(29, [400]) is None
    assert compute_volume_change(400, [50, 5]) is None
    assert compute_volume_change(400, []) is None


def test_nine_in_ten_of_a_hundred_are_ninety_of_them() -> None:
    took = compute_duration_stats([float(n) for n in range(100, 0, -1)])
    assert took == (100, 50.0, 90.0)


def test_of_few_the_slowest_is_named() -> None:
    took = compute_duration_stats([60.0, 30.0, 600.0])
    assert took == (3, 60.0, 600.0)
    assert took.is_small_sample


def test_nothing_timed_has_no_median() -> None:
    assert compute_duration_stats([]) is None


def test_the_reconciliation_is_one_sentence() -> None:
    account = Reconciliation(seen=318, opened=120, joined=41, tallied=135, spam=22)
    assert str(account) == "seen 318 = opened 120 + joined 41 + tallied 135 + spam 22, unaccounted 0"


def test_what_waits_and_what_is_dead_is_accounted_for() -> None:
    account = Reconciliation(seen=12, opened=5, waiting=4, dead=1)
    assert str(account) == "seen 12 = opened 5 + joined 0 + tallied 0 + spam 0 + waiting 4 + dead 1, unaccounted 2"
