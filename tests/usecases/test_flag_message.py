"""A colleague flags a message in Slack: a case in their name, a pending card, and counts that add up."""

from datetime import timedelta

import pytest

from bot.domain.assessment import Intent
from bot.domain.case import CaseResolution
from bot.domain.commits import NotAllowed
from bot.usecases.flag_message import MAX_FLAGS_PER_HOUR, FlagRequest
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, JOE, LEA, OLA, TOM, UseCaseHarness
from tests.usecases.race import Race

FLAG = FlagRequest(
    channel="C0LOUNGE",
    ts="1773133200.000100",
    words="they lost my bag again today",
    department="care",
    kind=Intent.COMPLAINT,
)


def another(number: int) -> FlagRequest:
    words = f"they lost my bag again today and {'very ' * number} late"
    return FLAG.copy_with(ts=f"17731332{number:02}.000100", words=words)


async def test_a_flag_opens_a_case_with_the_clocks_of_its_kind(harness: UseCaseHarness) -> None:
    answer = await harness.usecases.flags.flag_message(TOM, FLAG)

    kept = await harness.store.cases.get(answer.case.id)
    assert (kept.department, kept.assessment.intent) == ("care", Intent.COMPLAINT)
    assert kept.clocks.claim_within == timedelta(minutes=15)
    assert [(event.by, event.what) for event in kept.history] == [(TOM, "flagged")]
    assert await harness.list_pending() == [f"card {kept.id} 0 care"]


async def test_what_a_colleague_says_it_is_goes_before_what_the_detectors_say(harness: UseCaseHarness) -> None:
    said = FLAG.copy_with(words="thank you so much, you are wonderful", kind=Intent.QUESTION)
    answer = await harness.usecases.flags.flag_message(TOM, said)

    found = answer.case.assessment
    assert [one for one in found.labels if one.startswith("intent:")] == ["intent:question"]
    assert found.sentiment.value == "positive"


async def test_a_flag_is_counted_as_seen_and_opened(harness: UseCaseHarness) -> None:
    await harness.usecases.flags.flag_message(TOM, FLAG)

    account = await harness.store.mention_counters.read()
    assert (account.seen, account.opened, account.is_balanced) == (1, 1, True)


async def test_the_same_message_is_flagged_once(harness: UseCaseHarness) -> None:
    await harness.usecases.flags.flag_message(TOM, FLAG)
    with pytest.raises(NotAllowed, match="<@U0TOM> already flagged this, as an unclaimed case in <#C0CARE>"):
        await harness.usecases.flags.flag_message(LEA, FLAG.copy_with(department="pr"))

    assert (await harness.store.mention_counters.read()).seen == 1


async def test_the_same_words_from_another_channel_are_known_already(harness: UseCaseHarness) -> None:
    await harness.usecases.flags.flag_message(TOM, FLAG)
    with pytest.raises(NotAllowed, match="<@U0TOM> already flagged this"):
        await harness.usecases.flags.flag_message(LEA, FLAG.copy_with(channel="C0B", ts="1773133201.000100"))


async def test_a_message_that_shares_a_few_words_with_a_case_is_flagged_all_the_same(harness: UseCaseHarness) -> None:
    lost = FLAG.copy_with(words="you lost my suitcase in Porto and nobody at the desk cares")
    first = await harness.usecases.flags.flag_message(TOM, lost)
    other = lost.copy_with(words=lost.words.replace("suitcase", "stroller"), ts="1773133201.000100")
    second = await harness.usecases.flags.flag_message(LEA, other)

    assert second.case.id != first.case.id


async def test_the_same_words_may_be_flagged_again_once_their_case_is_resolved(harness: UseCaseHarness) -> None:
    first = await harness.usecases.flags.flag_message(TOM, FLAG)
    await harness.usecases.cases.resolve(first.case.id, ANA, CaseResolution.ANSWERED)
    again = await harness.usecases.flags.flag_message(LEA, FLAG.copy_with(ts="1773133201.000100"))

    assert again.case.id != first.case.id


async def test_of_two_who_flag_one_message_at_once_one_opens_its_case(harness: UseCaseHarness, race: Race) -> None:
    won = await race.run(*(race.usecases.flags.flag_message(by, FLAG) for by in (TOM, LEA)))

    [told] = won.told
    assert f"<@{won.given[0].case.history[0].by}> already flagged this" in told
    assert (await harness.store.mention_counters.read()).seen == 1


async def test_a_department_that_is_none_is_refused(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="no department 'legal'"):
        await harness.usecases.flags.flag_message(TOM, FLAG.copy_with(department="legal"))


@pytest.mark.parametrize("ts", ["yesterday", "1e99"])
async def test_a_message_of_which_slack_gives_nonsense_is_refused(ts: str, harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="its time or link isn't one that Slack makes"):
        await harness.usecases.flags.flag_message(TOM, FLAG.copy_with(ts=ts))


async def test_a_crisis_that_somebody_with_a_role_flags_pages_at_once(harness: UseCaseHarness) -> None:
    answer = await harness.usecases.flags.flag_message(OLA, FLAG.copy_with(kind=Intent.CRISIS, department="pr"))

    assert answer.case.is_confirmed_crisis
    assert await harness.store.pages.find_for_case(answer.case) is not None


async def test_a_crisis_that_somebody_without_a_role_flags_waits_for_who_is_on_call_to_confirm_it(
    harness: UseCaseHarness,
) -> None:
    flagged = await harness.usecases.flags.flag_message(JOE, FLAG.copy_with(kind=Intent.CRISIS, department="pr"))

    assert await harness.store.pages.find_for_case(flagged.case) is None
    assert await harness.list_pending() == [f"card {flagged.case.id} 0 pr", f"confirm {flagged.case.id} 0 @U0LEA"]
    confirmed = await harness.usecases.cases.confirm_crisis(flagged.case.id, LEA)
    assert confirmed.page is not None


async def test_while_slack_does_not_say_who_has_a_role_a_flagged_crisis_pages_nobody(harness: UseCaseHarness) -> None:
    crisis = FLAG.copy_with(kind=Intent.CRISIS, department="pr")
    harness.slack.hide_groups()
    assert not (await harness.usecases.flags.flag_message("U0PAM", crisis)).case.is_confirmed_crisis


async def test_one_person_flags_no_more_than_anybody_reads_and_may_go_on_an_hour_later(
    harness: UseCaseHarness,
) -> None:
    for number in range(MAX_FLAGS_PER_HOUR):
        await harness.usecases.flags.flag_message(TOM, another(number))
        harness.clock.advance(minutes=1)
    with pytest.raises(NotAllowed, match="which is the limit"):
        await harness.usecases.flags.flag_message(TOM, another(MAX_FLAGS_PER_HOUR))
    assert (await harness.usecases.flags.flag_message(LEA, another(MAX_FLAGS_PER_HOUR))).case.department == "care"

    harness.clock.advance(minutes=41)
    assert (await harness.usecases.flags.flag_message(TOM, another(MAX_FLAGS_PER_HOUR + 1))).case.department == "care"


async def test_of_flags_sent_at_once_no_more_are_taken_than_of_flags_in_a_row(
    harness: UseCaseHarness, race: Race
) -> None:
    for number in range(MAX_FLAGS_PER_HOUR - 2):
        await harness.usecases.flags.flag_message(TOM, another(number))
    won = await race.run(
        *(race.usecases.flags.flag_message(TOM, another(MAX_FLAGS_PER_HOUR + number)) for number in range(6))
    )

    assert (len(won.given), len(won.told)) == (2, 4)
    assert (await harness.store.mention_counters.read()).opened == MAX_FLAGS_PER_HOUR


async def test_what_is_flagged_while_its_case_cannot_be_read_is_not_opened_a_second_time(
    harness: UseCaseHarness,
) -> None:
    first = await harness.usecases.flags.flag_message(TOM, FLAG)
    await make_unreadable(harness.store, harness.store.keys.case_key(first.case.id), status="pondered")
    with pytest.raises(NotAllowed, match="Look for its card in the department's channel"):
        await harness.usecases.flags.flag_message(LEA, FLAG)
    assert (await harness.store.mention_counters.read()).opened == 1
