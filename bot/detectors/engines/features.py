"""What the combination is told of one post: two engines, and the surface of the text. Each lies in about -1 to 1."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.detectors.engines.pattern import Pattern, Polarity
from bot.detectors.engines.vader import Vader, Valences
from bot.detectors.lexicons.phrases import NEGATORS, Hit

FEATURES = (
    "vader", "vader_positive", "vader_negative", "vader_strength", "vader_last",
    "pattern", "pattern_positive", "pattern_negative", "subjective", "together",
    "exclamation", "question", "dots", "capitals", "length",
    "negated", "link", "hashtags", "handle",
    "complaint", "praise", "nothing",
)  # fmt: skip

SAYS_LITTLE = 0.5
"""Points of complaint below which small words such as "no" have merely been used."""

Hits = Mapping[str, Sequence[Hit]]


class Heard(NamedTuple):
    features: tuple[float, ...]
    vader: Valences
    pattern: Polarity
    silent: bool
    """No engine and no phrase says anything."""


class Ears:
    """Both engines, loaded once."""

    def __init__(self) -> None:
        self.vader = Vader()
        self.pattern = Pattern()

    def hear(self, text: str, words: list[str], hits: Hits) -> Heard:
        vader, pattern = self.vader(text), self.pattern(words)
        complaint = sum([hit.weight for hit in hits.get("complaint", ())])
        praise = sum([hit.weight for hit in hits.get("praise", ())])
        silent = not vader.words and not pattern.words and not praise and complaint < SAYS_LITTLE
        features = (
            *_engines(vader, pattern),
            *_surface(text, words),
            *_written(text, words),
            min(1.0, complaint / 4),
            min(1.0, praise / 4),
            float(silent),
        )
        return Heard(features, vader, pattern, silent)


def _engines(vader: Valences, pattern: Polarity) -> tuple[float, ...]:
    return (
        vader.compound,
        min(1.0, vader.positive / 6),
        max(-1.0, vader.negative / 6),
        abs(vader.compound),
        vader.words[-1][1] / 4 if vader.words else 0.0,
        pattern.polarity,
        max(0.0, pattern.polarity),
        min(0.0, pattern.polarity),
        pattern.subjectivity,
        vader.compound * pattern.polarity,
    )


def _surface(text: str, words: list[str]) -> tuple[float, ...]:
    capitals = sum([len(word) > 2 for word in text.split() if word.isupper()])
    return (
        min(1.0, text.count("!") / 3),
        min(1.0, text.count("?") / 2),
        min(1.0, text.count("..") / 2),
        min(1.0, 3 * capitals / max(1, len(words))),
        min(1.0, len(words) / 30),
    )


def _written(text: str, words: list[str]) -> tuple[float, ...]:
    hashtags = sum([word[0] == "#" for word in words]) if "#" in text else 0
    return (
        min(1.0, sum(map(NEGATORS.__contains__, words)) / 3),
        float("http" in text.lower() and any(word.startswith("http") for word in words)),
        min(1.0, hashtags / 3),
        float(bool(words) and words[0][0] == "@"),
    )
