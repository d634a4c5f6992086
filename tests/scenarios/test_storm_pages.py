"""Which crises are one call, and which ring by themselves; what a phone says of those that are one."""

from tests.pagers.services import Services
from tests.scenarios.nights import night
from tests.scenarios.spoken import CRISIS
from tests.scenarios.world import World

__all__ = ["night"]

INJURED = "@northwindair smoke in the cabin of NW331, people are injured"
BREACH = "@northwindair my password and passport number were leaked, this is a data breach"
FIRE = "@northwindair there is a fire on board of NW882, we are evacuating"


async def test_a_crisis_rings_with_its_own_words_however_long_the_page_before_it_waits_for_a_claim(
    world: World,
) -> None:
    await world.waits(hours=2, minutes=42)
    await world.hears(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.waits(hours=16, minutes=18)
    before = len(world.person("ben").dms)
    await world.hears(INJURED, by="pedro")
    await world.waits(seconds=10)
    new = world.person("ben").dms[before:]
    assert any("NW331, people are injured" in dm.words and "Acknowledge" in dm.offers for dm in new)
    assert any("NW331" in dm.aloud for dm in new), "the lock screen shows the new words"


async def test_another_kind_of_harm_rings_by_itself_while_somebody_is_being_called(world: World) -> None:
    await world.hears(CRISIS)
    await world.waits(minutes=1)
    await world.hears(BREACH, by="pedro")
    await world.waits(seconds=10)
    assert len(world.person("ben").dms) == 2
    assert "data breach" in world.person("ben").dm.words


async def test_a_page_that_rings_for_longer_than_ten_minutes_takes_no_new_crisis_in(world: World) -> None:
    await world.hears(CRISIS)
    await world.waits(minutes=11)
    await world.hears(FIRE, by="pedro")
    await world.waits(seconds=10)
    assert "NW882" in world.person("ben").dm.words


async def test_a_page_whose_case_is_done_takes_no_new_crisis_in(world: World) -> None:
    await world.hears(CRISIS)
    await world.channel("#pr").card("@marta").resolve("no action", by="ben")
    await world.waits(minutes=2)
    await world.hears(FIRE, by="pedro")
    await world.waits(seconds=10)
    assert "NW882" in world.person("ben").dm.words


async def test_of_a_storm_every_way_says_the_newest_post_first(night: World, services: Services) -> None:
    await night.hears(CRISIS)
    await night.waits(seconds=30)
    await night.hears(INJURED, by="pedro")
    await night.hears(FIRE, by="rosa")
    await night.waits(minutes=2)
    [dm] = night.person("ben").dms
    assert dm.words.index("NW882") < dm.words.index("+ 2 earlier")
    assert "🚨 SEV1 – NEW 04:00: “@northwindair there is a fire on board of NW882" in dm.aloud
    assert "(X, 120 followers) + 2 earlier." in dm.aloud
    [push] = services.of("ntfy")
    assert "NW882" in push["message"]
    assert "+ 2 earlier" in push["title"] + push["message"]
    await night.waits(minutes=10)
    for service in ("pagerduty", "webhook"):
        assert "NW882" in str(services.of(service)[-1]), service
    [text] = services.of("text")
    assert "2 earlier" in text["Body"]


async def test_who_has_acknowledged_is_told_of_each_new_post_of_the_same_storm(world: World) -> None:
    await world.hears(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.waits(minutes=2)
    await world.hears(FIRE, by="pedro")
    await world.waits(minutes=1)
    [dm] = world.person("ben").dms
    assert "NW882" in dm.words
    assert "@ben has this page" in dm.words
    [ping] = dm.message.thread
    assert "NW882" in ping.text
    assert ("U0BEN", ping.ts) in {(one.who, one.ts) for one in world.sandbox.workspace.pings}


async def test_a_person_whose_new_words_speak_of_a_crisis_is_quoted_with_these(world: World) -> None:
    await world.hears("@northwindair you lost my bag, terrible service", conversation="7")
    await world.hears(INJURED, conversation="7")
    await world.waits(seconds=10)
    [dm] = world.person("raj").dms
    assert "NW331" in dm.words
