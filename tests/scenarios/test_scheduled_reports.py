"""Digests that come by themselves, as a manager sees them in Slack. The story begins on Tuesday at nine."""

import pytest

from bot.slack_sandbox import FaultKind, InjectedFault
from tests.scenarios.sample_posts import LOST, build_complaint
from tests.scenarios.slack_views import Card
from tests.scenarios.world import World


def list_digests(world: World, channel: str) -> list[Card]:
    return [one for one in world.channel(channel).messages if "sets and stops yours" in one.words]


async def test_a_digest_at_08_00_is_one_sentence_that_is_true_and_comes_once_each_day(world: World) -> None:
    said = await world.person("mia").type_command("/sentiment digest daily 8:00 in #pr")
    assert "The first one comes Wed 11 Mar 08:00" in said
    for number in range(3):
        await world.receive(LOST, by=f"guest{number}", conversation=f"c{number}")
    await world.advance(hours=22, minutes=55)
    assert not list_digests(world, "#pr")
    await world.advance(minutes=10)
    [digest] = list_digests(world, "#pr")
    assert "3 mentions on Tue 10 Mar (counted since 09:00): too few to compare, 3 negative." in digest.words
    assert "set by @mia" in digest.words
    assert "my bag" not in digest.words
    await world.advance(hours=24)
    assert len(list_digests(world, "#pr")) == 2


@pytest.mark.parametrize(("kind", "copies"), [(FaultKind.DROPPED_BEFORE, 1), (FaultKind.DROPPED_AFTER, 4)])
async def test_a_digest_whose_posting_is_cut_off_again_and_again_comes_all_the_same(
    world: World, kind: FaultKind, copies: int
) -> None:
    """Of those that Slack had taken, each is a copy more: nobody can know, and a lost one would be worse."""
    await world.person("mia").type_command("/sentiment digest daily 10:00 in #pr")
    world.sandbox.faults.add(InjectedFault(kind, methods=["chat.postMessage"], channels=["C0PR"], times=3))
    await world.advance(hours=1, minutes=1)
    await world.advance(minutes=30)
    assert len(list_digests(world, "#pr")) == copies


async def test_a_channel_that_refuses_a_digest_is_reported_once_to_the_manager_who_can_set_it_again(
    world: World,
) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment digest daily 10:00 here", in_channel="#lobby")
    await world.advance(hours=49)
    [told] = [one for one in mia.dms if "Slack refused it" in one.words]
    assert "Invite Earshot: type `/invite @Earshot` there" in told.words
    assert "Paused: Slack refused it (`not_in_channel`)" in await mia.type_command("/sentiment digest")
    world.sandbox.workspace.channels["C0LOBBY"].bot_is_member = True
    await mia.type_command("/sentiment digest daily 10:00 here", in_channel="#lobby")
    await world.advance(hours=25)
    assert len(list_digests(world, "#lobby")) == 1


async def test_a_digest_on_monday_looks_ahead(world: World) -> None:
    await world.person("mia").type_command("/sentiment digest ahead 8:00")
    await world.receive(LOST)
    await world.advance(hours=24 * 6)
    [digest] = [one for one in world.person("mia").dms if "The week from Monday 16 March" in one.words]
    assert (
        "Last week: 1 mention from Mon 9 Mar to Sun 15 Mar (counted since 10 Mar): too few to compare, 1 negative."
        in digest.words
    )
    assert "Overdue: 1 of 1 open case in care" in digest.words
    assert "Campaigns: none" in digest.words


async def test_a_digest_that_was_stopped_in_the_list_comes_no_more(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment digest daily 10:00 in #pr")
    await mia.type_command("/sentiment digest")
    await mia.press_on_whisper("Stop")
    await world.advance(hours=25)
    assert not list_digests(world, "#pr")


async def test_others_are_told_who_can_have_digests(world: World) -> None:
    assert "Only managers get digests. Ask @mia." in await world.person("ana").type_command(
        "/sentiment digest daily 8:00"
    )


async def test_where_slack_refuses_charts_a_digest_comes_with_all_its_words(world: World) -> None:
    world.sandbox.workspace.refused_blocks = {"data_visualization"}
    await world.person("mia").type_command("/sentiment digest daily 8:00 in #pr")
    posts = [build_complaint(number) for number in range(31)]
    for hour in range(4):
        await world.receive_all([world.build_mention(text, by=f"h{hour}{text[-6:]}") for text in posts[hour * 8 :][:8]])
        await world.advance(hours=1)
    await world.advance(hours=19, minutes=1)
    await world.advance(minutes=5)
    [digest] = list_digests(world, "#pr")
    assert "31 mentions: 31 negative." in digest.words
