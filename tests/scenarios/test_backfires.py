"""A campaign that goes wrong is noticed, and its asset named; one that goes well warns nobody."""

from typing import Any

from bot.domain.erasure import parse_forget_target
from tests.scenarios.slack_views import Card
from tests.scenarios.spike_setup import build_new_account, watch_spikes_at_four
from tests.scenarios.test_forget import forget
from tests.scenarios.world import World

CAMPAIGN = """
[spikes]
to = "pr"
[[campaigns]]
name = "Spring sale"
subject = "Northwind Air"
starts_at = 2026-03-11T00:00:00
ends_at = 2026-03-11T23:00:00
times = 50
owner = "U0LEA"
[[campaigns.assets]]
name = "Film"
words = ["film"]
[[campaigns.assets]]
name = "Song"
words = ["song"]
"""
ANGRY = "@northwindair the spring sale {asset} is terrible and insulting, seat {n} cost double, I am furious"
HAPPY = "@northwindair I love the {asset} of the spring sale, seat {n} for my mum, thank you so much"


async def start_campaign(world: World, text: str = CAMPAIGN) -> None:
    world.path.write_text(world.path.read_text("utf-8") + text, "utf-8")
    assert not world.playbook.reload()
    await watch_spikes_at_four(world)
    await world.advance(minutes=1)


async def send_posts(
    world: World, text: str, people: int, asset: str = "film", first: int = 0, author: dict[str, Any] | None = None
) -> None:
    """So many people, each once, ten every five minutes."""
    mentions = []
    for number in range(first, first + people):
        mention = world.build_mention(text.format(asset=asset, n=100 + number), by=f"voice{number}")
        if author:
            parts = mention.author.model_dump(exclude_none=True) | author
            mention = mention.copy_with(author=mention.author.model_validate(parts))
        mentions.append(mention)
    for start in range(0, people, 10):
        at = world.clock.now()
        await world.receive_all([one.copy_with(created_at=at) for one in mentions[start : start + 10]])
        await world.advance(minutes=5)


def list_warnings(world: World) -> list[Card]:
    return [one for one in world.channel("#pr").messages if "may backfire" in one.words]


async def test_a_campaign_goes_wrong_and_the_asset_is_named_to_pr_and_the_owner(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, HAPPY, 6, "song")
    await send_posts(world, ANGRY, 30, "film", first=10)
    [warning] = list_warnings(world)
    assert "Spring sale may backfire, because of Film" in warning.words
    assert "people are critical in" in warning.words
    assert warning.words.count("the spring sale film is terrible") == 3
    [told] = [one for one in world.person("lea").dms if "may backfire" in one.words]
    assert "because of Film" in told.words


async def test_an_owner_who_reads_the_channel_that_is_warned_is_not_told_twice(world: World) -> None:
    await start_campaign(world, CAMPAIGN.replace("U0LEA", "U0BEN"))
    await send_posts(world, ANGRY, 30)
    assert len(list_warnings(world)) == 1
    assert [one for one in world.person("ben").dms if "may backfire" in one.words] == []


async def test_a_campaign_that_goes_well_warns_nobody(world: World) -> None:
    await start_campaign(world)
    for number in range(4):
        await send_posts(world, HAPPY, 8, first=20 * number)
        await send_posts(world, ANGRY, 3, first=20 * number + 10)
    assert list_warnings(world) == []


async def test_bought_accounts_attack_a_campaign_and_it_is_no_backfire(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 40, author=build_new_account())
    assert list_warnings(world) == []
    assert "likely bots" in world.channel("#pr").episodes[0].words


async def test_a_warning_says_how_many_likely_bots_were_left_out(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 2)
    await send_posts(world, ANGRY, 3, first=50, author=build_new_account())
    await send_posts(world, ANGRY, 25, first=10)
    assert "3 likely bots left out." in list_warnings(world)[0].words


async def test_one_angry_person_is_no_backfire(world: World) -> None:
    await start_campaign(world)
    said = [world.build_mention(ANGRY.format(asset="film", n=number), by="angry") for number in range(30)]
    await world.receive_all(said)
    await world.advance(minutes=5)
    assert list_warnings(world) == []


async def test_a_backfire_is_told_once_and_for_another_asset_again(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 90, "film")
    assert len(list_warnings(world)) == 1
    await send_posts(world, ANGRY, 60, "song", first=200)
    assert ["because of Song" in one.words for one in list_warnings(world)] == [False, True]


async def test_people_who_are_tired_of_it_count_whatever_else_they_say(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, "@northwindair please stop shoving this at me in row {n}", 20)
    assert len(list_warnings(world)) == 1


async def test_not_a_backfire_mutes_it_for_this_campaign(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 20)
    [warning] = list_warnings(world)
    await warning.click("Not a backfire", by="tom")
    assert "Only the campaign's owner" in world.sandbox.get_user("tom").ephemeral_messages[-1].read_text()
    await warning.click("Not a backfire", by="ben")
    await send_posts(world, ANGRY, 60, "song", first=200)
    assert list_warnings(world) == []
    assert any("isn't backfiring" in one.words for one in world.channel("#pr").messages)


async def test_both_messages_are_redrawn_once_the_owner_says_in_theirs_that_it_is_no_backfire(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 20)
    [told] = [one for one in world.person("lea").dms if "may backfire" in one.words]
    await told.click("Not a backfire", by="lea")
    await world.run_until_idle()
    for messages in (world.channel("#pr").messages, world.person("lea").dms):
        [said] = [one for one in messages if "Spring sale" in one.words and "backfir" in one.words]
        assert "isn't backfiring" in said.words
        assert "Not a backfire" not in said.words


async def test_the_warning_leads_to_the_page_of_the_campaign_and_stays(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 20)
    await list_warnings(world)[0].click("View campaign", by="ben")
    page = world.sandbox.get_user("ben").ephemeral_messages[-1].read_text()
    assert page.startswith("Spring sale")
    assert "Push campaign · Northwind Air" in page
    assert "1 warning of a backfire (11 Mar, " in page
    assert "), because of Film." in page
    assert len(list_warnings(world)) == 1


async def test_after_a_death_of_the_process_nobody_is_told_twice(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 20)
    world.local_app.app.spikes.handle_failure(RuntimeError())  # all that is in memory is gone
    await send_posts(world, ANGRY, 20, first=100)
    assert len(list_warnings(world)) == 1


async def test_a_warning_disappears_when_a_post_in_it_is_forgotten(world: World) -> None:
    await start_campaign(world)
    await send_posts(world, ANGRY, 20)
    assert len(list_warnings(world)) == 1
    record = (await world.local_app.store.backfires.load(["Spring sale"]))["spring sale"]
    await forget(world, parse_forget_target(record.warnings[0].posts[0][0]))
    await world.run_until_idle()
    assert list_warnings(world) == []
