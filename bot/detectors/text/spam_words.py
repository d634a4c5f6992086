"""The weights by which spam is scored, and what each word counts by itself, by its beginning and before another."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.detectors.text.tokenizer import LINKS

WEIGHTS = "spam_weights.txt"
LINK_FORM, HANDLE_FORM, PRICE, PERCENTAGE, NUMBER = "<link>", "<handle>", "<price>", "<percentage>", "<number>"
STEM_MIN, STEM = 7, 5
"""Letters from which a word also counts by its beginning, and letters of that."""
SHAPE = "shape:"
"""Begins the name of a shape, which no word does."""


class SpamWord(NamedTuple):
    name: str
    weight: float
    stem: str
    """The beginning of a long word; empty for a short one."""
    stem_weight: float
    followers: Mapping[str, float]
    """The weights of the words that may follow it."""


class SpamWeights:
    """The weights of the packaged file: lines of a number, a tab and the feature."""

    def __init__(self) -> None:
        text = (files("bot.detectors.model") / WEIGHTS).read_text("utf-8")
        lines = (line.split("\t", 1) for line in text.splitlines())
        self.weights = {feature: float(weight) for weight, feature in lines}
        self._pairs: dict[str, dict[str, float]] = {}
        """By the first word, then the second."""
        for feature, weight in self.weights.items():
            first, _, second = feature.partition(" ")
            if second and not feature.startswith(SHAPE):
                self._pairs.setdefault(first, {})[second] = weight

    def weigh_word(self, word: str) -> SpamWord:
        name = _normalize_word(word)
        stem = f"{name[:STEM]}*" if len(name) >= STEM_MIN and name.isalpha() else ""
        weights = self.weights.get
        return SpamWord(name, weights(name, 0.0), stem, weights(stem, 0.0), self._pairs.get(name, {}))


def _normalize_word(word: str) -> str:
    """Return the word, or what it is if all of its kind are the same."""
    if word.startswith(LINKS):
        return LINK_FORM
    if len(word) > 1 and word[0] in "@#":
        return HANDLE_FORM if word[0] == "@" else word[1:]
    if word[0].isdigit():
        return PERCENTAGE if word[-1] == "%" else NUMBER
    return PRICE if word[0] in "$€£₹" and len(word) > 1 else word


@cache
def load_spam_weights() -> SpamWeights:
    return SpamWeights()
