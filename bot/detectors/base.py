"""What a detector is, and what it is given: one mention on its way through, prepared once for all."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.detectors.lexicons.phrases import Hit, Phrases
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.text import TOKEN, prepared
from bot.domain.assessment import Signal
from bot.domain.mention import Mention

CARE = Table("care")
_CARE = Phrases(CARE.families)


class Background(NamedTuple):
    """What is known beside the post itself. Who assesses without knowing it leaves it out."""

    recent: int = 0
    """Posts about the subject in the last quarter of an hour."""
    usual: float = 0.0
    """How many of them are usual at this hour."""
    unanswered: int = 0
    """Earlier mentions by the same person that nobody answered."""


class Hearing:
    """One mention on its way through. Each detector adds its signals; a later one may read those of an earlier."""

    def __init__(self, mention: Mention, background: Background = Background()) -> None:  # noqa: B008  (immutable)
        self.mention = mention
        self.background = background
        self.text = prepared(mention.text)
        self.signals: list[Signal] = []
        self._held: set[str] = set()

    @cached_property
    def tokens(self) -> list[str]:
        """Words, links, @handles, #hashtags, emoticons, numbers and punctuation, as written."""
        return TOKEN.findall(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The tokens in lower case; as many, in the same places."""
        return [token.lower() for token in self.tokens]

    @cached_property
    def links(self) -> list[str]:
        return [word for word in self.words if word.startswith(("http://", "https://", "www."))]

    @cached_property
    def care(self) -> dict[str, list[Hit]]:
        """Phrases of complaint, praise, need, purchase and sarcasm, which sentiment and intent both ask for."""
        found: dict[str, list[Hit]] = {}
        for hit in _CARE.find(self.words):
            found.setdefault(hit.family, []).append(hit)
        return found

    def add(self, signal: Signal) -> None:
        self.signals.append(signal)
        if signal.holds:
            self._held.add(signal.label)

    def held(self, label: str) -> bool:
        return label in self._held

    def confidence(self, label: str) -> float:
        """How sure an earlier detector was of this label, whether it holds or not; 0 if none spoke of it."""
        for signal in self.signals:
            if signal.label == label:
                return signal.confidence
        return 0.0

    def word(self, dimension: str) -> str:
        """The first word that holds in a dimension, such as the code of the language."""
        return next((s.word for s in self.signals if s.holds and s.dimension == dimension), "")


class Detector(Protocol):
    """Reads a batch and adds to each hearing what it made of it. It says nothing rather than raise."""

    @property
    def name(self) -> str: ...

    def detect(self, batch: Sequence[Hearing]) -> None: ...
