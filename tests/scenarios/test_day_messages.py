"""/earshot say: what a manager wants all owners of a department to know today."""

import asyncio

import pytest

from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.world import World

SAY = '/earshot say "Refunds open at noon & at 8" for care until 18:00'


async def test_owners_see_it_on_claim_and_on_home_until_it_ends(world: World) -> None:
    told = await world.person("mia").type_command(SAY)
    assert told.startswith("📣 Everybody who owns a case in care sees this until Tue 10 Mar 18:00 (9 h).")
    assert "“Refunds open at noon & at 8”\nTimes are in Europe/Lisbon." in told
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    line = "📣 care, from @mia until 10 Mar, 18:00 UTC: Refunds open at noon & at"
    assert world.person("ana").last_whisper.startswith(line)
    assert line in await card.explain("ana")
    assert line in await world.person("raj").open_home()
    assert "Refunds open" not in card.words + await world.person("lea").open_home()
    await world.advance(hours=9)
    assert "Refunds open" not in await world.person("raj").open_home()
    await world.receive(LATE, by="ola")
    await world.advance(seconds=5)
    await world.channel("#care").card("@ola").click("Claim", by="ana")
    assert "Refunds open" not in world.person("ana").last_whisper


async def test_without_an_end_it_ends_at_midnight_and_undo_brings_back_the_one_before(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command(SAY)
    told = await mia.type_command("/earshot say “No refunds after all” for care")
    assert "sees this until Wed 11 Mar 00:00 (15 h). It replaces the one before." in told
    assert "No refunds after all" in await mia.open_home()
    await mia.press_on_whisper("Undo")
    assert "care has the message before it again." in mia.last_whisper
    assert "Refunds open at noon" in await mia.open_home()
    assert await mia.type_command("/earshot say off for care") == "↩️ Done. care has no message of the day any more."
    assert "Refunds" not in await mia.open_home()
    assert await mia.type_command("/earshot say off for care") == "care has no message of the day."


async def test_a_message_that_quotes_a_word_itself_is_said_whole(world: World) -> None:
    told = await world.person("mia").type_command('/earshot say "Say "sorry" first, then “how”" for care')
    assert '“Say "sorry" first, then “how””' in told


async def test_undo_after_somebody_else_changed_it_is_refused(world: World) -> None:
    text = world.path.read_text("utf-8").replace(
        'deputies = ["U0ANA", "S0CARE"]', 'deputies = ["U0ANA"]\npoint = "U0ANA"'
    )
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()
    await world.person("mia").type_command(SAY)
    assert "Everybody who owns a case" in await world.person("ana").type_command(
        '/earshot say "Only vouchers" for care for 2h'
    )
    await world.person("mia").press_on_whisper("Undo")
    assert "Somebody has changed this message since" in world.person("mia").last_whisper
    assert "Only vouchers" in await world.person("mia").open_home()


@pytest.mark.parametrize(
    ("by", "line", "sentence"),
    [
        ("ana", SAY, "Only managers and the point person of care do that. Ask @mia."),
        ("mia", "/earshot say Refunds open for care", "Put your message in quotes:"),
        ("mia", '/earshot say "" for care', "Put your message in quotes:"),
        ("mia", '/earshot say "x" for cafe', "For which department? Choose from: care, pr"),
        ("mia", '/earshot say "x"', "For which department?"),
        (
            "mia",
            '/earshot say "Hi" for care, pr',
            "A message is for one department. Say it once for each: care and pr.",
        ),
        ("mia", '/earshot say "Hi" for pr and care until 18:00', "A message is for one department."),
        ("mia", '/earshot say "Hi" for care pr', "A message is for one department."),
        ("mia", "/earshot say off for care & pr", "A message is for one department."),
        ("mia", f'/earshot say "{"x" * 301}" for care', "That has 301 characters, and 300 is the most."),
        ("mia", '/earshot say "x" for care for 8 days', "A message can stay 7 days at most."),
        ("mia", '/earshot say "x" for care until 08:00 yesterday', "Earshot doesn't understand the time"),
        ("mia", '/earshot say "x" for care until 5', "Type `until 17:00` or `until 05:00`."),
    ],
)
async def test_what_cannot_be_said_is_explained(world: World, by: str, line: str, sentence: str) -> None:
    assert sentence in await world.person(by).type_command(line)
    assert "📣" not in await world.person("mia").open_home()


async def test_two_who_say_something_at_once_leave_one_message_and_nobody_is_told_a_lie(world: World) -> None:
    mia = world.sandbox.get_user("mia")
    await asyncio.gather(
        *(mia.type_command(f'/earshot say "Number {n}" for care', in_channel="#lobby") for n in range(5))
    )
    await world.finish_listeners()
    told = world.person("mia").whispers
    assert len(told) == 5
    assert all("Everybody who owns a case in care" in one or "Somebody else has just changed it" in one for one in told)
    assert (await world.person("mia").open_home()).count("📣") == 1
