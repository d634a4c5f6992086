"""Pack the lexicons of VADER and TextBlob for single words into the weight file.

VADER and TextBlob are MIT; the pattern lexicon in TextBlob is BSD.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textblob._text import EMOTICONS, PUNCTUATION
from textblob.en import sentiment
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bot.detectors.model.batch import Floats
from bot.detectors.model.hashing import SALT_WORD, Hashes, compute_word_keys, mix_hashes

STEPS = 30.0
"""Quantization steps per point of valence, so that VADER's 4 points fit into a byte."""
EMOJI_SCALE = 3.0


class PackedLexicon(NamedTuple):
    hashes: Hashes
    steps: NDArray[np.int8]
    """A column for each of `LEXICONS`."""

    def get_valences(self, words: Sequence[str]) -> Floats:
        hashes = mix_hashes(compute_word_keys(words), SALT_WORD)
        rows = np.minimum(np.searchsorted(self.hashes, hashes), self.hashes.size - 1)
        known = (self.hashes[rows] == hashes)[:, None]
        return np.where(known, self.steps[rows].astype(np.float32) / np.float32(STEPS), np.float32(0))


def build_packed_lexicon() -> PackedLexicon:
    vader = SentimentIntensityAnalyzer()
    by_word: dict[str, list[float]] = {}
    for word, valence in vader.lexicon.items():
        by_word.setdefault(word, [0.0, 0.0])[0] = valence
    for emoji in vader.emojis:
        if len(emoji) == 1 and (valence := vader.polarity_scores(emoji)["compound"]):
            by_word.setdefault(emoji, [0.0, 0.0])[0] = EMOJI_SCALE * valence
    for word, polarity in _list_pattern_polarities():
        by_word.setdefault(word, [0.0, 0.0])[1] = 4 * polarity
    words = sorted(word for word in by_word if " " not in word)
    hashes = mix_hashes(compute_word_keys(words), SALT_WORD)
    steps = np.clip(np.round(np.array([by_word[word] for word in words]) * STEPS), -127, 127).astype(np.int8)
    order = np.argsort(hashes, kind="stable")
    return PackedLexicon(hashes[order], steps[order])


def _list_pattern_polarities() -> list[tuple[str, float]]:
    """Return the polarities of TextBlob's words and emoticons; the first mood with an emoticon counts."""
    sentiment.load()
    polarities = [(word, float(by_kind[None][0])) for word, by_kind in sentiment.items()]
    moods: dict[str, float] = {}
    for (_, polarity), emoticons in EMOTICONS.items():
        for emoticon in map(str.lower, emoticons):
            if len(emoticon) <= 5 and emoticon not in PUNCTUATION:
                moods.setdefault(emoticon, float(polarity))
    return [*((word, polarity) for word, polarity in polarities if polarity), *moods.items()]
