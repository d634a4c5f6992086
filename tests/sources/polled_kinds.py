"""Every kind of polled source with an outlet on loopback that holds the same posts, so that all meet the same troubles.

A new kind is a function here and a line in `KINDS`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.sources.fake_app_stores import (
    APP,
    ISSUER,
    KEY_ID,
    PACKAGE,
    FakeAppStore,
    FakeGooglePlay,
    build_apple_review,
    build_google_review,
)
from tests.sources.fake_mastodon import FakeMastodon, build_status, format_time
from tests.sources.source_fakes import InstantClock
from tests.sources.test_discourse import FakeForum, build_post
from tests.sources.test_github import FakeGithub, issue
from tests.sources.test_hackernews import NOW, FakeAlgolia, comment
from tests.sources.test_rss import feed
from tests.sources.test_stackexchange import FakeStackExchange, question
from tests.sources.test_youtube import CHANNEL, FakeYoutube, thread

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OUTLET = "http://outlet.invalid"
AddPost = Callable[[int, datetime, str], None]
"""Adds the post with this number, time and text."""


@dataclass(frozen=True)
class PolledKind:
    routes: Mapping[str, Handler]
    add: AddPost
    posts: list[dict[str, Any]]
    """What it holds; a test may take posts away."""
    options: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""
    """`OUTLET` in it stands for the address."""


def build_rss(_: InstantClock) -> PolledKind:
    items: list[dict[str, Any]] = []

    async def handle(_: web.Request) -> web.StreamResponse:
        return feed(*(one["xml"] for one in reversed(items)))

    def add(number: int, at: datetime, text: str) -> None:
        time = f"{at:%a, %d %b %Y %H:%M:%S} +0000"
        items.append({"xml": f"<item><guid>{number}</guid><title>{text}</title><pubDate>{time}</pubDate></item>"})

    return PolledKind({"/feed": handle}, add, items, {"url": "/feed"})


def build_hackernews(clock: InstantClock) -> PolledKind:
    fake = FakeAlgolia()

    async def handle(request: web.Request) -> web.StreamResponse:
        fake.lag = NOW - int(clock.now().timestamp())  # its index is never late
        return await fake.handle(request)

    def add(number: int, at: datetime, text: str) -> None:
        fake.posts.insert(0, comment(number, text, int(at.timestamp())))

    return PolledKind({"/api/v1/search_by_date": handle}, add, fake.posts)


def build_stackexchange(_: InstantClock) -> PolledKind:
    fake = FakeStackExchange()

    def add(number: int, at: datetime, text: str) -> None:
        fake.questions.append(question(number, int(at.timestamp())) | {"title": text, "body": ""})

    return PolledKind({"/2.3/search/advanced": fake.handle}, add, fake.questions, secret="k")


def build_github(_: InstantClock) -> PolledKind:
    fake = FakeGithub()

    def add(number: int, at: datetime, text: str) -> None:
        fake.issues.append(issue(number, title=text, body="", created_at=f"{at:%Y-%m-%dT%H:%M:%SZ}"))

    return PolledKind({"/search/issues": fake.handle}, add, fake.issues, secret="k")


def build_youtube(_: InstantClock) -> PolledKind:
    fake = FakeYoutube()
    threads = fake.threads.setdefault(CHANNEL, [])

    def add(number: int, at: datetime, text: str) -> None:
        threads.insert(0, thread(f"c{number}", text, f"{at:%Y-%m-%dT%H:%M:%SZ}"))

    return PolledKind({"/youtube/v3/commentThreads": fake.handle}, add, threads, {"channel": CHANNEL}, "k")


def build_discourse(_: InstantClock) -> PolledKind:
    fake = FakeForum()

    def add(number: int, at: datetime, text: str) -> None:
        fake.posts.append(build_post(number, at, cooked=text, post_number=2))

    return PolledKind({"/search.json": fake.handle, "/posts/{post}": fake.handle}, add, fake.posts)


def build_mastodon(_: InstantClock) -> PolledKind:
    fake = FakeMastodon(remaining=100_000)
    routes = {"/api/v2/instance": fake.handle_instance, "/api/v1/timelines/tag/{tag}": fake.handle_timeline}

    def add(number: int, at: datetime, text: str) -> None:
        fake.statuses.append(build_status(number, f"{text} #nw", created_at=format_time(at)))

    return PolledKind(routes, add, fake.statuses, {"hashtags": ["nw"]})


def build_appstoreconnect(clock: InstantClock) -> PolledKind:
    fake = FakeAppStore(clock.now)

    def add(number: int, at: datetime, text: str) -> None:
        fake.reviews[APP].append(build_apple_review(str(number), at, text))

    options = {"apps": [APP], "key_id": KEY_ID, "issuer_id": ISSUER}
    return PolledKind({"/v1/apps/{app}/customerReviews": fake.handle}, add, fake.reviews[APP], options, fake.secret)


def build_googleplay(clock: InstantClock) -> PolledKind:
    fake = FakeGooglePlay(clock.now, OUTLET)

    def add(number: int, at: datetime, text: str) -> None:
        fake.reviews[PACKAGE].append(build_google_review(str(number), at, text))

    routes = {"/androidpublisher/v3/applications/{package}/reviews": fake.handle, "/token": fake.give_token}
    return PolledKind(routes, add, fake.reviews[PACKAGE], {"apps": [PACKAGE]}, fake.secret)


KINDS: Mapping[str, Callable[[InstantClock], PolledKind]] = {
    "rss": build_rss,
    "hackernews": build_hackernews,
    "stackexchange": build_stackexchange,
    "discourse": build_discourse,
    "mastodon": build_mastodon,
    "github": build_github,
    "youtube": build_youtube,
    "appstoreconnect": build_appstoreconnect,
    "googleplay": build_googleplay,
}
NAMES: Sequence[str] = list(KINDS)
