"""The note in the morning, and who is spared. The story begins on Tuesday at nine."""

from dataclasses import replace

from bot.domain.crises.transitions import declare_crisis
from bot.domain.crisis import CrisisDeclaration, CrisisOrigin, CrisisPlan
from bot.domain.paging.page import Severity
from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import CRISIS, LOST
from tests.scenarios.world import World


async def submit_declaration(world: World, severity: Severity, department: str, headline: str = "A fire") -> None:
    """The person who declares is called for the worst; here its page is as severe as that of a spike may be."""
    at = world.clock.now()
    declared = declare_crisis(
        CrisisDeclaration(severity, headline, department, ""), CrisisOrigin(at), CrisisPlan(), "U0MIA", at
    )
    page = declared.pages[0].copy_with(severity=severity)
    await world.local_app.store.crises.commit(replace(declared, pages=(page,)), at)
    await world.run_until_idle()


async def test_the_morning_says_once_what_happened_and_what_waits(world: World) -> None:
    world.path.write_text(world.path.read_text("utf-8") + '\n[quiet]\nnote_at = "08:00"\n', "utf-8")
    assert not world.playbook.reload()
    await world.advance(hours=19)
    await world.receive(CRISIS)
    await world.receive(LOST, by="pedro")
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.channel("#pr").card("@marta").click("Claim", by="ben")
    await world.advance(hours=4, minutes=30)
    notes = [one.words for one in world.channel("#pr").messages if "Overnight in pr" in one.words]
    assert len(notes) == 1
    assert "paged (SEV1): acknowledged by @ben" in notes[0]
    assert "Now: 1 case open" in notes[0]
    assert any("Overnight in care" in one.words for one in world.channel("#care").messages)
    assert not any("Overnight" in one.words for one in world.channel("#sales").messages)


async def test_who_was_called_often_enough_is_passed_over_and_told_but_not_for_the_worst(world: World) -> None:
    world.path.write_text(world.path.read_text("utf-8") + "\n[quiet]\npages_a_night = 1\n", "utf-8")
    assert not world.playbook.reload()
    for number, severity in enumerate((Severity.SEV2, Severity.SEV2, Severity.SEV1)):
        await submit_declaration(world, severity, "pr", f"Fire {number}")
        await world.advance(seconds=10)
    said = [one.words for one in world.person("ben").dms]
    assert sum("Crisis declared" in words for words in said) == 2
    assert sum("paged enough tonight" in words for words in said) == 1
    assert sum("Crisis declared" in one.words for one in world.person("mia").dms) == 1


async def test_what_can_wait_wakes_nobody_in_quiet_hours_stands_in_the_note_and_calls_in_the_morning(
    world: World,
) -> None:
    quiet = '[[escalations]]\nseverity = "sev2"\nquiet_hours = "Mon-Sun 22:00-07:00"\n\n[quiet]\nnote_at = "06:30"\n'
    world.path.write_text(f"{world.path.read_text('utf-8')}\n{quiet}", "utf-8")
    assert not world.playbook.reload()
    await world.advance(hours=19)
    await submit_declaration(world, Severity.SEV2, "pr")
    await world.advance(hours=2.5)
    assert not any("Crisis declared" in one.words for one in world.person("ben").dms)
    await world.advance(minutes=10)
    note = next(one.words for one in world.channel("#pr").messages if "Overnight in pr" in one.words)
    assert "paged (SEV2): on hold until 11 Mar, 07:00 UTC for quiet hours" in note
    await world.advance(minutes=25)
    assert any("Crisis declared" in one.words for one in world.person("ben").dms)
    await submit_declaration(world, Severity.SEV1, "pr", "A worse fire")
    await world.advance(seconds=5)
    assert any("A worse fire" in one.words for one in world.person("ben").dms)


async def test_at_a_hand_over_the_person_who_comes_on_call_finds_what_is_open_and_a_missed_drill(world: World) -> None:
    reload_schedule(world, build_layer("U0ANA", "U0BEN", hand_over="20:00"))
    world.path.write_text(world.path.read_text("utf-8") + "\n[quiet]\nnote_at_hand_over = true\n", "utf-8")
    assert not world.playbook.reload()
    await world.person("mia").type_command("/oncall drill care")
    await world.advance(minutes=40)
    await submit_declaration(world, Severity.SEV2, "care")
    await world.receive(LOST, by="pedro")
    await world.advance(hours=10)
    notes = [one.words for one in world.channel("#care").messages if "Hand-over for care" in one.words]
    assert not notes
    await world.advance(hours=1)
    notes = [one.words for one in world.channel("#care").messages if "Hand-over for care" in one.words]
    assert len(notes) == 1
    assert "@ben is on call now" in notes[0]
    assert "SEV2 · A fire, open since" in notes[0]
    assert "was missed: @ana didn't answer. Repeat it until one succeeds" in notes[0]
    assert "Now: 1 case open" in notes[0]
