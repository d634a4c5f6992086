"""What the owner of a case can offer: told on claim, typed at Resolve…, and counted for the day of the brand."""

import asyncio

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.mention import Mention
from tests.scenarios.sample_posts import LATE, LOST, build_complaint
from tests.scenarios.sample_workspace import CROWD
from tests.scenarios.slack_views import Card
from tests.scenarios.test_replying import open_reply
from tests.scenarios.world import World

CREDIT = """
[[offers]]
text = "credit"
departments = ["care"]
when = { intent = "complaint" }
limit = "50 EUR"
daily = "120 EUR"
"""
GIVEN = "given:credit"


def load_offers(world: World, more: str = CREDIT) -> None:
    world.path.write_text(world.path.read_text("utf-8") + more, "utf-8")
    assert not world.playbook.reload()


async def claim(world: World, about: str = "@marta", by: str = "ana") -> Card:
    card = world.channel("#care").card(about)
    await card.click("Claim", by=by)
    return card


async def resolve(world: World, card: Card, amount: str, by: str = "ana") -> dict[str, str]:
    """Return the errors below the fields."""
    person = world.sandbox.get_user(by)
    await card.click("Resolve…", by=by)
    await person.fill_field("resolution", "answered")
    await person.fill_field(GIVEN, amount)
    outcome = await person.submit()
    await world.finish_listeners()
    return outcome.errors


async def test_the_owner_reads_what_is_left_of_the_day_and_what_was_given_is_counted_at_resolve(world: World) -> None:
    load_offers(world)
    await world.receive(LOST)
    card = await claim(world)
    told = "You can offer: credit up to 50 EUR ({} of 120 EUR used today). Apologise, rebook, credit up to 50 EUR."
    assert told.format(0) in world.person("ana").last_whisper
    assert "used today" not in card.words
    assert await resolve(world, card, "49,90") == {}
    assert "Resolved by @ana · answered" in card.words
    assert "offer given by @ana, credit 49.90 EUR" in await card.explain()

    await world.receive(LATE, by="ola")
    await world.advance(seconds=5)
    await claim(world, "@ola", by="raj")
    assert told.format("49.90") in world.person("raj").last_whisper


async def test_an_amount_that_is_none_or_too_much_is_refused_in_the_form_and_nothing_is_resolved(world: World) -> None:
    load_offers(world)
    await world.receive(LOST)
    card = await claim(world)
    for typed, why in (
        ("a lot", "“a lot” is not an amount. Write it like 50 EUR or 49.90 EUR."),
        ("1,000", "You can offer up to 50 EUR in one case."),
        ("50 EUR and a voucher", "“50 EUR and a voucher” is not an amount. Write it like 50 EUR or 49.90 EUR."),
        ("20 USD", "“20 USD” is in another unit. Write it in EUR."),
        ("-5", "“-5” is not an amount. Write it like 50 EUR or 49.90 EUR."),
        ("50.01", "You can offer up to 50 EUR in one case."),
    ):
        assert await resolve(world, card, typed) == {GIVEN: why}
        await world.sandbox.get_user("ana").close_modal(everything=True)
    assert "Claimed by @ana" in card.words
    assert await resolve(world, card, "0") == {}
    assert "offer given" not in await card.explain()


async def test_a_case_that_is_reopened_has_one_limit_for_all_that_was_given_in_it(world: World) -> None:
    load_offers(world)
    await world.receive(LOST)
    card = await claim(world)
    await resolve(world, card, "30")
    await card.click("Reopen", by="ana")
    await claim(world)
    why = {GIVEN: "You can offer up to 50 EUR in one case. 30 EUR was given before."}
    assert await resolve(world, card, "20.01") == why
    await world.sandbox.get_user("ana").close_modal(everything=True)
    assert await resolve(world, card, "20 eur") == {}


async def test_of_many_who_resolve_at_once_nobody_gives_what_the_day_has_no_more(world: World) -> None:
    load_offers(world)
    people = ("ana", "raj", "mia", *CROWD[:3])
    for number, _ in enumerate(people):
        await world.receive(build_complaint(number), by=f"guest{number}")
        await world.advance(seconds=90)
    cards = [await claim(world, f"@guest{number}", by=name) for number, name in enumerate(people)]
    outcomes = await asyncio.gather(
        *(resolve(world, card, "50", by=name) for card, name in zip(cards, people, strict=True))
    )
    assert sorted(one.get(GIVEN, "") for one in outcomes) == ["", ""] + ["Only 20 EUR of today's 120 EUR is left."] * 4
    await world.receive(LOST)
    await claim(world, by="ana")
    assert "(100 of 120 EUR used today)" in world.person("ana").last_whisper


async def test_the_day_is_that_of_the_brand_and_begins_at_its_midnight(world: World) -> None:
    load_offers(world)
    await world.receive(LOST)
    await resolve(world, await claim(world), "50")
    await world.advance(hours=15)
    await world.receive(LATE, by="ola")
    card = await claim(world, "@ola")
    assert "(0 of 120 EUR used today)" in world.person("ana").last_whisper
    assert "50 EUR in one case" not in await card.explain()


async def test_an_offer_for_others_and_guidance_for_other_cases_are_not_shown(world: World) -> None:
    load_offers(
        world,
        """
[[offers]]
text = "upgrade"
people = ["U0RAJ"]

[[guidance]]
text = "Bags: never ask for a tag number in public <!channel>"
link = "https://wiki.northwind.example/bags"
when = { words = ["bag", "suitcase"] }

[[guidance]]
text = "Say when you write next."
when = { words = "late" }
""",
    )
    await world.receive(LOST)
    card = await claim(world)
    told = world.person("ana").last_whisper
    assert "upgrade" not in told
    assert "Guidance: Bags: never ask for a tag number in public <!channel>" in told.replace("&lt;", "<").replace(
        "&gt;", ">"
    )
    assert "Say when you write next" not in told
    await card.click("Release", by="ana")
    await claim(world, by="raj")
    assert "You can offer: upgrade. " in world.person("raj").last_whisper


ASKING = CREDIT + 'ask = "U0MIA"\nask_within = "20m"\n'


async def ask(
    world: World, amount: str, reason: str = "Two bags & <!channel>", by: str = "ana", offer: str = "credit"
) -> str:
    """By the button in *Why?*; return the error below the amount."""
    await world.channel("#care").card("@marta").choose("Ask for more…", by=by)
    person = world.sandbox.get_user(by)
    for field, words in (("offer", offer), ("amount", amount), ("reason", reason)):
        await person.fill_field(field, words)
    outcome = await person.submit()
    await world.finish_listeners()
    if person.modal:
        await person.close_modal(everything=True)
    return outcome.errors.get("amount", "")


async def test_who_may_allow_more_gets_one_message_and_the_owner_one_answer_with_which_they_can_give_it(
    world: World,
) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    await world.person("ana").press_on_whisper("Ask for more…")
    await world.person("ana").submit_form(offer="credit", amount="80", reason="Two bags & <!channel>")
    told = "Asked @mia for credit up to 80 EUR for the complaint from @marta. Without an answer by 10 Mar, 09:20 UTC, it's a no."
    assert told in world.person("ana").last_whisper
    assert len(world.person("mia").dms) == 1
    question = world.person("mia").dm
    assert "@ana asks to offer credit up to 80 EUR for the complaint from @marta" in question.words
    assert LOST in question.words
    await question.click("Allow", by="mia")
    assert "Allowed: credit up to 80 EUR for the complaint from @marta. @ana is told." in world.person("mia").dm.words
    assert [dm.words.split("\n")[0] for dm in world.person("ana").dms] == [
        "✅ @mia allows credit up to 80 EUR for the complaint from @marta."
    ]
    await world.advance(minutes=25)
    assert len(world.person("ana").dms) + len(world.person("mia").dms) == 3, "the lease asks once"
    history = await card.explain()
    assert "asked for more by @ana, credit 80 EUR, from @mia" in history
    assert "allowed more by @mia, credit 80 EUR" in history
    assert (await resolve(world, card, "80.01"))[GIVEN].startswith("You can offer up to 80 EUR in this case.")
    await world.sandbox.get_user("ana").close_modal(everything=True)
    assert await resolve(world, card, "80") == {}


async def test_without_an_answer_the_clock_answers_once_and_a_late_press_is_told_so(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80")
    await world.advance(minutes=21)
    answers = [dm.words for dm in world.person("ana").dms if "hasn't answered in time" in dm.words]
    assert len(answers) == 1
    assert "so it's a no." in answers[0]
    request = (await world.local_app.store.cases.get(card.case)).offer_request
    assert request is not None
    with pytest.raises(NotAllowed, match="This was declined already, as nobody answered in time"):
        await world.local_app.app.usecases.cases.answer_request(
            f"{card.case}/{request.number}", "U0MIA", is_allowed=True
        )
    assert "declined more, credit 80 EUR, no answer in time" in await card.explain()
    assert GIVEN in await resolve(world, card, "80")


async def test_a_default_of_yes_allows_it_and_a_snooze_does_not_stop_the_clock(world: World) -> None:
    load_offers(world, ASKING + 'ask_default = "yes"\n')
    await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80")
    await world.channel("#care").card("@marta").click("Snooze…", by="ana")
    await world.person("ana").submit_form(until="morning")
    await world.advance(minutes=21)
    assert "so it's a yes: you can offer it." in world.person("ana").dm.words
    assert await resolve(world, card, "80") == {}


async def test_only_the_owner_asks_and_only_who_was_asked_answers(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    assert "Ask for more" not in await card.explain("raj")
    assert "“much” is not an amount" in await ask(world, "much")
    assert "You can offer that much already." in await ask(world, "0")
    await ask(world, "80")
    await card.choose("Ask for more…", by="ana")
    assert "You asked @mia for credit up to 80 EUR." in world.person("ana").form
    await world.sandbox.get_user("ana").close_modal(everything=True)
    request = (await world.local_app.store.cases.get(card.case)).offer_request
    assert request is not None
    await card.click("Release", by="ana")
    with pytest.raises(NotAllowed, match="no longer has this case"):
        await world.local_app.app.usecases.cases.answer_request(
            f"{card.case}/{request.number}", "U0MIA", is_allowed=True
        )
    await world.advance(seconds=5)
    assert "@ana no longer has this case" in world.person("mia").dms[0].words
    await world.advance(minutes=30)
    assert not [dm for dm in world.person("ana").dms if "in time" in dm.words]


async def test_nobody_is_offered_to_ask_themselves(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world, by="mia")
    assert "You can offer: credit up to 50 EUR" in world.person("mia").last_whisper
    assert "Ask for more" not in await card.explain("mia")


async def test_the_reason_is_forgotten_with_the_post(world: World) -> None:
    load_offers(world, ASKING)
    mention = await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80", reason="Marta lost two bags")
    await world.receive_all([Mention.model_validate({"id": mention.id, "deleted_at": world.clock.now()})])
    await world.advance(seconds=30)
    case = (await world.local_app.store.cases.find([card.case]))[card.case]
    assert case.offer_request is None, "who was asked has lost the message"
    assert not [dm for dm in world.person("mia").dms if "two bags" in dm.words]


async def test_what_a_person_allowed_is_known_wherever_the_limit_is(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    reply = await open_reply(world, card)
    await reply.type("We give you 90 EUR.")
    assert (
        "90 EUR is more than you can offer: up to 50 EUR. To ask for more, choose “Why? / Correct…” in the menu of the card."
        in reply.words
    )
    await reply.close()
    await ask(world, "90")
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Allow", by="mia")

    reply = await open_reply(world, card)
    await reply.type("We give you 90 EUR.")
    assert "than you can offer" not in reply.words
    await reply.type("We give you 91 EUR.")
    assert "91 EUR is more than you can offer: up to 90 EUR." in reply.words
    await reply.close()
    allowed = "credit up to 50 EUR (90 EUR allowed here by @mia, 0 of 120 EUR used today)"
    assert allowed in await card.explain()
    await card.click("Resolve…", by="ana")
    assert "Up to 50 EUR in one case, 90 EUR is allowed here." in world.person("ana").form
    await world.sandbox.get_user("ana").close_modal(everything=True)
    await card.click("Release", by="ana")
    await card.click("Claim", by="raj")
    assert allowed in world.person("raj").last_whisper
    refused = await resolve(world, card, "91", by="raj")
    assert refused[GIVEN].startswith("You can offer up to 90 EUR in this case.")
    await world.sandbox.get_user("raj").close_modal(everything=True)
    assert await resolve(world, card, "90", by="raj") == {}


async def test_a_manager_is_not_sent_to_a_manager(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world, by="mia")
    reply = await open_reply(world, card, by="mia")
    await reply.type("We give you 90 EUR.")
    assert "90 EUR is more than you can offer: up to 50 EUR." in reply.words
    assert "Ask a manager" not in reply.words
    assert "Why?" not in reply.words


async def test_nobody_is_asked_for_what_can_be_offered_already(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    assert "You can offer that much already." in await ask(world, "30")
    await world.advance(seconds=5)
    assert not world.person("mia").dms
    await ask(world, "80")
    await card.choose("Ask for more…", by="ana")
    assert "You asked @mia for credit up to 80 EUR. Earshot will send you their answer." in world.person("ana").form


async def test_who_was_asked_has_no_buttons_once_there_is_nothing_to_answer(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80")
    await world.advance(seconds=5)
    asked = world.person("mia").dm
    assert "Allow" in asked.buttons
    await card.click("Release", by="ana")
    await world.advance(seconds=5)
    assert asked.buttons == []
    assert "@ana no longer has this case" in asked.words
    await card.click("Claim", by="ana")
    await world.advance(seconds=5)
    assert "Allow" in asked.buttons
    await world.advance(minutes=21)
    assert asked.buttons == []
    assert (
        "⏳ You didn't answer in time, so it's a no: credit up to 80 EUR for the complaint from @marta." in asked.words
    )
    assert len(world.person("mia").dms) == 1


async def test_who_asks_for_still_more_keeps_what_was_allowed_whatever_the_second_answer_is(world: World) -> None:
    load_offers(world, ASKING)
    await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80")
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Allow", by="mia")
    assert "You can offer that much already." in await ask(world, "70")
    await card.choose("Ask for more…", by="ana")
    assert "credit: 50 EUR without asking, 80 EUR is allowed here." in world.person("ana").form
    await world.sandbox.get_user("ana").close_modal(everything=True)

    await ask(world, "150")
    await world.advance(seconds=5)
    question = world.person("mia").dm
    assert "@ana asks to offer credit up to 150 EUR for the complaint from @marta." in question.words
    assert "80 EUR is allowed already." in question.words
    assert "80 EUR allowed here by @mia" in await card.explain()
    await question.click("Decline", by="mia")
    assert "@mia declines credit up to 150 EUR" in world.person("ana").dm.words
    assert "You can still offer 80 EUR." in world.person("ana").dm.words
    assert "80 EUR allowed here by @mia" in await card.explain()

    await ask(world, "100")
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Allow", by="mia")
    assert "100 EUR allowed here by @mia" in await card.explain()
    assert (await resolve(world, card, "101"))[GIVEN].startswith("You can offer up to 100 EUR in this case.")
    await world.sandbox.get_user("ana").close_modal(everything=True)
    assert await resolve(world, card, "100") == {}


async def test_what_was_allowed_of_one_offer_stays_when_more_of_another_is_asked_for(world: World) -> None:
    miles = '\n[[offers]]\ntext = "miles"\nlimit = "1000 miles"\nask = "U0MIA"\n'
    load_offers(world, ASKING + miles)
    await world.receive(LOST)
    card = await claim(world)
    await ask(world, "80")
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Allow", by="mia")
    await ask(world, "5000 miles", offer="miles")
    history = await card.explain()
    assert "80 EUR allowed here by @mia" in history
    await world.advance(seconds=5)
    await world.person("mia").dm.click("Allow", by="mia")
    history = await card.explain()
    assert "80 EUR allowed here by @mia" in history
    assert "5,000 miles allowed here by @mia" in history
    case = await world.local_app.store.cases.get(card.case)
    assert len(case.requests) == 2


async def test_who_asks_for_more_of_a_case_that_is_resolved_or_anothers_is_told_that(world: World) -> None:
    load_offers(world)
    await world.receive(LOST)
    await world.advance(seconds=3)
    offers, card = world.local_app.app.usecases.offers, await claim(world)
    with pytest.raises(NotAllowed, match="<@U0ANA> has this one, and only the owner"):
        await offers.check_ask(card.case, "U0RAJ")
    await resolve(world, card, "20")
    with pytest.raises(NotAllowed, match="This case is resolved, so there is nothing more to offer"):
        await offers.check_ask(card.case, "U0ANA")
    await card.click("Reopen", by="ana")
    with pytest.raises(NotAllowed, match="Nobody has claimed this case"):
        await offers.check_ask(card.case, "U0ANA")
