"""Episodes and campaigns: what happened, before, during and after, and what came of it."""

from bot.cards.charts import LABEL_LENGTH
from bot.domain.reports.report import ReportQuery
from bot.usecases.episodes import EpisodeUseCases
from bot.usecases.reports import SentimentReports
from tests.scenarios.sample_posts import build_complaint
from tests.scenarios.spike_setup import send_wave, watch_spikes_at_four
from tests.scenarios.world import World


async def receive_posts(world: World, names: str, complaints: int, praises: int) -> None:
    posts = [world.build_mention(build_complaint(n), by=f"{names}{n}") for n in range(complaints)]
    posts += [
        world.build_mention(f"@northwindair love the new seats, row {n} is great", by=f"{names}fan{n}")
        for n in range(praises)
    ]
    await world.receive_all(posts)


async def test_two_launches_are_compared_in_words_and_in_a_table(world: World) -> None:
    world.detects_spikes = True
    mia = world.person("mia")
    for name, complaints, praises in (("First launch", 10, 40), ("Second launch", 30, 20)):
        await world.advance(days=1)
        assert "has started" in await mia.type_command(f"/sentiment campaign start {name}")
        await world.advance(minutes=20)
        await receive_posts(world, name[:3], complaints, praises)
        await world.advance(minutes=40)
        assert "is over" in await mia.type_command(f"/sentiment campaign end {name}")
    await world.advance(hours=2)
    told = await mia.type_command("/sentiment episode second launch")
    assert "Push campaign · Northwind Air" in told
    assert "50 mentions in 1 h, 0 in the same time before, 0 after" in told
    assert (
        "The last push campaign about Northwind Air: 50 mentions, negative 20 % of 50 (95 % interval 11–33 %)." in told
    )
    assert "First launch" in told
    await mia.press_on_whisper("View")
    assert "The first push campaign about Northwind Air." in mia.last_whisper


async def test_a_detected_outage_has_a_page_that_leads_to_its_cases(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 40)
    await world.advance(minutes=2)
    await world.channel("#care").cards[0].click("Claim", by="ana")
    await world.channel("#care").cards[0].resolve("fixed", by="ana")
    await world.advance(hours=3)
    ana = world.person("ana")
    listed = await ana.type_command("/sentiment episodes")
    assert "negative spike · Northwind Air" in listed
    await ana.press_on_whisper("View")
    page = ana.last_whisper
    assert "40 cases: 1 answered" in page
    assert "39 still open." in page
    assert "Closed as fixed 1." in page
    await ana.press_on_whisper("Cases (40)")
    assert "1 – 10 of 40 cases of “" in ana.form
    await ana.press_on_whisper("All episodes")
    assert "Northwind Air" in ana.last_whisper


async def test_a_campaign_that_nobody_ended_is_over_by_itself_and_says_so(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment campaign start Teaser for northwind air")
    await world.advance(days=31)
    assert "nobody ended it" in await mia.type_command("/sentiment campaign list")
    assert "0 mentions in 29 d 23 h" in await mia.type_command("/sentiment episode teaser")


async def test_a_wrong_name_is_answered_with_the_nearest_one(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment campaign start Spring sale")
    assert "Did you mean `Spring sale`?" in await mia.type_command("/sentiment episode sprng sale")
    assert "`/sentiment episodes` lists the latest." in await mia.type_command("/sentiment episode moon landing")
    assert "Did you mean `episodes`?" in await mia.type_command("/sentiment epsodes")


async def test_a_campaign_excuses_more_posts_and_no_criticism(world: World) -> None:
    await world.person("mia").type_command("/sentiment campaign start Spring sale")
    await watch_spikes_at_four(world)
    await send_wave(world, 24)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert "Planned: Spring sale. It excuses no criticism." in card.words.replace("*", "")


async def test_a_storm_from_before_a_campaign_is_not_counted_in_it(world: World) -> None:
    world.detects_spikes = True
    mia = world.person("mia")
    await world.advance(minutes=-world.clock.now().minute % 15 + 7)
    await receive_posts(world, "storm", 40, 0)
    await world.advance(minutes=1)
    await mia.type_command("/sentiment campaign start Spring sale")
    told = await mia.type_command("/sentiment episode Spring sale")
    assert "Too early to count mentions. Earshot counts whole quarter hours, and the first ends at" in told
    assert "40" not in told
    await world.advance(minutes=22)
    await receive_posts(world, "fan", 0, 5)
    await world.advance(minutes=16)
    told = await mia.type_command("/sentiment episode Spring sale")
    assert "5 mentions in 30 min from" in told
    assert "in the whole quarter hours of that time" in told


async def test_two_campaigns_one_after_the_other_count_no_post_twice(world: World) -> None:
    mia = world.person("mia")
    await world.advance(minutes=-world.clock.now().minute % 15 + 4)
    await mia.type_command("/sentiment campaign start Night sale")
    await world.advance(minutes=31)
    await mia.type_command("/sentiment campaign end Night sale")
    await mia.type_command("/sentiment campaign start Day sale")
    await receive_posts(world, "fan", 0, 25)
    await world.advance(minutes=60)
    told = [await mia.type_command(f"/sentiment episode {name}") for name in ("Night sale", "Day sale")]
    assert all("0 mentions in" in one for one in told)


async def test_the_examples_of_the_help_are_understood_as_they_are(world: World) -> None:
    mia = world.person("mia")
    told = await mia.type_command("/sentiment campaign start Spring sale for Northwind")
    assert "about Northwind Air" in told
    assert "`/sentiment campaign start Spring sale for Northwind Air`" in await mia.type_command("/sentiment help")
    assert "campaign start Spring sale for Northwind Air" in await mia.type_command("/sentiment campaign begin")


async def test_the_beginning_of_a_name_is_enough_if_no_other_begins_so(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment campaign start lost bags, minutes")
    await mia.type_command("/sentiment campaign start Spring sale")
    assert (await mia.type_command("/sentiment episode Lost bags")).startswith("lost bags, minutes")
    await mia.type_command("/sentiment campaign start Spring fair")
    told = await mia.type_command("/sentiment episode spring")
    assert "Several begin with “spring”: `Spring fair`, `Spring sale`." in told
    assert (await mia.type_command("/sentiment episode spring sale")).startswith("Spring sale")


async def test_a_planned_campaign_says_when_it_starts(world: World) -> None:
    plan = """
[[campaigns]]
name = "Share your seat"
subject = "Northwind Air"
starts_at = 2027-03-12T08:00:00
ends_at = 2027-03-13T08:00:00
"""
    world.path.write_text(world.path.read_text("utf-8") + plan, "utf-8")
    assert not world.playbook.reload()
    told = await world.person("mia").type_command("/sentiment episode share your seat")
    assert "Share your seat starts 12 Mar, 08:00" in told.replace("*", "")


async def test_a_name_with_an_ampersand_is_found_as_it_was_typed(world: World) -> None:
    mia = world.person("mia")
    await mia.type_command("/sentiment campaign start Sun &amp; sea")
    assert (await mia.type_command("/sentiment episode Sun &amp; sea")).startswith("Sun & sea")


async def test_an_episode_of_a_few_minutes_has_a_chart_of_quarters(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 40)
    await world.advance(minutes=2)
    store, rules = world.local_app.store, world.local_app.app.rules
    episodes = EpisodeUseCases(store, rules, world.clock)
    [ref] = await episodes.load_refs()
    parts = dict((await episodes.build_figures(ref, [ref])).parts)
    assert sum(one.opinion_count for one in parts.values()) == 40
    assert len(parts) >= 3
    assert [label for label in parts if "▸" in label] == ["04:00 ▸ start"]
    assert all(len(label) <= LABEL_LENGTH for label in parts)
    blocks = (await episodes.show_episode(ref.id)).blocks
    assert "Mentions before, during, after" in str(blocks)


async def test_the_points_of_a_chart_are_the_days_of_their_own_reports(world: World) -> None:
    mia = world.person("mia")
    await world.advance(days=3)
    await receive_posts(world, "early", 1, 0)
    await world.advance(days=6)
    await mia.type_command("/sentiment campaign start Early bird")
    for day in range(4):
        await receive_posts(world, f"day{day}", 5 + day, 4)
        await world.advance(hours=23)
    await mia.type_command("/sentiment campaign end Early bird")
    await world.advance(hours=25)
    await receive_posts(world, "late", 3, 2)
    await world.advance(minutes=16)
    store, rules = world.local_app.store, world.local_app.app.rules
    episodes, reports = EpisodeUseCases(store, rules, world.clock), SentimentReports(store, rules, world.clock)
    [ref] = await episodes.load_refs()
    figures = await episodes.build_figures(ref, [ref])
    found = {}
    for label, split in figures.parts:
        date = label.partition(" ▸")[0].partition(",")[0]
        found[label] = (await reports.build_report(ReportQuery(date.lower(), subject="Northwind Air"))).split
        assert split.opinion_count == found[label].opinion_count, label
        assert split.negative == found[label].negative, label
    assert sum(one.opinion_count for one in found.values()) == 4 * 4 + 5 + 6 + 7 + 8 + 5
    assert [label.partition("▸ ")[2] for label in found if "▸" in label] == ["start", "end"]
    assert list(found)[-1].endswith(", so far")
