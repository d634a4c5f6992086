"""The input of the model: tokens of a post, and the points of its phrases by family."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import NEGATORS, PhraseMatch, is_preceded_by

FAMILIES = ("complaint", "praise", "need", "purchase", "asks", "sarcasm")
PHRASES = (*(f"said_{family}" for family in FAMILIES), "praise_denied", "asked_first")
_PLACES = {family: place for place, family in enumerate(FAMILIES)}
_DENIED, _ASKED = PHRASES.index("praise_denied"), PHRASES.index("asked_first")
POINTS_MOST = 4.0
_ASKING = LexiconTable("intents").words["asking"]


class ModelInput(Protocol):
    """One post, tokenized once for all that read it."""

    @property
    def tokens(self) -> Sequence[str]: ...

    @property
    def words(self) -> Sequence[str]:
        """The tokens in lower case."""

    @property
    def capitals(self) -> int: ...

    @property
    def intent_phrases(self) -> Mapping[str, Sequence[PhraseMatch]]: ...


def count_capitals(tokens: Iterable[str], names: Collection[int] = ()) -> int:
    """Count words of several letters that are in capitals, without handles. `names`: places that do not count."""
    if names:
        tokens = [token for place, token in enumerate(tokens) if place not in names]
    return sum([len(token) > 1 and token[0] != "@" for token in tokens if token.isupper()])


def score_phrases(text: ModelInput) -> list[float]:
    """Return a value from 0 to 1 for each of `PHRASES`."""
    found = [0.0] * len(PHRASES)
    for family, hits in text.intent_phrases.items():
        if (place := _PLACES.get(family)) is not None:
            found[place] = min(1.0, sum([hit.weight for hit in hits]) / POINTS_MOST)
    praise = text.intent_phrases.get("praise", ())
    found[_DENIED] = float(any(is_preceded_by(text.words, hit.start, NEGATORS) for hit in praise)) if praise else 0.0
    found[_ASKED] = float(_find_first_word(text.words) in _ASKING)
    return found


def _find_first_word(words: Sequence[str]) -> str:
    return next((word for word in words if word[0].isalpha()), "")
