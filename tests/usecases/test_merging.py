"""Cases of one person that many people claim and merge at once."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

from bot.domain.case import Case, CaseStatus
from bot.domain.commits import NotAllowed
from bot.usecases.cases import CaseView
from tests.usecases.harness import ANA, BEN, MIA, UseCaseHarness
from tests.usecases.race import Race

CROWD = tuple(f"U0CROWD{number}" for number in range(1_000))


async def open_two(harness: UseCaseHarness) -> tuple[Case, Case]:
    """Return two cases of one person, for a department with a thousand deputies."""
    harness.slack.groups["S0CROWD"] = CROWD
    harness.replace_in_playbook('deputies = ["U0ANA", "U0BEN"]', 'deputies = ["U0ANA", "U0BEN", "S0CROWD"]')
    return await harness.open_case(1, author="@marta"), await harness.open_case(2, author="@marta")


async def press_at_once(asked: Iterable[Awaitable[CaseView]]) -> Sequence[CaseView]:
    """Return what those got who were first; the others were refused with a sentence."""
    found = await asyncio.gather(*asked, return_exceptions=True)
    failed = [one for one in found if isinstance(one, BaseException) and not isinstance(one, NotAllowed)]
    assert not failed, failed[0]
    return [one for one in found if not isinstance(one, BaseException)]


async def test_of_a_thousand_who_claim_and_merge_two_cases_of_a_person_each_has_one_owner_and_one_is_merged(
    harness: UseCaseHarness,
) -> None:
    first, second = await open_two(harness)
    cases, others = harness.usecases.cases, harness.start_another().usecases.cases
    claimed = await press_at_once(
        (cases if number % 4 < 2 else others).claim((first, second)[number % 2].id, by)
        for number, by in enumerate(CROWD)
    )
    assert sorted(one.case.id for one in claimed) == sorted((first.id, second.id))

    await cases.release(second.id, MIA)
    merged_by = await press_at_once(cases.merge(second.id, by, first.id) for by in CROWD)
    assert [one.case.id for one in merged_by] == [first.id]

    kept, merged = await harness.read_case(1), await harness.read_case(2)
    assert (kept.status, kept.joined_count, len(kept.joined)) == (CaseStatus.CLAIMED, 1, 1)
    assert (merged.status, merged.merged_into) == (CaseStatus.RESOLVED, first.id)
    assert [one.id for one in await harness.store.cases.load_joined(first.id)] == ["x:2"]


async def test_of_two_who_merge_in_opposite_directions_at_once_one_does_it(harness: UseCaseHarness, race: Race) -> None:
    first, second = await open_two(harness)
    cases = harness.usecases.cases
    await cases.claim(first.id, ANA)
    await cases.claim(second.id, BEN)
    won = await race.run(
        race.usecases.cases.merge(first.id, ANA, second.id), race.usecases.cases.merge(second.id, BEN, first.id)
    )
    found = await harness.store.cases.find([first.id, second.id])
    assert len(won.given) == 1
    assert sorted(bool(one.merged_into) for one in found.values()) == [False, True]
    assert sum(one.joined_count for one in found.values()) == 1
    assert "merged this case into another one" in won.told[0] or "closed by now" in won.told[0]


async def test_who_reopens_and_who_merges_on_at_once_leave_each_post_in_one_place(
    harness: UseCaseHarness, race: Race
) -> None:
    first, second = await open_two(harness)
    third, cases = await harness.open_case(3, author="@marta"), harness.usecases.cases
    await cases.claim(first.id, ANA)
    await cases.merge(second.id, BEN, first.id)
    await cases.claim(third.id, BEN)
    won = await race.run(race.usecases.cases.reopen(second.id, BEN), race.usecases.cases.merge(first.id, ANA, third.id))
    assert len(won.given) == 2
    found = await harness.store.cases.find([first.id, second.id, third.id])
    held = [one.id for one in await harness.store.cases.load_joined(third.id)]
    assert (held, found[third.id].joined_count, found[second.id].merged_into) == (["x:1"], 1, "")
