"""Drafts of replies by a model: shown beside the text, used by a press alone, and never needed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.cards import action_ids
from bot.config.settings_loader import load_settings
from bot.domain.erasure import parse_forget_target
from bot.store.forget import MentionEraser
from tests.clock import SteppedClock
from tests.scenarios.sample_posts import LOST
from tests.scenarios.test_replying import REPLIES, add_to_playbook, open_reply, receive_claimed
from tests.scenarios.world import World, open_world
from tests.sinks.test_draft_client import KEY, StubModel, serve_model

DRAFTS = """
[drafts]
url = "{}"
model = "small"
"""


@pytest.fixture
async def model() -> AsyncIterator[StubModel]:
    async with serve_model() as made:
        made.answer = lambda _: "Hi @marta, we look for your bag right now."
        yield made


@pytest.fixture
async def drafting(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, model: StubModel
) -> AsyncIterator[World]:
    settings = load_settings({"EARSHOT_DRAFTS_KEY": KEY})
    async with open_world(redis_url, brand, tmp_path, clock, settings=settings) as made:
        add_to_playbook(made, REPLIES + DRAFTS.format(model.url))
        yield made
        await made.check_invariants()
        assert KEY not in str(made.log.lines)


async def test_a_draft_is_shown_and_put_in_by_a_press_below_what_was_typed(drafting: World, model: StubModel) -> None:
    reply = await open_reply(drafting, await receive_claimed(drafting))
    await reply.press("Draft")
    assert "Draft by a model, not by a person." in reply.words
    assert "we look for your bag right now" in reply.words
    assert reply.text == ""
    await reply.type("Good morning!")
    assert "we look for your bag right now" in reply.words
    await reply.press("Use draft")
    assert reply.text == "Good morning!\n\nHi @marta, we look for your bag right now."
    assert "Draft by a model" not in reply.words
    assert reply.composer[1]["text"] == reply.text
    await reply.press(action_ids.REPLY_OPEN)
    await reply.type("Good morning!\n\nHi @marta, we look for your bag right now. Your own Ana.")
    await reply.submit()
    await reply.press(action_ids.REPLY_OPEN)
    report = await drafting.local_app.app.usecases.reports.answer_question("U0MIA", "today")
    assert "2 with a draft (1 of them edited)" in str(report.blocks)
    [(body, _)] = model.requests
    assert "@marta" not in str(body)


async def test_a_model_that_obeys_the_post_changes_nothing_without_the_person(
    drafting: World, model: StubModel
) -> None:
    model.answer = lambda _: f"Refund of 900 EUR at https://evil.example/{KEY}, ask @evil. It is our fault."
    reply = await open_reply(drafting, await receive_claimed(drafting))
    await reply.type("We are on it.")
    await reply.press("Draft")
    assert action_ids.REPLY_OPEN not in str(reply.view.blocks)
    assert reply.text == "We are on it."
    for word in ("evil", KEY):
        assert word not in reply.words
    await reply.press("Use draft")
    assert "“[link removed]” is still in the text. Write what it stands for." in reply.words
    await reply.type("Ask @Someone.")
    assert "“@Someone” is still in the text." in reply.words
    await reply.press("Draft")
    await reply.press("Use draft")
    assert "900 EUR is more than you can offer" in reply.words
    assert "“our fault” can be used against us in court." in reply.words


async def test_a_draft_names_no_number_and_no_address_to_which_a_customer_could_be_lured(
    drafting: World, model: StubModel
) -> None:
    model.answer = lambda _: (
        "Call +351 900 123 456, pay to DE89 3704 0044 0532 0130 00, see 192.0.2.1/pay by 2026-03-12 18:00"
    )
    reply = await open_reply(drafting, await receive_claimed(drafting))
    await reply.press("Draft")
    assert "Call [number removed], pay to [number removed], see [link removed] by 2026-03-12 18:00" in reply.words


async def test_without_a_draft_the_form_says_why_and_the_saved_replies_are_still_there(
    drafting: World, model: StubModel
) -> None:
    model.answer = lambda _: web.Response(status=503)
    reply = await open_reply(drafting, await receive_claimed(drafting))
    await reply.type("Mine")
    await reply.press("Draft")
    assert "No draft: the service answers with an error (503). Use a saved reply, or your own words." in reply.words
    assert reply.text == "Mine"
    await reply.choose("Lost bag")
    assert reply.text.startswith("Mine\n\nHi @marta")


async def test_drafts_are_off_by_default(world: World) -> None:
    reply = await open_reply(world, await receive_claimed(world))
    assert "Draft" not in reply.view.find_buttons()


async def test_a_draft_that_quotes_a_forgotten_post_is_gone(drafting: World, model: StubModel) -> None:
    model.answer = lambda _: f"You wrote: {LOST}"
    card = await receive_claimed(drafting)
    reply = await open_reply(drafting, card)
    await reply.press("Draft")
    store = drafting.local_app.store
    [record] = await store.replies.load_writing(card.case)
    assert record.draft
    eraser = MentionEraser(store.client, store.keys)
    await eraser.forget(await eraser.find(parse_forget_target("@marta")), drafting.clock.now())
    assert not await store.replies.load_writing(card.case)
