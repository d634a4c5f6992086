"""What nobody touches for long is closed: its card says so, nobody is disturbed, and it can be brought back."""

from tests.scenarios.sample_posts import LOST
from tests.scenarios.test_follow_ups import change_playbook
from tests.scenarios.world import World


async def test_an_untouched_case_expires_on_its_card_is_counted_apart_and_can_be_reopened(world: World) -> None:
    change_playbook(world, 'expire_after = "7d"')
    await world.receive(LOST, by="joe")
    care = world.channel("#care")
    card = care.card("@joe")
    world.clock.advance(days=7)
    await world.advance(minutes=1)
    assert "Expired · open too long without a change" in card.words
    assert not [one for name in ("ana", "ben", "raj", "mia") for one in world.person(name).dms]
    assert len(care.cards) == 1
    assert "1 expired" in await world.person("mia").type_command("/sentiment today")
    await card.click("Reopen", by="ana")
    assert "Unclaimed" in card.words
