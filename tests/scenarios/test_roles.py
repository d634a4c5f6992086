"""/earshot deputize, deputies, dismiss, point: who may answer, and whom to ask first. It is Tuesday, nine o'clock."""

import asyncio

import pytest

from bot.slack_sandbox import FaultKind, InjectedFault
from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World

POLICY = "Be kind. Sign with your first name."


def brand(world: World, *lines: str) -> None:
    """Add lines to `[brand]` of the playbook, and read it again."""
    text = world.path.read_text("utf-8").replace("[brand]\n", "[brand]\n" + "".join(f"{line}\n" for line in lines))
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()


async def test_a_manager_makes_somebody_a_deputy_until_friday_and_they_claim_at_once(world: World) -> None:
    brand(world, f'policy = "{POLICY}"')
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="joe")
    assert "Only the care department answers these" in world.person("joe").last_whisper

    told = await world.person("mia").type_command("/earshot deputize @joe care until Friday")
    assert told.startswith("✅ @joe is a deputy of care until Fri 13 Mar 18:00 (3 d 9 h). They can claim now.")
    welcome = world.person("joe").dm
    assert "@mia made you a deputy of care until" in welcome.words
    assert POLICY in welcome.words
    assert "Apologise, rebook, credit up to 50 EUR." in welcome.words
    await card.click("Claim", by="joe")
    assert "@joe" in world.channel("#care").card("@marta").words

    await welcome.click("Accept", by="joe")
    assert "✅ Accepted. You can claim cases of care in #care until" in world.person("joe").dm.words
    assert len(world.person("joe").dms) == 1
    listed = await world.person("tom").type_command("/earshot deputies care")
    assert "care: @ana, <!subteam^S0CARE>" in listed
    assert "@joe · until 13 Mar, 18:00 UTC · since 10 Mar, 09:00 UTC, by @mia · accepted 10 Mar, 09:00 UTC" in listed
    assert "pr:" not in listed


async def test_it_ends_by_itself_and_a_case_that_is_owned_then_stays_owned_to_its_end(world: World) -> None:
    await world.person("mia").type_command("/earshot deputize @joe care for 20 min")
    await world.receive(LOST)
    await world.receive("my bag is lost, what a terrible airline @northwindair", by="ola")
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="joe")
    await world.advance(minutes=21)

    assert "joe" not in await world.person("mia").type_command("/earshot deputies care")
    await world.channel("#care").card("@ola").click("Claim", by="joe")
    assert "Only the care department answers these" in world.person("joe").last_whisper
    await world.channel("#care").card("@marta").click("Release", by="joe")
    assert "@joe" not in world.channel("#care").card("@marta").words.partition("Case ")[0]
    await world.channel("#care").card("@marta").click("Claim", by="joe")
    assert "Only the care department answers these" in world.person("joe").last_whisper


async def test_where_the_playbook_asks_for_it_nobody_claims_before_they_accept(world: World) -> None:
    brand(world, "deputies_accept = true")
    told = await world.person("mia").type_command("/earshot deputise @joe care")
    assert told.startswith("✅ @joe is a deputy of care until somebody ends it. They can claim once they accept")
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="joe")
    assert world.person("joe").last_whisper.startswith("You can do this once you accept the policy of care")
    assert "not accepted yet" in await world.person("mia").type_command("/earshot deputies care")

    await world.person("joe").dm.click("Accept", by="joe")
    await card.click("Claim", by="joe")
    assert "@joe" in world.channel("#care").card("@marta").words


async def test_a_deputy_whose_time_changes_before_slack_took_the_message_is_told_and_accepts(world: World) -> None:
    brand(world, "deputies_accept = true")
    unsent = InjectedFault(FaultKind.DROPPED_BEFORE, methods=["chat.postMessage"])
    world.sandbox.faults.add(unsent)
    await world.person("mia").type_command("/earshot deputize @joe care for 1h")
    await world.person("mia").type_command("/earshot deputize @joe care")
    world.sandbox.faults.remove(unsent)
    await world.advance(minutes=2)

    welcome = world.person("joe").dm
    assert "until" not in welcome.words.partition("You can")[0]
    await world.advance(minutes=70)
    await welcome.click("Accept", by="joe")
    await world.receive(LOST)
    await world.channel("#care").card("@marta").click("Claim", by="joe")
    assert "@joe" in world.channel("#care").card("@marta").words


async def test_undo_takes_it_back_and_brings_back_what_was_before(world: World) -> None:
    await world.person("mia").type_command("/earshot deputize @joe care")
    await world.person("mia").type_command("/earshot deputize @joe care until tomorrow 12:00")
    assert "until Wed 11 Mar 12:00" in world.person("mia").last_whisper
    assert "Earshot does not write to them again" in world.person("mia").last_whisper
    assert len(world.person("joe").dms) == 1
    await world.person("mia").press_on_whisper("Undo")
    assert "@joe · no end" in await world.person("mia").type_command("/earshot deputies care")

    told = await world.person("mia").type_command("/earshot dismiss @joe care")
    assert told.startswith("✅ @joe is no longer a deputy of care. Cases that they own stay theirs")
    assert "joe" not in await world.person("mia").type_command("/earshot deputies care")
    await world.person("mia").type_command("/earshot dismiss @joe care")
    assert "@joe isn't a deputy of care." in world.person("mia").last_whisper


async def test_a_dismissal_is_undone_by_its_button_and_a_deputy_may_step_down_themselves(world: World) -> None:
    await world.person("mia").type_command("/earshot deputize @joe care")
    await world.person("mia").type_command("/earshot dismiss @joe care")
    await world.person("mia").press_on_whisper("Undo")
    assert "@joe · no end" in await world.person("mia").type_command("/earshot deputies care")
    assert "no longer a deputy" in await world.person("joe").type_command("/earshot dismiss @joe care")
    assert "joe" not in await world.person("mia").type_command("/earshot deputies care")


@pytest.mark.parametrize(
    ("by", "line", "sentence"),
    [
        ("joe", "deputize @tom care", "Only managers decide who is a deputy. Ask @mia."),
        ("ana", "dismiss @joe care", "Only managers decide who is a deputy. Ask @mia."),
        ("mia", "deputize @joe cafe", "There is no department “cafe”. Did you mean `care`?"),
        (
            "mia",
            "deputize",
            "Say who, for which department and until when: `/earshot deputize @ana care until Friday`.",
        ),
        ("mia", "deputize @joe", "For which department? Choose from: care, pr, sales, research, community."),
        ("mia", "deputize care until Friday", "Name a person, like `/earshot deputize @ana care until Friday`."),
        ("mia", "deputize @zoe care", "Earshot doesn't know @zoe. Choose the person from the list"),
        ("mia", "deputize @joe @tom care", "One person at a time, please."),
        ("mia", "deputize @care-deputies pr", "That is a user group."),
        ("mia", "deputize @mia care", "You are a manager, so you can claim in every department already."),
        ("mia", "deputize @ana care", "@ana is a deputy of care already, by the playbook."),
        ("mia", "deputize @raj care", "@raj is a deputy of care already, by the playbook."),
        ("mia", "deputize @joe care until 2026-03-09 12:00", "“2026-03-09 12:00” is in the past"),
        ("mia", "deputize @joe care until soon", "Earshot doesn't understand the time in “soon”."),
        ("mia", "deputize @earshot care", "@earshot is a bot, has left, or isn't known to Slack"),
        ("mia", "deputize @joe care from tomorrow 08:00", "It begins at once, so leave out"),
        ("mia", "dismiss @ana care", "@ana is a deputy of care by the playbook"),
        ("mia", "deputies cafe", "There is no department “cafe”. Did you mean `care`?"),
        ("mia", "deputys", "Earshot doesn't know “deputys”. Did you mean `/earshot deputies`?"),
        ("mia", "frobnicate", "Earshot doesn't know “frobnicate”. Try `/earshot help`."),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(world: World, by: str, line: str, sentence: str) -> None:
    assert sentence in await world.person(by).type_command(f"/earshot {line}")
    assert world.person("joe").dms == []


async def test_a_guest_of_another_workspace_and_somebody_who_left_are_no_deputies(world: World) -> None:
    world.sandbox.workspace.find_user("joe").team = "T0OTHER"
    told = await world.person("mia").type_command("/earshot deputize @joe care")
    assert told == "@joe belongs to another workspace. Only people of yours can be deputies."
    assert "belongs to another workspace" in await world.person("joe").type_command("/earshot deputies")


async def test_two_managers_at_once_both_get_through(world: World) -> None:
    text = world.path.read_text("utf-8").replace('managers = ["U0MIA"]', 'managers = ["U0MIA", "U0TOM"]')
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()
    await asyncio.gather(
        world.sandbox.get_user("mia").type_command("/earshot deputize @joe care", in_channel="#lobby"),
        world.sandbox.get_user("tom").type_command("/earshot deputize @lea care", in_channel="#lobby"),
        world.sandbox.get_user("tom").type_command("/earshot deputize @joe pr until Friday", in_channel="#lobby"),
    )
    await world.finish_listeners()
    listed = await world.person("mia").type_command("/earshot deputies")
    assert "@joe · no end" in listed
    assert "@lea · no end" in listed
    assert "@joe · until 13 Mar, 18:00 UTC" in listed


async def test_a_department_that_left_the_playbook_keeps_its_deputies_until_they_are_dismissed(world: World) -> None:
    await world.person("mia").type_command("/earshot deputize @joe research")
    text = world.path.read_text("utf-8")
    world.path.write_text(text.replace('"research"', '"insight"'), "utf-8")
    assert not world.playbook.reload()
    assert "research (no longer in the playbook)" in await world.person("mia").type_command("/earshot deputies")
    assert "The playbook has no department 'research'" in (
        await world.person("mia").type_command("/earshot deputize @tom research")
    )
    assert "no longer a deputy of research" in await world.person("mia").type_command("/earshot dismiss @joe research")
    assert "research" not in await world.person("mia").type_command("/earshot deputies")


async def test_a_deputy_of_slack_may_also_change_shifts_be_handed_a_case_and_correct(world: World) -> None:
    await world.person("mia").type_command("/earshot deputize @joe care")
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.channel("#care").card("@marta").hand_over(by="ana", to="joe")
    assert "Claimed by @joe" in world.channel("#care").card("@marta").words


async def test_the_help_says_in_plain_words_what_earshot_can_do(world: World) -> None:
    for line in ("/earshot", "/earshot help"):
        told = await world.person("joe").type_command(line)
        assert "`/earshot deputize @ana care until Friday`: Ana can claim and answer cases of care" in told
        assert "`/oncall` who is on call" in told


def with_point(world: World, person: str) -> None:
    text = world.path.read_text("utf-8").replace('name = "care"\n', f'name = "care"\npoint = "{person}"\n', 1)
    world.path.write_text(text, "utf-8")
    assert not world.playbook.reload()


async def test_a_point_person_has_a_cover_until_friday_and_then_it_is_the_person_before(world: World) -> None:
    with_point(world, "U0ANA")
    assert "care: @ana\npr: nobody" in await world.person("joe").type_command("/earshot point")
    told = await world.person("ana").type_command("/earshot point @raj care until tomorrow 09:00")
    assert told.startswith("✅ @raj is the point person of care until Wed 11 Mar 09:00 (1 d).")
    assert "care: @raj until 11 Mar, 09:00 UTC" in await world.person("joe").type_command("/earshot point")
    await world.advance(days=1, minutes=1)
    assert "care: @ana\n" in await world.person("joe").type_command("/earshot point")


async def test_a_card_that_waits_names_the_point_person_and_notifies_nobody(world: World) -> None:
    with_point(world, "U0ANA")
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "point: @ana" in card.words
    assert "U0ANA" not in card.message.read_text()
    await card.click("Claim", by="raj")
    assert "point:" not in card.words
    await world.person("mia").type_command("/earshot point @raj care until 18:00")
    await card.click("Release", by="raj")
    assert "point: @raj" in card.words


async def test_the_home_tab_names_the_point_person_of_this_moment(world: World) -> None:
    with_point(world, "U0ANA")
    assert "care #care · nothing open · point: @ana" in await world.person("ana").open_home()
    await world.person("ana").type_command("/earshot point @raj care until 18:00")
    assert "care #care · nothing open · point: @raj" in await world.person("joe").open_home()


async def test_a_point_person_is_changed_switched_off_and_brought_back_by_undo(world: World) -> None:
    with_point(world, "U0ANA")
    assert "@raj is the point person of care until somebody ends it" in (
        await world.person("mia").type_command("/earshot point @raj care")
    )
    assert (await world.person("mia").type_command("/earshot point care off")).startswith(
        "✅ care has no point person now."
    )
    assert "care: nobody" in await world.person("joe").type_command("/earshot point")
    await world.person("mia").type_command("/earshot point care off")
    await world.person("mia").press_on_whisper("Undo")
    await world.person("mia").type_command("/earshot point @raj care")
    assert "care: @raj" in await world.person("joe").type_command("/earshot point")
    await world.person("mia").type_command("/earshot point care off")
    await world.person("mia").press_on_whisper("Undo")
    assert "care: @raj" in await world.person("joe").type_command("/earshot point")


@pytest.mark.parametrize(
    ("by", "line", "sentence"),
    [
        ("joe", "point @ana care", "Only deputies of care and managers choose its point person."),
        ("ana", "point @joe care", "@joe isn't a deputy of care, so they couldn't answer there."),
        ("ana", "point care", "Name a person, like `/earshot point @ana care` or `… point care off`."),
        ("ana", "point @raj cafe", "There is no department “cafe”. Did you mean `care`?"),
    ],
)
async def test_a_point_person_that_cannot_be_is_said_in_a_sentence(
    world: World, by: str, line: str, sentence: str
) -> None:
    assert sentence in await world.person(by).type_command(f"/earshot {line}")
