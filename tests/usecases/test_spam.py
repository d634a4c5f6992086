"""Spam is looked through a page at a time, and what is none is brought back, once."""

from datetime import timedelta

import pytest

from bot.domain.assessment import Intent
from bot.domain.commits import NotAllowed
from bot.domain.correction import CorrectionKind
from bot.domain.periods import TimeSpan
from bot.usecases.spam import PAGE_SIZE
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import BRAND, COMPLAINT, JOE, TOM, UseCaseHarness
from tests.usecases.race import Race

BOTH = (*COMPLAINT, "intent:spam")
"""It was assessed as a complaint, too."""


async def test_spam_is_shown_newest_first_a_page_at_a_time(harness: UseCaseHarness) -> None:
    for number in range(PAGE_SIZE + 1):
        await harness.keep_spam(number)
    first = await harness.usecases.spam.list_spam()
    second = await harness.usecases.spam.list_spam(first.entries[-1].id)

    assert [kept.mention.id for kept in first.entries] == [f"x:{number}" for number in range(PAGE_SIZE, 0, -1)]
    assert (first.total, first.more) == (PAGE_SIZE + 1, True)
    assert ([kept.mention.id for kept in second.entries], second.more) == (["x:0"], False)


async def test_a_page_that_is_just_full_has_none_after_it(harness: UseCaseHarness) -> None:
    for number in range(PAGE_SIZE):
        await harness.keep_spam(number)
    assert not (await harness.usecases.spam.list_spam()).more


async def test_without_spam_there_is_an_empty_page(harness: UseCaseHarness) -> None:
    assert (await harness.usecases.spam.list_spam())[:3] == ((), 0, False)


async def test_what_is_brought_back_opens_the_case_that_it_would_have_opened(harness: UseCaseHarness) -> None:
    entry = await harness.keep_spam(1, BOTH)
    assert await harness.usecases.spam.find_destination(entry) == "care"
    answer = await harness.usecases.spam.restore_mention(entry, JOE)

    kept = await harness.read_case()
    assert (answer.case, answer.department.name) == (kept, "care")
    assert (kept.assessment.intent, kept.route, kept.history[-1].by) == (Intent.COMPLAINT, "complaint", JOE)
    assert await harness.list_pending() == [f"card {kept.id} 0 care"]
    assert [(one.kind, one.now) for one in await harness.list_corrections()] == [(CorrectionKind.SPAM, "genuine")]


async def test_the_counts_still_add_up_after_it_was_brought_back(harness: UseCaseHarness) -> None:
    entry = await harness.keep_spam(1, BOTH)
    await harness.usecases.spam.restore_mention(entry, JOE)

    account = await harness.store.mention_counters.read()
    assert (account.spam, account.opened) == (0, 1)
    assert (await harness.usecases.spam.list_spam())[:3] == ((), 0, False)


async def test_what_is_brought_back_is_counted_when_it_was_received(harness: UseCaseHarness) -> None:
    """Also where the clock of its source is ahead of ours."""
    received_at = harness.clock.now()
    entry = await harness.keep_spam(1, BOTH, created_at=received_at + timedelta(hours=1))
    harness.clock.advance(hours=3)
    await harness.usecases.spam.restore_mention(entry, JOE)

    [then, since] = await harness.store.report_counters.load_tallies(
        TimeSpan(received_at, received_at + timedelta(minutes=15)),
        TimeSpan(received_at + timedelta(minutes=15), harness.clock.now()),
    )
    assert [(said.intent, count) for said, count in then.items() if count] == [("complaint", 1)]
    assert not since


async def test_what_leads_nowhere_is_brought_back_to_a_department_that_somebody_chooses(
    harness: UseCaseHarness,
) -> None:
    entry = await harness.keep_spam(1, (*BRAND, "intent:spam"))
    assert await harness.usecases.spam.find_destination(entry) == ""
    with pytest.raises(NotAllowed, match="The playbook has no department 'nobody' any more"):
        await harness.usecases.spam.restore_mention(entry, JOE)
    answer = await harness.usecases.spam.restore_mention(entry, JOE, "sales")

    assert (answer.case.department, answer.case.route) == ("sales", "brought back from spam")


async def test_a_department_that_is_none_is_refused_and_the_spam_stays(harness: UseCaseHarness) -> None:
    entry = await harness.keep_spam(1, BOTH)
    with pytest.raises(NotAllowed, match="no department 'legal'"):
        await harness.usecases.spam.restore_mention(entry, JOE, "legal")
    assert (await harness.usecases.spam.get(entry)).id == entry


async def test_of_two_who_bring_it_back_at_once_one_does_and_the_other_is_told_who(
    harness: UseCaseHarness, race: Race
) -> None:
    entry = await harness.keep_spam(1, BOTH)
    won = await race.run(*(race.usecases.spam.restore_mention(entry, by) for by in (JOE, TOM)))

    case = await harness.read_case()
    by = case.history[-1].by
    assert won.told == (f"<@{by}> marked it as not spam already. It is a case in <#C0CARE>.",)
    assert ((await harness.store.mention_counters.read()).opened, case.version) == (1, 1)


async def test_what_was_brought_back_or_is_too_old_is_said_to_be(harness: UseCaseHarness) -> None:
    entry = await harness.keep_spam(1, BOTH)
    await harness.usecases.spam.restore_mention(entry, JOE)
    for asked in (harness.usecases.spam.get, harness.usecases.spam.find_destination):
        with pytest.raises(NotAllowed, match="This post is no longer in the spam list"):
            await asked(entry)
    with pytest.raises(NotAllowed, match="This post is no longer in the spam list"):
        await harness.usecases.spam.restore_mention(entry, TOM)


async def test_spam_that_cannot_be_read_hides_no_other(harness: UseCaseHarness) -> None:
    await harness.keep_spam(1)
    newer = [("mention", '{"id": 7}'), ("assessment", "{}"), ("at", "1")]
    words = [word for pair in newer for word in pair]
    await harness.store.client.execute("XADD", harness.store.keys.spam, "*", *words)

    assert [kept.mention.id for kept in (await harness.usecases.spam.list_spam()).entries] == ["x:1"]


async def test_a_case_that_cannot_be_read_is_not_written_over_by_what_is_brought_back(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case(1)
    spoilt = await make_unreadable(harness.store, harness.store.keys.case_key(case.id), status="pondered")
    entry = await harness.keep_spam(1, BOTH)
    with pytest.raises(NotAllowed, match="This post is no longer in the spam list"):
        await harness.usecases.spam.restore_mention(entry, JOE)
    assert await harness.store.client.execute("HGET", harness.store.keys.case_key(case.id), "body") == spoilt


async def test_departments_are_those_of_the_playbook_as_it_is_now(harness: UseCaseHarness) -> None:
    harness.edit_playbook(sales="shop")
    assert [one.name for one in harness.usecases.spam.list_departments()] == ["care", "pr", "ops", "shop"]
