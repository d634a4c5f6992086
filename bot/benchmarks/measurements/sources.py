"""How fast posts of outlets are read: the stream of Bluesky through the filter, and a feed of 2,000 entries."""

import json
import random
import resource
from collections.abc import Callable, Sequence
from functools import partial

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, MS, Measurement, require_at_least, require_at_most
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.domain.subject import Subject
from bot.sources.bluesky_events import POSTS, FrameFilter, parse_event
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
    frames = _build_frames(bench, min(count, ROUND))
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
    ]


def _build_terms() -> tuple[str, ...]:
    chance = random.Random(50)  # noqa: S311 - the same terms each time
    letters = "abcdefghijklmnopqrstuvwxyz"
    return tuple("".join(chance.choices(letters, k=chance.randint(6, 11))) for _ in range(TERMS))


def _build_frames(bench: BenchmarkContext, count: int) -> Sequence[bytes]:
    """Return frames as Jetstream sends them, with posts of the sample day, some in letters with accents."""
    mentions = bench.samples.generate_mentions(count, SystemClock().now())
    term = _build_terms()[0]
    frames = []
    for number, mention in enumerate(mentions):
        text = mention.text if number % 5 else f"{mention.text} – não é possível, écoutez, größer 😀"
        text = text if number % HIT_EVERY else f"{text} {term}"
        record = {"$type": POSTS, "createdAt": mention.created_at.isoformat(), "langs": ["en"], "text": text}
        commit: dict[str, object] = {
            "rev": "3lxyzxyzxyz2a",
            "operation": "create",
            "collection": POSTS,
            "rkey": f"3l{number:011d}",
        }
        commit |= {"record": record, "cid": "bafyreigh2akiscaildc2uwrm3dlyqgmbnuxm4vcfmtkimkdeuxo3ucmuiq"}
        event = {"did": f"did:plc:{number:024d}", "time_us": 1_764_000_000_000_000 + number, "kind": "commit"}
        frames.append(json.dumps(event | {"commit": commit}, separators=(",", ":"), ensure_ascii=False).encode())
    return frames


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
