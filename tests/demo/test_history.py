"""Four weeks that were invented: something to compare with, and nothing that was admitted today."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.clocks import ManualClock
from bot.demo.history import backfill_history
from bot.demo.setup import load_demo_inputs, run_demo_app
from bot.domain.periods import ReportPeriod
from bot.domain.reports.precision import PrecisionAspect
from bot.domain.reports.report import Reconciliation, Report, ReportQuery
from bot.testing.local_app import LocalApp
from bot.usecases.reports import SentimentReports
from tests.demo.conftest import FIRST

SECONDS = 1.0
"""Of the processor, most: a person waits for it before the page opens."""


@pytest.fixture
async def stage() -> AsyncIterator[LocalApp]:
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    async with run_demo_app(playbook, ManualClock(FIRST.created_at), wait=False) as started:
        yield started


async def _ask(stage: LocalApp, period: ReportPeriod) -> Report:
    return await _get_reports(stage).build_report(ReportQuery(period))


def _get_reports(stage: LocalApp) -> SentimentReports:
    reports = stage.app.usecases.reports
    assert isinstance(reports, SentimentReports)
    return reports


async def test_yesterday_and_the_week_have_figures_and_today_has_none(stage: LocalApp) -> None:
    stage.app.rules.get_assessor()
    began = time.process_time()
    await backfill_history(stage.store, stage.app.rules, FIRST.created_at)
    took = time.process_time() - began
    today, yesterday, week = [await _ask(stage, one) for one in ReportPeriod]

    assert took < SECONDS
    assert today.split.total == 0
    assert yesterday.split.total > 100
    assert len({one.mention.text for one in yesterday.top_cases}) == 3
    assert week.split.total > week.before.total > 500
    change = week.compute_sentiment_change("negative")
    assert change is not None
    assert change.is_significant
    assert all(line.claim for line in week.departments if line.name in {"care", "community"})


async def test_nothing_of_it_counts_as_admitted_or_waits_for_anybody(stage: LocalApp) -> None:
    await backfill_history(stage.store, stage.app.rules, FIRST.created_at)
    counts = await stage.store.report_counters.count_open(["care", "pr"], FIRST.created_at)

    assert await stage.store.mention_counters.read() == Reconciliation()
    assert counts == {"care": (0, 0), "pr": (0, 0)}
    assert await stage.store.find_next_deadline() is None
    assert await stage.store.outbox.list_queues(1) == []


async def test_what_is_usual_is_known_and_how_often_the_detectors_are_right(stage: LocalApp) -> None:
    await backfill_history(stage.store, stage.app.rules, FIRST.created_at)
    baselines = await stage.store.baselines.load(["Northwind Air"])
    usual = baselines["Northwind Air"].volume
    morning, night = FIRST.created_at, FIRST.created_at - timedelta(hours=6)
    right = await _get_reports(stage).load_precisions()

    assert not usual.is_learning
    assert usual.predict_voices(int(morning.timestamp())) > 3 * usual.predict_voices(int(night.timestamp()))
    assert right[0].aspect is PrecisionAspect.ALL
    assert 0 < right[0].wrong < right[0].cases / 10


async def test_the_same_is_invented_each_time() -> None:
    found = []
    for _ in range(2):
        playbook = load_demo_inputs(None, None).playbook
        assert playbook is not None
        async with run_demo_app(playbook, ManualClock(FIRST.created_at), wait=False) as stage:
            await backfill_history(stage.store, stage.app.rules, FIRST.created_at)
            report = await _ask(stage, ReportPeriod.WEEK)
            found.append((report.split, report.departments, [one.id for one in report.top_cases]))

    assert found[0] == found[1]
