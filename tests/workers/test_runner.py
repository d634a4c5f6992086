"""The loop under every worker: it survives what its worker does not, and stops when it is told to."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.domain.commits import StoreUnavailable
from bot.workers.runner import LONGEST_BACKOFF, run_worker, sleep_or_stop
from tests.clock import SteppedClock
from tests.workers.recording_clock import RecordingClock


class Scripted:
    """Each step does the next of these, and after the last stops the loop."""

    name, idle = "scripted", 5.0

    def __init__(self, stop: asyncio.Event, *steps: int | Exception) -> None:
        self._stop, self._steps = stop, list(steps)
        self.done: list[int | Exception] = []
        self.told: list[Exception] = []

    async def step(self) -> int:
        step = self._steps.pop(0)
        self.done.append(step)
        if not self._steps:
            self._stop.set()
        if isinstance(step, Exception):
            raise step
        return step

    def handle_failure(self, error: Exception) -> bool:
        self.told.append(error)
        return False


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


async def test_a_loop_survives_a_store_that_goes_away_and_nobody_is_blamed(stop: asyncio.Event) -> None:
    worker = Scripted(stop, StoreUnavailable("away"), StoreUnavailable("away"), 1)
    await run_worker(worker, RecordingClock(), stop)
    assert (worker.done[-1], worker.told) == (1, [])


async def test_what_a_step_raises_is_told_to_its_worker_and_the_next_step_comes(stop: asyncio.Event) -> None:
    fault = KeyError("oh")
    worker = Scripted(stop, fault, 1)
    await run_worker(worker, RecordingClock(), stop)
    assert (worker.done, worker.told) == ([fault, 1], [fault])


async def test_rests_grow_while_it_fails_and_begin_again_once_it_went_well(stop: asyncio.Event) -> None:
    clock = RecordingClock()
    wrong = [KeyError("oh")] * 8
    await run_worker(Scripted(stop, *wrong, 1, *wrong[:1], 1), clock, stop)
    assert clock.lengths == [0.5, 1, 2, 4, 8, LONGEST_BACKOFF, LONGEST_BACKOFF, LONGEST_BACKOFF, 0.5]


async def test_a_store_that_is_away_is_asked_every_two_seconds_and_not_every_time_in_the_log(
    stop: asyncio.Event,
) -> None:
    clock = RecordingClock()
    with capture_logs() as lines:
        await run_worker(Scripted(stop, *[StoreUnavailable("away")] * 20, 1), clock, stop)
    assert clock.lengths == [0.5, 1] + [2] * 18
    assert [line["failures"] for line in lines] == [1, 2, 4, 8, 16]


async def test_it_rests_only_when_there_was_nothing_to_do(stop: asyncio.Event) -> None:
    clock = RecordingClock()
    await run_worker(Scripted(stop, 3, 2, 0, 1), clock, stop)
    assert clock.lengths == [Scripted.idle]


async def test_a_loop_that_rests_stops_at_once_when_told_to(stop: asyncio.Event, clock: SteppedClock) -> None:
    resting = asyncio.create_task(sleep_or_stop(3600, clock, stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(60):
        await resting


async def test_what_is_in_hand_when_it_is_told_to_stop_is_finished(stop: asyncio.Event, clock: SteppedClock) -> None:
    going, finished = asyncio.Event(), list[str]()

    class Slow(Scripted):
        async def step(self) -> int:
            stop.set()
            await going.wait()
            finished.append("step")
            return 1

    running = asyncio.create_task(run_worker(Slow(stop), clock, stop))
    await asyncio.sleep(0)
    assert not running.done()
    going.set()
    await running
    assert finished == ["step"]


async def test_a_worker_whose_one_thing_failed_does_not_rest(stop: asyncio.Event) -> None:
    clock = RecordingClock()
    await run_worker(Blamed(stop, KeyError("oh"), KeyError("oh"), 1), clock, stop)
    assert clock.lengths == []


class Blamed(Scripted):
    """Whatever fails, it was a thing's own fault."""

    def handle_failure(self, error: Exception) -> bool:
        self.told.append(error)
        return True
