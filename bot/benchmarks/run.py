"""Run the benchmarks one after the other, with the baseline before and after each."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean
from typing import Any

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import Measurement
from bot.benchmarks.measurement_catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class MeasurementResult:
    """The measurements of one benchmark, and the baseline around it."""

    name: str
    measurements: tuple[Measurement, ...]
    texts_per_second: float

    def as_json(self) -> dict[str, Any]:
        return {
            "measurement": self.name,
            "yardstick_texts_per_second": self.texts_per_second,
            "figures": [figure.as_json() for figure in self.measurements],
        }


async def run_measurements(bench: BenchmarkContext, names: Sequence[str]) -> AsyncIterator[MeasurementResult]:
    for name in names:
        bench.report(name)
        before = _measure_baseline(bench)
        figures = await CATALOGUE[name](replace(bench, report=partial(_report_step, bench, name)))
        rate = mean((before, _measure_baseline(bench)))
        yield MeasurementResult(name, tuple(_add_ratio(figure, rate) for figure in figures), rate)


def _report_step(bench: BenchmarkContext, name: str, step: str) -> None:
    bench.report(f"{name}: {step}")


def _measure_baseline(bench: BenchmarkContext) -> float:
    return bench.baseline.measure_rate(bench.pick_count(400, 50) / 1000)


def _add_ratio(figure: Measurement, rate: float) -> Measurement:
    """Add what the baseline reads in a time, unless the benchmark has its own ratio."""
    if figure.ratio is not None or figure.seconds is None:
        return figure
    return replace(figure, ratio=figure.seconds * rate)
