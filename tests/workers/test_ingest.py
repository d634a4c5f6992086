"""Ingest: a source that fails is started again, and what is wrong with it is said until it is well."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import FLOOD_FROM
from bot.sources.base import MentionSink
from bot.store.store import Store
from bot.workers.ingest import InboxWriter, IngestRunner, SourceWorker
from bot.workers.runner import Liveness, run_worker
from tests.clock import SteppedClock
from tests.workers.numbered_mentions import build_numbered_mention


class FailingSource:
    """Raises what it is told to, each time it listens, and then gives a mention and goes on listening."""

    name = "forum"

    def __init__(self, *raises: BaseException) -> None:
        self._raises = list(raises)
        self.began = 0
        self.spoke = asyncio.Event()

    async def listen(self, inbox: MentionSink) -> None:
        self.began += 1
        if self._raises:
            raise self._raises.pop(0)
        async with inbox.hold_source_lease():
            await inbox.publish([build_numbered_mention(self.began)], f"c{self.began}")
            self.spoke.set()
            await asyncio.Event().wait()


class DeadSource:
    """Nothing comes of it, however often it is started."""

    name = "dead"

    def __init__(self) -> None:
        self.died = asyncio.Event()

    async def listen(self, inbox: MentionSink) -> None:
        self.died.set()
        raise OSError(inbox)


class AdvancingClock(SteppedClock):
    """Time passes as fast as anybody waits for it."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)
        await asyncio.sleep(0)


async def run_source(source: FailingSource, store: Store) -> SourceWorker:
    """Until it gave a mention; then it is told to stop."""
    stop, clock = asyncio.Event(), AdvancingClock()
    listener = SourceWorker(source, store, clock, stop)
    async with asyncio.timeout(60):
        running = asyncio.create_task(run_worker(listener, clock, stop))
        await source.spoke.wait()
        stop.set()
        await running
    return listener


async def test_a_source_that_raises_is_started_again(store: Store) -> None:
    source = FailingSource(ZeroDivisionError(), StoreUnavailable("away"), OSError())
    await run_source(source, store)
    assert (source.began, await store.inbox.load_cursor("forum")) == (4, "c4")


async def test_a_source_that_is_cancelled_from_within_is_started_again(store: Store) -> None:
    source = FailingSource(asyncio.CancelledError())
    await run_source(source, store)
    assert (source.began, await store.inbox.load_cursor("forum")) == (2, "c2")


async def test_a_source_that_does_not_listen_any_more_is_late_and_one_that_listens_in_silence_is_not(
    store: Store,
) -> None:
    clock, pulse, stop = SteppedClock(), Liveness(), asyncio.Event()
    ingest = IngestRunner(store, clock, pulse)
    silent, dead = FailingSource(), DeadSource()
    ingest.set_sources([silent, dead])
    running = asyncio.create_task(ingest.run(stop))
    async with asyncio.timeout(60):
        await silent.spoke.wait()
        await dead.died.wait()
    clock.advance(minutes=6)
    await asyncio.sleep(0)
    assert pulse.list_stalled(clock.now()) == ("source:dead",)
    stop.set()
    await running
    clock.advance(minutes=6)
    assert pulse.list_stalled(clock.now()) == ()


async def test_what_stopped_a_source_is_said_until_something_comes_of_it(store: Store, clock: SteppedClock) -> None:
    listener = SourceWorker(FailingSource(), store, clock, asyncio.Event())
    listener.handle_failure(ZeroDivisionError("what a stranger said"))
    assert listener.inbox_writer.status == "stopped with ZeroDivisionError. It is restarted"
    await listener.inbox_writer.publish([build_numbered_mention(1)], "c1")
    assert listener.inbox_writer.status == ""


async def test_a_trouble_that_the_source_itself_told_stays_until_it_takes_it_back(
    store: Store, clock: SteppedClock
) -> None:
    inbox = InboxWriter("x", store, clock)
    inbox.record_crash(OSError())
    inbox.set_status("X says that our money is spent.")
    await inbox.save_cursor("c1")
    assert inbox.status == "X says that our money is spent."


async def test_a_source_that_is_told_to_stop_lets_go_of_its_lease(store: Store) -> None:
    await run_source(FailingSource(), store)
    assert await store.client.execute("GET", store.keys.lease_key("source:forum")) is None


async def test_two_processes_listen_to_one_source_one_after_the_other(store: Store, clock: SteppedClock) -> None:
    stop = asyncio.Event()
    one, two = FailingSource(), FailingSource()
    first = asyncio.create_task(SourceWorker(one, store, clock, stop).step())
    await one.spoke.wait()
    await store.client.execute("SET", store.keys.lease_key("source:forum"), "another")
    waiting = asyncio.create_task(SourceWorker(two, store, clock, stop).step())
    async with asyncio.timeout(60):
        assert await first == 0  # it lost its lease and stopped by itself
    assert not two.spoke.is_set()
    stop.set()
    await waiting


async def publish_numbers(inbox: InboxWriter, numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, 250):
        batch = range(start, min(start + 250, numbers.stop))
        await inbox.publish([build_numbered_mention(number) for number in batch], f"c{batch[-1]}")


async def test_a_source_that_floods_is_slowed_and_loses_nothing(store: Store) -> None:
    clock = AdvancingClock()
    inbox, began = InboxWriter("x", store, clock), clock.now()
    await publish_numbers(inbox, range(FLOOD_FROM))
    assert clock.now() == began
    assert await store.health_issues.load_issues() == {}
    await publish_numbers(inbox, range(FLOOD_FROM, FLOOD_FROM * 2 + 500))
    assert clock.now() == began + timedelta(minutes=2)
    assert await store.health_issues.load_issues() == {
        "flood:x": "x sends far more than usual. Earshot reads 1,000 posts a minute. None are lost, but some are late"
    }
    assert (await store.mention_counters.read()).seen == FLOOD_FROM * 2 + 500
    assert await store.inbox.load_cursor("x") == f"c{FLOOD_FROM * 2 + 499}"

    clock.advance(minutes=1)  # the last minute had what waited
    await publish_numbers(inbox, range(5000, 5001))
    clock.advance(minutes=1)
    await publish_numbers(inbox, range(5001, 5002))
    assert await store.health_issues.load_issues() == {}


async def test_a_process_that_is_killed_in_a_flood_leaves_no_sentence_behind_and_no_gap(store: Store) -> None:
    clock = SteppedClock()
    inbox = InboxWriter("x", store, clock)
    await publish_numbers(inbox, range(FLOOD_FROM))
    waiting = asyncio.create_task(publish_numbers(inbox, range(FLOOD_FROM, FLOOD_FROM + 1)))
    async with asyncio.timeout(60):
        while not await store.health_issues.load_issues():  # noqa: ASYNC110 - it is the test that waits
            await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await store.inbox.load_cursor("x") == f"c{FLOOD_FROM - 1}"

    await publish_numbers(InboxWriter("x", store, clock), range(FLOOD_FROM, FLOOD_FROM + 1))
    assert await store.health_issues.load_issues() == {}
    assert (await store.mention_counters.read()).seen == FLOOD_FROM + 1


async def test_what_comes_within_a_second_is_one_log_line_and_what_a_source_brought_last_is_logged_at_its_end(
    store: Store, clock: SteppedClock
) -> None:
    stop = asyncio.Event()
    source = FailingSource()
    listener = SourceWorker(source, store, clock, stop)
    with capture_logs() as lines:
        running = asyncio.create_task(listener.step())
        await source.spoke.wait()
        for numbers in ((1, 2), (2, 3), (4,)):
            await listener.inbox_writer.publish([build_numbered_mention(number) for number in numbers])
        stop.set()
        await running
    received = [line for line in lines if line["event"] == "mentions received"]
    assert [(line["source"], line["read"], line["new"]) for line in received] == [("forum", 6, 4)]


async def test_what_is_pushed_to_us_never_waits(store: Store, clock: SteppedClock) -> None:
    inbox = InboxWriter("forum", store, clock)
    for start in range(0, FLOOD_FROM * 2, 500):
        await inbox.publish([build_numbered_mention(number) for number in range(start, start + 500)])
    assert (await store.mention_counters.read()).seen == FLOOD_FROM * 2
