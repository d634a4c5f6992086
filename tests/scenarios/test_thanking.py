"""Thank who praises: in two taps, with words of one's own, and nobody who was kind is overlooked."""

from bot.domain.erasure import parse_forget_target
from bot.store.forget import MentionEraser
from tests.scenarios.sample_posts import LOST, PRAISE
from tests.scenarios.test_person_history import open_history, read_modal, submit
from tests.scenarios.world import World

REPLIES = """
[[replies]]
name = "Thanks"
for = "praise"
text = "Thank you so much, {name}! I will tell the crew. {signature}"
"""
MORE = "@northwindair what a lovely crew, thank you, best flight of my life"


def load_replies(world: World) -> None:
    world.path.write_text(world.path.read_text("utf-8") + REPLIES, "utf-8")
    assert not world.playbook.reload()


async def test_everybody_thanks_in_two_taps_and_gets_words_to_send_themselves(world: World) -> None:
    load_replies(world)
    await world.receive(PRAISE, by="rosa")
    card = world.channel("#community").card("@rosa")
    await card.click("Thank", by="joe")
    assert "thanked by @joe" in card.words
    told = world.person("joe").last_whisper
    assert "Nothing is posted in public." in told
    assert "Thank you so much, @rosa! I will tell the crew." in told
    assert "Share-worthy" in told
    await card.click("Thank", by="joe")
    assert world.person("joe").last_whisper == "You have thanked them already."


async def test_who_thanks_second_is_told_who_was_first_before_they_say_it_in_public(world: World) -> None:
    load_replies(world)
    await world.receive(PRAISE, by="rosa")
    card = world.channel("#community").card("@rosa")
    await card.click("Thank", by="joe")
    assert "before you" not in world.person("joe").last_whisper
    await card.click("Thank", by="ana")
    assert "@joe thanked them before you. One public thank-you is enough." in world.person("ana").last_whisper


async def test_the_list_of_the_week_names_each_person_once_with_fans_and_without_likely_bots(world: World) -> None:
    for number in range(3):
        await world.receive(f"{MORE} {number}", by="rosa", conversation=f"c{number}")
        await world.advance(hours=1)
    await world.receive(PRAISE, by="kofi")
    bought = {"id": "promo99881", "handle": "promo99881", "followers": 2, "following": 3000, "posts": 4}
    await world.receive("@northwindair wonderful crew, thank you so much", author=bought)
    marked = {"id": "digestbot", "handle": "digestbot", "bot": True}
    await world.receive("@northwindair what a lovely crew, says everybody", author=marked)
    await world.receive(LOST, by="marta")
    await world.advance(seconds=5)
    listed = await world.person("joe").type_command("/sentiment thanks")
    assert "Not thanked yet · 2 people in 7 days" in listed
    assert listed.count("@rosa") == 1
    assert "⭐ a fan: praised 3 times" in listed
    assert "@kofi" in listed
    assert "@marta" not in listed
    assert "@promo99881" not in listed
    assert "2 likely bots left out." in listed
    await world.person("joe").press_on_whisper("Thank")
    assert "thanked by @joe" in world.channel("#community").card("@kofi").words


async def test_who_was_answered_or_thanked_is_no_longer_listed_and_after_a_week_nobody_is(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    await world.receive(MORE, by="kofi")
    await world.advance(seconds=5)
    card = world.channel("#community").card("@rosa")
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")
    listed = await world.person("joe").type_command("/sentiment thanks")
    assert "@kofi" in listed
    assert "@rosa" not in listed
    await card.click("Reopen", by="ana")
    assert "@rosa" in await world.person("joe").type_command("/sentiment thanks")
    await world.channel("#community").card("@kofi").click("Thank", by="lea")
    assert "@kofi" not in await world.person("joe").type_command("/sentiment thanks")
    await world.advance(days=8)
    assert "Everybody who praised you" in await world.person("joe").type_command("/sentiment thanks")


async def test_what_is_worth_sharing_waits_in_a_list_until_somebody_takes_it_out(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    card = world.channel("#community").card("@rosa")
    await card.click("Thank", by="joe")
    await world.person("joe").press_on_whisper("Share-worthy")
    assert "Marked as share-worthy" in world.person("joe").last_whisper
    assert not any("Share-worthy" in one for one in world.person("joe").whispers), "it was pressed already"
    assert "marked as share-worthy by @joe" in await card.explain()
    listed = await world.person("mia").type_command("/sentiment share")
    assert "@rosa" in listed
    await world.person("tom").type_command("/sentiment share")
    await world.person("tom").press_on_whisper("Done")
    assert "Only @joe and the community department take it out." in world.person("tom").last_whisper
    await world.person("mia").type_command("/sentiment share")
    await world.person("mia").press_on_whisper("Done")
    assert "Nothing is marked" in world.person("mia").last_whisper


async def test_done_takes_one_post_out_of_the_list_and_the_others_stay_with_their_links(world: World) -> None:
    for text, by in ((PRAISE, "rosa"), (MORE, "kofi")):
        await world.receive(text, by=by)
        await world.advance(seconds=5)
        await world.channel("#community").card(f"@{by}").click("Thank", by="joe")
        await world.person("joe").press_on_whisper("Share-worthy")
    mia = world.person("mia")
    listed = await mia.type_command("/sentiment share")
    assert "@rosa" in listed
    assert listed.count("Open post") == 2
    await mia.press_on_whisper("Done")
    assert mia.last_whisper.count("Open post") == 1
    assert "Worth sharing" in mia.last_whisper


async def test_the_report_of_the_week_leads_to_the_people_to_thank(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    tom = world.person("tom")
    assert "People to thank" not in await tom.type_command("/sentiment today")
    assert "People to thank" in await tom.type_command("/sentiment week")
    await tom.press_on_whisper("People to thank")
    assert "Not thanked yet · 1 person in 7 days" in tom.last_whisper
    assert "@rosa" in tom.last_whisper


async def test_what_is_worth_sharing_stands_on_the_home_tab_of_the_team_while_there_is_some(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    mia = world.person("mia")
    assert "worth sharing" not in await mia.open_home()
    await world.channel("#community").card("@rosa").click("Thank", by="joe")
    await world.person("joe").press_on_whisper("Share-worthy")
    assert "⭐ 1 post is worth sharing." in await mia.open_home()
    assert "worth sharing" not in await world.person("joe").open_home(), "they are in no department"
    assert "@rosa" in await mia.press_on_home("View list")
    assert "Nothing is marked" in await mia.press_on_home("Done")
    assert "is worth sharing" not in await mia.open_home()


async def test_bought_praise_makes_no_fan_however_often_it_comes(world: World) -> None:
    bought = {"id": "promo99881", "handle": "promo99881", "followers": 2, "following": 3000, "posts": 4}
    for number in range(4):
        await world.receive(
            f"@northwindair wonderful crew, thank you so much {number}", author=bought, conversation=f"b{number}"
        )
        await world.receive(f"{MORE} {number}", by="rosa", conversation=f"r{number}")
        await world.advance(hours=1)
    listed = await world.person("joe").type_command("/sentiment thanks")
    assert listed.count("a fan") == 1
    assert "@rosa · ⭐ a fan: praised 4 times" in listed
    assert "promo99881" not in listed
    for card in world.channel("#community").cards:
        assert "fan" not in card.words or "@rosa" in card.words


async def test_nobody_thanks_for_a_post_that_is_gone(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    await world.receive(MORE, by="kofi")
    await world.advance(seconds=5)
    await world.channel("#community").card("@rosa").click("Thank", by="joe")
    await world.person("tom").type_command("/sentiment thanks")
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    for handle in ("@rosa", "@kofi"):
        await eraser.forget(await eraser.find(parse_forget_target(handle)), world.clock.now())
    await world.person("tom").press_on_whisper("Thank")
    assert world.person("tom").last_whisper == "This post was deleted, so there is nobody to thank."
    await world.person("joe").press_on_whisper("Share-worthy")
    assert world.person("joe").last_whisper == "This post was deleted, so there is nothing to share."
    await world.advance(seconds=5)
    assert all("Thank" not in card.menu for card in world.channel("#community").cards)


async def test_a_post_worth_sharing_is_not_opened_without_a_word_if_its_author_does_not_want_that(world: World) -> None:
    await world.receive(PRAISE, by="rosa")
    card = world.channel("#community").card("@rosa")
    await card.click("Thank", by="joe")
    await world.person("joe").press_on_whisper("Share-worthy")
    await world.receive(MORE, by="rosa", conversation="2")
    await world.advance(seconds=5)
    await open_history(card, "mia")
    await submit(card, "mia", labels=["do not approach"])
    mia = world.person("mia")
    assert "Open post…" in await mia.type_command("/sentiment share")
    await mia.press_on_whisper("Open post…")
    assert "A colleague has marked this person" in read_modal(card, "mia")
