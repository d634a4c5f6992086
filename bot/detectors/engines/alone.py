"""VADER or TextBlob by itself, for whoever chose it in the playbook: its polarity as three probabilities.

The likeliest is what each is always read as: beyond ±.05 for VADER, anything but nought for TextBlob. How much a
polarity is believed was fitted on every sixth post of `sentiment_train.jsonl` (2026-11-22): log loss .966 and 1.016.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bot.detectors.engines.pattern import Pattern
from bot.detectors.engines.vader import Vader
from bot.detectors.model.softmax import softmax

BELIEVED = 1.5
VADER_NEUTRAL, TEXTBLOB_NEUTRAL = 0.05, 1e-6


class Told(NamedTuple):
    chances: tuple[float, float, float]
    words: list[str]
    """Those that pull towards what won, the strongest first."""


class Engine(Protocol):
    def __call__(self, text: str, words: list[str]) -> Told: ...


class VaderAlone:
    def __init__(self) -> None:
        self._vader = Vader()

    def __call__(self, text: str, words: list[str]) -> Told:  # noqa: ARG002  (as the protocol has it)
        said = self._vader(text)
        return told(said.compound, VADER_NEUTRAL, said.words)


class TextBlobAlone:
    def __init__(self) -> None:
        self._pattern = Pattern()

    def __call__(self, text: str, words: list[str]) -> Told:  # noqa: ARG002  (as the protocol has it)
        said = self._pattern(words)
        return told(said.polarity, TEXTBLOB_NEUTRAL, said.words)


def told(polarity: float, neutral: float, words: Sequence[tuple[str, float]]) -> Told:
    chances = softmax(-BELIEVED * polarity, BELIEVED * neutral, BELIEVED * polarity)
    sign = 1 if polarity > 0 else -1
    pulls = sorted((-sign * weight, word) for word, weight in words if sign * weight > 0)
    return Told(chances, [word for _, word in pulls] if abs(polarity) > neutral else [])
