"""Managers who change roles at once, a register that cannot be read, and what everybody without a role may not do."""

import pytest

from bot.domain.commits import NotAllowed
from tests.store.unreadable_records import make_unreadable, restore_record
from tests.usecases.harness import ANA, JOE, MIA, RAJ, TOM, UseCaseHarness
from tests.usecases.race import Race


async def list_deputies(harness: UseCaseHarness, department: str = "care") -> set[str]:
    register = await harness.store.roles.load()
    return {one.person for one in register.list_deputies(department, harness.clock.now())}


async def test_of_two_grants_at_once_both_are_kept(harness: UseCaseHarness, race: Race) -> None:
    won = await race.run(*(race.usecases.roles.deputize(MIA, f"<@{one}> care") for one in (JOE, TOM)))
    assert (len(won.given), await list_deputies(harness)) == (2, {JOE, TOM})


async def test_of_two_who_dismiss_one_deputy_one_is_told_that_it_is_done(harness: UseCaseHarness, race: Race) -> None:
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")
    won = await race.run(*(race.usecases.roles.dismiss(by, f"<@{JOE}> care") for by in (MIA, JOE)))
    assert len(won.given) == 1
    assert won.told[0].startswith("<@U0JOE> isn't a deputy of care.")


async def test_a_register_of_a_newer_release_gives_no_role_and_is_not_overwritten(harness: UseCaseHarness) -> None:
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")
    key = harness.store.keys.roles
    await make_unreadable(harness.store, key, version="two")
    assert await list_deputies(harness) == set()
    with pytest.raises(NotAllowed, match="written by a newer release"):
        await harness.usecases.roles.deputize(MIA, f"<@{TOM}> care")
    await restore_record(harness.store, key, version=1)
    assert await list_deputies(harness.start_another()) == {JOE}


async def test_a_deputy_accepts_the_policy_themselves_and_once(harness: UseCaseHarness) -> None:
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")
    with pytest.raises(NotAllowed, match="Only <@U0JOE> can accept this"):
        await harness.usecases.roles.accept_policy(ANA, "g1")
    assert "You can claim cases of *care*" in (await harness.usecases.roles.accept_policy(JOE, "g1")).text
    with pytest.raises(NotAllowed, match="accepted this already"):
        await harness.usecases.roles.accept_policy(JOE, "g1")


@pytest.mark.parametrize("by", [JOE, ANA])
async def test_who_is_no_manager_undoes_no_grant(harness: UseCaseHarness, by: str) -> None:
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")
    with pytest.raises(NotAllowed, match="Only managers decide"):
        await harness.usecases.roles.undo_change(by, "end/g1")
    assert await list_deputies(harness) == {JOE}


async def test_a_point_person_is_undone_by_a_deputy_and_by_nobody_without_a_role(harness: UseCaseHarness) -> None:
    await harness.usecases.roles.set_point(ANA, f"<@{RAJ}> care")
    with pytest.raises(NotAllowed, match="Only deputies of care and managers"):
        await harness.usecases.roles.undo_change(JOE, "end/g1")
    await harness.usecases.roles.undo_change(ANA, "end/g1")
    assert (await harness.store.roles.load()).find_point("care", harness.clock.now()) is None


async def test_where_slack_never_named_the_managers_it_says_so(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["S0BOSSES"]')
    harness.slack.hide_groups()
    with pytest.raises(NotAllowed, match="Slack"):
        await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")


async def test_the_next_claim_sees_a_new_deputy_also_in_another_process(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care")
    view = await harness.start_another().usecases.cases.claim(case.id, JOE)
    assert view.case.owner == JOE


async def test_an_owner_whose_time_is_over_resolves_their_case_and_reopens_none(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.roles.deputize(MIA, f"<@{JOE}> care for 20 min")
    await harness.usecases.cases.claim(case.id, JOE)
    harness.clock.advance(minutes=21)
    await harness.usecases.cases.renew_lease(case.id, JOE)
    await harness.usecases.cases.release(case.id, JOE)
    with pytest.raises(NotAllowed, match="Only the care department"):
        await harness.usecases.cases.claim(case.id, JOE)
