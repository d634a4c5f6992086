"""How fast posts of outlets are read: the stream of Bluesky, a feed of 2,000 entries, and what each source parses."""

import json
import random
import resource
from collections.abc import Callable, Sequence
from functools import partial

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, MS, Measurement, require_at_least, require_at_most
from bot.benchmarks.outlet_pages import build_bluesky_frames
from bot.benchmarks.parse_rates import measure_parse_rates
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.domain.subject import Subject
from bot.sources.bluesky_events import FrameFilter, parse_event
from bot.sources.rss_parser import MOST_ENTRIES, parse_feed

TERMS = 50
A_DAY = 2_000_000
"""Events of the stream in a quiet day. The memory must not grow with them."""
ROUND = 20_000
"""Different events, which come again and again."""
HIT_EVERY = 500
"""One post in so many names a subject."""
GROWTH = 5
"""Megabytes; the heap of a process that has just started settles by that much."""


async def measure_sources(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(A_DAY, 4_000)
    posts = bench.samples.generate_mentions(min(count, ROUND), SystemClock().now())
    frames = build_bluesky_frames(posts, _build_terms()[0], HIT_EVERY)
    frame_filter = FrameFilter([Subject(name="Benchmark", terms=_build_terms())])
    _filter_frames(frame_filter, frames)
    before = _measure_memory()
    filtering, parsing = [], []
    for done in range(0, count, len(frames)):  # in turns, since other processes slow both down
        bench.report(f"{done:,} of {count:,} events of a stream")
        filtering.append(_time_frames(partial(_filter_frames, frame_filter), frames))
        parsing.append(_time_frames(_parse_frames, frames))
    after = _measure_memory()
    rate, plain = (count / sum(times) for times in (filtering, parsing))
    note = f"{TERMS} terms, {count:,} events. Plain json.loads reads {plain:,.0f}/s: this is {rate / plain:.2f} of it"
    kept = f"the most of this process, {before:,.0f} MB before the {count:,} events and {after:,.0f} MB after them"
    return [
        Measurement("stream, events a second", rate, "/s", require_at_least(5_000), note=note),
        Measurement("stream, memory grown", after - before, MEGABYTES, require_at_most(GROWTH), note=kept),
        Measurement(f"feed of {MOST_ENTRIES:,} entries", _time_feed(), MS),
        *await measure_parse_rates(bench),
    ]


def _build_terms() -> tuple[str, ...]:
    chance = random.Random(50)  # noqa: S311 - the same terms each time
    letters = "abcdefghijklmnopqrstuvwxyz"
    return tuple("".join(chance.choices(letters, k=chance.randint(6, 11))) for _ in range(TERMS))


def _filter_frames(frame_filter: FrameFilter, frames: Sequence[bytes]) -> None:
    for frame in frames:
        if frame_filter.may_match(frame):
            frame_filter.has_subject(parse_event(frame).record)


def _parse_frames(frames: Sequence[bytes]) -> None:
    for frame in frames:
        json.loads(frame)


def _time_frames(read: Callable[[Sequence[bytes]], None], frames: Sequence[bytes]) -> float:
    began = read_monotonic()
    read(frames)
    return read_monotonic() - began


def _time_feed() -> float:
    items = "".join(
        f"<item><guid>{number}</guid><title>Flight {number} is late</title><link>https://a.example/{number}</link>"
        f"<description>&lt;p&gt;Passengers of flight {number} wait.&lt;/p&gt;</description>"
        f"<pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate></item>"
        for number in range(MOST_ENTRIES)
    )
    body = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()
    began = read_monotonic()
    parse_feed(body, "https://a.example/feed")
    return (read_monotonic() - began) * 1000


def _measure_memory() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
