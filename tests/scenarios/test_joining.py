"""The same person again, and the same words from another."""

from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.world import World

COPIED = "@northwindair strands 200 people in Porto without water, an awful shame, retweet this please"


async def test_a_person_who_writes_again_is_on_the_same_card_and_the_owner_is_told(world: World) -> None:
    await world.receive(LOST, by="marta", conversation="c1")
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(minutes=3)
    await world.receive("and now your line is dead as well", by="marta", conversation="c1")
    assert "1 later post" in card.words
    assert "@marta wrote again. The new post is on your case." in world.person("ana").dm.words
    assert len(world.channel("#care").cards) == 1


async def test_a_resolved_case_reopens_when_the_person_writes_again_and_who_had_it_is_told(world: World) -> None:
    await world.receive(LOST, by="marta", conversation="c1")
    card = world.channel("#care").card("@marta")
    await card.resolve("answered", by="ana")
    await world.advance(hours=2)
    await world.receive("still no bag, thanks for nothing", by="marta", conversation="c1")
    assert "Unclaimed · claim by 10 Mar, 11:15 UTC" in card.words
    assert "reopened, the author wrote again" in await card.explain()
    assert "@marta wrote again, so this complaint is open again" in world.person("ana").dm.words
    await world.person("ana").dm.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_an_ok_leaves_the_case_resolved_and_who_resolved_it_reads_it(world: World) -> None:
    await world.receive(LOST, by="marta", conversation="c1")
    card = world.channel("#care").card("@marta")
    await card.resolve("answered", by="ana")
    await world.receive("@northwindair ok, will do", by="marta", conversation="c1")
    assert "Resolved" in card.words
    assert "later post added" in await card.explain()
    told = world.person("ana").dm.words
    assert "@marta wrote again and seems to ask for nothing, so your case stays resolved." in told
    assert "ok, will do" in told


async def test_a_copy_joins_is_counted_and_gets_a_card_of_its_own_when_it_is_separated(world: World) -> None:
    await world.receive(COPIED, by="pedro")
    await world.receive(f"RT @pedro: {COPIED}", by="copycat")
    await world.advance(minutes=1)
    first = world.channel("#care").card("@pedro")
    assert "1 duplicate" in first.words
    assert "@copycat · duplicate" in await first.explain()
    await first.separate("@copycat", by="ana")
    await world.advance(seconds=10)
    own = world.channel("#care").card("@copycat (")
    assert "duplicate" not in first.words
    assert "separated by @ana, a post has its own case now\n" in await first.explain()
    await own.click("Claim", by="ana")
    assert "Claimed by @ana" in own.words


async def test_of_a_hundred_copies_one_card_tells_and_all_are_counted(world: World) -> None:
    await world.receive(COPIED, by="pedro")
    await world.receive_all([world.build_mention(COPIED, by=f"copy{n}") for n in range(100)])
    await world.advance(minutes=1)
    assert "100 related posts" in world.channel("#care").card("@pedro").words
    assert len(world.channel("#care").cards) == 1
    assert (await world.reconcile()).joined == 100


async def test_two_people_who_say_different_things_have_a_card_each(world: World) -> None:
    await world.receive(LOST, by="marta")
    await world.receive(LATE, by="pedro")
    await world.advance(seconds=5)
    assert len(world.channel("#care").cards) == 2


async def test_a_mention_that_comes_twice_is_triaged_once(world: World) -> None:
    mention = await world.receive(LOST)
    await world.receive_all([mention])
    assert (await world.reconcile()).seen == 1
    assert "joined" not in world.channel("#care").card("@marta").words


async def test_a_headline_of_five_outlets_is_one_card_that_counts_them(world: World) -> None:
    said = "@northwindair strands 200 people in Porto overnight, an awful shame https://{}.example/porto"
    for number, followers in enumerate((3_000, 120, 90_000, 45, 800)):
        await world.receive(said.format(f"outlet{number}"), by=f"outlet{number}", followers=followers)
    await world.advance(minutes=1)
    assert len(world.channel("#care").cards) == 1
    assert "4 duplicates" in world.channel("#care").card("@outlet0").words
    books = await world.reconcile()
    assert (books.joined, books.spam) == (4, 0)


async def test_four_slight_variants_of_one_complaint_are_one_card_and_another_flight_is_its_own(world: World) -> None:
    said = "@northwindair flight NW12 cancelled and no hotel offered, shame on you"
    await world.receive(said, by="marta")
    await world.receive(said.replace("cancelled", "canceled"), by="pedro")
    await world.receive(f"seriously {said}!!", by="kim")
    await world.receive(f"{said} #fail", by="lou")
    await world.receive(said.replace("NW12", "NW14"), by="zoe")
    await world.advance(minutes=1)
    first, own = world.channel("#care").card("@marta"), world.channel("#care").card("@zoe")
    assert len(world.channel("#care").cards) == 2
    assert "3 " in first.words
    assert "similar" not in own.words
    assert "@pedro · similar post" in await first.explain()
    await first.separate("@pedro", by="ana")
    await world.advance(seconds=10)
    assert len(world.channel("#care").cards) == 3
    assert (await world.reconcile()).joined == 3


async def test_five_outlets_that_carry_one_story_are_one_card_and_no_spam(world: World) -> None:
    story = "Northwind Air cancels hundreds of flights after a terrible failure of its booking system"
    for outlet in ("Daily Post", "Porto News", "The Courier", "City Herald", "Evening Star"):
        link = f"https://{outlet.lower().replace(' ', '')}.example/a"
        await world.receive(f"{story} - {outlet}", by=outlet.replace(" ", ""), url=link)
    await world.advance(minutes=1)
    cards = [card for name in ("#care",) for card in world.channel(name).cards]
    assert len(cards) == 1, [card.words for card in cards]
    assert "4 similar posts" in cards[0].words
    assert (await world.reconcile()).spam == 0
