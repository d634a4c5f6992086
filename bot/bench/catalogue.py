"""The measurements, in the order in which they are made. To add one: one file, one line here."""

from collections.abc import Awaitable, Callable, Mapping

from bot.bench.figure import Figure
from bot.bench.ground import Bench
from bot.bench.measurements import (
    clicks,
    detectors,
    hostile,
    latency,
    memory,
    pages,
    reports,
    size,
    spikes,
    start,
    storm,
    throughput,
)

Measurement = Callable[[Bench], Awaitable[list[Figure]]]

CATALOGUE: Mapping[str, Measurement] = {
    "throughput": throughput.measure,
    "detectors": detectors.measure,
    "hostile": hostile.measure,
    "latency": latency.measure,
    "clicks": clicks.measure,
    "reports": reports.measure,
    "storm": storm.measure,
    "spikes": spikes.measure,
    "pages": pages.measure,
    "start": start.measure,
    "memory": memory.measure,
    "size": size.measure,
}
