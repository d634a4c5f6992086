"""Every benchmark runs on the real parts. No time is asserted, because it depends on the machine."""

import math
from pathlib import Path

import pytest

from bot.benchmarks import measurements
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement_catalogue import CATALOGUE
from bot.benchmarks.run import MeasurementResult, run_measurements


async def made(bench: BenchmarkContext, name: str) -> MeasurementResult:
    (only,) = [one async for one in run_measurements(bench, [name])]
    return only


def test_the_catalogue_has_every_file_of_the_folder() -> None:
    files = Path(measurements.__file__).parent.glob("*.py")
    assert set(CATALOGUE) == {file.stem for file in files} - {"__init__"}


@pytest.mark.parametrize("name", CATALOGUE)
async def test_a_benchmark_gives_finite_numbers(bench: BenchmarkContext, name: str) -> None:
    found = await made(bench, name)
    assert found.measurements
    assert found.texts_per_second > 0
    for figure in found.measurements:
        assert math.isfinite(figure.value)
        assert figure.value >= 0
        assert figure.ratio is None or (math.isfinite(figure.ratio) and figure.ratio > 0)
        assert (figure.ratio is None) <= (figure.seconds is None)


async def test_all_mentions_of_a_load_spike_are_accounted_for(bench: BenchmarkContext) -> None:
    found = {figure.name: figure for figure in (await made(bench, "storm")).measurements}
    assert found["storm, unaccounted"].value == 0
