"""Answering in public: a saved reply, the outlet's limit, and its composer. Earshot sends nothing."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.cards import action_ids
from bot.domain.commits import NotAllowed
from bot.domain.erasure import parse_forget_target
from bot.domain.replies.saved_replies import SavedReply
from bot.slack_sandbox.views import SlackView
from bot.store.forget import MentionEraser
from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.slack_views import Card
from tests.scenarios.test_colleagues import post_in_channel
from tests.scenarios.test_deletions import delete
from tests.scenarios.world import World

REPLIES = """
[[replies]]
name = "Lost bag"
for = "complaint"
language = "en"
text = "Hi {name}, sorry about your bag. Send us your tag number in a message, and we'll find it.\\n{signature}"

[[replies]]
name = "Koffer"
for = ["complaint"]
language = "de"
text = "Hallo {name}, wir suchen den Koffer. {signature}"

[[replies]]
name = "Thanks"
for = "praise"
text = "Thank you, {name}!"

[[people]]
id = "U0ANA"
signature = "– Ana, Northwind Air"
accounts = ["x:@ana_lima"]
"""

APPROVAL = """
[approval]
for = ["complaint"]
within = "15m"
default = "{}"
"""


class Reply:
    """The form behind Reply…, as one person sees it."""

    def __init__(self, world: World, by: str) -> None:
        self.world, self.by = world, by

    @property
    def view(self) -> SlackView:
        view = self.world.sandbox.get_user(self.by).modal
        assert view is not None, self.world.person(self.by).last_whisper
        return view

    @property
    def words(self) -> str:
        return self.view.read_text()

    @property
    def block(self) -> str:
        return next(
            str(one["block_id"]) for one in self.view.blocks if one["block_id"].startswith(action_ids.REPLY_TEXT)
        )

    @property
    def text(self) -> str:
        return str(self.view.values[self.block][action_ids.INPUT]["value"] or "")

    async def type(self, text: str) -> None:
        await self.world.sandbox.get_user(self.by).fill_field(self.block, text)
        await self.world.finish_listeners()

    async def choose(self, name: str) -> None:
        menu = next(one for _, one in self.view.iter_elements() if one.get("action_id") == action_ids.REPLY_CHOOSE)
        option = next(one for one in menu["options"] if one["text"]["text"].startswith(name))
        user = self.world.sandbox.get_user(self.by)
        await user.choose_option(self.view, action_ids.REPLY_CHOOSE, value=option["value"])
        await self.world.finish_listeners()

    @property
    def menu(self) -> list[str]:
        """The saved replies that are offered."""
        elements = (one for _, one in self.view.iter_elements())
        menus = [one for one in elements if one.get("action_id") == action_ids.REPLY_CHOOSE]
        return [option["text"]["text"] for one in menus for option in one["options"]]

    async def press(self, what: str) -> None:
        await self.world.sandbox.get_user(self.by).click_button(self.view, what)
        await self.world.finish_listeners()

    async def submit(self) -> dict[str, str]:
        outcome = await self.world.sandbox.get_user(self.by).submit()
        await self.world.finish_listeners()
        return outcome.errors

    async def close(self) -> None:
        await self.world.sandbox.get_user(self.by).close_modal()
        await self.world.finish_listeners()

    @property
    def composer(self) -> tuple[str, dict[str, str]]:
        """Where the link leads, and with what."""
        urls = [one["url"] for _, one in self.view.iter_elements() if one.get("action_id") == action_ids.REPLY_OPEN]
        parts = urlsplit(urls[0])
        return f"{parts.netloc}{parts.path}", {key: value[0] for key, value in parse_qs(parts.query).items()}


async def open_reply(world: World, card: Card, by: str = "ana") -> Reply:
    await card.click("Reply…", by=by)
    return Reply(world, by)


def add_to_playbook(world: World, words: str) -> None:
    world.path.write_text(f"{world.path.read_text('utf-8')}\n{words}", "utf-8")
    assert not world.playbook.reload()


async def receive_claimed(world: World, **more: str) -> Card:
    await world.receive(LOST, **more)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    return card


async def test_from_the_card_to_the_filled_composer_in_three_clicks(world: World) -> None:
    add_to_playbook(world, REPLIES)
    card = await receive_claimed(world)
    assert card.buttons == ["Resolve…", "Reply…"]
    reply = await open_reply(world, card)
    await reply.choose("Lost bag")
    address, sent = reply.composer
    assert address == "x.com/intent/post"
    assert sent["text"].startswith("Hi @marta, sorry about your bag.")
    assert sent["text"].endswith("– Ana, Northwind Air")
    assert re.fullmatch(r"\d+", sent["in_reply_to"])
    assert f"{280 - len(sent['text'])} of 280 characters left." in reply.words


@pytest.mark.parametrize(
    ("url", "name", "most", "address"),
    [
        ("https://fxtwitter.com/marta/status/77", "X", "280", "x.com/intent/post"),
        ("https://bsky.app/profile/marta.example/post/3kabc", "Bluesky", "300", "bsky.app/intent/compose"),
        ("https://social.example/@marta/1234567", "Mastodon", "500", ""),
    ],
)
async def test_a_reply_to_a_flagged_post_has_the_limits_of_the_outlet_where_its_address_leads(
    world: World, url: str, name: str, most: str, address: str
) -> None:
    seen = await post_in_channel(world, f"Have you seen this? {url}")
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.advance(seconds=10)
    card = world.channel("#care").cards[-1]
    await card.click("Claim", by="ana")
    reply = await open_reply(world, card)
    assert f"of {most} characters left" in reply.words
    await reply.type("x" * 501)
    assert f"over the {most} characters of {name}" in reply.words
    await reply.type("We are on it.")
    await reply.submit()
    assert "Open post" in reply.view.find_buttons()
    if address:
        assert reply.composer[0] == address
        assert f"Open on {name}" in reply.view.find_buttons()
    if name == "X":
        assert reply.composer[1]["in_reply_to"] == "77"


async def test_saved_replies_are_for_this_kind_and_the_others_languages_come_last(world: World) -> None:
    add_to_playbook(world, REPLIES)
    reply = await open_reply(world, await receive_claimed(world))
    assert reply.menu == ["Lost bag", "Koffer (de)"]


async def test_what_was_typed_is_never_lost(world: World) -> None:
    add_to_playbook(world, REPLIES)
    reply = await open_reply(world, await receive_claimed(world))
    await reply.type("I am so sorry, Marta.")
    assert reply.text == "I am so sorry, Marta."
    await reply.choose("Koffer")
    assert reply.text.startswith("I am so sorry, Marta.\n\nHallo @marta")
    await reply.type("Now all mine.")
    await reply.submit()
    assert "Now all mine." in reply.words
    await reply.close()
    assert reply.text == "Now all mine."


async def test_a_promise_in_words_of_another_language_is_found_and_one_of_the_playbook_is_not(world: World) -> None:
    reply = await open_reply(world, await receive_claimed(world))
    await reply.type("Sie bekommen einen Gutschein über hundert Euro.")
    assert "100 EUR is more than you can offer: up to 50 EUR." in reply.words
    await reply.type("Let us give you a free flight.")
    assert "The playbook doesn't say that you can offer this: “free flight”." in reply.words
    await reply.type("We have a credit of fifty euros for you.")
    assert "⚠️" not in reply.words
    load = world.path.read_text("utf-8") + '\n[[offers]]\ntext = "free flight"\ndepartments = ["care"]\n'
    world.path.write_text(load, "utf-8")
    assert not world.playbook.reload()
    await reply.type("Let us give you a free flight!")
    assert "⚠️" not in reply.words


async def test_a_reply_that_is_too_long_says_by_how_much_and_can_be_opened_anyway(world: World) -> None:
    reply = await open_reply(world, await receive_claimed(world))
    assert "(optional)" not in reply.words
    assert await reply.submit() == {reply.block: "Please complete this required field."}, "by Slack"
    await reply.type(" ")
    assert await reply.submit() == {reply.block: "Type a reply, or choose a saved one."}
    await reply.type("x" * 300)
    assert "20 over the 280 characters of X." in reply.words
    assert not await reply.submit()
    assert reply.composer[1]["text"] == "x" * 300


async def test_what_opens_is_never_an_older_text_than_what_stands_in_the_form(world: World) -> None:
    add_to_playbook(world, REPLIES)
    reply = await open_reply(world, await receive_claimed(world))
    await reply.choose("Koffer")
    assert reply.composer[1]["text"].startswith("Hallo @marta")
    before = reply.view.blocks
    await reply.type("We found it.")
    assert action_ids.REPLY_OPEN not in str(reply.view.blocks), "only Copy & open has what was typed"
    reply.view.body["blocks"] = before  # pressed before Slack has drawn the form again
    await reply.press(action_ids.REPLY_OPEN)
    assert "What you opened lacks your last change." in reply.words
    assert reply.composer[1]["text"] == "We found it."


async def test_an_outlet_without_a_composer_shows_the_text_to_copy_and_the_post(world: World) -> None:
    reply = await open_reply(world, await receive_claimed(world, source="reviews"))
    await reply.type("We are on it.")
    assert "13 characters." in reply.words
    assert not await reply.submit()
    assert "Copy the text, then open the post." in reply.words
    assert "We are on it." in reply.words
    assert list(reply.view.find_buttons()) == ["Open post", "Resolve…"]
    await reply.press("Resolve…")
    assert "Outcome" in reply.words


async def test_only_the_owner_and_managers_reply_and_only_to_a_claimed_case(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "Reply…" not in (*card.buttons, *card.menu)
    await card.click("Claim", by="ana")
    await card.click("Reply…", by="raj")
    assert world.person("raj").last_whisper == "@ana has this one. Ask @ana or a manager to answer it."
    await card.click("Reply…", by="joe")
    assert "Only the care department answers these" in world.person("joe").last_whisper
    assert "Reply" in (await open_reply(world, card, by="mia")).words


async def test_who_closes_the_form_finds_what_they_typed_for_a_day_and_nobody_else_does(world: World) -> None:
    add_to_playbook(world, REPLIES)
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    assert "If you close this form, your text is kept for a day, unless the case gets another owner." in reply.words
    await reply.type("We look for your bag.")
    await reply.close()
    await world.advance(minutes=10)
    assert "writing" not in card.words
    assert (await open_reply(world, card, by="mia")).text == ""
    reply = await open_reply(world, card)
    assert reply.text == "We look for your bag."
    assert "You typed this before you closed the form." in reply.words
    assert reply.composer[1]["text"] == reply.text
    await reply.type("We look for both bags.")
    assert "You typed this before you closed the form." not in reply.words
    await world.advance(minutes=10)
    assert "@ana is writing" not in card.words, "five minutes passed"
    await reply.choose("Lost bag")
    typed = reply.text
    await world.sandbox.get_user("ana").close_modal(everything=True)
    reply = await open_reply(world, card)
    assert reply.text == typed
    await reply.close()
    await world.advance(hours=24, minutes=1)
    assert not await world.local_app.store.client.execute("EXISTS", world.local_app.store.keys.writing_key(card.case))


async def test_what_was_opened_at_the_outlet_or_belongs_to_a_released_case_is_kept_no_longer(world: World) -> None:
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type("We look for your bag.")
    await reply.submit()
    await reply.press(action_ids.REPLY_OPEN)
    await reply.close()
    assert reply.text == "We look for your bag."
    await reply.close()
    reply = await open_reply(world, card)
    assert reply.text == ""
    await reply.type("It is found.")
    await reply.close()
    await card.click("Release", by="ana")
    await card.click("Claim", by="ana")
    assert (await open_reply(world, card)).text == ""


async def test_what_was_typed_is_forgotten_with_the_post(world: World) -> None:
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type(f"You wrote: {LOST}")
    await reply.close()
    store = world.local_app.store
    eraser = MentionEraser(store.client, store.keys)
    await eraser.forget(await eraser.find(parse_forget_target("@marta")), world.clock.now())
    assert not await store.client.execute("EXISTS", store.keys.writing_key(card.case))


async def test_who_loses_the_case_while_they_write_is_told_and_keeps_the_text(world: World) -> None:
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await card.click("Release", by="mia")
    await reply.type("Half a reply")
    assert "Press Claim first" in reply.words
    assert reply.text == "Half a reply"
    assert "Press Claim first" in (await reply.submit())[reply.block]


async def test_a_saved_reply_helps_the_next_one_and_is_deleted_by_its_author_or_a_manager(world: World) -> None:
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type("Hi @marta, your bag is on the next flight.\n– ana")
    await reply.press("Save this reply…")
    user = world.sandbox.get_user("ana")
    await user.fill_field(action_ids.REPLY_NAME, "Next flight")
    await user.fill_field(reply.block, "Hi @marta, your bag is on the next flight, NW12.\n– ana")
    assert not await reply.submit()
    assert [one.name for one in await world.local_app.store.replies.list_saved()] == ["Next flight"]
    assert "Next flight" in reply.menu, "at once, in the form that is open"
    assert reply.text == "Hi @marta, your bag is on the next flight.\n– ana", "as it was typed"
    await world.receive(LATE, by="kofi", url="https://x.com/kofi/status/77")
    await user.close_modal(everything=True)
    await world.advance(seconds=5)
    other = world.channel("#care").card("@kofi")
    await other.click("Claim", by="raj")
    theirs = await open_reply(world, other, by="raj")
    await theirs.choose("Next flight")
    assert theirs.text.lower() == "hi @kofi, your bag is on the next flight, nw12.\n– raj"
    assert "Delete saved reply" not in theirs.view.find_buttons()
    await theirs.press(action_ids.REPLY_SAVE)
    await world.sandbox.get_user("raj").close_modal(everything=True)
    managed = await open_reply(world, other, by="mia")
    await managed.choose("Next flight")
    await managed.press("Delete saved reply")
    assert not await world.local_app.store.replies.list_saved()
    assert managed.text


async def test_two_saved_replies_never_share_a_name(world: World) -> None:
    add_to_playbook(world, REPLIES)
    reply = await open_reply(world, await receive_claimed(world))
    for name, is_taken in (("lost  Bag", True), ("Next flight", False), ("next flight", True)):
        await reply.type(f"Your bag is on the next flight, {name}.")
        await reply.press("Save this reply…")
        await world.sandbox.get_user("ana").fill_field(action_ids.REPLY_NAME, name)
        errors = await reply.submit()
        taken = "There is a saved reply of this name already. Choose another name."
        assert errors == ({action_ids.REPLY_NAME: taken} if is_taken else {})
        if is_taken:
            await reply.close()
    assert [one.name for one in await world.local_app.store.replies.list_saved()] == ["Next flight"]


async def test_others_can_see_who_is_writing_until_the_form_is_closed_or_five_minutes_passed(world: World) -> None:
    card = await receive_claimed(world)
    store = world.local_app.store.replies

    async def find_writers() -> dict[str, tuple[str, ...]]:
        return await store.load_writers([card.case], world.clock.now())

    assert await find_writers() == {}
    reply = await open_reply(world, card)
    ana = world.sandbox.workspace.find_user("ana").id
    assert await find_writers() == {card.case: (ana,)}
    await world.advance(minutes=4)
    await reply.type("Hi")
    await world.advance(minutes=4)
    assert await find_writers() == {card.case: (ana,)}
    await world.advance(minutes=2)
    assert await find_writers() == {}
    await reply.type("Hi again")
    assert await find_writers() == {card.case: (ana,)}
    await reply.close()
    assert await find_writers() == {}


async def test_the_form_opens_though_the_record_of_who_is_writing_cannot_be_read(world: World) -> None:
    card = await receive_claimed(world)
    store = world.local_app.store
    await store.client.execute("HSET", store.keys.writing_key(card.case), "a", "b")
    reply = await open_reply(world, card)
    await reply.type("Hi")
    assert reply.text == "Hi"
    assert await store.replies.load_writers([card.case], world.clock.now())


async def test_a_forgotten_person_is_gone_from_saved_replies_too(world: World) -> None:
    card = await receive_claimed(world)
    await world.local_app.app.usecases.replies.save(card.case, "U0ANA", "Quote", f"You wrote: {LOST}")
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    await eraser.forget(await eraser.find(parse_forget_target("@marta")), world.clock.now())
    assert not await world.local_app.store.replies.list_saved()


async def receive_advertised(world: World) -> Card:
    """Claim a post of somebody whose display name is no name to address them by."""
    author = {"id": "8", "handle": "kofi", "name": "Kofi | ukulele-shop.example"}
    await world.receive(LATE, author=author, url="https://x.com/kofi/status/77")
    await world.advance(seconds=5)
    card = world.channel("#care").card("@kofi")
    await card.click("Claim", by="raj")
    return card


@pytest.mark.parametrize("said", ["kofi", "Kofi", "@Kofi", "Kofi | ukulele-shop.example"])
async def test_the_person_is_a_placeholder_in_a_saved_reply_and_its_name_however_they_are_called(
    world: World, said: str
) -> None:
    card, store = await receive_advertised(world), world.local_app.store.replies
    text = f"Dear {said}, the kofis and kofi-bars are closed."
    await world.local_app.app.usecases.replies.save(card.case, "U0RAJ", f"Ukulele for {said}", text)
    [saved] = await store.list_saved()
    assert (saved.name, saved.text) == ("Ukulele for {name}", "Dear {name}, the kofis and kofi-bars are closed.")


async def test_a_saved_reply_that_placeholders_make_too_long_is_refused_in_a_sentence(world: World) -> None:
    card, replies = await receive_advertised(world), world.local_app.app.usecases.replies
    for name, text in (("kofi " * 12, "Hi"), ("Long", "kofi " * 400)):
        with pytest.raises(NotAllowed, match="too long with a placeholder in place of the person"):
            await replies.save(card.case, "U0RAJ", name.strip(), text.strip())
    assert not await world.local_app.store.replies.list_saved()


async def test_a_forgotten_person_is_not_named_in_any_saved_reply_nor_in_its_name(world: World) -> None:
    card, store, at = await receive_advertised(world), world.local_app.store.replies, world.clock.now()
    for name, text in (
        ("Ukulele for kofi", "Dear kofi, thank you. @Kofi | ukulele-shop.example"),
        ("kofi " * 12, "kofi " * 400),
        ("Other", "The kofis are fine."),
    ):
        await store.save_reply(SavedReply(name=name.strip(), text=text.strip(), by="U0RAJ"), at)
    assert card.buttons
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    found = await eraser.find(parse_forget_target("@kofi"))
    await eraser.forget(found, at)
    saved = {one.name: one.text for one in await store.list_saved()}
    assert saved.pop("Ukulele for (deleted)") == "Dear (deleted), thank you. (deleted)"
    assert saved.pop("Other") == "The kofis are fine."
    [(name, text)] = saved.items()
    assert "kofi" not in name + text
    assert {one.id for one in await store.list_saved()} == set(
        await world.local_app.store.client.execute("HKEYS", world.local_app.store.keys.saved_replies)
    )
    assert await eraser.forget(found, at) == 0


async def test_who_may_answer_from_their_own_account_is_asked_to_say_for_whom_they_work(world: World) -> None:
    add_to_playbook(world, REPLIES)
    reply = await open_reply(world, await receive_claimed(world))
    await reply.type("The bag is found.")
    assert "If you answer as @ana_lima, say that you work for Northwind Air." in reply.words
    await reply.choose("Lost bag")
    assert "say that you work for" not in reply.words


async def test_warnings_stand_in_the_form_and_what_is_opened_anyway_is_counted(world: World) -> None:
    reply = await open_reply(world, await receive_claimed(world))
    await reply.type("Sorry, this is our fault. Have 200 EUR.")
    assert "200 EUR is more than you can offer: up to 50 EUR." in reply.words
    assert "“our fault” can be used against us in court." in reply.words
    await reply.submit()
    assert reply.composer[1]["text"].endswith("Have 200 EUR.")
    assert "200 EUR is more than you can offer" in reply.words
    await reply.press(action_ids.REPLY_OPEN)
    await reply.close()
    await reply.type("Sorry, the bag is found.")
    assert "An earlier reply apologized already. Say what happens next." in reply.words
    await reply.type("The bag is found.")
    assert "⚠️" not in reply.words
    await reply.submit()
    await reply.press(action_ids.REPLY_OPEN)
    report = await world.local_app.app.usecases.reports.answer_question("U0MIA", "today")
    assert "Replies opened: 2, 1 of them despite a warning" in str(report.blocks)
    _, metrics = await world.fetch("/metrics")
    assert 'earshot_reply_warnings_total{check="promise",process="main"}' in metrics


async def test_a_reply_to_a_risky_case_is_approved_by_a_second_person_and_the_card_says_by_whom(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("wait"))
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    assert "to approve a reply to this kind of post before you open it." in reply.words
    await reply.type("The bag is found.")
    await reply.press("Ask for approval")
    assert "Reply waits for <@U0MIA>. Without an answer by" in reply.words
    assert "it's a no." in reply.words
    assert "reply waits for @mia" in card.words
    assert reply.text == "The bag is found."
    await world.advance(seconds=5)
    asked = world.person("mia").dm
    assert "@ana asks you to approve the reply to the complaint from @marta." in asked.words
    assert "The reply of @ana:\nThe bag is found." in asked.words
    await asked.click("Approve", by="mia")
    await world.advance(seconds=5)
    assert "Approved: the reply to the complaint from @marta. @ana is told." in asked.words
    assert "reply approved by @mia" in card.words
    assert world.person("ana").dm.words.startswith("✅ @mia approves the reply to the complaint from @marta.")
    await reply.type("The bag is found, and sent to you.")
    assert "Ask for approval" in reply.view.find_buttons()
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await world.person("ana").dm.click("Reply…", by="ana")
    assert reply.text == "The bag is found, and sent to you."
    await reply.close()
    assert "approved a reply by @mia" in await card.explain()


@pytest.mark.parametrize(("default", "says"), [("send", "so it's a yes: you can send it."), ("wait", "so it's a no.")])
async def test_without_an_answer_in_time_the_default_of_the_playbook_counts(
    world: World, default: str, says: str
) -> None:
    add_to_playbook(world, APPROVAL.format(default))
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type("We are on it.")
    await reply.press("Ask for approval")
    await world.advance(minutes=14)
    assert "reply waits for @mia" in card.words
    await world.advance(minutes=2)
    assert "no answer from @mia" in card.words
    assert any(says in message.words for message in world.person("ana").dms)
    assert world.person("mia").dm.buttons == []
    assert "You didn't answer in time, so it's a" in world.person("mia").dm.words


async def test_only_the_person_who_was_asked_approves_and_a_newer_text_replaces_the_older(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("send"))
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type("First text")
    await reply.press("Ask for approval")
    await world.advance(seconds=5)
    first = world.person("mia").dm
    with pytest.raises(NotAllowed, match="has this text already"):
        await world.local_app.app.usecases.replies.ask_approval(card.case, "U0ANA", "First text")
    await reply.type("Second text")
    await reply.press("Ask for approval")
    await world.advance(seconds=5)
    assert first.buttons == []
    assert first.words == "This needs no answer any more."
    await world.person("mia").dm.click("Decline", by="mia")
    await world.advance(seconds=5)
    assert "reply declined by @mia" in card.words
    assert "Reply…" in world.person("ana").dm.buttons, "to write another text"
    await card.click("Release", by="ana")
    assert "declined" not in card.words


async def test_the_approver_and_who_helps_out_in_a_case_of_others_have_nobody_to_ask(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("wait"))
    card = await receive_claimed(world)
    helping = await open_reply(world, card, by="mia")
    await helping.type("The bag is found.")
    assert "approve" not in helping.words.lower()
    assert "Ask for approval" not in helping.view.find_buttons()


async def test_the_card_says_no_more_that_a_reply_is_approved_once_another_text_was_opened(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("wait"))
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type("The bag is found.")
    await reply.press("Ask for approval")
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Approve", by="mia")
    await world.advance(seconds=5)
    assert "The bag is found." in world.person("ana").dm.words
    await reply.submit()
    await reply.press(action_ids.REPLY_OPEN)
    await world.advance(seconds=5)
    assert "reply approved by @mia" in card.words
    await world.sandbox.get_user("ana").close_modal()
    await reply.type("You get 900 EUR.")
    await reply.submit()
    await reply.press(action_ids.REPLY_OPEN)
    await world.advance(seconds=5)
    assert "reply approved" not in card.words
    assert "an earlier text was approved by @mia" in card.words


async def test_the_text_that_waits_for_approval_is_forgotten_with_the_post(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("send"))
    card = await receive_claimed(world)
    reply = await open_reply(world, card)
    await reply.type(f"You wrote {LOST}")
    await reply.press("Ask for approval")
    store = world.local_app.store
    eraser = MentionEraser(store.client, store.keys)
    await eraser.forget(await eraser.find(parse_forget_target("@marta")), world.clock.now())
    assert (await store.cases.get(card.case)).approval is None
    await world.advance(seconds=5)
    assert all("lost my bag" not in message.words for message in world.person("mia").dms)


async def test_nobody_is_waited_for_who_lost_the_message_with_a_deleted_post(world: World) -> None:
    add_to_playbook(world, APPROVAL.format("send"))
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    reply = await open_reply(world, card)
    await reply.type("We are on it.")
    await reply.press("Ask for approval")
    await world.advance(seconds=5)
    assert "reply waits for @mia" in card.words
    await delete(world, post)
    await world.advance(seconds=5)
    assert "reply waits" not in card.words
    await world.advance(minutes=20)
    assert all("hasn't answered in time" not in message.words for message in world.person("ana").dms)


async def test_a_reply_is_written_from_the_home_tab_and_from_a_search_too(world: World) -> None:
    await receive_claimed(world)
    ana = world.sandbox.get_user("ana")
    await ana.open_home()
    await world.finish_listeners()
    await ana.click_button(ana.home, action_ids.HOME_VIEW)
    await world.finish_listeners()
    reply = Reply(world, "ana")
    await reply.press("Reply…")
    await reply.type("From Home")
    assert not await reply.submit()
    assert "From Home" in reply.words
    assert "Resolve…" not in reply.view.find_buttons()
    await ana.close_modal(everything=True)
    await ana.click_button(ana.home, action_ids.HOME_SEARCH)
    await world.finish_listeners()
    await ana.fill_field(action_ids.AUTHOR, "marta")
    await reply.submit()
    await reply.press(action_ids.HOME_VIEW)
    await reply.press("Reply…")
    await reply.type("From a search")
    await reply.press(action_ids.REPLY_SAVE)
    assert "Close this one first." in reply.words
    assert reply.text == "From a search"
    assert not await reply.submit()
    assert "Open it with this text, or copy the text." in reply.words


@pytest.mark.parametrize("url", ["x.com/a", "https://x.com/a b", "https://x.com/a|b", "ftp://x.com/a", "javascript:a"])
async def test_a_reply_opens_without_a_link_where_the_address_is_not_safe_to_follow(world: World, url: str) -> None:
    card = await receive_claimed(world, url=url, source="forum")
    reply = await open_reply(world, card)
    assert not reply.view.find_buttons()
    await reply.type("We are looking for it")
    assert not await reply.submit()
    assert "We are looking for it" in reply.words
    assert "Open post" not in reply.view.find_buttons()
