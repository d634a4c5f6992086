"""What it is about: a manager reads it in the first sentence, and names it as the team does."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.scenarios.sample_posts import CHATTER, LATE, LOST, PRAISE, RIVAL
from tests.scenarios.test_replying import add_to_playbook
from tests.scenarios.world import World

THEMES = """
[[themes]]
name = "lost bags"
words = ["lost bag", "lost my bag", "suitcase", "bag"]

[[themes]]
name = "delay"
words = ["late", "delayed"]

[[themes]]
name = "crew"
words = ["crew"]
"""
KINDS = ("you lost my bag AGAIN, worst airline", "my suitcase is gone, awful", "still no bag, this is terrible service")


async def receive_many(world: World, texts: tuple[str, ...], count: int, hours_ago: float = 0) -> None:
    """So many posts by different people, a second after the other."""
    begins = world.clock.now() - timedelta(hours=hours_ago, seconds=count)
    await world.ingest(
        [
            world.build_mention(
                f"@northwindair {texts[nth % len(texts)]} {nth}", by=f"p{nth}", at=begins + timedelta(seconds=nth)
            )
            for nth in range(count)
        ]
    )


async def test_after_two_thousand_posts_about_lost_bags_the_first_sentence_says_so(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LATE, by="ola")
    await receive_many(world, KINDS, 2_000)
    for text in (PRAISE, RIVAL, CHATTER):
        await world.receive(text, by="kofi")
    told = await world.person("mia").type_command("/sentiment")
    first = told.splitlines()[0]
    assert "mostly about lost bags (2,000)" in first, told
    assert "lost bags: 2,000 mentions, 100 % negative (100–100 %)" in told, told
    assert "delay: 1 mention, 1 negative" in told, told
    assert "crew: 1 mention, 0 negative" in told, told
    assert f"@marta: {LOST}" not in told


async def test_of_few_mentions_the_report_names_themes_without_a_share_and_shows_a_post_of_each(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LOST)
    await world.receive(PRAISE, by="rosa")
    told = await world.person("mia").type_command("/sentiment")
    assert "mostly" not in told
    assert f"lost bags: 1 mention, 1 negative\nReport\n@marta: {LOST}" in told.replace("\n\n", "\n"), told
    assert f"crew: 1 mention, 0 negative\nReport\n@rosa: {PRAISE}" in told.replace("\n\n", "\n"), told


async def test_the_report_of_one_theme_has_its_departments_and_leads_to_its_cases(world: World) -> None:
    add_to_playbook(world, THEMES)
    for nth, text in enumerate((*KINDS, *KINDS[:1])):
        await world.receive(f"@northwindair {text} {nth}", by=f"p{nth}")
    for text, who in ((LATE, "ola"), (PRAISE, "rosa"), (f"@flyskylark lost my bag, terrible. {RIVAL}", "kofi")):
        await world.receive(text, by=who)
    await world.channel("#care").card("@p0").resolve("answered", by="ana")
    mia = world.person("mia")
    for words in (
        'today theme "lost bags"',
        "theme \N{LEFT DOUBLE QUOTATION MARK}Lost bags\N{RIGHT DOUBLE QUOTATION MARK}",
        "lost bags",
    ):
        told = flatten(await mia.type_command(f"/sentiment {words}"))
        assert told.startswith("4 mentions about lost bags today"), told
    assert "5 mentions: 4 about us (4 negative), 1 about Skylark" in told, told
    assert "4 complaints" in told
    assert "1 of 4 questions and complaints answered" in told, told
    assert "care | 3 | 0 | 1" in told, told
    assert "Spam has no theme" in told
    assert "Top themes" not in told
    await mia.press_on_whisper("Cases…")
    assert "5 cases in /sentiment today theme" in mia.form
    for figure, cases in (("sentiment:negative", 4), ("work:open", 4), ("work:answered", 1), ("word:asked", 4)):
        shown = await mia.submit_form(figure=figure)
        assert f"{cases} case" in shown, (figure, shown)
        assert "in the report" not in shown, (figure, shown)


async def test_a_report_of_before_an_upgrade_says_since_when_work_is_counted_by_theme(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LOST)
    await world.advance(hours=1)
    counters, begun = world.local_app.store.report_counters, world.clock.now()
    await counters.mark_theme_words_start(begun)
    await world.advance(days=1)
    await world.receive(LATE, by="ola")
    await counters.mark_theme_words_start(world.clock.now())  # at each start; the first counts
    begun, sentence = begun.astimezone(ZoneInfo("Europe/Lisbon")), "is counted by theme only since"
    mia = world.person("mia")
    told = await mia.type_command("/sentiment week lost bags")
    assert f"{sentence} {begun.day} {begun:%b, %H:%M}." in told, told
    assert sentence not in await mia.type_command("/sentiment today delay")
    assert sentence not in await mia.type_command("/sentiment week")


async def test_a_theme_that_is_not_there_is_asked_back(world: World) -> None:
    add_to_playbook(world, THEMES)
    told = await world.person("mia").type_command('/sentiment week theme "lost bgs"')
    assert told == 'There\'s no theme “lost bgs”. Did you mean `week theme "lost bags"`?'


async def test_a_report_leads_to_that_of_one_of_its_themes(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LOST)
    ana = world.person("ana")
    await ana.type_command("/sentiment")
    await ana.press_on_whisper("Report")
    assert ana.last_whisper.startswith("1 mention about lost bags today")


async def test_a_button_leads_from_a_report_to_the_themes_of_its_time(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LOST)
    ana = world.person("ana")
    await ana.type_command("/sentiment")
    await ana.press_on_whisper("Themes")
    assert ana.last_whisper.startswith("What posts are about, today")
    assert "lost bags" in ana.last_whisper


async def test_a_theme_is_renamed_and_its_past_goes_along(world: World) -> None:
    add_to_playbook(world, THEMES)
    await receive_many(world, KINDS, 40)
    refused = await world.person("ana").type_command("/sentiment themes rename lost bags to missing baggage")
    assert refused == "Only managers change themes. Ask @mia."
    told = await world.person("mia").type_command("/sentiment themes rename Lost Bags to missing baggage")
    assert told.startswith("lost bags is now called missing baggage, including in earlier figures."), told
    await receive_many(world, ("my bag is gone, terrible",), 1)
    listed = await world.person("joe").type_command("/sentiment themes")
    assert "missing baggage | 41 | 41 | 0 | 100 % (91–100 %)" in flatten(listed), listed
    assert "mostly about missing baggage (41)" in await world.person("joe").type_command("/sentiment")


async def test_two_themes_are_merged_and_a_post_about_both_counts_once_from_then_on(world: World) -> None:
    add_to_playbook(world, THEMES)
    await receive_many(world, KINDS, 5)
    await world.receive(LATE, by="ola")
    told = await world.person("mia").type_command("/sentiment themes merge delay into lost bags")
    assert told.startswith("delay is now part of lost bags, including its earlier figures."), told
    await receive_many(world, ("late, and my bag is gone",), 1)
    listed = flatten(await world.person("mia").type_command("/sentiment themes"))
    assert "lost bags | 7 | 7 | 0 | too few" in listed, listed
    assert "delay |" not in listed
    undone = await world.person("mia").type_command("/sentiment themes remove lost bags")
    assert undone.startswith("delay has its own name again."), undone
    listed = flatten(await world.person("mia").type_command("/sentiment themes"))
    assert "lost bags | 5 |" in listed, listed
    assert "delay | 2 |" in listed


async def test_a_theme_leads_to_its_cases_and_merged_ones_stand_there_too(world: World) -> None:
    add_to_playbook(world, THEMES)
    for text, who in ((LOST, "marta"), (LATE, "ola"), (PRAISE, "rosa")):
        await world.receive(text, by=who)
    await world.person("mia").type_command("/sentiment themes merge delay into lost bags")
    await world.person("ana").type_command("/sentiment themes")
    await world.person("ana").press_on_whisper("Cases…")
    form = world.person("ana").form
    assert "2 cases behind “lost bags” in /sentiment today" in form
    assert "in the report" not in form, "both say 2"
    assert "@ola" in form
    assert "@rosa" not in form


async def test_a_theme_that_was_added_by_mistake_is_removed_with_its_figures_and_comes_back_with_them(
    world: World,
) -> None:
    add_to_playbook(world, THEMES)
    mia = world.person("mia")
    await mia.type_command("/sentiment themes add legroom")
    await receive_many(world, ("legroom? awful",), 3)
    assert "legroom | 3 |" in flatten(await mia.type_command("/sentiment themes"))
    assert "Only managers" in await world.person("ana").type_command("/sentiment themes remove legroom")
    assert (await mia.type_command("/sentiment themes remove Legroom")).startswith(
        "legroom and its figures are no longer shown"
    )
    await receive_many(world, ("no legroom, terrible",), 2)
    assert "legroom |" not in flatten(await mia.type_command("/sentiment themes"))
    assert "There's no theme “legroom”" in await mia.type_command("/sentiment themes remove legroom")
    assert "is in the playbook" in await mia.type_command("/sentiment themes remove delay")
    await mia.type_command("/sentiment themes add legroom")
    assert "legroom | 3 |" in flatten(await mia.type_command("/sentiment themes"))


async def test_what_twelve_people_say_is_offered_as_a_theme_and_what_one_says_fifty_times_is_not(world: World) -> None:
    add_to_playbook(world, THEMES)
    await receive_many(world, ("the legroom is a joke, awful", "no legroom at all, terrible"), 12)
    mentions = [world.build_mention(f"@northwindair your parrot is rude, awful {nth}", by="kai") for nth in range(50)]
    await world.ingest(mentions)
    assert "Add as a theme" not in await world.person("joe").type_command("/sentiment themes")
    listed = await world.person("mia").type_command("/sentiment themes")
    assert "Many people also say, without a theme yet: legroom (12 people)" in listed, listed
    assert "parrot" not in listed
    told = await world.person("mia").type_command("/sentiment themes add legroom")
    assert told == "legroom now counts posts with: legroom."
    await receive_many(world, ("legroom? awful",), 3)
    listed = flatten(await world.person("mia").type_command("/sentiment themes"))
    assert "legroom | 3 |" in listed, listed
    assert "without a theme yet" not in listed


def flatten(told: str) -> str:
    """Cells of a table side by side."""
    return told.replace("\n", " | ").replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


async def test_a_word_that_matches_posts_about_anything_is_refused_as_a_theme(world: World) -> None:
    mia = world.person("mia")
    for words in ("x", "wifi: wi", "seats: seat, 5g"):
        assert "is too short: posts about anything would match." in await mia.type_command(
            f"/sentiment themes add {words}"
        )
    assert "no angle brackets" in await mia.type_command("/sentiment themes add &lt;b&gt;wifi")
    assert await mia.type_command("/sentiment themes add 机场") == "机场 now counts posts with: 机场."


async def test_two_departments_subjects_or_themes_at_once_are_asked_back_with_both(world: World) -> None:
    add_to_playbook(world, THEMES)
    for words, both in (
        ("week care Skylark Airways", "“care” or “Skylark Airways”"),
        ("care theme crew", '“care” or “theme "crew"”'),
    ):
        told = await world.person("mia").type_command(f"/sentiment {words}")
        assert told == f"Ask for one department, subject or theme at a time: {both}."
