"""What managers see of each source: what was imported, how late its posts are, and what it may still request."""

import asyncio
from datetime import timedelta

from aiohttp import web

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.rss import RssOptions, build_rss_source
from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World
from tests.sources.fake_outlet import serve_fake_outlet

ENTRY = (
    "<item><guid>{0}</guid><title>Northwind Air is late {0}</title>"
    "<pubDate>Mon, 09 Mar 2026 08:00:00 GMT</pubDate></item>"
)


async def test_a_newcomer_connects_a_feed_and_sees_what_was_imported_and_that_nothing_was_posted(world: World) -> None:
    entries = "".join(map(ENTRY.format, range(40)))
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'
    async with serve_fake_outlet() as outlet:
        outlet.answers["/feed"] = [web.Response(text=feed, content_type="application/rss+xml")]
        subjects = (Subject(name="Northwind", terms=("northwind air",)),)
        context = SourceContext("rss.press", world.clock, lambda: 0.0, subjects)
        await world.start_sources(build_rss_source(RssOptions(url=f"{outlet.url}/feed"), context))
        async with asyncio.timeout(60):
            while "rss.press" not in await world.local_app.store.source_health.load_all():  # noqa: ASYNC110 - it is the test that waits
                await asyncio.sleep(0)

        assert "rss.press · no new posts yet · imported 40, posted 0 of them" in await world.person("mia").open_home()
        _, state = await world.fetch("/statusz")
        assert state["sources"]["rss.press"]["imported"] == 40
        assert state["sources"]["rss.press"]["last_mention_seconds_ago"] is None
        assert not world.channel("#care").messages


async def test_a_source_that_is_an_hour_late_says_so_on_home(world: World) -> None:
    await world.receive(LOST, at=world.clock.now() - timedelta(hours=1))
    home = await world.person("mia").open_home()
    assert "median delay 1 h · 1 post in the last hour" in home
    _, state = await world.fetch("/statusz")
    assert state["sources"]["x"]["delay_seconds"] == 3600
    assert (state["sources"]["x"]["last_hour"], state["sources"]["x"]["usual_hour"]) == (1, None)
    assert "rss" not in home
