"""Four weeks that were invented: something to compare with, and nothing that was admitted today."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.clocks import ManualClock
from bot.demo.history import DAY_SOURCE, backfill_history
from bot.demo.playback import step_until_idle
from bot.demo.setup import load_demo_inputs, run_demo_app
from bot.domain.case_figures import COUNTED_KINDS
from bot.domain.errors import NotAllowed
from bot.domain.health.source_health import compute_usual_rate
from bot.domain.reports.precision import PrecisionAspect
from bot.domain.reports.report import Reconciliation, Report, ReportQuery
from bot.domain.themes import list_counted_themes
from bot.testing.local_app import LocalApp
from bot.usecases.reports import SentimentReports
from tests.demo.conftest import FIRST

SECONDS = 3.0
"""Of the processor, most: 0.4 on a machine with nothing else to do (2026-11-29). A person waits for it to begin."""


@pytest.fixture
async def local_app() -> AsyncIterator[LocalApp]:
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    async with run_demo_app(playbook, ManualClock(FIRST.created_at), wait=False) as started:
        yield started


async def _ask(local_app: LocalApp, period: str) -> Report:
    return await _get_reports(local_app).build_report(ReportQuery(period))


def _get_reports(local_app: LocalApp) -> SentimentReports:
    reports = local_app.app.usecases.reports
    assert isinstance(reports, SentimentReports)
    return reports


async def test_yesterday_and_the_week_have_figures_and_today_has_none(local_app: LocalApp) -> None:
    local_app.app.rules.get_assessor()
    began = time.process_time()
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    took = time.process_time() - began
    today, yesterday, week = [await _ask(local_app, one) for one in ("today", "yesterday", "week")]

    assert took < SECONDS
    assert today.split.total == 0
    assert yesterday.split.total > 100
    assert len({one.mention.text for one in yesterday.top_cases}) == 3
    assert week.split.total > week.usual.total > 500
    change = week.compute_sentiment_change("negative")
    assert change is not None
    assert change.is_significant
    [care] = (await _get_reports(local_app).build_report(ReportQuery("week", department="care"))).departments
    assert care.claim
    assert care.first_reply


async def test_figures_of_yesterday_and_of_one_theme_lead_to_their_cases(local_app: LocalApp) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    reports = _get_reports(local_app)
    for words in ("yesterday", 'yesterday theme "delay"'):
        groups, whole = await reports.find_cases(words, "")
        assert whole.cases
        figures = [one for _, some in groups for one in some if one[1].partition(":")[0] in COUNTED_KINDS]
        assert len(figures) > 2
        for _, figure, count in figures:
            assert (await reports.find_cases(words, figure))[1].counted == count, (words, figure)


async def test_the_report_of_one_theme_shows_its_posts_alone_and_its_first_mention_is_no_start(
    local_app: LocalApp,
) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    await local_app.store.client.execute(
        "HSET", local_app.store.keys.source_health_key("x"), "started", int(FIRST.created_at.timestamp() * 1000)
    )
    await local_app.store.client.execute("HSET", local_app.store.keys.cursors, "x", "1")
    reports = _get_reports(local_app)
    week = await reports.build_report(ReportQuery("week", theme="baggage"))
    assert week.top_cases
    assert all("baggage" in list_counted_themes(one.original_assessment) for one in week.top_cases)
    for theme in ("delay", "cleanliness"):
        assert "since" not in (await reports.build_report(ReportQuery("yesterday", theme=theme))).range.label


async def test_a_campaign_of_the_week_before_shows_what_became_of_its_cases(local_app: LocalApp) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    mia, said = local_app.sandbox.get_user("mia"), "first public reply: median"
    await mia.type_command("/sentiment episode early bird sale", in_channel="#care")

    await local_app.sandbox.wait_until(lambda: any(said in one.read_text() for one in mia.ephemeral_messages), within=3)


async def test_figures_are_said_to_be_counted_since_the_first_of_it(local_app: LocalApp) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    await local_app.store.intake.admit(DAY_SOURCE, [FIRST], None, FIRST.created_at)
    [health] = (await local_app.store.source_health.load_all()).values()

    assert health.started is not None
    assert health.started < FIRST.created_at - timedelta(days=27)
    assert compute_usual_rate(health, FIRST.created_at)
    with pytest.raises(NotAllowed, match="counts since"):
        await _ask(local_app, "january")


async def test_one_follow_up_of_it_comes_due_and_a_colleague_can_answer_it(local_app: LocalApp) -> None:
    early = FIRST.created_at.replace(hour=6, minute=20)
    await backfill_history(local_app.store, local_app.app.rules, early)
    due = await local_app.store.find_next_deadline()
    assert due == early.replace(minute=40)
    clock = local_app.app.clock
    assert isinstance(clock, ManualClock)
    await step_until_idle(local_app)
    asked = {name: local_app.sandbox.get_user(name).dm_messages for name in ("ana", "raj", "mia")}
    [(name, [message])] = [one for one in asked.items() if one[1]]
    assert "Follow-up: is" in message.text
    person = local_app.sandbox.get_user(name)
    await person.click_button(message, "Satisfied")
    await local_app.sandbox.wait_until(lambda: "✅ Satisfied" in person.dm_messages[0].text, within=3)


async def test_nothing_of_it_counts_as_admitted_or_waits_for_anybody(local_app: LocalApp) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    counts = await local_app.store.report_counters.count_open(["care", "pr"], FIRST.created_at)

    assert await local_app.store.mention_counters.read() == Reconciliation()
    assert counts == {"care": (0, 0), "pr": (0, 0)}
    assert await local_app.store.outbox.list_queues(1) == []


async def test_what_is_usual_is_known_and_how_often_the_detectors_are_right(local_app: LocalApp) -> None:
    await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
    baselines = await local_app.store.baselines.load(["Northwind Air"])
    usual = baselines["Northwind Air"].volume
    morning, night = FIRST.created_at, FIRST.created_at - timedelta(hours=6)
    right = await _get_reports(local_app).load_precisions()

    assert not usual.is_learning
    assert usual.predict_voices(int(morning.timestamp())) > 3 * usual.predict_voices(int(night.timestamp()))
    assert right[0].aspect is PrecisionAspect.ALL
    assert 0 < right[0].wrong < right[0].cases / 10


async def test_the_same_is_invented_each_time() -> None:
    found = []
    for _ in range(2):
        playbook = load_demo_inputs(None, None).playbook
        assert playbook is not None
        async with run_demo_app(playbook, ManualClock(FIRST.created_at), wait=False) as local_app:
            await backfill_history(local_app.store, local_app.app.rules, FIRST.created_at)
            report = await _ask(local_app, "week")
            found.append((report.split, report.departments, [one.id for one in report.top_cases]))

    assert found[0] == found[1]
