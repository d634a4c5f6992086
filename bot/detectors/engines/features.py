"""What the combination is told of one post: two engines, and the surface of the text. Each lies in about -1 to 1."""

from typing import NamedTuple

from bot.detectors.engines.pattern import Pattern, Polarity
from bot.detectors.engines.vader import Vader, Valences
from bot.detectors.lexicons.care import COMPLAINT, PRAISE, SARCASM, WENT_WRONG
from bot.detectors.lexicons.phrases import NEGATORS, Phrases

FEATURES = (
    "vader", "vader_positive", "vader_negative", "vader_strength", "vader_last", "pattern", "pattern_positive", "pattern_negative",
    "subjective", "together", "exclamation", "question", "negated", "capitals", "link", "hashtags", "length", "handle",
    "complaint", "praise", "dots", "nothing",
)  # fmt: skip


class Heard(NamedTuple):
    features: tuple[float, ...]
    vader: Valences
    pattern: Polarity
    sarcasm: float
    """Log-odds points for praise that is none."""
    quotes: tuple[str, ...]
    """Phrases that hint at it."""


class Ears:
    """Both engines and the phrases, loaded once."""

    def __init__(self) -> None:
        self.vader = Vader()
        self.pattern = Pattern()
        self._phrases = Phrases({"complaint": COMPLAINT, "praise": PRAISE, "sarcasm": SARCASM})

    def hear(self, text: str, tokens: list[str], words: list[str]) -> Heard:
        vader = self.vader(text)
        pattern = self.pattern(words)
        points = {"complaint": 0.0, "praise": 0.0, "sarcasm": 0.0}
        quotes: list[str] = []
        first_praise = len(words)
        for hit in self._phrases.find(words):
            points[hit.family] += hit.weight
            if hit.family == "sarcasm":
                quotes.append(hit.phrase)
            if hit.family == "praise":
                first_praise = min(first_praise, hit.start)
        if quotes and any(word in WENT_WRONG for word in words[first_praise:]):
            points["sarcasm"] += 1.2
        features = _features(vader, pattern, tokens, words, points)
        return Heard(features, vader, pattern, points["sarcasm"], tuple(quotes))


def _features(
    vader: Valences, pattern: Polarity, tokens: list[str], words: list[str], points: dict[str, float]
) -> tuple[float, ...]:
    count = max(1, len(words))
    exclamation = question = negated = capitals = link = hashtags = dots = 0
    for token, word in zip(tokens, words, strict=False):
        first = word[0]
        exclamation += "!" in token
        question += "?" in token and len(token) < 5
        negated += word in NEGATORS
        capitals += len(token) > 2 and token.isupper()
        link += word.startswith(("http", "www."))
        hashtags += first == "#"
        dots += token.startswith("..")
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
        min(1.0, exclamation / 3),
        min(1.0, question / 2),
        min(1.0, negated / 3),
        min(1.0, 3 * capitals / count),
        min(1.0, float(link)),
        min(1.0, hashtags / 3),
        min(1.0, count / 30),
        float(words[0][0] == "@") if words else 0.0,
        min(1.0, points["complaint"] / 4),
        min(1.0, points["praise"] / 4),
        min(1.0, dots / 2),
        float(not vader.words and not pattern.words and points["complaint"] < 0.5),
    )
