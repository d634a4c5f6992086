"""The link in a call: what its page shows on a phone in the night, what it does, and for how long."""

import re
from html import unescape

import aiohttp

from tests.pagers.fake_services import FakePagerServices
from tests.scenarios.oncall_setup import night_world
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.test_pagers import PAGERDUTY, browse, deliver_webhook, link_in, pagerduty_says
from tests.scenarios.world import World

__all__ = ["night_world"]


async def press_link(link: str, answer: str = "") -> str:
    """A form of the page, as a browser without scripts sends it."""
    data = {"answer": answer} if answer else {}
    async with aiohttp.ClientSession() as session, session.post(link, data=data) as reply:
        return unescape(re.sub(r"<[^>]+>", " ", (await reply.text()).partition("</style>")[2]))


async def get_pushed_link(night_world: World, services: FakePagerServices) -> str:
    """The link in what ntfy has sent to Ben's phone."""
    await night_world.receive(f"{CRISIS} <script>alert(1)</script> https://evil.example/x")
    await night_world.advance(minutes=2.1)
    return str(services.of("ntfy")[-1]["click"])


async def test_the_page_of_a_link_shows_the_words_the_card_and_who_was_called_when(
    night_world: World, services: FakePagerServices
) -> None:
    link = await get_pushed_link(night_world, services)
    async with aiohttp.ClientSession() as session, session.get(link) as reply:
        html = await reply.text()
    assert "there is smoke in the cabin, people are injured, we need an ambulance" in html
    assert "<script" not in html
    assert "evil.example" not in html, "no link of a stranger's on which a thumb would land"
    assert re.search(r'<a href="https://slack\.com/app_redirect\?[^"]+"[^>]*>View card</a>', html)
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<title>.*?</title>", "", html))
    assert words.count("Safety crisis:") == 1, words
    assert re.search(r"04:00\s+Ben via Slack", words), words
    assert re.search(r"04:02\s+Ben via ntfy", words), words


async def test_who_cannot_take_it_says_so_and_the_next_person_is_called_at_once(
    night_world: World, services: FakePagerServices
) -> None:
    link = await get_pushed_link(night_world, services)
    assert "You passed this on, so the next person is paged" in await press_link(link, "cannot")
    await night_world.advance(seconds=5)
    assert night_world.person("mia").dms, "Mia is called two minutes before it would be her turn"
    card = await night_world.channel("#pr").card("@marta").explain()
    assert "@ben can't take it" in card
    [page] = await night_world.local_app.store.pages.list_due(night_world.clock.now().replace(hour=23))
    before = (await night_world.local_app.store.pages.get(page)).count
    await press_link(link, "cannot")
    await night_world.advance(seconds=5)
    assert (await night_world.local_app.store.pages.get(page)).count == before, "once a round"
    audit = await night_world.local_app.store.client.execute("XRANGE", night_world.local_app.store.keys.audit, "-", "+")
    assert str(audit).count("cannot take it") == 1


async def test_who_could_not_take_it_and_now_can_still_acknowledges(
    night_world: World, services: FakePagerServices
) -> None:
    link = await get_pushed_link(night_world, services)
    await press_link(link, "cannot")
    assert "You've got it" in await press_link(link)


async def test_a_link_that_was_good_once_does_nothing_when_the_page_calls_again(
    night_world: World, services: FakePagerServices
) -> None:
    link = await get_pushed_link(night_world, services)
    assert "You've got it" in await press_link(link)
    await night_world.advance(minutes=30.2)
    for answer in ("", "cannot"):
        words = await press_link(link, answer)
        assert "Nobody has answered since it paged again at 04:32" in words, words
        assert "Use the newest message" in words
    assert "Acknowledge" not in (await browse(link))[1].replace("Acknowledged", "")
    [page] = await night_world.local_app.store.pages.list_due(night_world.clock.now().replace(hour=23))
    assert (await night_world.local_app.store.pages.get(page)).is_open
    await night_world.advance(minutes=2.1)
    newest = services.of("ntfy")[-1]["click"]
    assert newest != link
    assert "You've got it" in await press_link(newest)


async def test_a_link_of_an_earlier_round_that_nobody_answered_is_good_still(
    night_world: World, services: FakePagerServices
) -> None:
    link = await get_pushed_link(night_world, services)
    await night_world.advance(minutes=25)
    assert "You've got it" in await press_link(link)


async def test_an_event_that_pagerduty_delivers_again_is_taken_and_does_nothing(
    night_world: World, services: FakePagerServices
) -> None:
    await get_pushed_link(night_world, services)
    await night_world.advance(minutes=2.1)
    page, now = services.of("pagerduty")[0]["dedup_key"], night_world.clock.now().isoformat()
    assert await deliver_webhook(night_world, pagerduty_says(page, now), PAGERDUTY) == 200
    assert await deliver_webhook(night_world, pagerduty_says(page, now), PAGERDUTY) == 200
    await night_world.advance(minutes=30.2)
    assert (await night_world.local_app.store.pages.get(page)).is_open, "it calls again"
    assert await deliver_webhook(night_world, pagerduty_says(page, now), PAGERDUTY) == 200
    night_world.clock.advance(hours=1)
    assert await deliver_webhook(night_world, pagerduty_says(page, now), PAGERDUTY) == 200, "however late"
    assert (await night_world.local_app.store.pages.get(page)).is_open


async def test_a_key_that_twilio_tells_again_does_nothing_when_the_page_calls_again(
    night_world: World, services: FakePagerServices
) -> None:
    await get_pushed_link(night_world, services)
    await night_world.advance(minutes=12)
    link = link_in(services.of("text")[-1]["Body"])
    assert "You've got it" in await press_link(link)
    await night_world.advance(minutes=30.2)
    assert "You've got it" not in await press_link(link)
