"""Every benchmark runs on the real parts. No time is asserted, because it depends on the machine."""

import math
from pathlib import Path

import pytest

from bot.benchmarks import measurements
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement_catalogue import CATALOGUE
from bot.benchmarks.parse_rates import POSTS_OF_PAGE, measure_parse_rates
from bot.benchmarks.run import MeasurementResult, run_measurements
from bot.sources.catalogue import NAMES as SOURCES


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


async def test_each_source_has_a_parse_rate_and_finds_all_posts_of_its_page(bench: BenchmarkContext) -> None:
    rates = [figure for figure in await measure_parse_rates(bench) if figure.name.endswith(", posts a second")]
    assert {figure.name.partition(",")[0] for figure in rates} == set(SOURCES)
    assert all(figure.note.startswith(f"{POSTS_OF_PAGE} posts in ") for figure in rates)


async def test_backfires_on_a_made_up_week_say_so_and_are_held_to_no_aim(bench: BenchmarkContext) -> None:
    found = await made(bench, "backfires")
    assert bench.week is None
    assert [figure.name for figure in found.measurements if figure.target is not None] == []
    notes = [figure.note for figure in found.measurements if figure.name.startswith("false")]
    assert notes
    assert all("made-up" in note for note in notes)
