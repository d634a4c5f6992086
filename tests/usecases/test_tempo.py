"""`/sentiment tempo`: how long each step took, by department, source and hour; of a person only to some."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.domain.business_hours import BusinessHours, parse_window
from bot.domain.case import CaseResolution
from bot.domain.commits import DurationKind, NotAllowed
from bot.domain.periods import widen_to_quarters
from bot.domain.reports.step_timings import STEPS, StepTiming, list_department_rows, list_detail_rows, list_hour_rows
from bot.store.keys import format_day
from tests.usecases.harness import ANA, JOE, MIA, UseCaseHarness

CLAIM, RESOLVE = "Case to claim", "Case to resolution"


def read_cells(message: RenderedMessage) -> list[list[str]]:
    [table] = [block for block in message.blocks if block["type"] == "table"]
    return [[cell["text"] for cell in row] for row in table["rows"]]


async def answer_one(harness: UseCaseHarness, number: int, by: str, minutes: int) -> None:
    case = await harness.open_case(number)
    harness.clock.advance(timedelta(minutes=minutes))
    await harness.usecases.cases.claim(case.id, by)
    harness.clock.advance(timedelta(minutes=minutes))
    await harness.usecases.cases.resolve(case.id, by, CaseResolution.ANSWERED)


async def test_steps_of_a_department_are_timed_and_small_samples_say_how_many(harness: UseCaseHarness) -> None:
    await answer_one(harness, 1, ANA, 10)
    await answer_one(harness, 2, ANA, 30)
    cells = read_cells(await harness.usecases.tempo.answer_command(JOE, "today"))
    assert cells[0] == ["Group", "Step", "Cases", "Median", "9 in 10 within"]
    assert [row[:2] for row in cells[1:]] == [["care", one] for one in ("Post to case", CLAIM, RESOLVE)]
    assert [row[2:] for row in cells[2:]] == [["2", "10 min", "slowest 30 min"], ["2", "20 min", "slowest 1 h"]]


async def test_each_hour_stands_apart_where_it_is_asked_for(harness: UseCaseHarness) -> None:
    await answer_one(harness, 1, ANA, 10)
    answer = await harness.usecases.tempo.answer_command(JOE, "today care by hour")
    rows = read_cells(answer)[1:]
    assert all(re.fullmatch(r"(\d\d):00 to \d\d:00", row[0]) for row in rows)
    assert [row[3] for row in rows if row[1] in {CLAIM, RESOLVE}] == ["10 min", "20 min"]
    assert "today care by hour" in str(await harness.usecases.tempo.answer_command(JOE, "today care"))


async def test_each_person_sees_their_own_tempo_and_a_manager_that_of_all(harness: UseCaseHarness) -> None:
    await answer_one(harness, 1, ANA, 10)
    own = read_cells(await harness.usecases.tempo.answer_command(ANA, "me"))
    assert [row[:4] for row in own[1:]] == [["care", CLAIM, "1", "10 min"], ["care", RESOLVE, "1", "20 min"]]
    assert read_cells(await harness.usecases.tempo.answer_command(MIA, f"<@{ANA}|ana> today")) == own
    assert "Nothing was timed" in str(await harness.usecases.tempo.answer_command(JOE, "me"))
    with pytest.raises(NotAllowed, match="Only managers see how fast a colleague is"):
        await harness.usecases.tempo.answer_command(JOE, f"<@{ANA}>")


async def test_what_an_earlier_release_timed_counts_without_its_source(harness: UseCaseHarness) -> None:
    keys = harness.store.keys
    await answer_one(harness, 1, ANA, 10)
    today = format_day(harness.clock.now())
    await harness.store.client.execute("RPUSH", keys.durations_key(today, "care", DurationKind.CLAIM), "0|1200.0")
    await harness.store.client.execute("RPUSH", keys.durations_key(today, "care", DurationKind.CLAIM), "junk", "0|x|y")
    cells = read_cells(await harness.usecases.tempo.answer_command(JOE, "today care"))
    assert ["care", CLAIM, "2", "10 min", "slowest 20 min"] in cells
    span = widen_to_quarters(harness.clock.now() - timedelta(hours=1), harness.clock.now())
    counters = harness.store.report_counters
    assert (await counters.load_durations(span, ["care"]))["care", DurationKind.CLAIM] == [600.0]


def test_business_and_off_hours_sources_and_parts_of_the_day_stand_apart(harness: UseCaseHarness) -> None:
    hours = BusinessHours(windows=(parse_window("Mon-Fri 08:00-20:00"),))
    noon = harness.clock.now().replace(hour=12, minute=0)
    noon -= timedelta(days=noon.weekday())
    timings = [
        StepTiming("care", DurationKind.CLAIM, noon, 600.0, "x", ANA),
        StepTiming("care", DurationKind.CLAIM, noon, 10 * 3600.0, "bluesky", ANA),
    ]
    rows = list_detail_rows(timings, hours, ZoneInfo("UTC"), noon - timedelta(days=1), str.upper)
    found = {row.name: row.steps[2] for row in rows}
    assert {name: stats.median for name, stats in found.items() if stats} == {
        "Business hours": 600.0,
        "Off hours": 36000.0,
        "On X": 600.0,
        "On BLUESKY": 36000.0,
        "00:00 to 06:00": 36000.0,
        "06:00 to 12:00": 600.0,
    }
    by_hour = {
        row.name: row.steps[2] for row in list_hour_rows(timings, ZoneInfo("Europe/Lisbon"), noon - timedelta(days=1))
    }
    assert {name: stats.median for name, stats in by_hour.items() if stats} == {
        "02:00 to 03:00": 36000.0,
        "11:00 to 12:00": 600.0,
    }
    since = noon - timedelta(hours=1)  # a row "02:00 to 03:00" would be of a time that was not asked for
    names = [row.name for row in list_hour_rows(timings, ZoneInfo("Europe/Lisbon"), since)]
    assert names == ["Before", "11:00 to 12:00"]
    names = [row.name for row in list_detail_rows(timings, hours, ZoneInfo("UTC"), since, str)]
    assert names[-2:] == ["Before", "06:00 to 12:00"]
    timings.append(timings[0]._replace(department="pr"))
    rows = list_department_rows(timings, ["care", "legal", "pr"])
    assert [row.name for row in rows] == ["care", "pr", "All"]
    assert len(STEPS) == len(DurationKind)
