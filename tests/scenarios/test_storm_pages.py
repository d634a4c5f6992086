"""Which crises are one call, and which ring by themselves; what a phone says of those that are one."""

from tests.pagers.fake_services import FakePagerServices
from tests.scenarios.oncall_setup import night_world
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.world import World

__all__ = ["night_world"]

INJURED = "@northwindair smoke in the cabin of NW331, people are injured"
BREACH = "@northwindair my password and passport number were leaked, this is a data breach"
FIRE = "@northwindair there is a fire on board of NW882, we are evacuating"


async def test_a_crisis_rings_with_its_own_words_however_long_the_page_before_it_waits_for_a_claim(
    world: World,
) -> None:
    await world.advance(hours=2, minutes=42)
    await world.receive(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(hours=16, minutes=18)
    before = len(world.person("ben").dms)
    await world.receive(INJURED, by="pedro")
    await world.advance(seconds=10)
    new = world.person("ben").dms[before:]
    assert any("NW331, people are injured" in dm.words and "Acknowledge" in dm.buttons for dm in new)
    assert any("NW331" in dm.fallback_text for dm in new), "the lock screen shows the new words"


async def test_another_kind_of_harm_rings_by_itself_while_somebody_is_being_called(world: World) -> None:
    await world.receive(CRISIS)
    await world.advance(minutes=1)
    await world.receive(BREACH, by="pedro")
    await world.advance(seconds=10)
    assert len(world.person("ben").dms) == 2
    assert "data breach" in world.person("ben").dm.words


async def test_a_page_that_rings_for_longer_than_ten_minutes_takes_no_new_crisis_in(world: World) -> None:
    await world.receive(CRISIS)
    await world.advance(minutes=11)
    await world.receive(FIRE, by="pedro")
    await world.advance(seconds=10)
    assert "NW882" in world.person("ben").dm.words


async def test_a_page_whose_case_is_done_takes_no_new_crisis_in(world: World) -> None:
    await world.receive(CRISIS)
    await world.channel("#pr").card("@marta").resolve("no action", by="ben")
    await world.advance(minutes=2)
    await world.receive(FIRE, by="pedro")
    await world.advance(seconds=10)
    assert "NW882" in world.person("ben").dm.words


async def test_of_a_storm_every_way_says_the_newest_post_first(night_world: World, services: FakePagerServices) -> None:
    await night_world.receive(CRISIS)
    await night_world.advance(seconds=30)
    await night_world.receive(INJURED, by="pedro")
    await night_world.receive(FIRE, by="rosa")
    await night_world.advance(minutes=2)
    [dm] = night_world.person("ben").dms
    assert dm.words.index("NW882") < dm.words.index("+ 2 related cases")
    assert "🚨 SEV1 – NEW 04:00: “@northwindair there is a fire on board of NW882" in dm.fallback_text
    assert "(X, 120 followers) + 2 related cases." in dm.fallback_text
    [push] = services.of("ntfy")
    assert "NW882" in push["message"]
    assert "+ 2 related cases" in push["title"] + push["message"]
    await night_world.advance(minutes=10)
    for service in ("pagerduty", "webhook"):
        assert "NW882" in str(services.of(service)[-1]), service
    [text] = services.of("text")
    assert "2 related cases" in text["Body"]


async def test_who_has_acknowledged_is_told_of_each_new_post_of_the_same_storm(world: World) -> None:
    await world.receive(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(minutes=2)
    await world.receive(FIRE, by="pedro")
    await world.advance(minutes=1)
    [dm] = world.person("ben").dms
    assert "NW882" in dm.words
    assert "Acknowledged by @ben" in dm.words
    [ping] = dm.message.thread
    assert "NW882" in ping.text
    assert ("U0BEN", ping.ts) in {(one.target, one.ts) for one in world.sandbox.workspace.pings}


async def test_a_person_whose_new_words_speak_of_a_crisis_is_quoted_with_these(world: World) -> None:
    await world.receive("@northwindair you lost my bag, terrible service", conversation="7")
    await world.receive(INJURED, conversation="7")
    await world.advance(seconds=10)
    [dm] = world.person("raj").dms
    assert "NW331" in dm.words


async def test_a_person_who_had_a_page_already_and_speaks_of_a_new_crisis_at_night_rings_again(world: World) -> None:
    """They write again in the same conversation, so that it is one case; its owner is long asleep."""
    await world.receive(CRISIS, conversation="7")
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.channel("#pr").card("@marta").click("Claim", by="ben")
    await world.advance(hours=19)
    [dm] = [one for one in world.person("ben").dms if "claimed the case" in one.words]
    assert not dm.message.thread
    await world.receive(FIRE, conversation="7")
    await world.advance(seconds=10)
    assert "NW882" in dm.words
    assert "Acknowledge" in dm.buttons
    [ring] = dm.message.thread
    assert "NW882" in ring.text
    await dm.click("Acknowledge", by="ben")
    await world.advance(hours=2)
    assert "✅ @ben claimed the case." in dm.words
    assert len(dm.message.thread) == 1, "whoever has the case and has answered is left alone"


async def test_the_same_person_minutes_later_is_news_for_the_person_who_has_answered_and_rings_nobody(
    world: World,
) -> None:
    await world.receive(CRISIS, conversation="7")
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(minutes=3)
    await world.receive(FIRE, conversation="7")
    await world.advance(seconds=10)
    [dm] = world.person("ben").dms
    assert "NW882" in dm.words
    assert "Acknowledge" not in dm.buttons
    [word] = dm.message.thread
    assert "NW882" in word.text
    assert "Still nobody" not in word.text


async def test_a_crisis_told_in_a_complaint_that_somebody_claimed_hours_ago_calls_the_person_on_call(
    world: World,
) -> None:
    world.path.write_text(world.path.read_text("utf-8").replace('lease = "30m"\n', ""), "utf-8")
    assert not world.playbook.reload()
    await world.receive("@northwindair you lost my bag, terrible service", conversation="7")
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    await world.advance(hours=1)
    await world.receive(INJURED, conversation="7")
    await world.advance(seconds=10)
    assert "NW331" in world.person("raj").dm.words
    assert "Acknowledge" in world.person("raj").dm.buttons
