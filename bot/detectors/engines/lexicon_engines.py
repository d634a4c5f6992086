"""VADER and TextBlob as their libraries are, for playbooks that choose one.

The likeliest class is the usual reading of each polarity: beyond ±.05 for VADER, anything but zero for TextBlob. The
weight of a polarity was fitted on every sixth post of `sentiment_train.jsonl` (2026-11-22): log loss .966 and 1.016.
"""

from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, Protocol

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer, SentiText

from bot.detectors.model.log_odds import compute_softmax

POLARITY_WEIGHT = 1.5
MAX_EMOJI = 50
"""VADER reads up to the next emoji: it writes each out in words, and its time grows with the square of these. 1,500
letters of text with 50 emoji take 50 ms at the worst, and 1,500 emoji took five seconds (2026-11-28)."""
_TEXTBLOB_LOADING = Lock()


class SentimentEngine(Protocol):
    neutral: float
    """A polarity no further from zero than this is neutral."""

    def get_polarity(self, text: str) -> float: ...

    def list_word_polarities(self, text: str) -> Sequence[tuple[str, float]]: ...


class VaderEngine:
    neutral = 0.05

    def __init__(self) -> None:
        self._analyzer = _load_vader()

    def get_polarity(self, text: str) -> float:
        return float(self._analyzer.polarity_scores(self._limit_emoji(text))["compound"])

    def list_word_polarities(self, text: str) -> Sequence[tuple[str, float]]:
        """Return each word with its polarity beside its neighbours; a booster has none by itself."""
        names = self._analyzer.emojis
        spelled = "".join(f" {names[letter]} " if letter in names else letter for letter in self._limit_emoji(text))
        parsed = SentiText(spelled)
        return [
            (word, self._analyzer.sentiment_valence(0.0, parsed, word, place, [])[0])
            for place, word in enumerate(parsed.words_and_emoticons)
            if word.lower() not in BOOSTER_DICT
        ]

    def _limit_emoji(self, text: str) -> str:
        places = [] if text.isascii() else [i for i, letter in enumerate(text) if letter in self._analyzer.emojis]
        return text[: places[MAX_EMOJI]] if len(places) > MAX_EMOJI else text


class TextBlobEngine:
    neutral = 1e-6

    def __init__(self) -> None:
        """Load TextBlob with all of nltk: .7 s and 80 MB (2026-11-28), which no other engine costs."""
        from textblob import TextBlob  # noqa: PLC0415

        self._parse = TextBlob
        with _TEXTBLOB_LOADING:  # its lexicon is shared by all threads and loaded on first use
            self.get_polarity("ready")

    def get_polarity(self, text: str) -> float:
        return float(self._parse(text).sentiment.polarity)

    def list_word_polarities(self, text: str) -> Sequence[tuple[str, float]]:
        assessments = self._parse(text).sentiment_assessments.assessments
        return [(" ".join(words), polarity) for words, polarity, *_ in assessments]


@cache
def _load_vader() -> Any:
    """Load VADER once: its lexicon takes 20 ms to read and never changes."""
    return SentimentIntensityAnalyzer()


def convert_polarity(polarity: float, neutral: float) -> tuple[float, float, float]:
    return compute_softmax(-POLARITY_WEIGHT * polarity, POLARITY_WEIGHT * neutral, POLARITY_WEIGHT * polarity)


def list_reasons(engine: SentimentEngine, text: str) -> list[str]:
    """Return the words that speak for the result, the strongest first; none if it is neutral."""
    polarity = engine.get_polarity(text)
    if abs(polarity) <= engine.neutral:
        return []
    sign = 1 if polarity > 0 else -1
    weighted = sorted((-sign * weight, word) for word, weight in engine.list_word_polarities(text) if sign * weight > 0)
    return [word for _, word in weighted]
