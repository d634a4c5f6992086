"""The watch for spikes: what it learns, what it opens, and what is left when it dies."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.campaigns.campaign import Campaign
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_page import get_episode_page_id
from bot.domain.spikes.seasonal_baseline import QUARTER
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.subject import Subject, SubjectKind
from bot.store.client import RedisClient, Words
from bot.store.spike_stream import append_observation
from bot.store.store import Store
from bot.store.transaction import Transaction, commit
from bot.workers.spikes import SpikeWorker
from tests.clock import SteppedClock
from tests.domain.samples import build_assessment, build_mention
from tests.workers.fake_rules import FakeRules

NORTHWIND = "Northwind"
FOUR = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
SHORT = timedelta(milliseconds=40)
"""A lease that need not be waited for."""


class WatchedRules(FakeRules):
    def __init__(self, kind: SubjectKind = SubjectKind.BRAND) -> None:
        super().__init__()
        self.tuning = SpikeThresholds()
        self.kind = kind
        self.name = NORTHWIND
        self.campaigns: Sequence[Campaign] = ()

    def get_spike_thresholds(self) -> SpikeThresholds:
        return self.tuning

    def list_campaigns(self) -> Sequence[Campaign]:
        return self.campaigns

    def list_subjects(self) -> Sequence[Subject]:
        return [Subject(name=self.name, kind=self.kind, terms=("northwind",))]


class SimulatedCrash(BaseException):
    """As a process does: no net catches it."""


class MortalClient(RedisClient):
    """Dies at the n-th thing that is written, before it or after."""

    def __init__(self, url: str, nth: int, *, after: bool) -> None:
        super().__init__(url)
        self._left = nth
        self._after = after

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        self._left -= name == "commit"
        dies = name == "commit" and self._left == 0
        if dies and not self._after:
            raise SimulatedCrash
        replies = await super().run_scripts(name, calls)
        if dies:
            raise SimulatedCrash
        return replies


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(FOUR)


@pytest.fixture
async def store_with_baseline(store: Store, clock: SteppedClock) -> Store:
    """Of fourteen days in which next to nobody said anything."""
    start = int((clock.now() - timedelta(days=14)).timestamp())
    baseline = SubjectBaseline(subject=NORTHWIND, until=start)
    while baseline.until + 3 * QUARTER <= clock.now().timestamp():
        baseline = baseline.learn_quarter([])
    assert await store.baselines.save([baseline])
    return store


async def say(store: Store, clock: SteppedClock, number: int, *labels: str) -> None:
    said = build_mention(
        id=f"x:{number}", text=f"cancelled again {number}", author=f"@p{number}", created_at=clock.now()
    )
    heard = ProcessedMention(
        said,
        build_assessment(*(labels or ("sentiment:negative", "intent:complaint"))),
        "care",
        MentionOutcome.OPENED,
        clock.now(),
    )
    transaction = Transaction(store.keys.inbox)
    append_observation(transaction, store.keys, heard, NORTHWIND)
    await commit(store.client, transaction)


async def wave(store: Store, clock: SteppedClock, watch: SpikeWorker, people: int, first: int = 0) -> None:
    for number in range(first, first + people):
        await say(store, clock, number)
        await watch.step()
        clock.advance(seconds=40)


async def get_only_episode(store: Store) -> Episode:
    (found,) = await store.episodes.list_latest()
    return found


async def test_an_episode_counts_each_post_once_and_pages_once(store_with_baseline: Store, clock: SteppedClock) -> None:
    watch = SpikeWorker(store_with_baseline, WatchedRules(), clock)
    await wave(store_with_baseline, clock, watch, 30)
    clock.advance(minutes=1)
    await watch.step()
    episode = await get_only_episode(store_with_baseline)
    assert (episode.posts, episode.voices, episode.as_cases) == (30, 30, 30)
    assert episode.paged_at is not None
    assert "cancelled again" in episode.words


@pytest.mark.parametrize("change", [{"tuning": SpikeThresholds(on=False)}, {"name": "Southwind"}])
async def test_an_episode_that_is_no_longer_watched_is_over_and_calls_nobody(
    store_with_baseline: Store, clock: SteppedClock, change: dict[str, Any]
) -> None:
    rules = WatchedRules()
    watch = SpikeWorker(store_with_baseline, rules, clock)
    await wave(store_with_baseline, clock, watch, 30)
    page = get_episode_page_id(await get_only_episode(store_with_baseline))
    vars(rules).update(change)
    await watch.step()
    await watch.step()

    assert (await get_only_episode(store_with_baseline)).is_over
    assert await store_with_baseline.episodes.load_running() == {}
    assert page in await store_with_baseline.pages.list_due(clock.now(), 10)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, 7))
async def test_wherever_it_dies_another_goes_on_without_a_second_episode(
    store_with_baseline: Store, redis_url: str, brand: str, clock: SteppedClock, nth: int, *, after: bool
) -> None:
    mortal = MortalClient(redis_url, nth, after=after)
    first = SpikeWorker(Store(mortal, brand, "first"), WatchedRules(), clock, SHORT)
    second = SpikeWorker(store_with_baseline, WatchedRules(), clock, SHORT)
    dead = False
    pages = set()
    for number in range(40):
        await say(store_with_baseline, clock, number)
        if not dead:
            try:
                await first.step()
            except SimulatedCrash:
                dead = True
                await mortal.close()
        while dead and not await store_with_baseline.leases.acquire("spikes", SHORT):
            pass
        if dead:
            await second.step()
        pages |= {one.paged_at for one in await store_with_baseline.episodes.list_latest()} - {None}
        clock.advance(seconds=40)
    clock.advance(minutes=1)
    await second.step()
    assert dead
    episode = await get_only_episode(store_with_baseline)
    assert (episode.posts, episode.voices) == (40, 40)
    assert len(pages) == 1


async def test_two_at_once_open_one_episode(store_with_baseline: Store, clock: SteppedClock) -> None:
    """As when one was held up for longer than its lease: both take it for theirs."""
    two = [SpikeWorker(store_with_baseline, WatchedRules(), clock) for _ in range(2)]
    for number in range(30):
        await say(store_with_baseline, clock, number)
        await asyncio.gather(*(watch.step() for watch in two))
        clock.advance(seconds=40)
    clock.advance(minutes=1)
    await asyncio.gather(*(watch.step() for watch in two))
    episode = await get_only_episode(store_with_baseline)
    assert (episode.posts, episode.voices) == (30, 30)


async def test_it_is_over_an_hour_after_the_last_that_was_unusual(
    store_with_baseline: Store, clock: SteppedClock
) -> None:
    watch = SpikeWorker(store_with_baseline, WatchedRules(), clock)
    await wave(store_with_baseline, clock, watch, 12)
    for _ in range(300):
        clock.advance(minutes=1)
        await watch.step()
    episode = await get_only_episode(store_with_baseline)
    assert episode.ended_at is not None
    assert await store_with_baseline.episodes.load_running() == {}
    assert [
        one.key for queue in await store_with_baseline.outbox.list_queues() for one in [queue.head[0].notification]
    ] == [f"episode {episode.id} 0 care"]


async def test_what_is_unsure_or_spam_opens_nothing(store_with_baseline: Store, clock: SteppedClock) -> None:
    watch = SpikeWorker(store_with_baseline, WatchedRules(), clock)
    for number in range(11):
        await say(
            store_with_baseline,
            clock,
            number,
            *(("sentiment:unsure",) if number % 2 else ("intent:spam", "sentiment:negative")),
        )
        await watch.step()
    assert await store_with_baseline.episodes.list_latest() == []


async def test_a_competitors_trouble_wakes_nobody(store_with_baseline: Store, clock: SteppedClock) -> None:
    watch = SpikeWorker(store_with_baseline, WatchedRules(SubjectKind.COMPETITOR), clock)
    await wave(store_with_baseline, clock, watch, 30)
    episode = await get_only_episode(store_with_baseline)
    assert (episode.paged_at, episode.unpaged) == (None, "it is about a competitor")


async def test_it_can_be_turned_off(store_with_baseline: Store, clock: SteppedClock) -> None:
    rules = WatchedRules()
    rules.tuning = SpikeThresholds(on=False)
    watch = SpikeWorker(store_with_baseline, rules, clock)
    await wave(store_with_baseline, clock, watch, 20)
    assert await store_with_baseline.episodes.list_latest() == []


async def test_the_playbook_says_whose_it_is(store_with_baseline: Store, clock: SteppedClock) -> None:
    rules = WatchedRules()
    rules.tuning = SpikeThresholds(to="sales")
    await wave(store_with_baseline, clock, SpikeWorker(store_with_baseline, rules, clock), 12)
    assert (await get_only_episode(store_with_baseline)).department == "sales"


async def test_what_is_older_than_two_hours_opens_nothing(store_with_baseline: Store, clock: SteppedClock) -> None:
    """A gap that was filled late, or a recorded day."""
    for number in range(30):
        await say(store_with_baseline, clock, number)
    clock.advance(hours=3)
    watch = SpikeWorker(store_with_baseline, WatchedRules(), clock)
    await say(store_with_baseline, clock, 99)
    await watch.step()
    assert await store_with_baseline.episodes.list_latest() == []


async def test_quarters_are_learnt_and_the_feed_is_trimmed(store: Store, clock: SteppedClock) -> None:
    watch = SpikeWorker(store, WatchedRules(), clock)
    await watch.step()
    for number in range(400):
        await say(store, clock, number, "sentiment:neutral")
        await watch.step()
        clock.advance(minutes=1)
    baseline = (await store.baselines.load([NORTHWIND]))[NORTHWIND]
    assert baseline.volume.quarters >= 22
    assert 10 < baseline.volume.recent[-1].voices <= 15
    assert await store.spike_stream.count() < 240
    again = SpikeWorker(store, WatchedRules(), clock)
    await again.step()
    assert (await store.baselines.load([NORTHWIND]))[NORTHWIND] == baseline


async def test_our_own_silence_is_not_learnt(store: Store, clock: SteppedClock) -> None:
    """Sources that were away for two hours, where twenty posts a quarter are usual."""
    until = int(clock.now().timestamp()) // QUARTER * QUARTER
    baseline = SubjectBaseline(subject=NORTHWIND, until=until - 14 * 96 * QUARTER)
    while baseline.until < until:
        usual = baseline.volume.learn_voices(baseline.until, 20)
        baseline = baseline.learn_quarter([]).copy_with(volume=usual)
    assert await store.baselines.save([baseline])
    watch = SpikeWorker(store, WatchedRules(), clock)
    for _ in range(12):
        clock.advance(minutes=15)
        await watch.step()
    after = (await store.baselines.load([NORTHWIND]))[NORTHWIND]
    assert after.volume.quarters == baseline.volume.quarters
    assert after.until > baseline.until
