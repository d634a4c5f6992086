"""Something goes wrong at night: one episode, said to be one, however many waves it has."""

import pytest

from bot.domain.spikes.detector import SpikeKind
from tests.scenarios.spike_setup import build_cancellation_post, build_new_account, send_wave, watch_spikes_at_four
from tests.scenarios.world import World


async def test_a_spike_at_four_opens_one_episode_with_what_is_unusual_in_one_line(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 24)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert "Spike · Northwind Air" in card.words
    assert "cancelled" in card.words
    assert "24 negative in 15 min from 24 people, usually none · since @stranded0" in card.words
    assert "24 posts so far from 24 people" in card.words
    assert "Paged at" in card.words
    assert len(await world.local_app.store.episodes.list_latest()) == 1


async def test_a_wave_of_similar_posts_is_one_card_and_counts_each_person(world: World) -> None:
    await watch_spikes_at_four(world)
    added = ("", "seriously ", "again ", "honestly ")
    for number in range(24):
        said = f"@northwindair {added[number % 4]}flight NW12 cancelled and no hotel offered, shame on you"
        await world.receive(said + "!" * (number // 4), by=f"stranded{number}")
        await world.advance(seconds=30)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert "24 posts so far from 24 people" in card.words
    assert (await world.reconcile()).joined == 23


async def test_a_second_wave_joins_the_first(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 20)
    [first] = await world.local_app.store.episodes.list_latest()
    await world.advance(minutes=40)
    await send_wave(world, 20, first=100)
    await world.advance(minutes=2)
    [episode] = await world.local_app.store.episodes.list_latest()
    assert episode.id == first.id
    assert episode.paged_at == first.paged_at is not None
    assert episode.voices == 40
    [card] = world.channel("#care").episodes
    assert "40 posts so far from 40 people" in card.words


async def test_the_episode_closes_itself_with_its_review(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 20)
    await world.advance(hours=4)
    [card] = world.channel("#care").episodes
    assert "Over · Northwind Air" in card.words
    review = card.words[card.words.index("Over:") :].splitlines()[:6]
    assert "20 posts from 20 people" in review[1]
    assert "Peak: " in review[2]
    assert "Noticed " in review[3]
    assert "20 posts became cases." in review[4]
    assert "No likely bots." in review[5]
    assert await world.local_app.store.episodes.load_running() == {}


PLANNED = """
[spikes]
[[spikes.planned]]
name = "Spring <sale>"
cause = "campaign"
subject = "Northwind Air"
starts_at = 2026-03-11T00:00:00
ends_at = 2026-03-11T23:00:00
times = 20
"""


def plan_events(world: World, more: str = "") -> None:
    world.path.write_text(world.path.read_text("utf-8") + PLANNED + more, "utf-8")
    assert not world.playbook.reload()


@pytest.mark.parametrize(("planned", "opened"), [(True, 0), (False, 1)])
async def test_what_was_planned_makes_people_talk_and_opens_nothing(
    world: World,
    planned: bool,  # noqa: FBT001
    opened: int,
) -> None:
    if planned:
        plan_events(world)
    await watch_spikes_at_four(world)
    for number in range(30):
        await world.receive(
            f"@northwindair the spring sale has seats for {100 + number} EUR today", by=f"buyer{number}"
        )
        await world.advance(seconds=24)
    assert len(await world.local_app.store.episodes.list_latest()) == opened


SPRING = 'words = ["spring sale"]'
TWICE = SPRING + PLANNED.split("[spikes]")[1].replace("Spring <sale>", "The show")


@pytest.mark.parametrize("people", [8, 9, 10, 14])
@pytest.mark.parametrize("planned", [None, "", SPRING, 'words = ["cabin tour"]', TWICE])
async def test_voices_against_us_open_and_page_the_same_with_and_without_a_plan(
    world: World, planned: str | None, people: int
) -> None:
    if planned is not None:
        plan_events(world, planned)
    await watch_spikes_at_four(world)
    for number in range(people):
        text = f"@northwindair the spring sale is a scam, seat {number} cost double, this is terrible"
        await world.receive(text, by=f"against{number}")
        await world.advance(seconds=8 * 60 / people)
    [episode] = await world.local_app.store.episodes.list_latest()
    assert (episode.kind, episode.voices) == (SpikeKind.NEGATIVE, people)
    assert episode.paged_at is not None
    assert sum("Spike at Northwind Air" in dm.words for dm in world.person("raj").dms) == 1


async def test_a_trouble_beside_what_was_planned_pages_all_the_same_and_says_what_was_expected(world: World) -> None:
    plan_events(world, 'words = ["spring sale"]')
    await watch_spikes_at_four(world)
    await send_wave(world, 24)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert "Planned: Spring <sale>. It excuses no criticism." in card.words.replace("*", "")
    assert "Spike at Northwind Air" in world.person("raj").dm.words


async def test_sarcasm_opens_nothing(world: World) -> None:
    await watch_spikes_at_four(world)
    for number in range(8):
        text = "great, another cancelled flight, just what I needed, thanks a lot! seat {n}"
        await world.receive(f"@northwindair {text.format(n=number)}", by=f"wit{number}")
        await world.advance(minutes=1)
    assert await world.local_app.store.episodes.list_latest() == []


async def test_a_bought_storm_is_told_as_one_and_wakes_nobody(world: World) -> None:
    await watch_spikes_at_four(world)
    for number in range(40):
        mention = build_cancellation_post(world, number)
        author = mention.author.model_validate(mention.author.model_dump(exclude_none=True) | build_new_account())
        await world.receive_all([mention.copy_with(author=author)])
        await world.advance(seconds=15)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert "negative from likely bots" in card.words
    assert "Nobody paged: the accounts are likely bots." in card.words
    [episode] = await world.local_app.store.episodes.list_latest()
    assert episode.paged_at is None


async def test_in_its_first_days_it_says_once_that_it_is_still_learning(world: World) -> None:
    await watch_spikes_at_four(world, days=2)
    await send_wave(world, 10, minutes=10)
    await world.advance(minutes=2)
    [card] = world.channel("#care").episodes
    assert card.words.lower().count("still learning") == 1
    assert "Nobody paged: Earshot is still learning what is usual here, and pages from" in card.words


async def test_a_quiet_night_opens_nothing(world: World) -> None:
    await watch_spikes_at_four(world)
    for number in range(6):
        await world.receive_all([build_cancellation_post(world, number)])
        await world.advance(minutes=25)
    assert await world.local_app.store.episodes.list_latest() == []


async def test_a_spike_at_four_wakes_the_person_on_call_once(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 24)
    raj = world.person("raj")
    assert "Spike at Northwind Air" in raj.dm.words
    await raj.dm.click("Acknowledge", by="raj")
    [card] = world.channel("#care").episodes
    await world.advance(minutes=1)
    assert "Acknowledged by @raj via Slack" in card.words
    before = len(raj.dms)
    await send_wave(world, 20, first=100)
    pages = [dm for dm in raj.dms[before:] if "Spike" in dm.words]
    assert pages == []


async def test_the_first_does_not_answer_and_the_next_is_called(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 24)
    await world.advance(minutes=7)
    assert any("Spike at Northwind Air" in dm.words for dm in world.person("mia").dms)


async def test_when_it_is_over_nobody_is_called_any_more(world: World) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 20)
    await world.advance(hours=3)
    [card] = world.channel("#care").episodes
    assert "Closed unanswered" in card.words
    assert "Acknowledge" not in card.buttons
