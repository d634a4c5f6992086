"""A bench that is quick and shows nothing."""

import pytest

from bot.benchmarks.baseline import TextBlobBaseline
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.sample_mentions import SampleMentions


@pytest.fixture
def bench() -> BenchmarkContext:
    sayings = SampleMentions.read(None)
    return BenchmarkContext(sayings, TextBlobBaseline(sayings.list_texts()), report=lambda _: None, quick=True)
