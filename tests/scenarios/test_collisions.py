"""Two cases of one person: colleagues see that somebody else is busy with them, and merge instead of answering twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.cards import action_ids
from bot.cards.block_kit import build_message_link
from bot.domain.assessment import Intent
from bot.domain.case import derive_case_id
from bot.domain.commits import NotAllowed
from bot.domain.replies.writing import WRITING_LASTS
from tests.scenarios.people import Colleague
from tests.scenarios.sample_posts import LATE, LOST, build_complaint
from tests.scenarios.sample_workspace import CROWD
from tests.scenarios.slack_views import Card
from tests.scenarios.test_deletions import delete
from tests.scenarios.test_offers import load_offers
from tests.scenarios.test_replying import open_reply
from tests.scenarios.test_storms import claimable
from tests.scenarios.world import World

FIRST = "@northwindair my green suitcase did not arrive in Porto, nobody can tell me where it is"
SECOND = "@northwindair three weeks and the refund for NW 112 is still not there"
QUESTION = "@northwindair can I bring a second bag on the flight to Porto?"
BUSY = "@ana has another case of this person"


async def receive_two(world: World) -> tuple[Card, Card]:
    await world.receive(FIRST)
    await world.advance(seconds=3)
    await world.receive(SECOND)
    await world.advance(seconds=3)
    return world.channel("#care").card("suitcase"), world.channel("#care").card("refund")


async def press_answer(world: World, words: str, by: str) -> None:
    """Press a button of what only this person sees."""
    person = world.sandbox.get_user(by)
    await person.click_button(person.ephemeral_messages[-1], words)
    await world.finish_listeners()


async def test_another_card_says_who_is_busy_with_the_person_as_long_as_they_are(world: World) -> None:
    first, second = await receive_two(world)
    assert BUSY not in second.words
    await first.click("Claim", by="ana")
    await world.advance(seconds=3)
    assert BUSY in second.words
    raw = json.dumps(second.message.attachments)
    assert f"{build_message_link('C0CARE', first.message.ts)}|{BUSY}>" in raw
    assert "<@U0ANA>" not in raw
    await first.click("Release", by="ana")
    await world.advance(seconds=3)
    assert BUSY not in second.words


async def test_another_card_says_that_a_colleague_is_writing_until_their_form_is_closed(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await first.click("Reply…", by="ana")
    await world.advance(seconds=2)
    assert "@ana is writing to this person" in second.words
    await world.sandbox.get_user("ana").close_modal()
    await world.finish_listeners()
    await world.advance(seconds=2)
    assert "writing" not in second.words
    assert BUSY in second.words


async def test_where_slack_does_not_tell_that_a_form_was_closed_the_clock_ends_the_writing(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    reply = await open_reply(world, first)
    await world.advance(minutes=4)
    await reply.type("Hi")
    await world.advance(minutes=4)
    assert "@ana is writing to this person" in second.words
    await world.advance(minutes=2)
    assert "writing" not in second.words
    assert BUSY in second.words
    await reply.type("Hi again")
    await world.advance(seconds=2)
    assert "@ana is writing to this person" in second.words


async def test_two_who_reply_in_one_case_see_each_other_and_the_card_shows_both(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    hers = await open_reply(world, first)
    assert "✍️" not in hers.words
    theirs = await open_reply(world, first, by="mia")
    assert "✍️ <@U0ANA> is writing a reply to this post, too. Agree who sends it." in theirs.words
    await hers.type("Hi")
    assert "✍️ <@U0MIA> is writing a reply to this post, too." in hers.words
    await world.advance(seconds=2)
    assert "@ana and @mia are writing replies" in first.words
    assert "@ana and @mia are writing to this person" in second.words
    await hers.close()
    await world.advance(seconds=2)
    assert "@mia is writing a reply" in first.words
    await theirs.type("Hi")
    assert "✍️" not in theirs.words


@pytest.mark.parametrize("button", ["Release", "Resolve…"])
async def test_nothing_is_kept_of_who_wrote_once_the_case_is_released_or_resolved(world: World, button: str) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    reply = await open_reply(world, first)
    store = world.local_app.store
    view = await world.local_app.app.usecases.cases.get(first.case)
    await (first.click("Release", by="mia") if button == "Release" else first.resolve(by="mia"))
    await world.advance(seconds=2)
    assert "writing" not in first.words + second.words
    await reply.type("Hi")
    await reply.close()
    assert await store.replies.record_writing(view.case, "U0ANA", world.clock.now()) is None, (
        "it was released meanwhile"
    )
    assert not await store.client.execute("EXISTS", store.keys.writing_key(first.case), store.keys.writing_ends)


async def test_writing_ends_though_two_workers_see_it_at_once_and_its_record_or_case_is_gone(world: World) -> None:
    first, _ = await receive_two(world)
    await first.click("Claim", by="ana")
    await open_reply(world, first)
    store, case = world.local_app.store, await world.local_app.store.cases.get(first.case)
    await store.client.execute("ZADD", store.keys.writing_ends, 1, "gone")
    await store.client.execute("DEL", store.keys.writing_key(first.case))  # the server has let go of it first
    world.clock.advance(WRITING_LASTS)
    at = world.clock.now()
    assert await store.replies.list_due(at, 9) == ["gone", first.case]
    await asyncio.gather(store.replies.end_writing(case, at), store.replies.end_writing(case, at))
    assert await store.replies.list_due(at, 9) == ["gone"]
    await world.advance(seconds=2)
    assert "writing" not in first.words
    assert await store.replies.list_due(at, 9) == []


async def test_who_claims_is_asked_once_and_may_claim_anyway(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    assert "Unclaimed" in second.words
    assert f"{BUSY}. Merge this case into it, or claim it anyway?" in world.person("raj").last_whisper
    await press_answer(world, "Claim anyway", "raj")
    await world.advance(seconds=3)
    assert "Claimed by @raj" in second.words
    assert "@raj has another case of this person" in first.words


Press = Callable[[str], Awaitable[None]]
"""Press a button where the person is."""
Read = Callable[[], str]


async def open_home(world: World, raj: Colleague) -> tuple[Press, Read]:
    await raj.open_home()

    async def press(what: str) -> None:
        await raj.press_on_home(what, about="four hours" if what == "Claim" else "")

    return press, lambda: raj.home


async def open_view(world: World, raj: Colleague) -> tuple[Press, Read]:
    await raj.open_home()
    await raj.press_on_home("View", about="four hours")
    return make_form_press(raj)


async def open_search(world: World, raj: Colleague) -> tuple[Press, Read]:
    await raj.open_home()
    await raj.press_on_home("Search…")
    await raj.submit_form(**{action_ids.AUTHOR: "marta"})
    return make_form_press(raj)


async def open_message(world: World, raj: Colleague) -> tuple[Press, Read]:
    """Of a case for which they are called."""
    await world.advance(minutes=21)
    message = raj.dm

    async def press(what: str) -> None:
        await (message.click(what, by="raj") if what == "Claim" else raj.press_on_whisper(what))

    return press, lambda: raj.last_whisper


async def open_list(world: World, raj: Colleague) -> tuple[Press, Read]:
    """Of all cases for which they are called."""
    await world.receive(LOST, by="pedro")
    await world.advance(minutes=21)
    await raj.dm.click("View list", by="raj")
    return make_form_press(raj)


async def open_digest(world: World, raj: Colleague) -> tuple[Press, Read]:
    """A storm comes, and the second post with it."""
    posts = [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(59)]
    await world.receive_all([*posts, world.build_mention(LATE + " at all", by="marta")])
    await world.advance(minutes=2)
    digests = {case: one for one in world.channel("#care").digests for case in claimable(one)}
    found = await world.local_app.store.cases.find(list(digests))
    [case] = [one.id for one in found.values() if "at all" in one.mention.text]

    async def press(what: str) -> None:
        await (digests[case].click("Claim", by="raj", case=case) if what == "Claim" else raj.press_on_whisper(what))

    return press, lambda: raj.last_whisper


def make_form_press(raj: Colleague) -> tuple[Press, Read]:
    async def press(what: str) -> None:
        await raj.press_in_form(what)

    return press, lambda: raj.form


PLACES = (open_home, open_view, open_search, open_message, open_list, open_digest)


@pytest.mark.parametrize("open_place", PLACES)
async def test_every_place_asks_the_same_once_and_tells_the_owner_what_they_can_offer(
    open_place: Callable[[World, Colleague], Awaitable[tuple[Press, Read]]], world: World
) -> None:
    await world.receive(FIRST)
    await world.advance(seconds=3)
    await world.channel("#care").card("suitcase").click("Claim", by="ana")
    if open_place is not open_digest:
        await world.receive(LATE)
        await world.advance(seconds=3)
    press, read = await open_place(world, world.person("raj"))
    await press("Claim")
    assert f"{BUSY}. Merge this case into it, or claim it anyway?" in read()
    assert not await world.local_app.store.cases.list_owned("U0RAJ")
    await press("Claim anyway")
    assert "You can offer: Apologise" in read()
    assert "claim it anyway?" not in read()
    [case] = await world.local_app.store.cases.list_owned("U0RAJ")
    await world.advance(seconds=5)
    assert "Claimed by @raj" in world.channel("#care").card("four hours").words
    assert case.mention.text.startswith(LATE)


@pytest.mark.parametrize("open_place", PLACES[:3])
async def test_a_merge_in_a_form_or_on_home_is_said_there(
    open_place: Callable[[World, Colleague], Awaitable[tuple[Press, Read]]], world: World
) -> None:
    await world.receive(FIRST)
    await world.receive(LATE)
    await world.advance(seconds=5)
    await world.channel("#care").card("suitcase").click("Claim", by="ana")
    press, read = await open_place(world, world.person("raj"))
    await press("Claim")
    await press("Merge")
    assert "Merged into @ana's case." in read()
    await world.advance(seconds=3)
    assert "Merged by @raj" in world.channel("#care").card("four hours").words


async def test_the_owner_of_the_other_case_is_not_asked(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="ana")
    await world.advance(seconds=3)
    assert "Claimed by @ana" in second.words


async def test_who_claims_another_case_of_a_person_can_merge_their_own_two(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="ana")
    await world.advance(seconds=3)
    assert "👥 You have another case of this person." in world.person("ana").last_whisper
    for card in (first, second):
        assert BUSY not in card.words
        assert "the same owner has another case of this person" in card.words
    assert "Merge into your other case" in await second.explain()
    await press_answer(world, "Merge into your other case", "ana")
    await world.advance(seconds=3)
    assert "1 later post" in first.words
    assert "Merged by @ana" in second.words


async def test_a_merged_case_joins_the_other_and_can_be_split_off_again(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    await world.advance(seconds=3)
    assert "Merged by @raj into another case of this person" in second.words
    assert "1 later post" in first.words
    await first.choose("History of this person…", "ana")
    assert "Merged" in world.person("ana").form
    await world.sandbox.get_user("ana").close_modal(everything=True)
    assert (await world.reconcile()).unaccounted == 0
    cases = world.local_app.app.usecases.cases
    await cases.separate_mention(first.case, "U0ANA", second.case)
    await world.advance(seconds=3)
    assert "Unclaimed" in second.words
    assert "later post" not in first.words


async def test_what_they_write_next_in_a_merged_conversation_joins_the_case_that_is_open(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    conversation = (await world.local_app.store.cases.get(second.case)).mention.conversation
    await world.receive("@northwindair hello? is there anybody?", conversation=conversation)
    await world.advance(seconds=3)
    assert "2 later posts" in first.words
    assert "Merged" in second.words


async def test_who_merges_second_is_told_and_a_case_that_is_merged_again_is_there_once(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    for name in ("raj", "mia"):
        await second.click("Claim", by=name)
    await press_answer(world, "Merge", "mia")
    await press_answer(world, "Merge", "raj")
    assert "@mia merged this case into another one" in world.person("raj").last_whisper
    await second.click("Reopen", by="raj")
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    await world.advance(seconds=3)
    assert "1 later post" in first.words
    assert "1 related post" in await first.explain()
    assert (await world.reconcile()).unaccounted == 0


async def test_a_merged_case_that_is_reopened_has_its_posts_back_and_hears_what_comes_next(world: World) -> None:
    first, second = await receive_two(world)
    conversation = (await world.local_app.store.cases.get(second.case)).mention.conversation
    await world.receive("@northwindair hello? is there anybody?", conversation=conversation)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    await world.advance(seconds=3)
    assert "2 later posts" in first.words
    await second.click("Reopen", by="raj")
    await world.advance(seconds=3)
    assert "later post" not in first.words
    assert "Unclaimed" in second.words
    assert "1 later post" in second.words
    assert "was reopened and has its posts back" in await first.explain()
    await world.receive("@northwindair still nobody there", conversation=conversation)
    await world.advance(seconds=3)
    assert "2 later posts" in second.words
    assert "later post" not in first.words
    assert (await world.reconcile()).unaccounted == 0


async def test_a_post_that_was_split_off_does_not_come_back_with_the_case_it_came_with(world: World) -> None:
    first, second = await receive_two(world)
    conversation = (await world.local_app.store.cases.get(second.case)).mention.conversation
    later = await world.receive("@northwindair hello? is there anybody?", conversation=conversation)
    cases, store = world.local_app.app.usecases.cases, world.local_app.store.cases
    await first.click("Claim", by="ana")
    await cases.merge(second.case, "U0RAJ", first.case)
    await cases.separate_mention(first.case, "U0ANA", later.id)
    await cases.reopen(second.case, "U0RAJ")
    await world.advance(seconds=3)
    found = await store.find([first.case, second.case, derive_case_id(later.id)])
    assert [one.joined_count for one in found.values()] == [0, 0, 0]
    assert [await store.load_joined(one) for one in found] == [(), (), ()]
    assert "later post" not in first.words + second.words


async def test_cases_that_were_merged_one_into_the_other_are_reopened_in_any_order(world: World) -> None:
    first, second = await receive_two(world)
    await world.receive("@northwindair the seat on NW 331 was broken, I stood all the way to Lisbon")
    await world.advance(seconds=3)
    third = world.channel("#care").card("seat")
    cases, store = world.local_app.app.usecases.cases, world.local_app.store.cases
    await second.click("Claim", by="ana")
    await cases.merge(first.case, "U0RAJ", second.case)
    await cases.claim(third.case, "U0RAJ")
    await cases.merge(second.case, "U0ANA", third.case)
    assert (await store.get(third.case)).joined_count == 2
    with pytest.raises(NotAllowed, match="closed by now"):
        await cases.merge(third.case, "U0RAJ", first.case)
    await cases.reopen(first.case, "U0RAJ")
    assert (await store.get(third.case)).joined_count == 1
    await cases.claim(first.case, "U0ANA")
    await cases.merge(third.case, "U0RAJ", first.case)
    assert (await store.get(first.case)).joined_count == 2
    await cases.reopen(second.case, "U0RAJ")
    await cases.reopen(third.case, "U0RAJ")
    found = await store.find([first.case, second.case, third.case])
    assert [(one.joined, one.joined_count, one.merged_into) for one in found.values()] == [((), 0, "")] * 3
    await world.run_until_idle()
    assert (await world.reconcile()).unaccounted == 0


async def test_of_two_who_merge_at_once_in_both_directions_one_merges(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.claim(second.case, "U0RAJ")
    cases = world.local_app.app.usecases.cases
    done = await asyncio.gather(
        cases.merge(first.case, "U0ANA", second.case),
        cases.merge(second.case, "U0RAJ", first.case),
        return_exceptions=True,
    )
    refused = [str(one) for one in done if isinstance(one, Exception)]
    assert len(refused) == 1
    assert "closed" in refused[0] or "merged this case into another one" in refused[0]
    await world.run_until_idle()
    found = await world.local_app.store.cases.find([first.case, second.case])
    assert sorted(bool(one.merged_into) for one in found.values()) == [False, True]
    assert (await world.reconcile()).unaccounted == 0


async def test_a_crowd_that_claims_and_merges_two_cases_ends_with_one_owner_and_one_merge(world: World) -> None:
    first, second = await receive_two(world)
    cases = world.local_app.app.usecases.cases
    people = [world.sandbox.get_user(name) for name in CROWD]
    await asyncio.gather(*(one.click_button(first.message, action_ids.CLAIM) for one in people))
    await world.finish_listeners()
    ids = [one.user.id for one in people]
    done = await asyncio.gather(*(cases.merge(second.case, one, first.case) for one in ids), return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in done) == 1
    case = await world.local_app.store.cases.get(first.case)
    assert case.joined_count == 1


async def test_a_merge_tells_the_owner_who_merged_and_what(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    await world.advance(seconds=5)
    assert "🔗 @raj merged another case of @marta into yours." in world.person("ana").dm.words
    assert "merged by @raj, another case into this one" in await first.explain()
    assert "merged by @raj, into another case" in await second.explain()


async def test_a_manager_who_merges_a_claimed_case_is_named_to_who_had_it(world: World) -> None:
    first, second = await receive_two(world)
    for card, by in ((first, "U0ANA"), (second, "U0RAJ")):
        await world.local_app.app.usecases.cases.claim(card.case, by)
    await world.local_app.app.usecases.cases.merge(second.case, "U0MIA", first.case)
    await world.advance(seconds=5)
    told = world.person("raj").dm.words
    assert "↩️ @mia merged the complaint from @marta (into another case). You don't need to do anything." in told


async def test_a_merge_that_comes_too_late_says_why(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await second.click("Claim", by="raj")
    merge = world.local_app.app.usecases.cases.merge
    await first.click("Release", by="ana")
    with pytest.raises(NotAllowed, match="Nobody has the other case any more"):
        await merge(second.case, "U0RAJ", first.case)
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.claim(second.case, "U0MIA")
    with pytest.raises(NotAllowed, match="Ask <@U0MIA> or a manager to merge it"):
        await merge(second.case, "U0RAJ", first.case)
    await first.resolve(by="ana")
    with pytest.raises(NotAllowed, match="The other case is closed by now"):
        await merge(second.case, "U0MIA", first.case)


async def test_two_who_claimed_at_once_merge_from_why_and_only_who_has_the_case_can(world: World) -> None:
    first, second = await receive_two(world)
    ana, raj = world.sandbox.get_user("ana"), world.sandbox.get_user("raj")
    await asyncio.gather(ana.click_button(first.message, "Claim"), raj.click_button(second.message, "Claim"))
    await world.finish_listeners()
    await world.advance(seconds=5)
    assert "Claimed by @ana" in first.words
    assert "Claimed by @raj" in second.words
    assert "Merge into" not in await second.explain("ana")
    await second.click("Why? / Correct…", "raj")
    await world.person("raj").press_in_form("Merge into @ana's case")
    assert "Merged into @ana's case" in world.person("raj").form
    await world.advance(seconds=5)
    assert "1 later post" in first.words
    await raj.close_modal(everything=True)
    assert "Merge into" not in await first.explain("ana")


async def test_where_two_colleagues_have_cases_of_the_person_both_are_named_and_either_can_be_merged_into(
    world: World,
) -> None:
    (first, second), who = await receive_two(world), CROWD[0]
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.claim(second.case, "U0RAJ")
    await world.receive("@northwindair and now my seat on the way home is gone, what is going on with you?")
    await world.advance(seconds=3)
    third = world.channel("#care").card("my seat")
    await third.click("Claim", by=who)
    asked = world.person(who).last_whisper
    assert f"{BUSY}." in asked
    assert "@raj has another case of this person." in asked
    assert "Merge this case into one of them, or claim it?" in asked
    await press_answer(world, "Merge into @ana's case", who)
    await world.advance(seconds=3)
    assert "1 later post" in first.words


async def test_why_offers_both_cases_of_colleagues_to_merge_into(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.claim(second.case, "U0RAJ")
    await world.receive("@northwindair and now my seat on the way home is gone, what is going on with you?")
    await world.advance(seconds=3)
    third = world.channel("#care").card("my seat")
    await world.local_app.app.usecases.cases.claim(third.case, f"U0{CROWD[0].upper()}")
    await world.advance(seconds=3)
    why = await third.explain(by=CROWD[0])
    assert "Merge into @ana's case" in why
    assert "Merge into @raj's case" in why


async def test_what_cannot_be_merged_is_said_without_telling_an_owner_to_claim(world: World) -> None:
    first, second = await receive_two(world)
    cases = world.local_app.app.usecases.cases
    await first.click("Claim", by="ana")
    with pytest.raises(NotAllowed, match="Claim this one instead"):
        await cases.merge(second.case, "U0RAJ", second.case)
    await cases.claim(second.case, "U0RAJ")
    await first.resolve("answered", by="ana")
    with pytest.raises(NotAllowed) as refused:
        await cases.merge(second.case, "U0RAJ", first.case)
    assert str(refused.value) == "The other case is closed by now."


async def test_a_colleague_has_one_name_behind_the_at_also_where_the_playbook_knows_another(world: World) -> None:
    world.path.write_text(f'{world.path.read_text("utf-8")}\n[[people]]\nid = "U0ANA"\nname = "Ana Lima"\n', "utf-8")
    assert not world.playbook.reload()
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await first.click("Reply…", by="ana")
    await world.advance(seconds=3)
    assert "@ana is writing to this person" in second.words
    assert "Ana Lima" not in second.words


async def test_a_complaint_that_is_merged_into_a_question_makes_it_as_pressing_and_keeps_its_time(world: World) -> None:
    load_offers(world)
    path = world.path
    limited = path.read_text("utf-8").replace('to = "care"\nclaim_within = "30m"', 'to = "care"')
    path.write_text(limited, "utf-8")
    assert not world.playbook.reload()
    await world.receive(QUESTION, by="mix")
    await world.advance(seconds=3)
    first = world.channel("#care").card("second bag")
    await first.click("Claim", by="ana")
    assert "Question" in first.words
    await world.receive(LOST, by="mix")
    await world.advance(seconds=3)
    second = world.channel("#care").card("worst airline")
    complaint = await world.local_app.store.cases.get(second.case)
    await second.click("Claim", by="raj")
    await press_answer(world, "Merge", "raj")
    await world.advance(seconds=3)
    assert "Complaint" in first.words
    assert "1 later post" in first.words
    merged = await world.local_app.store.cases.get(first.case)
    assert merged.priority is complaint.priority
    assert merged.due == complaint.waiting_since + timedelta(hours=4)
    assert merged.lease_ends is not None
    assert merged.original_assessment.intent is Intent.QUESTION, "a report counts what the post itself says"
    assert "merged" in await first.explain()
    await first.click("Resolve…", by="ana")
    assert "Credit given" in world.person("ana").form
    await world.sandbox.get_user("ana").close_modal(everything=True)
    assert (await world.reconcile()).unaccounted == 0


async def test_an_edit_or_another_label_does_not_take_back_what_a_merge_made_pressing(world: World) -> None:
    asked = await world.receive(QUESTION, by="mix")
    await world.advance(seconds=3)
    first = world.channel("#care").card("second bag")
    await first.click("Claim", by="ana")
    await world.receive(LOST, by="mix")
    await world.advance(seconds=3)
    cases = world.local_app.app.usecases.cases
    await cases.merge(world.channel("#care").card("worst airline").case, "U0RAJ", first.case)
    pressing = await world.local_app.store.cases.get(first.case)
    await world.receive_all([asked.copy_with(text=f"{QUESTION} Or a third one?", edits=1, edited_at=world.clock.now())])
    await world.advance(seconds=3)
    assert "third one" in first.words
    assert "Complaint" in first.words
    await first.correct("Change sentiment…", "neutral", by="ana")
    await world.advance(seconds=3)
    corrected = await world.local_app.store.cases.get(first.case)
    assert (corrected.priority, corrected.due) == (pressing.priority, pressing.due)


async def test_who_gets_a_post_by_a_merge_reads_it_and_is_told_when_it_is_taken_back(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="raj")
    await second.click("Claim", by="ana")
    await press_answer(world, "Merge", "ana")
    await world.advance(seconds=5)
    told = world.person("raj").dm.words
    assert "🔗 @ana merged another case of @marta into yours." in told
    assert SECOND in told
    with pytest.raises(NotAllowed, match=r"^You merged this case into another one\. Its posts are there now\."):
        await world.local_app.app.usecases.cases.merge(second.case, "U0ANA", first.case)
    await second.click("Reopen", by="ana")
    await world.advance(seconds=5)
    told = world.person("raj").dm.words
    assert "↩️ @ana reopened the case of @marta that was merged into yours. It has its posts back." in told
    assert SECOND not in told


async def test_what_the_author_writes_next_is_in_the_message_to_the_owner_too(world: World) -> None:
    first, _ = await receive_two(world)
    await first.click("Claim", by="ana")
    conversation = (await world.local_app.store.cases.get(first.case)).mention.conversation
    await world.receive("@northwindair hello? <!channel> is there anybody?", conversation=conversation)
    await world.advance(seconds=5)
    message = world.person("ana").dm
    assert "wrote again. The new post is on your case." in message.words
    assert "is there anybody?" in message.words


async def test_a_reminder_of_a_case_that_was_merged_does_not_say_that_it_was_resolved(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="ana")
    await world.advance(minutes=16)
    [reminder] = [one for one in second.replies if "Unclaimed for" in one.words]
    await world.local_app.app.usecases.cases.merge(second.case, "U0RAJ", first.case)
    await world.advance(seconds=5)
    assert "🔗 @raj merged the complaint from @marta into another case of theirs." in reminder.words


async def test_a_merged_post_that_its_author_deletes_leaves_the_message_that_quoted_it(world: World) -> None:
    first, second = await receive_two(world)
    await first.click("Claim", by="raj")
    await world.local_app.app.usecases.cases.merge(second.case, "U0ANA", first.case)
    await world.advance(seconds=5)
    assert SECOND in world.person("raj").dm.words
    said = (await world.local_app.store.cases.get(second.case)).mention
    await delete(world, said)
    await world.advance(seconds=5)
    assert all(SECOND not in one.words for one in world.person("raj").dms)
