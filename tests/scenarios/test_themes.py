"""What it is about: a manager reads it in the first sentence, and names it as the team does."""

from datetime import timedelta

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
    assert "mostly lost bags (2,000)" in first, told
    assert "lost bags: 2,000 mentions, 100 % negative (100 to 100)" in told, told
    assert "delay: 1 mention, 1 negative" in told, told
    assert "crew: 1 mention, 0 negative" in told, told
    assert f"@marta: {LOST}" not in told


async def test_of_few_mentions_the_report_names_themes_without_a_share_and_shows_a_post_of_each(world: World) -> None:
    add_to_playbook(world, THEMES)
    await world.receive(LOST)
    await world.receive(PRAISE, by="rosa")
    told = await world.person("mia").type_command("/sentiment")
    assert "mostly" not in told
    assert f"lost bags: 1 mention, 1 negative\n@marta: {LOST}" in told.replace("\n\n", "\n"), told
    assert f"crew: 1 mention, 0 negative\n@rosa: {PRAISE}" in told.replace("\n\n", "\n"), told
