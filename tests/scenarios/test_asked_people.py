"""What asks somebody to take a case says who has it as soon as somebody has."""

from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World


async def test_a_person_who_was_told_that_nobody_has_claimed_a_case_sees_who_has_claimed_it(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=31)
    asked = [world.person("raj").dm, world.person("mia").dm]
    for dm in asked:
        assert "Unclaimed since" in dm.words
        assert "Claim" in dm.buttons
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    await world.advance(seconds=15)
    for dm in asked:
        assert "🙋 @ana claimed the complaint" in dm.words
        assert "Unclaimed since" not in dm.words
        assert "Claim" not in dm.buttons


async def test_a_person_who_was_told_and_claims_it_from_the_message_keeps_the_sentence_that_answers_them(
    world: World,
) -> None:
    await world.receive(LOST)
    await world.advance(minutes=31)
    await world.person("raj").dm.click("Claim", by="raj")
    await world.advance(seconds=15)
    assert "🙋 @raj claimed the complaint" in world.person("raj").dm.words
    assert "🙋 @raj claimed the complaint" in world.person("mia").dm.words


async def test_a_person_who_was_told_sees_where_the_case_went_when_it_is_handed_to_another_department(
    world: World,
) -> None:
    await world.receive(LOST)
    await world.advance(minutes=31)
    await world.channel("#care").card("@marta").reroute(by="ana", whose="pr")
    await world.advance(seconds=15)
    assert "moved to pr" in world.person("raj").dm.words
    assert "Claim" not in world.person("raj").dm.buttons
