"""The yardstick: TextBlob alone, on the same texts, on this machine, in the same minute."""

from collections.abc import Sequence
from typing import NamedTuple

from textblob import TextBlob

from bot.bench.stopwatch import instant, stopwatch


class Pace(NamedTuple):
    """Texts a second that passed, and texts a second of a core."""

    texts: float
    texts_of_cpu: float


class Yardstick:
    """Its first reading loads a lexicon, which is not what is measured."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        _read(self._texts[0])

    def pace(self, texts: Sequence[str]) -> Pace:
        """Over exactly these."""
        with stopwatch() as took:
            for text in texts:
                _read(text)
        return Pace(len(texts) / took.seconds, len(texts) / max(took.cpu, 1e-9))

    def texts_per_second(self, seconds: float) -> float:
        """Over as many of its own as it reads in so many seconds."""
        began, read = instant(), 0
        while instant() - began < seconds:
            _read(self._texts[read % len(self._texts)])
            read += 1
        return read / (instant() - began)


def _read(text: str) -> None:
    _ = TextBlob(text).sentiment
