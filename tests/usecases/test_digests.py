"""A digest card is redrawn from its cases as they are now."""

import pytest

from bot.domain.case import CaseStatus
from bot.domain.commits import NotAllowed
from bot.store.message_records import DigestRecord
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, UseCaseHarness


async def keep_digest(harness: UseCaseHarness, *cases: str, department: str = "care", total: int = 0) -> None:
    await harness.store.digests.save(DigestRecord(id="17-A", department=department, cases=cases, total=total))


async def test_a_digest_shows_its_cases_as_they_are_now_in_its_own_order(harness: UseCaseHarness) -> None:
    first, second = await harness.open_case(1), await harness.open_case(2)
    await keep_digest(harness, second.id, "0123456789abcd", first.id)
    await harness.usecases.cases.claim(second.id, ANA)
    digest = await harness.usecases.digests.get("17-A")

    assert [(case.id, case.status) for case in digest.cases] == [
        (second.id, CaseStatus.CLAIMED),
        (first.id, CaseStatus.NEW),
    ]
    assert (digest.department, digest.total) == (harness.app.rules.find_department("care"), 0)


async def test_a_list_of_a_flood_shows_those_that_wait(harness: UseCaseHarness) -> None:
    first, second = await harness.open_case(1), await harness.open_case(2)
    await keep_digest(harness, second.id, first.id, total=9)
    await harness.usecases.cases.claim(second.id, ANA)
    digest = await harness.usecases.digests.get("17-A")

    assert ([case.id for case in digest.cases], digest.total) == ([first.id], 9)


async def test_a_digest_that_is_gone_says_where_to_look(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Home tab"):
        await harness.usecases.digests.get("17-A")


async def test_a_digest_of_a_department_that_the_playbook_has_lost_is_shown_all_the_same(
    harness: UseCaseHarness,
) -> None:
    await keep_digest(harness, (await harness.open_case()).id)
    harness.edit_playbook(care="help")
    digest = await harness.usecases.digests.get("17-A")

    assert (digest.department.name, digest.department.channel, len(digest.cases)) == ("care", "", 1)


async def test_a_case_that_cannot_be_read_is_left_out_and_the_others_are_shown(harness: UseCaseHarness) -> None:
    first, second = await harness.open_case(1), await harness.open_case(2)
    await keep_digest(harness, first.id, second.id)
    await make_unreadable(harness.store, harness.store.keys.case_key(first.id), status="pondered")

    assert [case.id for case in (await harness.usecases.digests.get("17-A")).cases] == [second.id]


async def test_a_digest_of_a_newer_release_is_not_taken_for_one_that_is_gone(harness: UseCaseHarness) -> None:
    await keep_digest(harness, (await harness.open_case()).id)
    await make_unreadable(harness.store, harness.store.keys.digest_key("17-A"), cases=7)
    with pytest.raises(NotAllowed, match="This list was written by a newer release"):
        await harness.usecases.digests.get("17-A")
