"""The note in the morning, and who is spared. The story begins on Tuesday at nine."""

from dataclasses import replace

from bot.domain.crisis import Declaration, Origin, Plan
from bot.domain.leading import declare
from bot.domain.pages.page import Severity
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


async def test_who_was_called_often_enough_is_passed_over_and_told_but_not_for_the_worst(world: World) -> None:
    world.path.write_text(world.path.read_text("utf-8") + "\n[quiet]\npages_a_night = 1\n", "utf-8")
    assert not world.playbook.reload()
    for number, severity in enumerate((Severity.SEV2, Severity.SEV2, Severity.SEV1)):
        at = world.clock.now()
        told = Declaration(severity, f"Fire {number}", "pr", "")
        declared = declare(told, Origin(at), Plan(), "U0MIA", at)
        assert declared.page is not None
        page = declared.page.having(severity=severity)
        await world.stage.store.crises.commit(replace(declared, page=page), at)
        await world.waits(seconds=10)
    said = [one.words for one in world.person("ben").dms]
    assert sum("Crisis declared" in words for words in said) == 2
    assert sum("called often enough tonight" in words for words in said) == 1
    assert sum("Crisis declared" in one.words for one in world.person("mia").dms) == 1
