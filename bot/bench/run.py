"""Makes the measurements one after the other, with the yardstick before and after each."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

from bot.bench.catalogue import CATALOGUE
from bot.bench.figure import Figure
from bot.bench.ground import Bench


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measurement found, and what the yardstick did around it."""

    name: str
    figures: tuple[Figure, ...]
    texts_per_second: float

    def as_json(self) -> dict[str, Any]:
        return {
            "measurement": self.name,
            "yardstick_texts_per_second": self.texts_per_second,
            "figures": [figure.as_json() for figure in self.figures],
        }


async def measured(bench: Bench, names: Sequence[str]) -> AsyncIterator[Measured]:
    for name in names:
        bench.tell(name)
        before = _texts_per_second(bench)
        figures = await CATALOGUE[name](_telling_of(bench, name))
        pace = mean((before, _texts_per_second(bench)))
        yield Measured(name, tuple(_held_against(figure, pace) for figure in figures), pace)


def _telling_of(bench: Bench, name: str) -> Bench:
    return replace(bench, tell=lambda words: bench.tell(f"{name}: {words}"))


def _texts_per_second(bench: Bench) -> float:
    return bench.yardstick.texts_per_second(bench.of(400, 50) / 1000)


def _held_against(figure: Figure, pace: float) -> Figure:
    """A time as what the yardstick reads meanwhile, unless the measurement has held it against it by itself."""
    if figure.ratio is not None or figure.seconds is None:
        return figure
    return replace(figure, ratio=figure.seconds * pace)
