"""Somebody gives one star on Google Play and on the App Store: the department that a route names gets both."""

from datetime import timedelta
from pathlib import Path

from bot.sources.appstoreconnect import AppStoreConnectOptions, build_appstoreconnect_source
from bot.sources.base import SourceContext
from bot.sources.googleplay import GooglePlayOptions, build_googleplay_source
from tests.scenarios.world import World
from tests.sources.fake_app_stores import (
    APP,
    ISSUER,
    KEY_ID,
    PACKAGE,
    build_apple_reply,
    build_apple_review,
    build_google_review,
    serve_fake_app_store,
    serve_fake_google_play,
)

ROUTE = """[[routes]]
name = "unhappy with our app"
when = { rating = "<=2" }
to = "sales"

[[routes]]
"""
OLD, GATE, SCREEN = (
    "the old one was better",
    "the app forgets my boarding pass at the gate",
    "a white screen, each time",
)


def send_bad_ratings_to_sales(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("[[routes]]\n", ROUTE, 1), encoding="utf-8")


async def test_one_star_on_google_play_and_on_the_app_store_are_cards_in_the_department_that_the_route_names(
    world: World,
) -> None:
    send_bad_ratings_to_sales(world.path)
    assert world.playbook.reload() == ()
    subjects, now = world.playbook.current.subjects, world.clock.now
    async with serve_fake_google_play(now) as play, serve_fake_app_store(now) as store:
        play.reviews[PACKAGE].append(build_google_review("g0", now() - timedelta(days=1), OLD))
        google = SourceContext("googleplay", world.clock, lambda: 0.5, subjects, play.secret)
        apple = SourceContext("appstoreconnect", world.clock, lambda: 0.5, subjects, store.secret)
        chosen = AppStoreConnectOptions(apps=(APP,), key_id=KEY_ID, issuer_id=ISSUER, url=store.url)
        await world.start_sources(
            build_googleplay_source(GooglePlayOptions(apps=(PACKAGE,), url=play.url), google),
            build_appstoreconnect_source(chosen, apple),
        )
        cursors = world.local_app.store.inbox
        while not (await cursors.load_cursor("googleplay") and await cursors.load_cursor("appstoreconnect")):
            await world.run_until_idle()
        world.published_texts += [OLD, GATE, SCREEN]
        written = now() + timedelta(seconds=1)
        play.reviews[PACKAGE].append(build_google_review("g1", written, GATE))
        store.reviews[APP].append(build_apple_review("a1", written, SCREEN))
        store.reviews[APP].append(build_apple_review("a2", written, "as it should be", rating=5, title="Good"))
        await world.wait_for_mentions(3)
        await world.stop_sources()
    await world.advance(minutes=1)
    cards = [card.words for card in world.channel("#sales").cards]
    [gate] = [words for words in cards if GATE in words]
    [screen] = [words for words in cards if SCREEN in words]
    assert len(cards) == 2  # and none here for the five stars
    assert "1 of 5 stars" in gate
    assert f"Google Play, {PACKAGE}" in gate
    assert "1 of 5 stars" in screen
    assert "App Store, PRT" in screen
    assert "Northwind Air" in screen
    assert not any(OLD in card.words for card in world.channel("#care").cards)
    books = await world.reconcile()
    assert (books.seen, books.is_balanced) == (3, True)


async def test_what_we_reply_to_a_review_answers_its_case_and_is_no_case_and_no_opinion(world: World) -> None:
    send_bad_ratings_to_sales(world.path)
    chosen = AppStoreConnectOptions(apps=(APP,), key_id=KEY_ID, issuer_id=ISSUER)
    words = f'\n[sources.googleplay]\napps = ["{PACKAGE}"]\n\n[sources.appstoreconnect]\napps = ["{APP}"]\n'
    with world.path.open("a", encoding="utf-8") as playbook:
        playbook.write(f'{words}key_id = "{KEY_ID}"\nissuer_id = "{ISSUER}"\n')
    assert world.playbook.reload() == ()
    subjects, now = world.playbook.current.subjects, world.clock.now
    async with serve_fake_google_play(now) as play, serve_fake_app_store(now) as store:
        google = SourceContext("googleplay", world.clock, lambda: 0.5, subjects, play.secret)
        apple = SourceContext("appstoreconnect", world.clock, lambda: 0.5, subjects, store.secret)
        await world.start_sources(
            build_googleplay_source(GooglePlayOptions(apps=(PACKAGE,), url=play.url), google),
            build_appstoreconnect_source(chosen.model_copy(update={"url": store.url}), apple),
        )
        cursors = world.local_app.store.inbox
        while not (await cursors.load_cursor("googleplay") and await cursors.load_cursor("appstoreconnect")):
            await world.run_until_idle()
        written = now() + timedelta(seconds=1)
        world.published_texts += [GATE, SCREEN, "Sorry, it is repaired", "Sorry, update it, please"]
        review = build_google_review("g1", written, GATE)
        play.reviews[PACKAGE].append(review)
        store.reviews[APP].append(build_apple_review("a1", written, SCREEN))
        await world.wait_for_mentions(2)
        seconds = str(int((written + timedelta(minutes=6)).timestamp()))
        said = {"text": "Sorry, it is repaired", "lastModified": {"seconds": seconds}}
        review["comments"].append({"developerComment": said})
        store.replies["a1"] = build_apple_reply("b1", written + timedelta(minutes=6), "Sorry, update it, please")
        await world.wait_for_mentions(4)
        await world.stop_sources()
    await world.advance(minutes=1)
    cards = [card.words for card in world.channel("#sales").cards]
    assert len(cards) == 2
    assert all("Resolved · answered outside" in words for words in cards)
    assert all("answered in public by Northwind Air" in words for words in cards)
    books = await world.reconcile()
    assert (books.seen, books.is_balanced) == (4, True)
