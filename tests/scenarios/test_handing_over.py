"""A case that is better off with somebody else."""

from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World


async def test_a_case_that_is_handed_to_another_department_has_one_card_alive(world: World) -> None:
    await world.receive(LOST)
    old = world.channel("#care").card("@marta")
    await old.click("Claim", by="ana")
    await old.hand_over(by="ana", department="pr")
    assert "Moved to pr by @ana" in old.words
    assert old.buttons == []
    await world.advance(seconds=10)
    new = world.channel("#pr").card("@marta")
    assert "Unclaimed" in new.words
    assert "handed over by @ana, from care to pr" in await new.explain()
    await new.click("Claim", by="ben")
    assert "Claimed by @ben" in new.words
    assert len(world.channel("#pr").cards) == 1


async def test_a_case_that_goes_away_and_comes_back_has_one_card_alive(world: World) -> None:
    await world.receive(LOST)
    first = world.channel("#care").card("@marta")
    await first.hand_over(by="ana", department="pr")
    await world.advance(seconds=10)
    second = world.channel("#pr").card("@marta")
    await second.hand_over(by="ben", department="care")
    await world.advance(seconds=10)
    alive = [card for name in ("#care", "#pr") for card in world.channel(name).cards if "Claim" in card.buttons]
    assert len(alive) == 1
    assert "from pr to care" in await alive[0].explain()
    await alive[0].click("Claim", by="ana")
    assert "Claimed by @ana" in alive[0].words


async def test_a_case_that_is_handed_to_a_person_is_hers_and_she_is_told(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.hand_over(by="ana", to="raj")
    assert "Claimed by @raj" in card.words
    assert "@ana handed you the complaint from @marta. It's assigned to you." in world.person("raj").dm.words


async def test_only_other_deputies_are_offered_in_the_form(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.click("Hand over…", by="ana")
    modal = world.sandbox.get_user("ana").modal
    assert modal is not None
    [menu] = [block["element"] for block in modal.blocks if block.get("block_id") == "person"]
    assert menu["type"] == "static_select"
    values = [option["value"] for option in menu["options"]]
    assert "U0RAJ" in values
    assert not {"U0ANA", "U0JOE"} & set(values)


async def test_where_names_are_not_to_be_had_who_may_not_answer_is_refused_in_the_form(world: World) -> None:
    world.sandbox.app.scopes = [one for one in world.sandbox.app.scopes if one != "users:read"]
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    refused = await card.hand_over(by="ana", to="joe")
    assert refused.errors["person"].startswith("This person isn't in the care department")
    assert "Claimed by @ana" in card.words


async def test_handing_over_to_nobody_or_to_two_is_said_in_the_form(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    nobody = await card.hand_over(by="ana")
    assert nobody.errors == {"person": "Choose a person or a department."}
    both = await card.hand_over(by="ana", to="raj", department="pr")
    assert both.errors == {"person": "Choose a person or a department, not both."}


async def test_what_is_not_for_us_goes_where_it_belongs_and_the_correction_is_remembered(world: World) -> None:
    await world.receive(LOST)
    old = world.channel("#care").card("@marta")
    await old.reroute(by="ana", whose="sales")
    await world.advance(seconds=10)
    assert "Moved to sales by @ana" in old.words
    assert "corrected the route by @ana, from care to sales" in await world.channel("#sales").card("@marta").explain()
    [one] = [noted.correction async for noted in world.local_app.store.corrections.iter_corrections()]
    assert (one.kind.value, one.was, one.now, one.by) == ("department", "care", "sales", "U0ANA")


async def test_what_is_for_nobody_is_closed_as_not_about_us(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.reroute(by="ana")
    assert "Resolved by @ana · not about us" in card.words
    assert (card.buttons, card.menu) == (["Reopen", "Open post"], ["History…", "Why? / Correct…"])
