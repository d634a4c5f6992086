"""The Home tab: one's own cases, what is open and overdue in each department, and what the sources have read."""

import json

from bot.cards.home import render_home
from bot.cards.home_view import ASSIGNED, HomeState
from bot.domain.case import CaseResolution
from bot.domain.cases.queues import CaseQueue
from bot.domain.read_budget import ReadIds
from tests.store.test_case_queues import build_case, save
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, BEN, MIA, QUESTION, RAJ, UseCaseHarness


async def test_the_home_tab_counts_what_is_open_and_what_is_overdue(harness: UseCaseHarness) -> None:
    mine = await harness.open_case(1)
    await harness.usecases.cases.claim(mine.id, ANA)
    await harness.open_case(2)
    await harness.open_case(3)
    await harness.store.health_issues.save_issue("slack", "Slack is slow.")
    harness.clock.advance(minutes=30)

    seen = await harness.usecases.home.load_view(ANA)
    assert [case.id for case in seen.assigned.cases] == [mine.id]
    counts = {one.department.name: one.counts for one in (await harness.usecases.home.load_view(MIA)).departments}
    assert counts == {"care": (3, 2, 2), "pr": (0, 0, 0), "ops": (0, 0, 0), "sales": (0, 0, 0)}
    assert seen.health_issues == {"slack": "Slack is slow."}


async def test_everybody_sees_their_own_cases_the_soonest_due_first(harness: UseCaseHarness) -> None:
    later, sooner = await harness.open_case(1), await harness.open_case(2, created_at=harness.clock.now())
    harness.clock.advance(minutes=5)
    third = await harness.open_case(3)
    for case in (third, sooner, later):
        await harness.usecases.cases.claim(case.id, BEN)
    await harness.usecases.cases.resolve(later.id, BEN, CaseResolution.FIXED)

    assert [case.id for case in (await harness.usecases.home.load_view(BEN)).assigned.cases] == [sooner.id, third.id]
    assert (await harness.usecases.home.load_view(ANA)).assigned.cases == ()


async def test_the_home_tab_says_who_is_on_call_by_the_list_and_by_the_schedule(harness: UseCaseHarness) -> None:
    before = {
        one.department.name: one.on_call.current.people
        for one in (await harness.usecases.home.load_view(MIA)).departments
    }
    harness.clock.advance(hours=1)
    after = {
        one.department.name: one.on_call.current.people
        for one in (await harness.usecases.home.load_view(MIA)).departments
    }

    assert (before["care"], before["ops"], before["sales"]) == ((RAJ, "U0MIA"), (RAJ,), ())
    assert after["ops"] == (ANA,)


async def test_the_home_tab_says_what_x_has_billed_this_month(harness: UseCaseHarness) -> None:
    for source, reads in (("x", ReadIds(frozenset(map(str, range(1204))), frozenset("7"))), ("forum", ReadIds())):
        await harness.store.reads.add_reads(source, reads, harness.clock.now())
        said = harness.build_mention(9, id=f"{source}:9", source=source)
        await harness.store.inbox.admit(source, [said], None, harness.clock.now())

    shown = str(render_home(await harness.usecases.home.load_view(MIA)))
    assert "read this month: 1,204 posts, 1 user" in shown
    assert shown.count("read this month") == 1


async def test_a_case_that_cannot_be_read_hides_no_other(harness: UseCaseHarness) -> None:
    for number in (1, 2):
        await harness.usecases.cases.claim((await harness.open_case(number)).id, ANA)
    await make_unreadable(
        harness.store, harness.store.keys.case_key((await harness.read_case(1)).id), status="pondered"
    )

    seen = await harness.usecases.home.load_view(ANA)
    assert [case.mention.id for case in seen.assigned.cases] == ["x:2"]
    assert "1 record can't be read by this release" in str(seen.health_issues)


async def test_a_department_that_the_playbook_has_lost_is_not_on_the_home_tab(harness: UseCaseHarness) -> None:
    await harness.open_case(1, QUESTION)
    harness.edit_playbook(sales="shop")
    assert [one.department.name for one in (await harness.usecases.home.load_view(MIA)).departments] == [
        "care",
        "pr",
        "ops",
        "shop",
    ]


async def test_of_thousands_of_cases_only_those_that_are_shown_are_read(harness: UseCaseHarness) -> None:
    """5,000 open cases, of which one person owns 3,000."""
    await save(
        harness.store,
        harness.clock,
        *(build_case(number, harness.clock, MIA * (number < 3_000)) for number in range(5_000)),
    )
    state = HomeState(starts=((ASSIGNED, 2_990), (CaseQueue.UNCLAIMED, 1_995)))
    await harness.usecases.home.load_view(MIA)
    before = await count_calls(harness, "hget")
    seen = await harness.usecases.home.load_view(MIA, state)
    assert await count_calls(harness, "hget") - before < 60
    assert (seen.assigned.total, seen.assigned.cases[-1].id) == (3_000, "case02999")
    queues = dict(seen.queues)
    assert (queues[CaseQueue.UNCLAIMED].total, queues[CaseQueue.UNCLAIMED].cases[-1].id) == (2_000, "case04999")
    view = render_home(seen)
    assert len(view["blocks"]) <= 100
    assert len(json.dumps(view)) < 100_000


async def count_calls(harness: UseCaseHarness, command: str) -> int:
    stats = await harness.store.client.execute("INFO", "commandstats")
    [line] = [one for one in stats.splitlines() if one.startswith(f"cmdstat_{command}:")]
    return int(line.partition("calls=")[2].partition(",")[0])
