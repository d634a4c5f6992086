"""VADER, word by word: the sums of its own `polarity_scores`, and which words they come from.

Its loop is repeated here because only there the valence of each word is known, which the card quotes; and because it
need not ask about words that are in no lexicon. A test holds it equal to `polarity_scores`.
"""

from typing import Any, NamedTuple

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
    SentiText,
    normalize,
)

TURNS = frozenset({"no", "least", "this", *NEGATE, *" ".join([*BOOSTER_DICT, *SPECIAL_CASES]).split()})
"""Words that may change what a word near them weighs; without one of them it weighs what the lexicon says."""


class Valences(NamedTuple):
    compound: float
    positive: float
    """Sum of the positive valences, as VADER counts them."""
    negative: float
    words: tuple[tuple[str, float], ...]
    """The words that weigh something, with their valence."""


NOTHING = Valences(0.0, 0.0, 0.0, ())


class _Near(NamedTuple):
    words_and_emoticons: list[str]
    is_cap_diff: bool


class Vader:
    def __init__(self) -> None:
        self._engine: Any = SentimentIntensityAnalyzer()
        self.lexicon: dict[str, float] = self._engine.lexicon
        self._emojis: dict[str, str] = self._engine.emojis

    def emoji(self, text: str) -> str:
        """The text with emoji in words, as VADER does it."""
        parts: list[str] = []
        after_space = True
        for letter in text:
            description = self._emojis.get(letter) if letter > "\x7f" else None
            if description is not None and not after_space:
                parts.append(" ")
            parts.append(letter if description is None else description)
            after_space = description is None and letter == " "
        return "".join(parts)

    def __call__(self, text: str) -> Valences:
        text = (text if text.isascii() else self.emoji(text)).strip()
        if not text:
            return NOTHING
        seen = SentiText(text)
        words: list[str] = seen.words_and_emoticons
        valences = self._valences(seen, words)
        total = sum(valences)
        emphasis = self._engine._punctuation_emphasis(text)  # noqa: SLF001
        total += emphasis if total > 0 else -emphasis if total < 0 else 0
        weighing = tuple((word, valence) for word, valence in zip(words, valences, strict=True) if valence)
        return Valences(
            round(normalize(total), 4) if total else 0.0,
            sum(valence for _, valence in weighing if valence > 0),
            sum(valence for _, valence in weighing if valence < 0),
            weighing,
        )

    def _valences(self, seen: Any, words: list[str]) -> list[float]:
        """As VADER asks of each word no more than three before and two after, it is shown no more."""
        valences: list[float] = []
        lower = [word.lower() for word in words]
        plain = not seen.is_cap_diff and "n't" not in seen.text.lower()
        for place, word in enumerate(lower):
            kind_of = word == "kind" and lower[place + 1 : place + 2] == ["of"]
            if word not in self.lexicon or word in BOOSTER_DICT or kind_of:
                valences.append(0)
            else:
                first = max(0, place - 3)
                if plain and TURNS.isdisjoint(lower[first : place + 3]):
                    valences.append(self.lexicon[word])
                    continue
                near = _Near(words[first : place + 3], seen.is_cap_diff)
                self._engine.sentiment_valence(0, near, words[place], place - first, valences)
        return self._engine._but_check(words, valences) if "but" in lower else valences  # noqa: SLF001
