"""A drill: a page about nothing, for one department, one at a time."""

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.paging.page import CauseKind, Page
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, JOE, LEA, MIA, OLA, TOM, UseCaseHarness
from tests.usecases.race import Race


async def page_of_drill(harness: UseCaseHarness, department: str) -> Page:
    drill = (await harness.store.drills.load_drills())[department]
    return await harness.store.pages.get(drill.page)


async def test_a_drill_opens_a_page_that_is_due_at_once(harness: UseCaseHarness) -> None:
    await harness.usecases.drills.start_drill(MIA, " CARE ")

    page = await page_of_drill(harness, "care")
    assert (page.cause.kind, page.department, page.due) == (CauseKind.DRILL, "care", harness.clock.now())
    assert (await harness.store.drills.load_drills())["care"].asked_by == MIA


async def test_a_department_is_named_by_its_schedule_too(harness: UseCaseHarness) -> None:
    await harness.usecases.drills.start_drill(OLA, "nights")
    assert list(await harness.store.drills.load_drills()) == ["ops"]


async def test_who_may_call_one_department_need_not_name_it(harness: UseCaseHarness) -> None:
    await harness.usecases.drills.start_drill(OLA, "")
    assert list(await harness.store.drills.load_drills()) == ["ops"]


async def test_who_may_call_several_is_asked_which(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Add its name: `care`, `pr`, `ops`"):
        await harness.usecases.drills.start_drill(MIA, "")
    assert await harness.store.drills.load_drills() == {}


@pytest.mark.parametrize("words", ["", "care"])
async def test_who_answers_for_no_department_begins_no_drill(words: str, harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Only people in a department and managers"):
        await harness.usecases.drills.start_drill(JOE, words)


@pytest.mark.parametrize("words", ["sales", "legal"])
async def test_a_department_that_calls_nobody_has_no_drills(words: str, harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="These do: `care`, `pr`, `ops`"):
        await harness.usecases.drills.start_drill(TOM, words)


async def test_while_slack_does_not_say_who_is_a_deputy_it_is_said_where_the_department_is_named(
    harness: UseCaseHarness,
) -> None:
    harness.slack.hide_groups()
    with pytest.raises(NotAllowed, match="Slack isn't telling Earshot"):
        await harness.usecases.drills.start_drill("U0PAM", "pr")
    with pytest.raises(NotAllowed, match="Only people in a department"):
        await harness.usecases.drills.start_drill("U0PAM", "")


async def test_a_second_drill_waits_until_the_first_is_answered(harness: UseCaseHarness) -> None:
    await harness.usecases.drills.start_drill(LEA, "pr")
    with pytest.raises(NotAllowed, match="A drill for pr is already running"):
        await harness.usecases.drills.start_drill(MIA, "pr")
    await harness.usecases.pages.acknowledge((await page_of_drill(harness, "pr")).id, LEA, "Slack")
    harness.clock.advance(seconds=1)
    await harness.app.drills.step()
    await harness.usecases.drills.start_drill(MIA, "pr")

    assert (await harness.store.drills.load_drills())["pr"].asked_by == MIA


async def test_of_two_who_begin_a_drill_at_once_one_does(harness: UseCaseHarness, race: Race) -> None:
    won = await race.run(*(race.usecases.drills.start_drill(by, "care") for by in (ANA, MIA)))

    assert len(won.given) == 1
    assert won.told == ("A drill for care is already running. It ends when somebody acknowledges.",)


async def test_over_a_drill_of_a_newer_release_no_other_is_begun(harness: UseCaseHarness) -> None:
    await harness.usecases.drills.start_drill(MIA, "care")
    spoilt = await make_unreadable(harness.store, harness.store.keys.drills, "care", opened_at="yesterday")
    with pytest.raises(NotAllowed, match="This drill was written by a newer release"):
        await harness.usecases.drills.start_drill(MIA, "care")
    assert await harness.store.client.execute("HGET", harness.store.keys.drills, "care") == spoilt
