"""The baseline: TextBlob alone, on the same texts, on this machine, in the same minute."""

from collections.abc import Sequence
from typing import NamedTuple

from textblob import TextBlob

from bot.benchmarks.timing import measure_time, read_monotonic


class TextThroughput(NamedTuple):
    """Texts per second of wall time, and per second of CPU."""

    texts: float
    texts_of_cpu: float


class TextBlobBaseline:
    """TextBlob, whose lexicon is loaded before it is measured."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        _analyze_text(self._texts[0])

    def measure_text_throughput(self, texts: Sequence[str]) -> TextThroughput:
        """Measure exactly these texts."""
        with measure_time() as elapsed:
            for text in texts:
                _analyze_text(text)
        return TextThroughput(len(texts) / elapsed.seconds, len(texts) / max(elapsed.cpu, 1e-9))

    def measure_rate(self, seconds: float) -> float:
        """Measure the baseline's own texts for some seconds."""
        start, count = read_monotonic(), 0
        while read_monotonic() - start < seconds:
            _analyze_text(self._texts[count % len(self._texts)])
            count += 1
        return count / (read_monotonic() - start)


def _analyze_text(text: str) -> None:
    _ = TextBlob(text).sentiment
