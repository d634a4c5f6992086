"""A bench that is quick and shows nothing."""

import pytest

from bot.bench.ground import Bench
from bot.bench.sayings import Sayings
from bot.bench.yardstick import Yardstick


@pytest.fixture
def bench() -> Bench:
    sayings = Sayings.read(None)
    return Bench(sayings, Yardstick(sayings.texts()), tell=lambda _: None, quick=True)
