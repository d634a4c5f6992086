"""VADER, word by word: the sums of its own `polarity_scores`, and which words they come from.

Its loop is repeated here because only there the valence of each word is known, which the card quotes; and because it
need not ask about words that are in no lexicon. A test holds it equal to `polarity_scores`.
"""

from collections.abc import Sequence
from functools import cache
from string import punctuation
from typing import Any, NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer, normalize

from bot.detectors.engines.turning import REACH, Word, looked_up, turned
from bot.detectors.lexicons.memory import Memory


class Valences(NamedTuple):
    compound: float
    positive: float
    """Sum of the positive valences, as VADER counts them."""
    negative: float
    words: tuple[tuple[str, float], ...]
    """The words that weigh something, with their valence."""


NOTHING = Valences(0.0, 0.0, 0.0, ())


@cache
def _analyzer() -> Any:
    """Its lexicon never changes, and takes 20 ms to read."""
    return SentimentIntensityAnalyzer()


class Vader:
    def __init__(self) -> None:
        self._engine: Any = _analyzer()
        self.lexicon: dict[str, float] = self._engine.lexicon
        self.emoji_names: dict[str, str] = self._engine.emojis
        self._words = Memory(self._looked_up)

    def emoji(self, text: str) -> str:
        """The text with emoji in words, as VADER does it."""
        parts: list[str] = []
        after_space = True
        for letter in text:
            description = self.emoji_names.get(letter) if letter > "\x7f" else None
            if description is not None and not after_space:
                parts.append(" ")
            parts.append(letter if description is None else description)
            after_space = description is None and letter == " "
        return "".join(parts)

    def __call__(self, text: str) -> Valences:
        text = (text if text.isascii() else self.emoji(text)).strip()
        words = list(map(self._words.__getitem__, text.split()))
        places = [place for place, word in enumerate(words) if word.valence is not None]
        if not places:
            return NOTHING
        valences = self._valences(words, places)
        total = sum(valences)
        emphasis = self._engine._punctuation_emphasis(text)  # noqa: SLF001
        total += emphasis if total > 0 else -emphasis if total < 0 else 0
        return Valences(
            round(normalize(total), 4) if total else 0.0,
            sum([valence for valence in valences if valence > 0]),
            sum([valence for valence in valences if valence < 0]),
            tuple([(words[i].written, value) for i, value in zip(places, valences, strict=True) if value]),
        )

    def _looked_up(self, token: str) -> Word:
        stripped = token.strip(punctuation)
        return looked_up(token if len(stripped) <= 2 else stripped, self.lexicon)  # a short one may be an emoticon

    def _valences(self, words: Sequence[Word], places: Sequence[int]) -> list[float]:
        """Of the words in these places: what the lexicon says, where nothing near by turns it."""
        turning = [place for place, word in enumerate(words) if word.turns]
        capitals = any(words[place].capitals for place in (*places, *turning))
        shouted = capitals and not all(word.capitals for word in words)
        valences: list[float] = []
        for place in places:
            word = words[place]
            near = [turn for turn in turning if -REACH <= turn - place < REACH]
            if near or (shouted and word.capitals):
                valences.append(self._turned(words, place, shouted=shouted))
            else:
                valences.append(word.valence or 0.0)
        if "but" in [words[place].lower for place in turning]:
            return self._weighed_by_but(words, places, valences)
        return valences

    @staticmethod
    def _turned(words: Sequence[Word], place: int, *, shouted: bool) -> float:
        if words[place].lower == "kind" and place + 1 < len(words) and words[place + 1].lower == "of":
            return 0.0
        return turned(words, place, shouted=shouted)

    def _weighed_by_but(self, words: Sequence[Word], places: Sequence[int], valences: list[float]) -> list[float]:
        all_of_them = [0.0] * len(words)
        for place, valence in zip(places, valences, strict=True):
            all_of_them[place] = valence
        self._engine._but_check([word.lower for word in words], all_of_them)  # noqa: SLF001  (it changes the list)
        return [all_of_them[place] for place in places]
