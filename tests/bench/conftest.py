"""A bench that is quick and shows nothing."""

import pytest

from bot.bench.ground import BenchmarkContext
from bot.bench.sayings import SampleMentions
from bot.bench.yardstick import TextBlobBaseline


@pytest.fixture
def bench() -> BenchmarkContext:
    sayings = SampleMentions.read(None)
    return BenchmarkContext(sayings, TextBlobBaseline(sayings.list_texts()), report=lambda _: None, quick=True)
