"""Spans, shares, changes, times and the reconciliation."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import DAY, QUARTER, ReportPeriod, TimeSpan, compute_report_spans, floor_to_quarter
from bot.domain.reports.report import (
    Reconciliation,
    ReportQuery,
    SentimentCounts,
    TallyKey,
    VolumeComparison,
    compute_duration_stats,
    compute_share_change,
    count_intents,
)

LISBON = ZoneInfo("Europe/Lisbon")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
INSTANTS = st.integers(0, 4 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def test_today_begins_at_midnight_of_the_brand_and_not_of_the_server() -> None:
    assert compute_report_spans(ReportPeriod.TODAY, at("2026-03-10 20:00"), KATHMANDU).current.start == at(
        "2026-03-10 18:15"
    )


def test_today_until_now_is_held_against_yesterday_until_the_same_quarter() -> None:
    spans = compute_report_spans(ReportPeriod.TODAY, at("2026-03-10 14:07"), LISBON)
    assert spans.comparable == TimeSpan(at("2026-03-10 00:00"), at("2026-03-10 14:00"))
    assert spans.before == TimeSpan(at("2026-03-09 00:00"), at("2026-03-09 14:00"))


def test_what_was_said_a_moment_ago_is_in_today() -> None:
    now = at("2026-03-10 14:07")
    assert now in compute_report_spans(ReportPeriod.TODAY, now, LISBON).current


def test_the_week_is_today_and_the_six_days_before_it() -> None:
    spans = compute_report_spans(ReportPeriod.WEEK, at("2026-03-10 14:07"), LISBON)
    assert spans.current.start == at("2026-03-04 00:00")
    assert spans.before == TimeSpan(at("2026-02-25 00:00"), at("2026-03-03 14:00"))


@pytest.mark.parametrize(("asked_at", "hours"), [("2026-03-30 09:00", 23), ("2026-10-26 09:00", 25)])
def test_a_day_on_which_the_clocks_change_has_its_own_length(asked_at: str, hours: int) -> None:
    day = compute_report_spans(ReportPeriod.YESTERDAY, at(asked_at), LISBON).current
    assert day.end - day.start == timedelta(hours=hours)


def test_the_same_time_on_the_clock_is_an_hour_off_when_the_clocks_have_changed() -> None:
    before = compute_report_spans(ReportPeriod.TODAY, at("2026-03-29 13:00"), LISBON).before
    assert before.end - before.start == timedelta(hours=14)


def test_a_day_whose_midnight_the_clocks_skip_begins_when_they_do() -> None:
    """In Beirut, 2026-03-29 begins at one o'clock."""
    spans = compute_report_spans(ReportPeriod.TODAY, at("2026-03-29 10:00"), ZoneInfo("Asia/Beirut"))
    assert spans.current.start == at("2026-03-28 22:00")


@given(instant=INSTANTS, zone=st.sampled_from(sorted(available_timezones())), period=st.sampled_from(ReportPeriod))
def test_spans_of_any_zone_lie_on_quarters_and_do_not_overlap(
    instant: datetime, zone: str, period: ReportPeriod
) -> None:
    spans = compute_report_spans(period, instant, ZoneInfo(zone))
    assert all(edge == floor_to_quarter(edge) for span in spans for edge in span)
    assert spans.before.start <= spans.before.end <= spans.current.start < spans.current.end
    assert spans.comparable.start == spans.current.start <= spans.comparable.end <= spans.current.end


@given(instant=INSTANTS, zone=st.sampled_from(["Asia/Kathmandu", "Europe/Lisbon", "Pacific/Apia", "UTC"]))
def test_every_hour_and_day_of_a_span_is_named(instant: datetime, zone: str) -> None:
    span = compute_report_spans(ReportPeriod.WEEK, instant, ZoneInfo(zone)).current
    assert {hour + n * QUARTER for hour in span.list_hours() for n in range(4)} >= {span.start, span.end - QUARTER}
    assert {day.date() for day in span.list_days()} >= {span.start.date(), (span.end - QUARTER).date()}
    assert timedelta() <= span.start - min(span.list_days()) < DAY


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


def test_one_department_is_asked_for_without_the_others() -> None:
    tally = {TallyKey("a", "care", "negative", "other"): 3, TallyKey("a", "pr", "negative", "other"): 4}
    assert SentimentCounts.from_tally(ReportQuery(department="pr").filter_tally(tally)).total == 4


def test_a_change_among_few_is_not_named() -> None:
    assert compute_share_change(20, 29, 1, 1000) is None


def test_a_change_that_chance_makes_is_not_clear() -> None:
    found = compute_share_change(40, 100, 34, 100)
    assert found is not None
    assert not found.is_significant


def test_a_change_that_chance_hardly_makes_is_clear() -> None:
    found = compute_share_change(400, 1000, 300, 1000)
    assert found is not None
    assert found.is_significant
    assert found.points == pytest.approx(10)


def test_the_interval_is_newcombes() -> None:
    """Newcombe 1998, table II, example (a), method 10: 56/70 against 48/80."""
    found = compute_share_change(56, 70, 48, 80)
    assert found is not None
    assert (found.low / 100, found.high / 100) == pytest.approx((0.0524, 0.3339), abs=0.0001)


@given(st.integers(30, 10_000), st.integers(30, 10_000), st.data())
def test_a_change_lies_in_its_own_interval(whole: int, whole_before: int, data: st.DataObject) -> None:
    part, part_before = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole_before))
    found = compute_share_change(part, whole, part_before, whole_before)
    assert found is not None
    assert -100.0001 <= found.low <= found.points + 1e-9
    assert found.points - 1e-9 <= found.high <= 100.0001


@pytest.mark.parametrize(
    ("now", "before", "few", "clear"), [(29, 400, True, True), (310, 290, False, False), (400, 300, False, True)]
)
def test_a_count_differs_from_another_by_more_than_chance_or_not(now: int, before: int, few: bool, clear: bool) -> None:  # noqa: FBT001
    assert (VolumeComparison(now, before).is_small_sample, VolumeComparison(now, before).is_significant) == (few, clear)


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
