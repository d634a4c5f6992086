import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.clocks import FastClock

START = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)


class Real:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_what_has_passed_stays_when_the_speed_changes() -> None:
    real = Real()
    clock = FastClock(START, 60, real)
    real.at = 10
    clock.set_speed(1)
    real.at = 15

    assert clock.now() == START + timedelta(seconds=605)


def test_a_clock_at_speed_nought_stands() -> None:
    real = Real()
    clock = FastClock(START, 0, real)
    real.at = 1000

    assert clock.now() == START


async def test_who_sleeps_while_it_stands_wakes_when_it_runs() -> None:
    clock = FastClock(START, 0)
    sleeping = asyncio.create_task(clock.sleep(600))
    await asyncio.sleep(0.01)
    assert not sleeping.done()

    clock.set_speed(1_000_000)
    await asyncio.wait_for(sleeping, 5)
    assert clock.now() >= START + timedelta(seconds=600)


async def test_a_sleeper_reckons_again_when_it_is_slowed_down() -> None:
    clock = FastClock(START, 1000)
    sleeping = asyncio.create_task(clock.sleep(100))
    await asyncio.sleep(0)
    clock.set_speed(1)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sleeping, 0.3)
