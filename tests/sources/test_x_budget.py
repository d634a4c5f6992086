"""What X costs is counted, said, and bounded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.read_budget import BudgetState, ReadBudget, ReadCounts, ReadIds, ReadTotals, check_budget
from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.x_options import XOptions, check_x
from tests.sources.conftest import World
from tests.sources.fake_x import TOKEN, Refusal
from tests.sources.source_fakes import NOON, InstantClock, run_source, wait_until

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


async def test_every_post_and_user_that_x_sends_is_counted_published_or_not(world: World) -> None:
    for n in range(3):
        await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=n))
    await world.x.publish_post(
        "kettle again", NOON + timedelta(minutes=9), referenced_posts=[{"type": "retweeted", "id": "1"}]
    )
    world.clock.time = NOON + timedelta(hours=1)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.searches) == 2)
        await wait_until(lambda: world.inbox.day.posts == 4)
        await world.wait_for_connection()
        await world.wait_for_mentions(await world.x.publish_post("kettle live"))
    assert world.inbox.day.posts >= 5
    assert world.inbox.day.users == 1
    assert world.inbox.day.posts == 5


async def test_what_x_sends_again_within_a_day_is_counted_once_also_after_a_restart(world: World) -> None:
    for _ in range(2):
        async with run_source(world.build_source(budget={"day": 0.30}), world.inbox):
            await world.wait_for_connection()
            for n in range(8 - len(world.inbox.ids)):
                await world.wait_for_mentions(await world.x.publish_post(f"kettle {n}"))
            await wait_until(lambda: "gap" in world.inbox.reports)  # the gap's second search is done
        world.inbox.reports.clear()
        world.x.searches.clear()
        assert world.inbox.counted == ReadCounts(8, 1)
    quota = world.inbox.quotas[-1]
    assert (round(quota.left, 3), quota.of, quota.until, quota.unit) == (0.25, 0.30, MIDNIGHT, "$")


async def test_where_one_page_jumps_over_four_fifths_and_the_bound_the_share_is_said_and_no_second_page_is_read(
    world: World,
) -> None:
    for n in range(250):
        await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=1, seconds=n))
    world.clock.time = NOON + timedelta(hours=1)
    async with run_source(world.build_source(budget={"day": 0.30}), world.inbox):
        await wait_until(lambda: bool(world.inbox.reports.get("source")))
        assert world.inbox.counted == ReadCounts(100, 1)
        assert ("budget", "X: 170% of the budget is used: $0.51 of the $0.30 for this day (100 posts, 1 user)") in (
            world.inbox.reported
        )


async def test_where_the_budget_of_a_day_is_used_up_nothing_is_read_until_the_next_and_then_nothing_is_missed(
    world: World,
) -> None:
    source = world.build_source(budget={"day": 0.10, "post": 0.015, "user": 0.001})
    async with run_source(source, world.inbox):
        await world.wait_for_connection()
        for n in range(7):  # 7 × $.015 + $.001 > $.10
            await world.wait_for_mentions(await world.x.publish_post(f"kettle {n}"))
        missed = await world.x.publish_post("kettle while we pause", at=world.clock.time + timedelta(minutes=1))
        await wait_until(lambda: len(world.x.connects) == 2)
        assert world.x.connects[1] >= MIDNIGHT
        await world.wait_for_mentions(missed)
        await wait_until(lambda: world.inbox.reports["source"] == "")
    told = [sentence for part, sentence in world.inbox.reported if part == "source" and sentence]
    assert told == [
        (
            "X: the budget is used up: $0.11 of the $0.10 for this day (7 posts, 1 user). "
            "Reading goes on at 21 November 00:00 UTC, or with a larger budget."
        )
    ]
    assert any(sentence.startswith("X: 91% of the budget is used: ") for _, sentence in world.inbox.reported)


async def test_a_gap_larger_than_a_days_budget_is_filled_over_the_days_and_no_page_is_paid_for_twice(
    world: World,
) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=1, seconds=n)) for n in range(450)]
    world.clock.time = NOON + timedelta(hours=1)
    before = world.inbox.cursor
    async with run_source(world.build_source(budget={"day": 1.00}), world.inbox):
        await wait_until(lambda: bool(world.inbox.reports.get("source")) and len(world.inbox.ids) >= 100)
        assert world.inbox.cursor == before
        await world.wait_for_mentions(*lost)
        await wait_until(lambda: world.inbox.cursor == lost[-1].removeprefix("x:"))
    read = sum(1 for asked in world.x.searches if "until_id" in asked)
    assert read >= 2
    assert world.inbox.counted.posts < 700


async def test_a_process_that_starts_with_the_budget_used_up_asks_x_for_nothing(world: World) -> None:
    world.inbox.month = world.inbox.day = ReadCounts(100, 100)
    await world.inbox.count_reads(ReadIds())
    world.inbox.month = world.inbox.day = ReadCounts(100, 100)
    async with run_source(world.build_source(budget={"month": 1.00}), world.inbox):
        await wait_until(lambda: bool(world.clock.slept))
        assert world.x.requests == []
        await world.wait_for_connection()
    assert world.x.connects[0] >= datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reads", "sentence"),
    [
        (ReadCounts(79, 0), ""),
        (ReadCounts(80, 0), "80% of the budget is used: $0.80 of the $1.00 for this day (80 posts, 0 users)"),
        (ReadCounts(99, 0), "99% of the budget is used: $0.99 of the $1.00 for this day (99 posts, 0 users)"),
    ],
)
def test_from_four_fifths_on_it_is_said_how_much_is_used(reads: ReadCounts, sentence: str) -> None:
    state = check_budget(ReadBudget(day=1, post=0.01), ReadTotals(reads, reads), NOON)
    assert (state.sentence, state.until) == (sentence, None)


amounts = some.builds(ReadCounts, some.integers(0, 10_000), some.integers(0, 10_000))


@given(amounts, amounts, some.floats(0.01, 1e4), some.floats(0.01, 1e4))
def test_reading_stops_exactly_where_a_bound_is_reached_and_goes_on_later(
    day: ReadCounts, month: ReadCounts, most_a_day: float, most_a_month: float
) -> None:
    budget = ReadBudget(day=most_a_day, month=most_a_month)
    state = check_budget(budget, ReadTotals(day, month), NOON)
    reached = budget.compute_cost(day) >= most_a_day or budget.compute_cost(month) >= most_a_month
    assert (state.until is not None) is reached
    assert state.until is None or NOON < state.until <= NOON + timedelta(days=32)


def test_without_a_budget_there_is_no_bound() -> None:
    assert (
        check_budget(ReadBudget(), ReadTotals(ReadCounts(10**9, 10**9), ReadCounts(10**9, 10**9)), NOON)
        == BudgetState()
    )


async def run_check(world: World, **options: object) -> list[str]:
    parts = SourceContext(
        "x", InstantClock(), lambda: 0.5, (Subject(name="Kettle", terms=("kettle",)),), TOKEN, world.url
    )
    found = await check_x(XOptions.model_validate(options), parts)
    assert found.faults == []
    return list(found.notes)


async def test_check_says_what_x_is_likely_to_cost(world: World) -> None:
    for n in range(700):
        await world.x.publish_post(f"kettle {n}", at=NOON - timedelta(minutes=n))
    said = "about 100 posts a day, up to $1.50 a day and $45.00 a month at X's prices"
    assert await run_check(world) == [said]
    assert await run_check(world, budget={"month": 100}) == [said]
    assert await run_check(world, budget={"day": 1}) == [f"{said}. That is more than the budget"]


async def test_where_x_does_not_count_check_says_so_and_finds_no_fault(world: World) -> None:
    world.x.count_answers.append(Refusal(403))
    [said] = await run_check(world)
    assert said.startswith(
        "the cost of X cannot be estimated: X does not allow this token to read posts (403: not today)"
    )


async def test_where_x_refuses_to_go_on_in_the_middle_of_a_gap_it_is_read_from_its_beginning(world: World) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=1, seconds=n)) for n in range(250)]
    world.clock.time = NOON + timedelta(hours=1)
    world.x.refuses.add("until_id")
    await world.inbox.count_reads(
        ReadIds(frozenset(map(str, range(60))))
    )  # of $1.30 as much is used as leaves two of three pages for today
    async with run_source(world.build_source(budget={"day": 1.30}), world.inbox):
        await wait_until(lambda: bool(world.inbox.reports.get("source")))
        assert len(world.inbox.ids) == 200
        await world.wait_for_mentions(*lost)
        await wait_until(lambda: world.inbox.cursor == lost[-1].removeprefix("x:"))
