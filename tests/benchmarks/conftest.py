"""A quick benchmark context without progress."""

import pytest

from bot.benchmarks.baseline import TextBlobBaseline
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.sample_mentions import SampleMentions


@pytest.fixture
def bench() -> BenchmarkContext:
    samples = SampleMentions.read(None)
    return BenchmarkContext(samples, TextBlobBaseline(samples.list_texts()), report=lambda _: None, quick=True)
