"""A storm that people work on together: how it begins, and what one of them does with it."""

from bot.cards import action_ids
from tests.scenarios.slack_views import Card
from tests.scenarios.spike_setup import build_cancellation_post, watch_spikes_at_four
from tests.scenarios.world import World


async def start_storm(world: World, people: int) -> Card:
    """So many people complain at once at four in the morning. Return the card of the episode."""
    await watch_spikes_at_four(world)
    await world.receive_all([build_cancellation_post(world, number) for number in range(people)])
    await world.advance(minutes=1)
    [card] = world.channel("#care").episodes
    return card


async def resolve_all(world: World, by: str, how: str = "answered") -> str:
    """Open *Resolve many…* from the newest message that only this person sees, tick all, and submit."""
    await tick_all(world, by)
    person = world.sandbox.get_user(by)
    await person.fill_field(action_ids.RESOLUTION, how)
    await person.submit()
    await world.finish_listeners()
    return world.person(by).last_whisper


async def tick_all(world: World, by: str) -> None:
    person, colleague = world.sandbox.get_user(by), world.person(by)
    await person.click_button(person.ephemeral_messages[-1], action_ids.RESOLVE_MANY)
    await world.finish_listeners()
    assert person.modal is not None, f"no form opened; {by} was told: {colleague.last_whisper}"
    for block in person.modal.blocks:
        if block.get("block_id", "").startswith(action_ids.CASES):
            ticked = [option["value"] for option in block["element"]["options"]]
            await person.fill_field(block["block_id"], ticked)


async def answer_ten(world: World, card: Card, by: str) -> bool:
    """Take ten and answer them; return False if nobody waits any more."""
    await card.click("Take 10", by=by)
    if "Nothing is unclaimed" in world.person(by).last_whisper:
        return False
    await resolve_all(world, by)
    return True
