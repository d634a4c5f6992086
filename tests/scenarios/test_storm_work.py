"""A storm is worked together: nobody gets the same case, and it ends when all are answered."""

import asyncio
from collections import Counter

from bot.cards import action_ids
from bot.domain.case import CaseResolution, CaseStatus
from tests.scenarios.sample_posts import build_complaint
from tests.scenarios.sample_workspace import CROWD
from tests.scenarios.storm_setup import answer_ten, resolve_all, start_storm, tick_all
from tests.scenarios.test_offers import GIVEN, load_offers
from tests.scenarios.test_storms import claimable
from tests.scenarios.world import World

AGAIN = (
    "cancelled again, worst airline, nobody helps me at the desk in Faro",
    "you cancelled my flight home, I am furious, and no hotel tonight",
)
FIVE = ("ana", "raj", *CROWD[:3])


async def list_cases(world: World) -> list[str]:
    [episode] = await world.local_app.store.episodes.list_latest()
    return await world.local_app.store.episode_cases.list_ids(episode.id)


async def test_five_people_answer_a_storm_of_three_hundred_ten_by_ten(world: World) -> None:
    card = await start_storm(world, 300)
    assert "0 of 300 answered · 300 unclaimed · 0 claimed" in card.words
    await card.click("Take 10", by="ana")
    assert "You have 10 more cases until" in world.person("ana").last_whisper
    await world.advance(seconds=10)
    assert "290 unclaimed · 10 claimed" in card.words
    assert "10 cases resolved: answered." in await resolve_all(world, "ana")
    await world.advance(seconds=10)
    assert "10 of 300 answered" in card.words

    rounds = 0
    while any([await answer_ten(world, card, by) for by in FIVE]):
        rounds += 1
    assert rounds == 6
    await world.advance(seconds=10)
    assert "All answered · 300 cases" in card.words
    assert len(world.channel("#care").messages) < 60, "cases that are taken together have no cards of their own"
    assert "Take 10" not in card.buttons
    statuses = await world.local_app.store.cases.load_statuses(await list_cases(world))
    assert set(statuses.values()) == {CaseStatus.RESOLVED}


async def test_fifty_who_press_take_10_at_once_get_three_hundred_cases_and_nobody_the_same(world: World) -> None:
    card = await start_storm(world, 300)
    clicks = [world.sandbox.get_user(name).click_button(card.message, action_ids.TAKE_CASES) for name in CROWD]
    await asyncio.gather(*clicks)
    await world.finish_listeners()
    cases = (await world.local_app.store.cases.find(await list_cases(world))).values()
    assert len(cases) == 300
    assert {case.status for case in cases} == {CaseStatus.CLAIMED}
    assert {case.version for case in cases} == {2}
    owners = Counter(case.owner for case in cases)
    assert max(owners.values()) == 10
    for name in CROWD:
        told = world.person(name).last_whisper
        assert f"You have {owners[f'U0{name.upper()}']} more case" in told or "Nothing is unclaimed" in told


async def test_all_who_say_the_same_are_one_line_and_one_claim(world: World) -> None:
    same = [
        world.build_mention(
            f"@northwindair the app is down and I cannot check in for my flight {word}", by=f"app{word}"
        )
        for word in ["now", "today", "help", "please", "really", "sir", "again", "folks", "somehow", "guys"]
    ]
    other = [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(50)]
    await world.receive_all([*same, *other])
    await world.advance(minutes=2)
    digest = next(card for card in world.channel("#care").digests if "say the same" in card.words)
    before = len(claimable(digest))
    label = next(button for button in digest.buttons if button.startswith("Claim all 1"))
    clicks = [world.sandbox.get_user(name).click_button(digest.message, label) for name in ("ana", "ana", "raj")]
    await asyncio.gather(*clicks)
    await world.finish_listeners()
    told = [*world.person("ana").whispers, *world.person("raj").whispers]
    assert sum("You have 10 more cases" in one for one in told) == 1
    assert sum("Nothing is unclaimed here any more." in one for one in told) == 2
    await world.advance(seconds=20)
    assert "say the same" not in digest.words
    assert len(claimable(digest)) == before


async def test_claim_all_alike_on_the_card_of_an_episode_asks_which(world: World) -> None:
    card = await start_storm(world, 40)
    await world.receive_all(
        [
            world.build_mention(f"@northwindair cancelled and no hotel, you are terrible, {word}", by=f"hotel{word}")
            for word in ("really", "honestly", "seriously", "truly")
        ]
    )
    await world.advance(seconds=10)
    ana = world.sandbox.get_user("ana")
    await card.click("Claim all alike…", by="ana")
    assert ana.modal is not None, world.person("ana").last_whisper
    assert "4: @northwindair cancelled and no hotel" in world.person("ana").form
    await ana.submit()
    await world.finish_listeners()
    assert "You have 4 more cases" in world.person("ana").last_whisper
    assert len(await world.local_app.store.cases.list_owned("U0ANA")) == 4


async def test_the_facts_are_on_the_card_and_in_the_form_of_its_cases_and_only_deputies_set_them(world: World) -> None:
    card = await start_storm(world, 30)
    await card.click("Facts…", by="joe")
    assert "Only deputies of care and managers set the facts." in world.person("joe").last_whisper
    await card.click("Facts…", by="mia")
    mia = world.sandbox.get_user("mia")
    await mia.fill_field(action_ids.FACTS, "Refunds open at noon. <!channel>")
    await mia.submit()
    await world.finish_listeners()
    await world.advance(seconds=10)
    assert "Facts: Refunds open at noon. <!channel> · @mia" in card.words
    await card.click("Take 10", by="ana")
    assert "Refunds open at noon." in world.person("ana").last_whisper
    await world.advance(minutes=1)
    mine = next(one for one in world.channel("#care").cards if "@ana" in one.words)
    await world.sandbox.get_user("ana").click_button(mine.message, action_ids.RESOLVE)
    await world.finish_listeners()
    assert "Refunds open at noon." in world.person("ana").form


async def test_who_may_not_answer_takes_nothing_and_who_has_nothing_has_nothing_to_resolve(world: World) -> None:
    card = await start_storm(world, 30)
    await card.click("Take 10", by="joe")
    assert "care" in world.person("joe").last_whisper
    await card.click("Claim all alike…", by="joe")
    assert world.sandbox.get_user("joe").modal is None
    await card.click("Take 10", by="ana")
    await world.advance(seconds=10)
    await card.click("Resolve many…", by="raj")
    assert "You have no cases here." in world.person("raj").last_whisper
    cases = (await world.local_app.store.cases.find(await list_cases(world))).values()
    assert Counter(case.owner for case in cases) == {"U0ANA": 10, "": 20}


async def test_an_episode_that_is_over_is_worked_on_until_all_are_answered(world: World) -> None:
    card = await start_storm(world, 25)
    await world.advance(hours=3)
    assert "Over · Northwind Air" in card.words
    assert "0 of 25 answered" in card.words
    for by in ("ana", "raj", "mia"):
        await answer_ten(world, card, by)
    await world.advance(seconds=30)
    assert "All answered · 25 cases" in card.words


async def test_what_was_resolved_by_another_meanwhile_is_said_and_the_rest_is_resolved(world: World) -> None:
    card = await start_storm(world, 30)
    await card.click("Take 10", by="ana")
    ana = world.sandbox.get_user("ana")
    await ana.click_button(ana.ephemeral_messages[-1], action_ids.RESOLVE_MANY)
    await world.finish_listeners()
    assert ana.modal is not None
    [box] = [block for block in ana.modal.blocks if block.get("block_id") == action_ids.CASES]
    ticked = [option["value"] for option in box["element"]["options"]]
    await world.local_app.app.usecases.cases.hand_to_person(ticked[0], "U0MIA", "U0RAJ")
    await ana.fill_field(action_ids.CASES, ticked)
    await ana.fill_field(action_ids.RESOLUTION, "answered")
    await ana.submit()
    await world.finish_listeners()
    told = world.person("ana").last_whisper
    assert "9 cases resolved: answered. 1 case could not be resolved. @raj has this one." in told


async def test_take_10_gives_one_brief_and_leaves_out_and_names_whom_a_colleague_is_busy_with(world: World) -> None:
    load_offers(world)
    card = await start_storm(world, 20)
    first, second, third, *_ = await list_cases(world)
    cases = world.local_app.app.usecases.cases
    for case, by in ((first, "U0RAJ"), (second, "U0MIA")):
        assert (await cases.claim(case, by)).case.owner == by
    authors = [(await world.local_app.store.cases.get(case)).mention.author.handle for case in (first, second)]
    posts = [world.build_mention(f"@northwindair {text}", by=by) for text, by in zip(AGAIN, authors, strict=True)]
    await world.receive_all([*posts, world.build_mention(AGAIN[0], by="pedro")])
    await world.advance(minutes=1)
    await cases.resolve(second, "U0MIA", CaseResolution.ANSWERED)
    ana = world.person("ana")
    before = len(ana.whispers)
    await card.click("Take 10", by="ana")
    await card.click("Take 10", by="ana")
    [told, rest] = ana.whispers[before:]
    assert told.count("You can offer: credit up to 50 EUR (0 of 120 EUR used today)") == 1
    assert "You have 10 more cases until" in told
    named = told + rest
    assert "1 case left for you to claim one by one." in named
    assert "@raj has another case of this person." in named
    assert "@mia answered this person on" in named
    owned = {case.mention.author.handle for case in await world.local_app.store.cases.list_owned("U0ANA")}
    assert authors[0] not in owned
    assert authors[1] in owned
    assert third in {case.id for case in await world.local_app.store.cases.list_owned("U0ANA")}


async def test_where_nothing_is_claimed_at_once_it_says_why_and_what_can_be_done(world: World) -> None:
    card = await start_storm(world, 20)
    cases = world.local_app.app.usecases.cases
    ids = await list_cases(world)
    first = await world.local_app.store.cases.get(ids[0])
    await cases.claim(ids[0], "U0RAJ")
    for case in ids[1:]:
        await cases.resolve(case, "U0MIA", CaseResolution.NO_ACTION)
    await world.receive_all([world.build_mention(f"@northwindair {AGAIN[0]}", by=first.mention.author.handle)])
    await world.advance(minutes=1)
    await card.click("Take 10", by="ana")
    told = world.person("ana").last_whisper
    assert "Nothing here can be claimed together. @raj has another case of this person." in told
    assert "Press View on one of them to claim it alone: you can merge it there, or claim it anyway." in told


async def test_an_amount_for_many_cases_counts_in_each_until_the_day_is_used_up(world: World) -> None:
    load_offers(world)
    card = await start_storm(world, 20)
    await card.click("Take 10", by="ana")
    await tick_all(world, "ana")
    ana = world.sandbox.get_user("ana")
    await ana.fill_field(action_ids.RESOLUTION, "answered")
    await ana.fill_field(GIVEN, "a lot")
    assert "is not an amount" in (await ana.submit()).errors[GIVEN]
    assert len(await world.local_app.store.cases.list_owned("U0ANA")) == 10
    await ana.fill_field(GIVEN, "20")
    await ana.submit()
    await world.finish_listeners()
    told = world.person("ana").last_whisper
    assert "6 cases resolved: answered. 4 cases could not be resolved. Only 0 EUR of today's 120 EUR is left." in told
    assert len(await world.local_app.store.cases.list_owned("U0ANA")) == 4
