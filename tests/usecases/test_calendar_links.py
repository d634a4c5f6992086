"""The address of a calendar of shifts: one's own or a schedule's, signed, and good until it is taken back."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.domain.commits import NotAllowed
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, JOE, MIA, OLA, RAJ, UseCaseHarness


async def token_for(harness: UseCaseHarness, by: str, words: str = "") -> str:
    said = (await harness.usecases.feeds.create_link(by, words)).text
    found = re.search(r"https://earshot\.example/oncall/(\S+)\.ics", said)
    assert found, said
    return found[1]


async def starts_of(harness: UseCaseHarness, token: str) -> list[str]:
    found = await harness.usecases.feeds.render_calendar(token)
    assert found is not None
    return [line for line in found.text.splitlines() if line.startswith("DTSTART")]


async def test_ones_own_address_has_ones_own_shifts(harness: UseCaseHarness) -> None:
    token = await token_for(harness, ANA)
    starts = await starts_of(harness, token)

    assert starts[0] == "DTSTART:20260310T100000Z"
    assert (await starts_of(harness, await token_for(harness, RAJ)))[0] == "DTSTART:20260309T100000Z"
    assert "SUMMARY:On call: nights" in str(await harness.usecases.feeds.render_calendar(token))


async def test_a_schedules_address_has_everybody_by_name_and_by_id_where_slack_says_none(
    harness: UseCaseHarness,
) -> None:
    del harness.slack.people[RAJ]
    found = await harness.usecases.feeds.render_calendar(await token_for(harness, OLA, "ops"))
    assert found is not None
    assert "SUMMARY:Ana on call (nights)" in found.text
    assert "SUMMARY:U0RAJ on call (nights)" in found.text


async def test_who_may_not_change_a_schedule_gets_no_address_of_it(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="You aren't in the schedule nights"):
        await harness.usecases.feeds.create_link(JOE, "nights")
    with pytest.raises(NotAllowed, match="You aren't in the schedule nights"):
        await harness.usecases.feeds.create_link(JOE, "revoke nights")


async def test_an_address_stays_the_same_for_every_process_until_it_is_taken_back(harness: UseCaseHarness) -> None:
    first = await token_for(harness, ANA)
    assert await token_for(harness.start_another(), ANA) == first
    second = await token_for(harness, ANA, "Revoke")

    assert second != first
    assert await harness.usecases.feeds.render_calendar(first) is None
    assert await harness.usecases.feeds.render_calendar(second) is not None


async def test_of_an_address_that_is_taken_back_twice_at_once_the_newest_is_good(harness: UseCaseHarness) -> None:
    tokens = await asyncio.gather(*(token_for(harness, ANA, "revoke") for _ in range(2)))
    good = [await harness.usecases.feeds.render_calendar(token) is not None for token in tokens]
    assert (len(set(tokens)), sum(good)) == (2, 1)
    assert await token_for(harness, ANA) in tokens


async def test_taking_back_ones_own_address_leaves_everybody_elses(harness: UseCaseHarness) -> None:
    raj, nights = await token_for(harness, RAJ), await token_for(harness, MIA, "nights")
    await token_for(harness, ANA, "revoke")
    assert await harness.usecases.feeds.render_calendar(raj) is not None
    assert await harness.usecases.feeds.render_calendar(nights) is not None


async def test_an_address_that_is_none_of_ours_is_nothing(harness: UseCaseHarness) -> None:
    token = await token_for(harness, ANA)
    for forged in (token[:-1] + "!", "A" * 40 + "." + "B" * 27, ""):
        assert await harness.usecases.feeds.render_calendar(forged) is None


async def test_the_tag_changes_as_the_shifts_do_and_only_then(harness: UseCaseHarness) -> None:
    token = await token_for(harness, ANA)
    first = await harness.usecases.feeds.render_calendar(token)
    harness.clock.advance(minutes=5)
    second = await harness.usecases.feeds.render_calendar(token)
    await harness.usecases.oncall.take_shift(OLA, "from 11:00 until 12:00")
    third = await harness.usecases.feeds.render_calendar(token)

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.tag == second.tag != third.tag


async def test_a_schedule_that_the_playbook_has_lost_has_no_calendar(harness: UseCaseHarness) -> None:
    token = await token_for(harness, OLA, "nights")
    harness.edit_playbook(nights="days")
    assert await harness.usecases.feeds.render_calendar(token) is None


async def test_an_event_keeps_its_id_from_one_day_to_the_next(harness: UseCaseHarness) -> None:
    token = await token_for(harness, ANA)
    today = await harness.usecases.feeds.render_calendar(token)
    harness.clock.advance(timedelta(days=2))
    later = await harness.usecases.feeds.render_calendar(token)

    assert today is not None
    assert later is not None
    ids = [set(re.findall(r"UID:(\S+)", found.text)) for found in (today, later)]
    assert ids[0] < ids[1]
    assert len(ids[0]) > 20


async def test_changes_that_cannot_be_read_leave_the_playbooks_turns_in_the_calendar(harness: UseCaseHarness) -> None:
    token = await token_for(harness, ANA)
    before = await starts_of(harness, token)
    await harness.usecases.oncall.take_shift(OLA, "from 11:00 until 12:00")
    await make_unreadable(harness.store, harness.store.keys.schedule_key("nights"), overrides=7)
    assert await starts_of(harness, token) == before


async def test_a_process_that_does_not_know_its_own_address_says_what_to_set(harness: UseCaseHarness) -> None:
    unreachable = harness.start_another(public_url="")
    with pytest.raises(NotAllowed, match="Ask an admin to set EARSHOT_PUBLIC_URL"):
        await unreachable.usecases.feeds.create_link(ANA, "")
