"""Etiquette: *Claim* asks once before somebody is answered who should rather not be. It keeps nobody from it."""

import re
from typing import Any

from bot.cards import action_ids
from bot.slack_sandbox.views import SlackView
from tests.scenarios.sample_posts import CRISIS, LATE, LOST, PRAISE, RIVAL, build_complaint
from tests.scenarios.slack_views import Card
from tests.scenarios.test_follow_ups import change_playbook
from tests.scenarios.test_person_history import open_history, submit
from tests.scenarios.test_public_replies import OWN
from tests.scenarios.test_public_replies import answer as answer_in_public
from tests.scenarios.test_replying import REPLIES, add_to_playbook, open_reply
from tests.scenarios.test_storms import claimable
from tests.scenarios.world import World


def find_question(card: Card, action: str = action_ids.CLAIM) -> str:
    """What Slack asks before *Claim* is sent, or nothing."""
    attached = [block for one in card.message.attachments for block in one["blocks"]]
    buttons: list[Any] = [one for block in attached if block["type"] == "actions" for one in block["elements"]]
    [claim] = [one for one in buttons if one["action_id"] == action]
    return str(claim.get("confirm", {}).get("text", {}).get("text", ""))


async def receive(world: World, text: str, channel: str = "#care", by: str = "marta") -> Card:
    await world.receive(text, by=by)
    await world.advance(seconds=5)
    return world.channel(channel).cards[-1]


async def answer(card: Card, by: str) -> None:
    await card.click("Claim", by=by)
    await card.resolve("answered", by=by)


async def test_a_customer_of_a_competitor_is_approached_twice_at_the_most_and_reopening_takes_one_back(
    world: World,
) -> None:
    first = await receive(world, RIVAL, "#sales")
    assert find_question(first) == ""
    await answer(first, "lea")
    again = "We have approached this person once before. Once more is fine, then leave it."
    second = await receive(world, "@flyskylark lost my luggage, awful service, never again", "#sales")
    assert find_question(second) == again
    await answer(second, "lea")
    third = await receive(world, "@flyskylark is late again, what a terrible airline", "#sales")
    assert find_question(third) == "We have approached this person twice before. The limit is 2."
    await third.click("Claim", by="lea")
    assert "Claimed by @lea" in third.words
    await third.click("Release", by="lea")
    await second.click("Reopen", by="lea")
    assert find_question(second) == again


async def test_who_was_just_answered_is_not_answered_by_somebody_else_without_a_word(world: World) -> None:
    await answer(await receive(world, LOST), "ana")
    second = await receive(world, LATE)
    assert (
        find_question(second)
        == "@ana answered this person on 10 Mar at 09:00. If that wasn't you, talk to each other first."
    )
    assert find_question(await receive(world, CRISIS, "#pr")) == ""
    await world.advance(hours=3)
    assert find_question(await receive(world, LATE + " and nobody cares")) == ""


async def test_the_form_before_a_post_knows_who_asks_and_does_not_say_if_that_was_not_you(world: World) -> None:
    await answer(await receive(world, LOST), "ana")
    await (await receive(world, LATE)).click("Open post…", by="raj")
    words = read_modal(world, "raj").read_text()
    assert "@ana answered this person on 10 Mar at 09:00. Talk to each other first." in words


async def test_an_answer_of_the_brand_in_public_is_one_too(world: World) -> None:
    change_playbook(world, OWN)
    post = await world.receive(LOST)
    await world.advance(seconds=5)
    await answer_in_public(world, post)
    await world.advance(seconds=5)
    assert "answered outside" in world.channel("#care").cards[-1].words
    second = await receive(world, LATE)
    assert find_question(second) == "We answered this person in public on 10 Mar at 09:00. Read that first."


async def test_a_label_of_a_colleague_asks_first_and_a_claim_goes_through(world: World) -> None:
    card = await receive(world, LOST)
    await open_history(card)
    await submit(card, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    second = await receive(world, LATE)
    assert find_question(second) == "A colleague has marked this person as “Do not approach”."
    await second.click("Claim", by="raj")
    assert "Claimed by @raj" in second.words


async def test_where_there_is_no_room_for_the_dialog_the_answer_asks_and_names_both_reasons_once(world: World) -> None:
    first = await receive(world, LOST)
    await open_history(first)
    await submit(first, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    second, raj = await receive(world, LATE), world.person("raj")
    await raj.open_home()
    marked = "A colleague has marked this person as “Do not approach”."
    assert f"✋ {marked} Claim it anyway?" in await raj.press_on_home("Claim", about="four hours")
    await first.click("Claim", by="ana")
    await world.advance(seconds=3)
    assert find_question(second) == "", "one question is enough"
    await second.click("Claim", by="raj")
    asked = f"👥 {marked} @ana has another case of this person. Merge this case into it, or claim it anyway?"
    assert asked in raj.last_whisper
    await raj.press_on_whisper("Claim anyway")
    assert "@raj claimed the complaint from @marta." in raj.last_whisper
    assert "You can offer: Apologise" in raj.last_whisper


async def test_a_label_stands_on_the_cards_that_are_there_already_and_goes_again(world: World) -> None:
    first, second = await receive(world, LOST), await receive(world, LATE)
    await open_history(first)
    for labels, is_asked in (["do not approach"], True), ([], False):
        await submit(first, labels=labels)
        await world.advance(seconds=5)
        for card in (first, second):
            assert ("Do not approach" in card.words) is is_asked
            assert (find_question(card) != "") is is_asked


async def test_the_playbook_says_for_how_long_an_answer_counts_and_how_often_people_are_approached(
    world: World,
) -> None:
    await answer(await receive(world, LOST), "ana")
    add_to_playbook(world, '[etiquette]\nanswered_within = "0h"\nmax_approaches = 1')
    assert find_question(await receive(world, LATE)) == ""
    await answer(await receive(world, RIVAL, "#sales", by="joao"), "lea")
    second = await receive(world, "@flyskylark lost my luggage, awful service, never again", "#sales", by="joao")
    assert find_question(second) == "We have approached this person once before. The limit is 1."
    change_playbook(
        world, "", ('answered_within = "0h"', 'answered_within = "1d"'), ("approaches = 1", "approaches = 3")
    )
    third = await receive(world, "@flyskylark never answers, worst airline", "#sales", by="joao")
    assert find_question(third) == "We have approached this person once before. The limit is 3."
    await world.advance(hours=20)
    assert find_question(await receive(world, LATE + " again")).startswith("@ana answered this person")


async def test_an_answer_that_was_taken_back_asks_nobody_and_names_nobody(world: World) -> None:
    first = await receive(world, LOST)
    await answer(first, "ana")
    await first.click("Reopen", by="ana")
    second = await receive(world, LATE)
    assert find_question(second) == ""
    await answer(first, "raj")
    third = await receive(world, LATE + " and nobody cares")
    assert find_question(third).startswith("@raj answered this person")


async def test_a_conversation_with_a_customer_of_a_competitor_is_one_approach(world: World) -> None:
    await world.receive(RIVAL, by="joao", conversation="rival")
    first = world.channel("#sales").cards[-1]
    await answer(first, "lea")
    await world.advance(hours=3)
    await world.receive("@flyskylark is the worst, they still refuse to refund me", by="joao", conversation="rival")
    await world.advance(seconds=5)
    assert "Unclaimed" in first.words
    assert find_question(first) == ""
    await answer(first, "lea")
    other = await receive(world, "@flyskylark lost my luggage, awful service, never again", "#sales", by="joao")
    assert find_question(other) == "We have approached this person once before. Once more is fine, then leave it."
    await first.click("Reopen", by="lea")
    await world.advance(seconds=5)
    assert find_question(other) == ""


async def read_cautions(world: World, department: str = "care") -> str:
    """What `/sentiment` says about how often somebody was asked."""
    report = await world.person("mia").type_command(f"/sentiment today {department}")
    return "".join(re.findall("Cautions shown .* held back", report))


def read_modal(world: World, by: str) -> SlackView:
    view = world.sandbox.get_user(by).modal
    assert view is not None, world.person(by).last_whisper
    return view


async def press(world: World, by: str, what: str) -> None:
    await world.sandbox.get_user(by).click_button(read_modal(world, by), what)
    await world.finish_listeners()


async def mark_do_not_approach(world: World) -> Card:
    """Return the card of a person whom a colleague has marked since."""
    card = await receive(world, LOST)
    await open_history(card)
    await submit(card, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await world.advance(seconds=5)
    return card


async def test_open_post_says_it_first_where_it_is_and_the_card_grows_by_nothing(world: World) -> None:
    card = await receive(world, LOST)
    blocks = len(card.message.attachments[0]["blocks"])
    assert card.buttons == ["Claim", "Open post"]
    card = await mark_do_not_approach(world)
    assert card.buttons == ["Claim", "Open post…"]
    assert len(card.message.attachments[0]["blocks"]) == blocks
    await card.click("Open post…", by="joe")
    modal = read_modal(world, "joe")
    assert "A colleague has marked this person as “Do not approach”." in modal.read_text()
    [link] = [one for _, one in modal.iter_elements() if one.get("url")]
    assert link["text"]["text"] == "Open on X"
    assert link["url"].startswith("https://x.example/marta/")


async def test_who_goes_on_and_who_holds_back_is_counted_for_each_case_and_can_be_undone(world: World) -> None:
    card = await mark_do_not_approach(world)
    assert await read_cautions(world) == ""
    for _ in range(2):
        await card.click("Open post…", by="ana")
        await world.sandbox.get_user("ana").close_modal()
    assert await read_cautions(world) == "Cautions shown in 1 case: 0 went ahead anyway, 1 held back"
    await card.click("Open post…", by="raj")
    await press(world, "raj", "Open on X")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"
    await press(world, "raj", "Undo")
    assert await read_cautions(world) == "Cautions shown in 1 case: 0 went ahead anyway, 1 held back"
    await press(world, "raj", "Open on X")
    await world.sandbox.get_user("raj").close_modal()
    await card.click("Claim", by="ana")
    await card.click("Release", by="ana")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"  # raj did


async def test_release_takes_back_that_somebody_went_on_and_a_later_day_counts_where_it_was_asked(
    world: World,
) -> None:
    card = await mark_do_not_approach(world)
    await card.click("Claim", by="raj")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"
    await card.click("Release", by="raj")
    assert await read_cautions(world) == "Cautions shown in 1 case: 0 went ahead anyway, 1 held back"
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"


async def test_what_is_over_by_now_is_no_question_and_counts_nothing(world: World) -> None:
    await answer(await receive(world, LOST), "ana")
    card = await receive(world, LATE)
    assert card.buttons == ["Claim", "Open post…"]
    await world.advance(hours=3)
    await card.click("Open post…", by="raj")
    assert "nothing speaks against an answer" in read_modal(world, "raj").read_text()
    await press(world, "raj", "Open on X")
    assert await read_cautions(world) == ""


async def test_who_answered_last_is_asked_nothing_about_their_own_answer(world: World) -> None:
    await answer(await receive(world, LOST), "ana")
    card = await receive(world, LATE)
    await card.click("Claim", by="ana")
    assert await read_cautions(world) == ""


async def test_the_case_on_home_says_it_before_the_post_too(world: World) -> None:
    card = await mark_do_not_approach(world)
    await world.person("ana").open_home()
    await world.person("ana").press_on_home("View", about="marta")
    assert card.buttons == ["Claim", "Open post…"]
    assert "Open post…" in read_modal(world, "ana").find_buttons()
    await press(world, "ana", "Open post…")
    assert "Do not approach" in read_modal(world, "ana").read_text()


async def test_the_form_of_a_reply_says_it_as_well_and_counts_who_opens_it_all_the_same(world: World) -> None:
    card = await receive(world, LOST)
    await card.click("Claim", by="ana")
    await open_history(card)
    await submit(card, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await world.advance(seconds=5)
    assert card.buttons == ["Resolve…", "Reply…"]
    assert find_question(card, action_ids.RESOLVE) == ""
    reply = await open_reply(world, card)
    await reply.type("Hi Marta, we are on it.")
    assert "A colleague has marked this person as “Do not approach”." in reply.words
    assert await read_cautions(world) == ""
    await reply.submit()
    await reply.press("Open on X")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await card.click("Release", by="ana")
    assert await read_cautions(world) == "Cautions shown in 1 case: 0 went ahead anyway, 1 held back"


async def test_thanks_in_public_say_it_beside_the_words_to_send(world: World) -> None:
    add_to_playbook(world, REPLIES)
    await mark_do_not_approach(world)
    await world.receive(PRAISE)
    await world.advance(seconds=5)
    await world.channel("#community").card("Rosa").click("Thank", by="joe")
    assert "A colleague has marked this person as “Do not approach”." in world.person("joe").last_whisper


async def test_a_case_counts_once_however_often_it_is_claimed_and_released(world: World) -> None:
    card = await receive(world, LOST)
    await open_history(card)
    await submit(card, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await world.advance(seconds=5)
    for _ in range(3):
        await card.click("Claim", by="raj")
        await card.click("Release", by="raj")
    assert "Cautions shown in 1 case: 0 went ahead anyway, 1 held back" in await world.person("mia").type_command(
        "/sentiment today"
    )
    await card.click("Claim", by="raj")
    assert "Cautions shown in 1 case: 1 went ahead anyway, 0 held back" in await world.person("mia").type_command(
        "/sentiment today"
    )


async def test_direct_messages_say_it_before_the_post_too(world: World) -> None:
    card = await mark_do_not_approach(world)
    await world.advance(minutes=21)
    called = world.person("raj").dm
    assert called.buttons == ["Claim", "View case", "Open post…"]
    await called.click("Open post…", by="raj")
    assert "A colleague has marked this person as “Do not approach”." in read_modal(world, "raj").read_text()
    assert await read_cautions(world) == "Cautions shown in 1 case: 0 went ahead anyway, 1 held back"
    await press(world, "raj", "Open on X")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"
    await world.sandbox.get_user("raj").close_modal(everything=True)
    await card.click("Claim", by="ana")
    await world.advance(minutes=16)
    reminded = world.person("ana").dm
    assert "Still working on" in reminded.words
    assert reminded.buttons == ["Extend", "Release", "View case", "Open post…"]
    await card.hand_over(to="raj", by="ana")
    await world.advance(seconds=10)
    handed = world.person("raj").dm
    assert "@ana handed you" in handed.words
    assert "Open post…" in handed.buttons
    assert "Open post…" in await card.explain(by="raj")


async def test_where_nothing_speaks_against_it_direct_messages_link_to_the_post(world: World) -> None:
    await receive(world, LOST)
    await world.advance(minutes=21)
    assert world.person("raj").dm.buttons == ["Claim", "View case", "Open post"]


async def test_take_10_counts_who_goes_on_and_whom_it_leaves_out(world: World) -> None:
    await answer(await receive(world, LOST), "ana")
    await mark_do_not_approach_of(world, "rui")
    assert await read_cautions(world) == "Cautions shown in 1 case: 1 went ahead anyway, 0 held back"
    posts = [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(58)]
    again = [world.build_mention(LATE + " at all", by="marta"), world.build_mention(LOST + " still", by="rui")]
    await world.receive_all([*posts, *again])
    await world.advance(minutes=2)
    listed = {case: one for one in world.channel("#care").digests for case in claimable(one)}
    found = await world.local_app.store.cases.find(list(listed))
    assert {"marta", "rui"} <= {case.mention.author.handle for case in found.values()}
    for work in world.channel("#care").digests:
        for _ in range(3):
            if "Take 10" in work.buttons:
                await work.click("Take 10", by="raj")
                await world.advance(seconds=10)
    assert await read_cautions(world) == "Cautions shown in 3 cases: 2 went ahead anyway, 1 held back"


async def mark_do_not_approach_of(world: World, who: str) -> None:
    card = await receive(world, LATE, by=who)
    await open_history(card)
    await submit(card, labels=["do not approach"])
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await answer(card, "ana")
