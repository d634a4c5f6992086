"""The note in the morning. The story begins on Tuesday at nine."""

from tests.scenarios.spoken import CRISIS, LOST
from tests.scenarios.world import World


async def test_the_morning_says_once_what_happened_and_what_waits(world: World) -> None:
    world.path.write_text(world.path.read_text("utf-8") + '\n[quiet]\nnote_at = "08:00"\n', "utf-8")
    assert not world.playbook.reload()
    await world.waits(hours=19)
    await world.hears(CRISIS)
    await world.hears(LOST, by="pedro")
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.channel("#pr").card("@marta").click("Claim", by="ben")
    await world.waits(hours=4, minutes=30)
    notes = [one.words for one in world.channel("#pr").messages if "The night for pr" in one.words]
    assert len(notes) == 1
    assert "paged (SEV1): answered by @ben" in notes[0]
    assert "Now: 1 case open" in notes[0]
    assert any("The night for care" in one.words for one in world.channel("#care").messages)
    assert not any("The night" in one.words for one in world.channel("#sales").messages)
