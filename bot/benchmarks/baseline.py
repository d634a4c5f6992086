"""The yardstick: TextBlob alone, on the same texts, on this machine, in the same minute."""

from collections.abc import Sequence
from typing import NamedTuple

from textblob import TextBlob

from bot.benchmarks.timing import measure_time, read_monotonic


class TextThroughput(NamedTuple):
    """Texts a second that passed, and texts a second of a core."""

    texts: float
    texts_of_cpu: float


class TextBlobBaseline:
    """Its first reading loads a lexicon, which is not what is measured."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        _analyze_text(self._texts[0])

    def measure_text_throughput(self, texts: Sequence[str]) -> TextThroughput:
        """Over exactly these."""
        with measure_time() as took:
            for text in texts:
                _analyze_text(text)
        return TextThroughput(len(texts) / took.seconds, len(texts) / max(took.cpu, 1e-9))

    def measure_rate(self, seconds: float) -> float:
        """Over as many of its own as it reads in so many seconds."""
        began, read = read_monotonic(), 0
        while read_monotonic() - began < seconds:
            _analyze_text(self._texts[read % len(self._texts)])
            read += 1
        return read / (read_monotonic() - began)


def _analyze_text(text: str) -> None:
    _ = TextBlob(text).sentiment
