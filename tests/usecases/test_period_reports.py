"""The report of a period: the figures of `/sentiment` for it and for the one before, and its episodes."""

import json
from datetime import timedelta

import pytest

from bot.cards.period_report import PeriodReport, render_period_report
from bot.domain.errors import NotAllowed
from bot.domain.reports.headline import format_headline, format_total
from bot.usecases.period_reports import PeriodReports
from tests.usecases.harness import MIA, QUESTION, UseCaseHarness

CAMPAIGNS = """
[[campaigns]]
name = "Too early"
subject = "Northwind Air"
starts_at = 2026-01-01T08:00:00
ends_at = 2026-01-02T08:00:00

[[campaigns]]
name = "Spring sale"
subject = "Northwind Air"
starts_at = 2026-03-03T08:00:00
ends_at = 2026-03-05T08:00:00

[[campaigns]]
name = "Still to come"
subject = "Northwind Air"
starts_at = 2026-03-20T08:00:00
ends_at = 2026-03-21T08:00:00

[brand]"""
WEEK = "2 mar 2026 to 8 mar 2026"


async def build(harness: UseCaseHarness, words: str = WEEK) -> PeriodReport:
    reports = PeriodReports(harness.store, harness.app.rules, harness.clock)
    return await reports.build_period_report("Northwind Air", words)


async def open_cases(harness: UseCaseHarness, *days_ago: int) -> None:
    for number, days in enumerate(days_ago):
        labels = QUESTION if number % 3 == 0 else ()
        at = harness.clock.now() - timedelta(days=days, minutes=number)
        await harness.open_case(number, *([labels] if labels else []), created_at=at)


async def test_its_figures_are_those_of_the_command_for_the_same_time(harness: UseCaseHarness) -> None:
    await open_cases(harness, *[3] * 40, *[5] * 20, *[9] * 50, *[20] * 7)
    period = await build(harness)
    answer = await harness.usecases.reports.answer_question(MIA, WEEK)
    asked = json.dumps(answer.blocks, ensure_ascii=False)
    page = render_period_report(period)
    assert period.report.split.opinion_count == 60
    for said in (format_headline(period.report), format_total(period.report)):
        assert said in asked
        assert said in page
    before = await harness.usecases.reports.build_report(  # type: ignore[attr-defined]
        await harness.usecases.reports.parse_query("23 feb 2026 to 1 mar 2026")  # type: ignore[attr-defined]
    )
    assert period.before is not None
    assert (period.before.split, period.before.departments) == (before.split, before.departments)
    assert period.before.split.opinion_count == 50


async def test_it_has_the_episodes_of_its_time_in_their_order_and_no_plans(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook("[brand]", CAMPAIGNS)
    await open_cases(harness, 6, 6, 6)
    [episode] = (await build(harness)).episodes
    assert (episode.ref.name, episode.during.opinion_count) == ("Spring sale", 3)
    assert (await build(harness, "since 9 mar 2026")).episodes == ()


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (WEEK, "from Mon 23 Feb to Sun 1 Mar"),
        ("3 mar 2026", "on Tue 24 Feb"),
        ("4 mar 2026 12:00 to 5 mar 2026 18:00", "from Wed 25 Feb, 12:00 to Thu 26 Feb, 18:00"),
        ("since 9 mar 2026", "from Mon 2 Mar, 00:00 to Tue 3 Mar, 09:15"),
    ],
)
async def test_it_is_compared_with_the_same_weekdays_right_before(
    harness: UseCaseHarness, words: str, label: str
) -> None:
    before = (await build(harness, words)).before
    assert before is not None
    assert before.range.label == label


async def test_a_time_before_anything_was_counted_is_no_period_before(harness: UseCaseHarness) -> None:
    key, started = harness.store.keys.source_health_key("x"), harness.clock.now() - timedelta(days=7)
    await harness.store.client.execute("HSET", key, "started", int(started.timestamp() * 1000))
    await harness.store.client.execute("HSET", harness.store.keys.cursors, "x", "1")
    assert (await build(harness, "5 mar 2026 to 8 mar 2026")).before is None
    with pytest.raises(NotAllowed, match="Earshot counts since"):
        await build(harness, "1 feb 2026 to 3 feb 2026")
