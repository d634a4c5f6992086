"""Drills: the whole escalation without a crisis, with a record. It is Tuesday, nine in the morning."""

from tests.scenarios.spike_setup import set_do_not_disturb
from tests.scenarios.world import World


async def test_a_drill_its_receipt_and_nobody_else_is_called(world: World) -> None:
    told = await world.person("mia").type_command("/oncall drill pr")
    assert told.startswith("📟 DRILL for pr: paging the people on call on all channels")
    await world.advance(seconds=90)
    call = world.person("ben").dm
    assert call.words.startswith("🚨 DRILL. You're on call for pr. DRILL for pr, nothing is wrong")
    await call.click("Acknowledge", by="ben")
    await world.advance(seconds=5)

    [receipt] = world.channel("#pr").reminders
    assert "✅ DRILL for pr: acknowledged by @ben in 9" in receipt.words
    assert "via Slack (paged via Slack)" in receipt.words
    assert "@ben via Slack, delivered" in receipt.words
    assert "✅ DRILL for pr: acknowledged by @ben" in world.person("mia").dm.words
    await world.advance(minutes=20)
    assert len(world.person("mia").dms) == 1
    assert "drill" not in await world.person("joe").type_command("/oncall pr")


async def test_a_missed_drill_climbs_is_said_to_the_manager_and_stays_open_until_one_succeeds(world: World) -> None:
    await world.person("ben").type_command("/oncall drill pr")
    await world.advance(minutes=5.2)
    assert any("DRILL for pr missed: @ben didn't answer" in one.words for one in world.person("mia").dms)
    assert any("🚨 DRILL. You're on call for pr" in one.words for one in world.person("mia").dms)
    assert "Its drill of" in await world.person("joe").type_command("/oncall pr")
    call = next(one for one in world.person("mia").dms if "Acknowledge" in one.buttons)
    await call.click("Acknowledge", by="mia")
    await world.advance(seconds=5)
    assert "⚠️ DRILL for pr: acknowledged by @mia" in world.channel("#pr").reminders[-1].words
    assert "`/oncall drill pr`" in await world.person("joe").type_command("/oncall pr")

    await world.person("mia").type_command("/oncall drill")
    await world.person("ben").type_command("/oncall drill")
    await world.advance(seconds=5)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(seconds=5)
    assert "was missed" not in await world.person("joe").type_command("/oncall pr")


async def test_whose_do_not_disturb_is_on_is_said_in_the_receipt(world: World) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "dnd:read"]
    set_do_not_disturb(world, "ben")
    await world.person("ben").type_command("/oncall drill pr")
    await world.advance(seconds=8)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(seconds=5)
    assert "do-not-disturb was on" in world.channel("#pr").reminders[-1].words


async def test_nobody_answers_and_it_is_given_up_and_said(world: World) -> None:
    await world.person("ben").type_command("/oncall drill pr")
    await world.advance(hours=1)
    assert "❌ DRILL for pr: nobody answered" in world.channel("#pr").reminders[-1].words
    before = len(world.sandbox.change_log.list_by_kind("posted"))
    await world.advance(hours=1)
    assert len(world.sandbox.change_log.list_by_kind("posted")) == before


async def test_who_may_not_and_what_is_not_there_is_a_sentence(world: World) -> None:
    assert "Only people in a department" in await world.person("joe").type_command("/oncall drill pr")
    assert "No department of that name pages anybody" in await world.person("mia").type_command("/oncall drill sales")
    assert "Which department?" in await world.person("mia").type_command("/oncall drill")
    assert not world.person("ben").dms


async def test_the_playbooks_clock_asks_once_in_its_time(world: World) -> None:
    text = world.path.read_text("utf-8") + '\n[drills]\nevery = "30d"\nat = "10:00"\ndepartments = ["pr"]\n'
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()
    await world.advance(minutes=61)
    assert "🚨 DRILL. You're on call for pr" in world.person("ben").dm.words
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(minutes=30)
    assert len(world.person("ben").dms) == 1
    assert len(world.channel("#pr").reminders) == 1
