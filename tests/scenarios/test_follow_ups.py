"""Days after an answer somebody else finds out whether the person is satisfied; if not, the case is open again."""

import asyncio

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.erasure import ForgetTarget
from bot.domain.follow_up import FollowUpOutcome
from bot.store.forget import MentionEraser
from tests.scenarios.sample_posts import LATE, LOST, PRAISE, build_complaint
from tests.scenarios.slack_views import Card
from tests.scenarios.test_forget import iter_stored
from tests.scenarios.test_person_history import open_history
from tests.scenarios.world import World

TEAM = ("ana", "raj", "mia")
"""Who may be asked about cases of care in these stories."""


@pytest.fixture(autouse=True)
def follows_up_after_three_days(world: World) -> None:
    change_playbook(world, 'language = "en"\nfollow_up_after = "3d"')


def change_playbook(world: World, more_of_brand: str = "", *replaced: tuple[str, str]) -> None:
    """Put keys into `[brand]`, and replace others; care has three deputies."""
    text = world.path.read_text("utf-8")
    for old, new in (('"U0ANA", "S0CARE"', '"U0ANA"'), ("[brand]", f"[brand]\n{more_of_brand}"), *replaced):
        text = text.replace(old, new, 1)
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()


def list_asked(world: World) -> list[tuple[str, Card]]:
    """Return who was asked to follow up, with the message."""
    return [(name, dm) for name in TEAM for dm in world.person(name).dms if "ollow-up" in dm.words]


async def answer_complaint(world: World, text: str = LOST, *, by: str = "ana", who: str = "marta") -> Card:
    await world.receive(text, by=who, conversation=f"c-{who}")
    await world.advance(seconds=5)
    card = world.channel("#care").card(f"@{who}")
    await card.click("Claim", by=by)
    await card.resolve("answered", by=by)
    return card


async def test_three_days_after_the_answer_one_colleague_who_did_not_answer_is_asked_once(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=2, hours=23)
    assert list_asked(world) == []
    await world.advance(hours=2)
    [(name, dm)] = list_asked(world)
    assert name != "ana"
    assert "Follow-up: is @marta satisfied?" in dm.words
    assert "@ana resolved it (answered)" in dm.words
    assert dm.buttons[:3] == ["Satisfied", "Not satisfied", "No answer"]
    assert f"follow-up with @{name}" in card.words
    await world.advance(hours=20)
    assert len(list_asked(world)) == 1


async def test_nobody_asks_whether_a_newspaper_is_satisfied(world: World) -> None:
    await world.receive(LOST, author={"id": "news.example/", "name": "The Daily", "outlet": True})
    card = world.channel("#care").card("The Daily")
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")
    assert (await world.local_app.store.cases.get(card.case)).follow_up is None


async def test_satisfied_ends_it_and_stands_on_the_card_and_in_the_report(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(name, dm)] = list_asked(world)
    await dm.click("Satisfied", by=name)
    assert dm.words.startswith(f"✅ Satisfied, says @{name}: the complaint from @marta.")
    await world.advance(seconds=30)
    assert dm.words.startswith(f"✅ Satisfied, says @{name}: the complaint from @marta.")
    assert f"· follow-up: satisfied, says @{name}" in card.words
    assert f"followed up by @{name}, satisfied" in await card.explain()
    report = await world.person("mia").type_command("/sentiment today")
    assert "Follow-ups: 1 due, 1 satisfied, 0 reopened" in report


async def test_not_satisfied_reopens_the_case_with_its_history_and_new_clocks(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(name, dm)] = list_asked(world)
    await dm.click("Not satisfied", by=name)
    assert "Open again: the complaint from @marta. It's unclaimed in #care." in dm.words
    assert f"Unclaimed · claim by 13 Mar, 10:15 UTC · not satisfied, says @{name} ·" in card.words
    why = await card.explain()
    assert f"followed up by @{name}, not satisfied" in why
    assert "resolved by @ana, answered" in why
    await dm.click("Claim", by=name)
    assert f"Claimed by @{name}" in card.words
    report = await world.person("mia").type_command("/sentiment week")
    assert "Follow-ups: 1 due, 0 satisfied, 1 reopened" in report


async def test_no_answer_is_counted_and_ends_it_too(world: World) -> None:
    await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(name, dm)] = list_asked(world)
    await dm.click("No answer", by=name)
    assert "No answer, says" in dm.words
    report = await world.person("mia").type_command("/sentiment")
    assert "Follow-ups: 1 due, 0 satisfied, 0 reopened, 1 no answer" in report


async def test_of_two_who_answer_it_at_once_one_counts_and_the_other_is_told(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    cases = world.local_app.app.usecases.cases
    answers = [("U0RAJ", FollowUpOutcome.SATISFIED), ("U0MIA", FollowUpOutcome.NO_ANSWER)]
    done = await asyncio.gather(*(cases.answer_follow_up(card.case, *one) for one in answers), return_exceptions=True)
    [refusal] = [str(one) for one in done if isinstance(one, NotAllowed)]
    assert "has done this follow-up: " in refusal
    [counted] = [line for line in (await report_follow_ups(world)).splitlines() if "Follow-ups" in line]
    assert counted in {
        "care: Follow-ups: 1 due, 1 satisfied, 0 reopened",
        "care: Follow-ups: 1 due, 0 satisfied, 0 reopened, 1 no answer",
    }


async def report_follow_ups(world: World) -> str:
    return await world.person("mia").type_command("/sentiment")


async def test_only_who_may_answer_there_answers_a_follow_up(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await world.local_app.app.usecases.cases.answer_follow_up(card.case, "U0JOE", FollowUpOutcome.SATISFIED)


async def test_a_dozen_follow_ups_are_one_message_a_person_and_a_list_to_work_off(world: World) -> None:
    for number in range(12):
        await answer_complaint(world, build_complaint(number), who=f"p{number}")
    await world.advance(days=3, hours=2)
    asked = list_asked(world)
    assert sorted(name for name, _ in asked) == ["mia", "raj"]
    name, dm = asked[0]
    assert "follow-ups are due in #care" in dm.words.replace("*", "")
    await dm.click("View list", by=name)
    first = world.person(name).form
    assert first.count("@ana resolved it (answered)") >= 2
    await world.person(name).press_in_form("Satisfied", block_id=first_block(world, name))
    assert world.person(name).form.count("@ana resolved") == first.count("@ana resolved") - 1


def first_block(world: World, name: str) -> str:
    modal = world.sandbox.get_user(name).modal
    assert modal is not None
    return next(str(block["block_id"]) for block in modal.blocks if block["type"] == "actions")


async def test_nobody_is_asked_at_night(world: World) -> None:
    await world.advance(hours=13, minutes=50)
    await answer_complaint(world)
    await world.advance(minutes=20)
    change_playbook(world, "", ('hours = "Mon-Sun 06:00-23:00"', 'hours = "Mon-Fri 09:00-17:00"'))
    await world.advance(days=3)
    assert list_asked(world) == []
    await world.advance(days=2, hours=9)
    assert list_asked(world) == []
    await world.advance(hours=2)
    assert len(list_asked(world)) == 1


async def test_who_does_not_answer_within_a_working_day_loses_it_to_a_colleague_and_in_the_end_it_is_no_answer(
    world: World,
) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(first, dm)] = list_asked(world)
    await world.advance(hours=22)
    assert len(list_asked(world)) == 1
    await world.advance(hours=2, minutes=1)
    [second] = set(TEAM) - {first, "ana"}
    assert dm.words.startswith(f"➡️ Passed on to @{second}: the complaint from @marta.")
    assert f"follow-up with @{second}" in card.words
    assert [name for name, dm in list_asked(world) if "satisfied?" in dm.words] == [second]
    await world.advance(days=1, minutes=1)
    assert "nobody followed up" in card.words
    assert not any("satisfied?" in dm.words for _, dm in list_asked(world)), "ana answered, and is not asked"
    assert "Nobody followed up: the complaint from @marta." in world.person(second).dms[-1].words
    report = await world.person("mia").type_command("/sentiment week")
    assert "Follow-ups: 1 due, 0 satisfied, 0 reopened, 1 no answer" in report
    await world.advance(days=5)
    assert len(world.person(second).dms) == 1


async def test_it_is_passed_on_in_working_hours_only(world: World) -> None:
    change_playbook(world, "", ('hours = "Mon-Sun 06:00-23:00"', 'hours = "Mon-Fri 09:00-17:00"'))
    await answer_complaint(world)  # on a Tuesday
    await world.advance(days=3, hours=1)
    [(_, dm)] = list_asked(world)
    await world.advance(days=2)
    assert "satisfied?" in dm.words, "it is Sunday"
    await world.advance(days=1)
    assert "Passed on to" in dm.words


async def test_follow_ups_stand_on_the_home_tab_of_who_was_asked(world: World) -> None:
    for number in range(3):
        await answer_complaint(world, build_complaint(number), who=f"p{number}")
    await world.advance(days=3, hours=1)
    for name, _ in list_asked(world):
        home = await world.person(name).open_home()
        due = [line for line in home.splitlines() if "🔁" in line]
        assert len(due) == 1
        assert "due in #care." in due[0]
        await world.person(name).press_on_home("View list")
        while "No answer" in world.person(name).form:
            await world.person(name).press_in_form("No answer", block_id=first_block(world, name))
        assert "🔁" not in await world.person(name).open_home()
    assert "🔁" not in await world.person("ana").open_home()


async def test_thanks_in_the_conversation_are_read_and_nobody_has_to_ask(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=1)
    await world.receive("Thank you so much, my bag arrived!", by="marta", conversation="c-marta")
    assert "Resolved by @ana · answered" in card.words
    assert "wrote thanks" in card.words
    await world.advance(days=5)
    assert list_asked(world) == []
    report = await world.person("mia").type_command("/sentiment week")
    assert "Follow-ups: 1 due, 1 satisfied (1 wrote thanks), 0 reopened" in report


async def test_the_report_says_how_many_who_were_unhappy_turned_after_our_answer(world: World) -> None:
    change_playbook(world, "", ('follow_up_after = "3d"', ""))
    for number, words in enumerate(("Thank you so much, my bag arrived!", "still no bag, this is awful", "")):
        await answer_complaint(world, build_complaint(number), who=f"p{number}")
        if words:
            await world.advance(hours=1)
            await world.receive(words, by=f"p{number}", conversation=f"c-p{number}")
            await world.receive(f"{words} Really.", by=f"p{number}", conversation=f"c-p{number}")
    await world.receive("@northwindair how do I add a bag to my booking?", by="rui", conversation="c-rui")
    await world.channel("#care").card("@rui").resolve("answered", by="ana")
    await world.advance(hours=1)
    await world.receive("Thank you so much, that works!", by="rui", conversation="c-rui")
    report = await report_follow_ups(world)
    assert "Unhappy authors wrote again after 2 answers: 1 turned positive" in report


async def test_thanks_after_the_offer_take_the_message_back(world: World) -> None:
    await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(_, dm)] = list_asked(world)
    await world.receive("Thank you so much, my bag arrived!", by="marta", conversation="c-marta")
    await world.advance(seconds=30)
    assert dm.words == "🙏 They wrote thanks: the complaint from @marta."


async def test_thanks_while_the_case_is_still_claimed_need_no_follow_up_either(world: World) -> None:
    await world.receive(LOST, by="marta", conversation="c-marta")
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(minutes=5)
    await world.receive("Thank you so much, my bag arrived!", by="marta", conversation="c-marta")
    await card.resolve("answered", by="ana")
    await world.advance(days=4)
    assert list_asked(world) == []
    assert "wrote thanks" in card.words


async def test_another_complaint_reopens_it_and_the_follow_up_is_dropped(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=1)
    await world.receive("still no bag, this is awful", by="marta", conversation="c-marta")
    assert "Unclaimed" in card.words
    await world.advance(days=4)
    assert list_asked(world) == []


async def test_another_complaint_after_the_offer_turns_the_message_into_a_sentence(world: World) -> None:
    await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(_, dm)] = list_asked(world)
    await world.receive("still no bag, this is awful", by="marta", conversation="c-marta")
    await world.advance(seconds=30)
    assert "Open again: the complaint from @marta." in dm.words
    assert "Follow-ups: 1 due, 0 satisfied, 1 reopened" in await world.person("mia").type_command("/sentiment")


async def test_a_post_that_its_author_deletes_is_not_followed_up(world: World) -> None:
    mention = await world.receive(LOST, by="marta", conversation="c-marta")
    await world.channel("#care").card("@marta").resolve("answered", by="ana")
    deleted = world.build_mention(LOST, by="marta", id=mention.id, deleted_at=world.clock.now())
    await world.receive_all([deleted])
    await world.advance(days=4)
    assert list_asked(world) == []


async def test_praise_spam_and_what_needed_no_action_get_none(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    await world.channel("#community").card("@rosa").resolve("answered", by="ana")
    await world.receive(LOST, by="marta")
    await world.channel("#care").card("@marta").resolve("no action", by="ana")
    await world.advance(days=4)
    assert list_asked(world) == []


async def test_a_route_has_a_time_of_its_own_or_never(world: World) -> None:
    routes = ('name = "complaint"', 'name = "complaint"\nfollow_up_after = "1d"')
    change_playbook(world, "", routes, ('name = "question"', 'name = "question"\nfollow_up_after = "never"'))
    await answer_complaint(world, LATE)
    await world.receive("@northwindair how do I add a bag to my booking?", by="rui")
    await world.advance(seconds=5)
    await world.channel("#care").card("@rui").resolve("answered", by="ana")
    await world.advance(days=1, hours=1)
    [(name, dm)] = list_asked(world)
    assert "is @marta satisfied?" in dm.words
    await dm.click("Satisfied", by=name)
    await world.advance(days=4)
    assert [dm for _, dm in list_asked(world) if "@rui" in dm.words] == []


async def test_without_the_key_nothing_changes(world: World) -> None:
    change_playbook(world, "", ('follow_up_after = "3d"', ""))
    await answer_complaint(world)
    await world.advance(days=10)
    assert list_asked(world) == []


async def test_who_answered_is_asked_only_where_nobody_else_is_there(world: World) -> None:
    await world.receive("I wish @northwindair had a quiet carriage", by="wim")
    await world.channel("#research").card("@wim").resolve("answered", by="tom")
    change_playbook(world, "", ('managers = ["U0MIA"]', "managers = []"))
    await world.advance(days=3, hours=1)
    assert any("Follow-up" in dm.words for dm in world.person("tom").dms)


async def test_who_answered_is_told_once_and_quietly_that_they_are_not_satisfied(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(name, dm)] = list_asked(world)
    await dm.click("Not satisfied", by=name)
    await world.advance(seconds=30)
    [told] = [one for one in world.person("ana").dms if "satisfied" in one.words]
    assert told.words.startswith(
        f"🔁 @{name} followed up: @marta isn't satisfied, so the complaint that you answered is open again. "
        "It's unclaimed in #care."
    )
    assert told.buttons == ["View case", "Open post"]
    await card.click("Claim", by=name)
    await world.advance(hours=1)
    assert len([one for one in world.person("ana").dms if "satisfied" in one.words]) == 1


async def test_who_follows_up_on_their_own_answer_is_told_nothing(world: World) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    await world.local_app.app.usecases.cases.answer_follow_up(card.case, "U0ANA", FollowUpOutcome.NOT_SATISFIED)
    await world.advance(seconds=30)
    assert not [one for one in world.person("ana").dms if "satisfied" in one.words and "answered is open" in one.words]


SAID = "They say the voucher never came, and that the form asks for a PNR twice"


@pytest.mark.parametrize("answer", ["Satisfied", "Not satisfied", ""])
async def test_what_they_said_is_written_down_in_their_history_and_forgotten_with_them(
    world: World, answer: str
) -> None:
    card = await answer_complaint(world)
    await world.advance(days=3, hours=1)
    [(name, dm)] = list_asked(world)
    if answer:
        await dm.click(answer, by=name)
        await world.advance(seconds=30)
    await dm.click("Add note…", by=name)
    person = world.sandbox.get_user(name)
    await person.fill_field("Add a note", SAID)
    await person.submit()
    await world.finish_listeners()
    assert SAID in world.person(name).form
    await person.close_modal(everything=True)
    await open_history(card, by="raj")
    assert SAID in world.person("raj").form
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    await eraser.forget(await eraser.find(ForgetTarget(author="x:marta")), world.clock.now())
    await world.run_until_idle()
    notes = [one async for one in iter_stored(world) if "voucher" in one[1]]
    assert notes == []
