"""What a detector is, and what it is given: one mention on its way through, prepared once for all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.detectors.lexicons.book import CARE as CARE_TABLE
from bot.detectors.lexicons.denials import rewrite_denials, shift_place
from bot.detectors.lexicons.disguises import unmasked
from bot.detectors.lexicons.findings import NOTHING, Found
from bot.detectors.lexicons.masking import mask_names, mask_text
from bot.detectors.lexicons.phrases import Hit
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.terms import Terms
from bot.detectors.lexicons.text import hidden, prepared, tokens_of
from bot.detectors.lexicons.traits import LINK, Known, known
from bot.detectors.model.said import capitals
from bot.detectors.model.verdicts import UNHEARD
from bot.domain.assessment import Signal
from bot.domain.mention import Mention

CARE = Table(CARE_TABLE)


class Cut(NamedTuple):
    """A text, prepared and cut once for all who read it."""

    text: str
    tokens: list[str]
    """Words, links, @handles, #hashtags, emoticons, numbers and punctuation, as written."""
    words: list[str]
    """The tokens in lower case; as many, in the same places."""
    capitals: int
    """Words of more than one letter that are in capitals."""
    known: Known
    """What is known of each word, and which phrases of the book they make."""
    care: dict[str, list[Hit]]
    """Phrases of complaint, praise, need, purchase and sarcasm, which the model and several detectors ask for."""


def cut(text: str) -> Cut:
    text = prepared(text)
    tokens = tokens_of(text)
    tokens, words, _ = rewrite_denials(tokens, [token.lower() for token in tokens])
    found = known(words)
    return Cut(text, tokens, words, capitals(tokens), found, _by_family(found.phrases.get(CARE_TABLE)))


class Background(NamedTuple):
    """What is known beside the post itself. Who assesses without knowing it leaves it out."""

    recent: int = 0
    """Posts in the last quarter of an hour."""
    usual: float = 0.0
    """How many of them are usual in a quarter of an hour."""
    earlier: int = 0
    """Earlier mentions by the same person within a day."""
    copies: int = 0
    """Accounts that said the same words within a day, this one among them; 0 where nobody counts."""
    heard_at: datetime | None = None
    """When we heard it; None where it is asked as if it were heard when it was said."""


class Hearing:
    """One mention on its way through. Each detector adds its signals; a later one may read those of an earlier."""

    def __init__(
        self,
        mention: Mention,
        background: Background = Background(),  # noqa: B008  (immutable)
        terms: Terms | None = None,
    ) -> None:
        self.mention = mention
        self.background = background
        self.text = prepared(unmasked(mention.text))
        self.tokens = tokens_of(self.text)
        self.words = [token.lower() for token in self.tokens]
        """The tokens in lower case; names of subjects are hidden, one word each, and so is trouble that is denied."""
        self.seen = terms.find(self.words, self.tokens, self.text) if terms else NOTHING
        self.names: frozenset[int] = frozenset()
        """Places of the words that name a subject and are hidden."""
        self._hidden: tuple[list[str], list[tuple[int, int]]] | None = None
        if self.seen.found:
            self._hide(self.seen.found)
        self.tokens, self.words, denials = rewrite_denials(self.tokens, self.words)
        if denials and self.seen.found:
            self.names = frozenset(shift_place(place, denials) for place in self.names)
            moved = [one._replace(place=shift_place(one.place, denials)) for one in self.seen.found]
            self.seen = self.seen._replace(found=moved)
        self.capitals = capitals(self.tokens, self.names)
        self.known = known(self.words)
        self.care = _by_family(self.known.phrases.get(CARE_TABLE))
        self.has = self.known.has
        """What any of its words has, as bits of `lexicons.traits`."""
        self.links = self.known.having(LINK)
        self.hidden = hidden(mention.text)
        """Invisible letters in what was written, which are not in `text`."""
        self.verdict = UNHEARD
        """What the model makes of it; said before the first detector is asked."""
        self.told: tuple[float, float, float] | None = None
        """Negative, neutral, positive as an ONNX model of the customer's own has it, where there is one."""
        self.signals: list[Signal] = []
        self._held: set[str] = set()
        self._whys: list[tuple[int, Why]] = []

    def _hide(self, found: Sequence[Found]) -> None:
        tokens = self.tokens
        masked = mask_names(tokens, self.words, found)
        if masked is None:
            return
        self.tokens, self.words, self.names, moved, spans = masked
        self.seen = self.seen._replace(found=moved)
        self._hidden = tokens, spans

    @property
    def unnamed(self) -> str:
        """The text, with the names hidden; worked out for who reads text, which hardly anybody does."""
        return mask_text(self.text, *self._hidden) if self._hidden else self.text

    def add(self, signal: Signal, why: "Why | None" = None) -> None:
        """`why`: the reason, where words have to be weighed for it; asked for by whoever keeps what was heard."""
        if why is not None:
            self._whys.append((len(self.signals), why))
        self.signals.append(signal)
        if signal.holds:
            self._held.add(signal.label)

    def explained(self) -> list[Signal]:
        """The signals, each with its reason."""
        signals = self.signals.copy()
        for place, why in self._whys:
            signals[place] = signals[place]._replace(because=why(self))
        return signals

    def held(self, label: str) -> bool:
        return label in self._held

    def holds_one(self, labels: frozenset[str]) -> bool:
        return not labels.isdisjoint(self._held)

    def confidence(self, label: str) -> float:
        """How sure an earlier detector was of this label, whether it holds or not; 0 if none spoke of it."""
        for signal in self.signals:
            if signal.label == label:
                return signal.confidence
        return 0.0

    def word(self, dimension: str) -> str:
        """The first word that holds in a dimension, such as the code of the language."""
        for signal in self.signals:
            if signal.holds and signal.dimension == dimension:
                return signal.word
        return ""


Why = Callable[[Hearing], str]
"""Is given the hearing, and does not hold it: a batch that holds on to itself stays until garbage is looked for."""


def _by_family(hits: Sequence[Hit] | None) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in hits or ():
        found.setdefault(hit.family, []).append(hit)
    return found


class Detector(Protocol):
    """Reads a batch and adds to each hearing what it made of it. It says nothing rather than raise."""

    @property
    def name(self) -> str: ...

    def detect(self, batch: Sequence[Hearing]) -> None: ...
