"""How fast each source makes mentions of what its outlet sends, next to a plain parser on the same bytes."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from xml.etree import ElementTree as ET

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import Measurement
from bot.benchmarks.outlet_pages import (
    APP,
    CHANNEL,
    PACKAGE,
    PAGES,
    build_bluesky_frames,
    build_own_items,
    build_x_lines,
)
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.domain.subject import Subject
from bot.sources.app_reviews import ReviewOutlet
from bot.sources.appstoreconnect import AppStoreConnectApi, AppStoreConnectOptions
from bot.sources.base import SourceContext
from bot.sources.bluesky_events import FrameFilter, build_post_mention, parse_event
from bot.sources.discourse import DiscourseOptions, DiscourseOutlet
from bot.sources.github import GithubOptions, GithubOutlet
from bot.sources.googleplay import GooglePlayApi, GooglePlayOptions, ServiceAccount
from bot.sources.hackernews import HackerNewsOptions, HackerNewsOutlet
from bot.sources.mastodon import MastodonOptions, MastodonOutlet
from bot.sources.mention_parser import fill_source, parse_json, parse_mention_lines, validate_mention
from bot.sources.outlet_client import OutletClient, OutletResponse, Query, Validators
from bot.sources.polling import PolledOutlet
from bot.sources.rss import RssOptions, RssOutlet
from bot.sources.stackexchange import StackExchangeOptions, StackExchangeOutlet
from bot.sources.x_payloads import parse_stream_line
from bot.sources.youtube import YoutubeOptions, YoutubeOutlet

POSTS_OF_PAGE = 60
"""As many as Discourse is asked for in one poll."""
TERM = "northwind"
URL = "https://outlet.example"
ReadPages = Callable[[Sequence[bytes]], Awaitable[int]]
"""Returns how many mentions there are in what one outlet sends."""


class _NoWaitClock(SystemClock):
    async def sleep(self, seconds: float) -> None:
        """Sources are polite to outlets, and this measures no manners."""


class _PageClient(OutletClient):
    """Answers with these pages, one after the other."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        super().__init__(SystemClock())
        self._pages = iter(pages)

    async def get(
        self,
        url: str,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        *,
        cut: bool = False,
    ) -> OutletResponse:
        del params, headers, validators, cut
        about = b"{}" if url.endswith("/instance") else b""  # Mastodon is asked for it once an hour
        return OutletResponse(200, about or next(self._pages), {}, url)

    async def post_form(self, url: str, form: Mapping[str, str]) -> OutletResponse:
        del form
        return OutletResponse(200, b'{"access_token":"t","expires_in":3599}', {}, url)


class _UnsignedAppStore(AppStoreConnectApi):
    def sign_request(self) -> str:
        return ""


class _UnsignedGooglePlay(GooglePlayApi):
    def sign_request(self) -> str:
        return ""


async def measure_parse_rates(bench: BenchmarkContext) -> list[Measurement]:
    posts = bench.samples.generate_mentions(POSTS_OF_PAGE, SystemClock().now())
    posts = [post.copy_with(text=f"{post.text} {TERM}") for post in posts]
    sent: dict[str, tuple[Sequence[bytes], ReadPages]] = {
        "x": (build_x_lines(posts), _read_x),
        "bluesky": (build_bluesky_frames(posts, TERM), partial(_read_bluesky, FrameFilter([_build_subject()]))),
        "webhook": ([b'{"mentions":[' + b",".join(build_own_items(posts)) + b"]}"], _read_webhook),
        "replay": (build_own_items(posts), _read_replay),
        "kafka": (build_own_items(posts), _read_kafka),
    }
    outlets = _build_outlets()
    sent |= {name: (build(posts), partial(_poll_outlet, outlets[name])) for name, build in PAGES.items()}
    figures = []
    for name, (pages, read) in sent.items():
        bench.report(f"what {name} sends")
        figures.append(await _measure_rate(name, pages, read, bench.pick_count(30, 1)))
    return figures


async def _measure_rate(name: str, pages: Sequence[bytes], read: ReadPages, rounds: int) -> Measurement:
    parse, parser = (ET.fromstring, "xml.etree") if pages[0].startswith(b"<") else (json.loads, "json.loads")
    found, reading, parsing = await read(pages), 0.0, 0.0
    for _ in range(rounds):  # in turns, since other processes slow both down
        began = read_monotonic()
        await read(pages)
        between = read_monotonic()
        for page in pages:
            parse(page)
        reading, parsing = reading + between - began, parsing + read_monotonic() - between
    size = sum(map(len, pages))
    note = f"{found} posts in {size:,} bytes, for which plain {parser} takes {parsing / reading:.1%} of the time"
    return Measurement(f"{name}, posts a second", rounds * found / reading, "/s", note=note)


def _build_subject() -> Subject:
    return Subject(name="Benchmark", terms=(TERM,))


def _build_outlets() -> dict[str, PolledOutlet]:
    context = SourceContext("bench", _NoWaitClock(), lambda: 0.5, (_build_subject(),), secret="k")  # noqa: S106 - none
    account = ServiceAccount.model_validate(
        {"client_email": "a@b.example", "private_key": "k", "private_key_id": "k", "token_uri": URL}
    )
    apple = _UnsignedAppStore(AppStoreConnectOptions(apps=(APP,), key_id="ABC123DEF4"), context)
    google = _UnsignedGooglePlay(GooglePlayOptions(apps=(PACKAGE,)), account, context)
    return {
        "rss": RssOutlet(RssOptions(url=URL), context),
        "hackernews": HackerNewsOutlet(HackerNewsOptions(), context),
        "stackexchange": StackExchangeOutlet(StackExchangeOptions(), context),
        "discourse": DiscourseOutlet(DiscourseOptions(url=URL), context),
        "mastodon": MastodonOutlet(MastodonOptions(url=URL), context),
        "github": GithubOutlet(GithubOptions(), context),
        "youtube": YoutubeOutlet(YoutubeOptions(channel=CHANNEL), context),
        "appstoreconnect": ReviewOutlet(apple, (APP,), context),
        "googleplay": ReviewOutlet(google, (PACKAGE,), context),
    }


async def _poll_outlet(outlet: PolledOutlet, pages: Sequence[bytes]) -> int:
    return len((await outlet.poll(_PageClient(pages), None)).mentions)


async def _read_x(lines: Sequence[bytes]) -> int:
    return sum(len(parse_stream_line(line).mentions) for line in lines)


async def _read_bluesky(terms: FrameFilter, frames: Sequence[bytes]) -> int:
    events = [event for event in map(parse_event, frames) if terms.has_subject(event.record)]
    return len([build_post_mention(event, "bluesky", terms.build_text(event.record)) for event in events])


async def _read_webhook(bodies: Sequence[bytes]) -> int:
    return sum(len([validate_mention(one) for one in parse_json(body)["mentions"]]) for body in bodies)


async def _read_kafka(messages: Sequence[bytes]) -> int:
    return len([validate_mention(fill_source(parse_json(message), "kafka")) for message in messages])


async def _read_replay(lines: Sequence[bytes]) -> int:
    return sum(1 for _ in parse_mention_lines(BytesIO(b"\n".join(lines))))
