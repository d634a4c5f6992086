"""What is given is counted with the case that it was given in: once, and never above the limit of the day."""

import asyncio

import pytest

from bot.domain.case import CaseResolution
from bot.domain.commits import StoreUnavailable
from bot.domain.errors import FieldError
from tests.usecases.harness import ANA, BEN, UseCaseHarness
from tests.usecases.race import Race

DAY = "20260310"
GIVEN = {"credit": "50"}


async def test_of_two_who_give_the_rest_of_a_day_at_once_one_is_told_what_is_left(
    harness: UseCaseHarness, race: Race
) -> None:
    cases = [await harness.open_case(1), await harness.open_case(2)]
    for case, who in zip(cases, (ANA, BEN), strict=True):
        await harness.usecases.cases.claim(case.id, who)
    race.barrier.hold(2)
    outcomes = await asyncio.gather(
        *(
            race.usecases.offers.resolve(case.id, who, CaseResolution.ANSWERED, "", GIVEN)
            for case, who in zip(cases, (ANA, BEN), strict=True)
        ),
        return_exceptions=True,
    )
    [refused] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, FieldError)
    assert str(refused) == "Only 30 EUR of today's 80 EUR is left."
    assert await load_used(harness) == {"credit": 50_00}


async def test_what_was_not_written_was_not_given_and_the_press_may_be_repeated(
    harness: UseCaseHarness, race: Race
) -> None:
    case = await harness.open_case()
    race.barrier.cut_off = True
    with pytest.raises(StoreUnavailable):
        await race.usecases.offers.resolve(case.id, ANA, CaseResolution.ANSWERED, "", GIVEN)
    assert await load_used(harness) == {}
    race.barrier.cut_off = False
    view = await race.usecases.offers.resolve(case.id, ANA, CaseResolution.ANSWERED, "", GIVEN)
    assert [(one.offer, str(one.amount), one.by) for one in view.case.given] == [("credit", "50 EUR", ANA)]
    assert await load_used(harness) == {"credit": 50_00}


async def load_used(harness: UseCaseHarness) -> dict[str, int]:
    fields = await harness.store.client.execute("HGETALL", harness.store.keys.given_key(DAY))
    return {field.split("|")[1]: int(value) for field, value in zip(fields[::2], fields[1::2], strict=True)}
