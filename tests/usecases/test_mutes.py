"""Mutes that two people set at once, and one that cannot be read."""

import pytest

from bot.domain.commits import NotAllowed
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, BEN, JOE, UseCaseHarness
from tests.usecases.race import Race


async def test_two_who_mute_one_author_at_once_leave_one_mute(harness: UseCaseHarness, race: Race) -> None:
    won = await race.run(*(race.usecases.mutes.mute(by, "@marta") for by in (ANA, BEN)))
    assert len(won.given) == 2
    assert [one.mute.name for one in await harness.store.mutes.list_mutes()] == ["marta"]


async def test_a_mute_that_cannot_be_read_hides_nothing_and_the_others_do(harness: UseCaseHarness) -> None:
    await harness.usecases.mutes.mute(ANA, "@marta")
    await harness.usecases.mutes.mute(ANA, "@olga")
    await make_unreadable(harness.store, harness.store.keys.mutes, "author marta", kind="choir")
    assert (await harness.store.mutes.load_set(harness.clock.now())).ids == {"author olga"}
    assert [one.kind for one in await harness.store.quarantine.list_records()] == ["mute"]


async def test_the_author_of_a_case_is_muted_by_who_may_and_by_nobody_else(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="Only deputies and managers mute"):
        await harness.usecases.mutes.mute_case_author(JOE, case.id)
    await harness.usecases.mutes.mute_case_author(ANA, case.id)
    [found] = await harness.store.mutes.list_mutes()
    assert found.mute.name == case.mention.author.handle.casefold()


async def test_a_longer_mute_keeps_its_count(harness: UseCaseHarness) -> None:
    await harness.usecases.mutes.mute(ANA, "@marta for 1h")
    await harness.store.client.execute("HINCRBY", harness.store.keys.mute_counts, "author marta", 3)
    message = await harness.usecases.mutes.mute(BEN, "@marta for 3h")
    [found] = await harness.store.mutes.list_mutes()
    assert (found.hidden, found.mute.by) == (3, BEN)
    assert len(message.blocks) == 1
