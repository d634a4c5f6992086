"""Many cases at once: races between processes, a store that fails in the middle, lists that are gone."""

from collections import Counter

import pytest

from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases.snooze_transitions import SnoozeChoice
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.store.client import RedisClient
from bot.store.message_records import DigestRecord
from bot.store.store import Store
from tests.usecases.harness import ANA, BEN, JOE, MIA, UseCaseHarness
from tests.usecases.race import Race

LIST = "17-A"


async def open_list(harness: UseCaseHarness, size: int) -> list[Case]:
    """A list of so many unclaimed cases, whose posts say nearly the same."""
    cases = [await harness.open_case(number) for number in range(size)]
    record = DigestRecord(id=LIST, department="care", channel="C0CARE", ts="1.2", cases=tuple(one.id for one in cases))
    await harness.store.digests.save(record)
    return cases


async def count_owners(harness: UseCaseHarness, cases: list[Case]) -> Counter[str]:
    found = await harness.store.cases.find([case.id for case in cases])
    return Counter(case.owner for case in found.values())


async def test_two_processes_that_take_at_once_give_nobody_the_same_case(
    harness: UseCaseHarness, race: Race, brand: str
) -> None:
    cases = await open_list(harness, 30)
    client = RedisClient(race.barrier.url)
    other = harness.start_another(Store(client, brand, "other")).usecases
    won = await race.run(race.usecases.storms.take_cases(LIST, ANA), other.storms.take_cases(LIST, BEN))
    await client.close()
    assert [len(taken.cases) for taken in won.given] == [10, 10]
    assert await count_owners(harness, cases) == {ANA: 10, BEN: 10, "": 10}


async def test_who_presses_twice_gets_twice_ten_and_then_what_is_left(harness: UseCaseHarness) -> None:
    cases = await open_list(harness, 23)
    storms = harness.usecases.storms
    counts = [len((await storms.take_cases(LIST, ANA)).cases) for _ in range(3)]
    assert counts == [10, 10, 3]
    assert await count_owners(harness, cases) == {ANA: 23}
    with pytest.raises(NotAllowed, match="Nothing is unclaimed here any more"):
        await storms.take_cases(LIST, BEN)


async def test_a_snoozed_case_is_left_in_peace_and_who_is_no_deputy_is_told_so(harness: UseCaseHarness) -> None:
    cases = await open_list(harness, 4)
    await harness.usecases.cases.snooze(cases[0].id, ANA, SnoozeChoice.HOUR)
    taken = await harness.usecases.storms.take_cases(LIST, BEN)
    assert {case.id for case in taken.cases} == {case.id for case in cases[1:]}
    await harness.usecases.cases.release(cases[1].id, MIA)
    with pytest.raises(NotAllowed, match="care"):
        await harness.usecases.storms.take_cases(LIST, JOE)


async def test_a_store_that_fails_in_the_middle_loses_no_claim_and_the_person_is_told_how_many(
    harness: UseCaseHarness, race: Race
) -> None:
    cases = await open_list(harness, 50)
    race.barrier.cut_off_after(1)
    claimed = await race.usecases.storms.claim_alike(LIST, cases[0].id, ANA)
    assert claimed.interrupted
    assert len(claimed.cases) == (await count_owners(harness, cases))[ANA] == 32
    race.barrier.cut_off_after(0)
    with pytest.raises(StoreUnavailable):
        await race.usecases.storms.take_cases(LIST, BEN)
    again = await harness.usecases.storms.claim_alike(LIST, cases[-1].id, BEN)
    assert len(again.cases) == 18
    assert await count_owners(harness, cases) == {ANA: 32, BEN: 18}


async def test_a_store_that_fails_while_many_are_resolved_says_which_are_done(
    harness: UseCaseHarness, race: Race
) -> None:
    cases = await open_list(harness, 50)
    await harness.usecases.storms.claim_alike(LIST, cases[0].id, ANA)
    race.barrier.cut_off_after(1)
    ids = [case.id for case in cases]
    resolved = await race.usecases.storms.resolve_many(ids, ANA, CaseResolution.FIXED, "told them", LIST)
    assert resolved.interrupted
    found = await harness.store.cases.find(ids)
    assert len(resolved.cases) == sum(case.status is CaseStatus.RESOLVED for case in found.values()) == 32


async def test_two_who_resolve_the_same_cases_at_once_resolve_each_once(harness: UseCaseHarness, race: Race) -> None:
    cases = await open_list(harness, 20)
    await harness.usecases.storms.claim_alike(LIST, cases[0].id, ANA)
    ids = [*(case.id for case in cases), "gone"]
    won = await race.run(
        *(race.usecases.storms.resolve_many(ids, by, CaseResolution.FIXED, "told them") for by in (ANA, MIA))
    )
    done = Counter(case.id for resolved in won.given for case in resolved.cases)
    assert done == Counter(case.id for case in cases)
    assert sum(len(resolved.refusals) for resolved in won.given) == 20 + 2


async def test_two_thousand_that_say_the_same_are_one_group_and_one_claim(harness: UseCaseHarness) -> None:
    cases = await open_list(harness, 2_000)
    facts, groups = await harness.usecases.storms.list_groups(LIST, ANA)
    assert facts == ""
    assert sum(map(len, groups)) <= 2_000
    claimed = await harness.usecases.storms.claim_alike(LIST, groups[0][0].id, ANA)
    assert len(claimed.cases) == len(groups[0]) == (await count_owners(harness, cases))[ANA]


async def test_lists_and_episodes_that_are_gone_are_refused_with_a_sentence(harness: UseCaseHarness) -> None:
    storms, case = harness.usecases.storms, await harness.open_case()
    for list_id in ("17-GONE", "ep-gone"):
        with pytest.raises(NotAllowed, match="no longer kept"):
            await storms.take_cases(list_id, ANA)
        with pytest.raises(NotAllowed, match="no longer kept"):
            await storms.claim_alike(list_id, case.id, ANA)
    with pytest.raises(NotAllowed, match="no longer kept"):
        await storms.set_facts("ep-gone", "Refunds open at noon.", ANA)
    with pytest.raises(NotAllowed, match="You have no cases here"):
        await storms.list_own("", ANA)
