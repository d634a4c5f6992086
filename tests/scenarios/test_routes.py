"""What is said reaches who can answer, and only them."""

import pytest

from tests.scenarios.sample_posts import CHATTER, CRISIS, LOST, PRAISE, RIVAL, SPAM, WISH
from tests.scenarios.webhook_client import build_forum_source, build_post, send_delivery
from tests.scenarios.world import World


@pytest.mark.parametrize(
    ("text", "channel", "headline"),
    [
        (RIVAL, "#sales", "Complaint from"),
        (WISH, "#research", "Feature request"),
        (PRAISE, "#community", "Praise from"),
        (CRISIS, "#pr", "🚨 Safety"),
    ],
    ids=["a competitor's unhappy customer", "a wish", "praise", "a crisis"],
)
async def test_each_kind_has_its_own_channel(world: World, text: str, channel: str, headline: str) -> None:
    await world.receive(text)
    assert world.channel(channel).card("@marta").fallback_text.startswith(headline)
    others = {"#care", "#pr", "#sales", "#research", "#community"} - {channel}
    assert not [name for name in others if world.channel(name).messages]


async def test_a_competitors_unhappy_customer_waits_by_the_clock_of_sales(world: World) -> None:
    await world.receive(RIVAL)
    card = world.channel("#sales").card("@marta")
    assert "claim by 10 Mar, 09:10 UTC" in card.words
    assert "Match a public fare" not in card.words
    await card.click("Claim", by="lea")
    assert "Match a public fare" in world.person("lea").last_whisper


async def test_praise_is_thanked_for_and_counts_as_answered(world: World) -> None:
    await world.receive(PRAISE)
    card = world.channel("#community").card("@marta")
    await card.resolve("answered", by="ben")
    assert "Resolved by @ben · answered" in card.words
    told = await world.person("mia").type_command("/sentiment today")
    assert "community\n0\n0\n1\n" in told, told


async def test_spam_is_counted_and_shown_to_nobody(world: World) -> None:
    await world.receive(SPAM)
    await world.advance(minutes=1)
    assert not world.sandbox.change_log.list_by_kind("posted")
    assert (await world.reconcile()).spam == 1
    assert "1 spam" in await world.person("mia").type_command("/sentiment today")


async def test_chatter_that_asks_nothing_of_anybody_is_counted_and_shown_to_nobody(world: World) -> None:
    await world.receive(CHATTER)
    assert not world.sandbox.change_log.list_by_kind("posted")
    assert (await world.reconcile()).tallied == 1


async def test_a_department_that_is_added_while_running_gets_the_next_mention(world: World) -> None:
    words = world.path.read_text(encoding="utf-8")
    department = '[[departments]]\nname = "baggage"\nchannel = "C0LOBBY"\ndeputies = ["U0JOE"]\n\n[[routes]]\n'
    world.sandbox.workspace.find_channel("#lobby").bot_is_member = True
    world.path.write_text(
        words.replace("[[routes]]\n", department, 1).replace('to = "care"', 'to = "baggage"', 1), encoding="utf-8"
    )
    assert world.playbook.reload() == ()
    await world.receive(LOST)
    card = world.channel("#lobby").card("@marta")
    await card.click("Claim", by="joe")
    assert "Claimed by @joe" in card.words


SHOP = """[[departments]]
name = "porto"
channel = "C0LOBBY"
deputies = ["U0JOE"]

[[routes]]
name = "bad review of the shop"
when = { rating = "<=2", place = "Porto" }
to = "porto"

[[routes]]
"""


async def test_a_one_star_review_with_a_place_goes_to_the_shops_department(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    world.sandbox.workspace.find_channel("#lobby").bot_is_member = True
    words = world.path.read_text(encoding="utf-8")
    world.path.write_text(words.replace("[[routes]]\n", SHOP, 1), encoding="utf-8")
    assert world.playbook.reload() == ()
    reviews = [
        build_post(world, "two hours and nobody came", 1) | {"rating": 1, "place": "Porto, Rua das Flores"},
        build_post(world, "as it should be, I suppose", 2) | {"rating": 4, "place": "Porto, Rua das Flores"},
        build_post(world, "two hours and nobody came", 3) | {"rating": 1, "place": "Lisboa", "author": "ines"},
    ]
    assert (await send_delivery(world, reviews))[0] == 202
    [card] = world.channel("#lobby").cards
    assert "1 of 5 stars" in card.words
    assert "Forum, Porto, Rua das Flores" in card.words
    assert "two hours and nobody came" in card.words
    await card.click("Claim", by="joe")
    assert "Claimed by @joe" in card.words
    assert "Forum, Lisboa" in world.channel("#care").card("@ines").words


async def test_a_bad_playbook_is_refused_in_words_and_the_old_one_stays(world: World) -> None:
    words = world.path.read_text(encoding="utf-8")
    world.path.write_text(words.replace('to = "care"', 'to = "caer"'), encoding="utf-8")
    faults = world.playbook.reload()
    assert "caer" in str(faults[0])
    await world.receive(LOST)
    assert world.channel("#care").card("@marta")


async def test_a_department_that_is_taken_away_keeps_its_cases_and_a_manager_may_hand_them_on(world: World) -> None:
    await world.receive(PRAISE)
    card = world.channel("#community").card("@marta")
    words = world.path.read_text(encoding="utf-8")
    gone = words.replace(
        '[[departments]]\nname = "community"\nchannel = "C0COMMUNITY"\ndeputies = ["U0ANA", "U0BEN"]\n', ""
    )
    world.path.write_text(gone.replace('to = "community"', 'to = "pr"'), encoding="utf-8")
    assert world.playbook.reload() == ()
    await card.hand_over(by="mia", department="pr")
    await world.advance(seconds=10)
    assert "Moved to pr by @mia" in card.words
    assert "from community to pr" in await world.channel("#pr").card("@marta").explain()


@pytest.mark.parametrize("given", [(), ("Northwind Air",)], ids=["by its words", "by the rule of a source"])
async def test_what_the_playbook_excludes_goes_to_nobody_though_it_asks(world: World, given: tuple[str, ...]) -> None:
    await world.receive("how do I get the northwind traders database as csv?", subjects=given)
    assert not world.sandbox.change_log.list_by_kind("posted")
    assert (await world.reconcile()).tallied == 1


async def test_a_question_without_a_name_that_was_sent_to_us_is_answered(world: World) -> None:
    await world.receive("how do I get my database as csv?", source="forum")
    assert world.channel("#care").card("@marta")


async def test_what_is_excluded_beside_our_name_is_about_us(world: World) -> None:
    await world.receive("@northwindair are you the northwind traders of the database?")
    assert world.channel("#care").card("@marta")
