"""The assessment of a mention: the signals of all detectors, and what is derived from them."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from pydantic import ConfigDict

from bot.domain.immutable import FrozenModel, lock_free_cached_property
from bot.domain.stored_tuples import store_by_place


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(StrEnum):
    """By priority: the first intent that holds names a mention that has several."""

    CRISIS = "crisis"
    SPAM = "spam"
    COMPLAINT = "complaint"
    NEED = "need"
    QUESTION = "question"
    PURCHASE = "purchase"
    PRAISE = "praise"
    OTHER = "other"

    @property
    def label(self) -> str:
        """How people read it, in lower case."""
        return {Intent.NEED: "feature request", Intent.PURCHASE: "purchase interest"}.get(self, self.value)


_SENTIMENTS = {sentiment.value: sentiment for sentiment in Sentiment}
_SENTIMENT_LABELS = {word: f"sentiment:{word}" for word in _SENTIMENTS}
_INTENTS = {intent.value: intent for intent in Intent}
_RANK = {intent: rank for rank, intent in enumerate(Intent)}


@store_by_place
class Signal(NamedTuple):
    """What one detector found in one mention.

    `detector` is empty if it has the name of the dimension. `label` is `<dimension>:<word>`, such as
    `intent:complaint`; routes match on it. `confidence` runs from 0 to 1.
    `holds` is False for a class that lost or a probability below the threshold, which is kept for its figures only.
    `because` is the reason in words, for the card. `weight` is the points of an urgency signal.
    """

    detector: str
    label: str
    confidence: float
    because: str = ""
    holds: bool = True
    weight: int = 0

    @property
    def dimension(self) -> str:
        return self.label.partition(":")[0]

    @property
    def word(self) -> str:
        return self.label.partition(":")[2]


UNSURE = "sentiment:unsure"
_UNSURE = UNSURE.partition(":")[2]
DOUBTFUL = "crisis:doubtful"
"""The label of a crisis that a person should confirm before anybody is paged."""
WORTH_SAYING = 0.1
"""The least probability with which a type that does not hold is listed."""
MERGED_CASE = "merged case"
"""Instead of a detector: what a case has from a more pressing one that was merged into it."""


class Assessment(FrozenModel):
    """All signals about one mention; everything else is derived from them, so that it is consistent."""

    model_config = ConfigDict(ignored_types=(lock_free_cached_property,))

    signals: tuple[Signal, ...] = ()

    @lock_free_cached_property
    def labels_by_dimension(self) -> dict[str, tuple[str, ...]]:
        """Words that hold, by dimension, in the order in which they were found."""
        found: dict[str, tuple[str, ...]] = {}
        for signal in self.signals:
            if signal.holds:
                dimension, _, word = signal.label.partition(":")
                found[dimension] = (*found.get(dimension, ()), word)
        return found

    def get_words(self, dimension: str) -> tuple[str, ...]:
        """Return the words that hold in one dimension, in the order in which they were found."""
        return self.labels_by_dimension.get(dimension, ())

    @property
    def harm(self) -> str:
        """The first kind of harm that a crisis speaks of, or ''."""
        return next(iter(self.get_words("harm")), "")

    @lock_free_cached_property
    def labels(self) -> frozenset[str]:
        return frozenset(s.label for s in self.signals if s.holds)

    @lock_free_cached_property
    def probabilities(self) -> dict[str, float]:
        found = {s.label: s.confidence for s in self.signals}
        return {word: found.get(label, 0.0) for word, label in _SENTIMENT_LABELS.items()}

    @lock_free_cached_property
    def sentiment(self) -> Sentiment:
        """The most probable, even if the detector is unsure; neutral if nothing was detected."""
        probabilities = self.probabilities
        best = max(probabilities, key=probabilities.__getitem__)
        return _SENTIMENTS[best] if probabilities[best] > 0 else Sentiment.NEUTRAL

    @property
    def is_unsure(self) -> bool:
        return _UNSURE in self.get_words("sentiment")

    @lock_free_cached_property
    def intents(self) -> dict[str, float]:
        return {s.word: s.confidence for s in self.signals if s.dimension == "intent"}

    @lock_free_cached_property
    def intent(self) -> Intent:
        """The intent that names this mention: the first that holds, in the order of `Intent`."""
        held = [_INTENTS[word] for word in self.get_words("intent") if word in _INTENTS]
        return min(held, key=_RANK.__getitem__) if held else Intent.OTHER

    @lock_free_cached_property
    def subject(self) -> str:
        return next(iter(self.get_words("subject")), "")

    @lock_free_cached_property
    def kind(self) -> str:
        return next(iter(self.get_words("kind")), "")

    @property
    def language(self) -> str:
        return next(iter(self.get_words("language")), "")

    @lock_free_cached_property
    def urgency(self) -> int:
        """0 to 100: the sum of all weights."""
        return max(0, min(100, sum(s.weight for s in self.signals)))

    def add_reasons(self, signals: Iterable[Signal]) -> "Assessment":
        """Return this with the same signals, which now say why: what was derived from their labels is kept."""
        return self._replace_signals(signals, {"signals"})

    def shorten_signals(self) -> "Assessment":
        """Return what a case keeps of this: what is too improbable to be listed is a third of all signals."""
        listed = "sentiment:" if self.is_unsure else " "  # no label begins with a space
        kept = [
            Signal._make(("", *one[1:])) if one.label.startswith(f"{one.detector}:") else one
            for one in self.signals
            if one.holds or one.confidence >= WORTH_SAYING or one.because or one.label.startswith(listed)
        ]
        return self._replace_signals(kept, {"signals", "intents", "probabilities"})

    def _replace_signals(self, signals: Iterable[Signal], changed: set[str]) -> "Assessment":
        found = build_assessment(signals)
        vars(found).update({name: value for name, value in vars(self).items() if name not in changed})
        return found

    def raise_to(self, other: "Assessment") -> "Assessment":
        """Return this with the type, and with the points, of the other where those are more pressing.

        Without the reasons, which may quote another post: what is erased there would stay here.
        """
        is_stronger = _RANK[other.intent] < _RANK[self.intent]
        taken = {"intent", "sentiment"} if is_stronger else set[str]()
        taken |= {"urgency"} if other.urgency > self.urgency else set()
        theirs = [one._replace(detector=MERGED_CASE, because="") for one in other.signals if one.dimension in taken]
        if not theirs:
            return self
        theirs[0] = theirs[0]._replace(because="of a case that was merged into this one")
        kept = (one for one in self.signals if one.dimension not in {signal.dimension for signal in theirs})
        return Assessment.model_construct(signals=(*kept, *theirs))

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(s.because for s in self.signals if s.holds and s.because)

    def find_reasons(self, *dimensions: str) -> tuple[str, ...]:
        """Return the reasons for what holds in these dimensions."""
        return tuple(s.because for s in self.signals if s.holds and s.because and s.dimension in dimensions)


def build_assessment(*parts: Iterable[Signal]) -> Assessment:
    return Assessment.model_construct(signals=tuple(chain.from_iterable(parts)))
