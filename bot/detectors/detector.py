"""What a detector is, and what it is given: one mention on its way through, prepared once for all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.detectors.model.features import count_capitals
from bot.detectors.model.predictions import UNHEARD
from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.subject_matches import NOTHING, SubjectMatch
from bot.detectors.text.denials import rewrite_denials, shift_place
from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.masking import mask_names, mask_text
from bot.detectors.text.phrase_index import INTENTS
from bot.detectors.text.phrases import PhraseMatch
from bot.detectors.text.tokenizer import count_invisible_letters, normalize, tokenize
from bot.detectors.text.word_flags import LINK, WordFlags, flag_words
from bot.domain.assessment import Signal
from bot.domain.mention import Mention

INTENT_LEXICON = LexiconTable(INTENTS)


class TokenizedText(NamedTuple):
    """A text, prepared and cut once for all who read it."""

    text: str
    tokens: list[str]
    """Words, links, @handles, #hashtags, emoticons, numbers and punctuation, as written."""
    words: list[str]
    """The tokens in lower case; as many, in the same places."""
    capitals: int
    """Words of more than one letter that are in capitals."""
    word_flags: WordFlags
    """What is known of each word, and which phrases of the book they make."""
    intent_phrases: dict[str, list[PhraseMatch]]
    """Phrases of complaint, praise, need, purchase and sarcasm, which the model and several detectors ask for."""


def tokenize_text(text: str) -> TokenizedText:
    text = normalize(text)
    tokens = tokenize(text)
    tokens, words, _ = rewrite_denials(tokens, [token.lower() for token in tokens])
    found = flag_words(words)
    return TokenizedText(
        text, tokens, words, count_capitals(tokens), found, _group_by_family(found.phrases.get(INTENTS))
    )


class MentionStats(NamedTuple):
    """What is known beside the post itself. Who assesses without knowing it leaves it out."""

    recent: int = 0
    """Posts in the last quarter of an hour."""
    expected: float = 0.0
    """How many of them are usual in a quarter of an hour."""
    earlier: int = 0
    """Earlier mentions by the same person within a day."""
    copies: int = 0
    """Accounts that said the same words within a day, this one among them; 0 where nobody counts."""
    received_at: datetime | None = None
    """When we heard it; None where it is asked as if it were heard when it was said."""


class AnalysisContext:
    """One mention on its way through. Each detector adds its signals; a later one may read those of an earlier."""

    def __init__(
        self,
        mention: Mention,
        stats: MentionStats = MentionStats(),  # noqa: B008  (immutable)
        matcher: SubjectMatcher | None = None,
    ) -> None:
        self.mention = mention
        self.stats = stats
        self.text = normalize(fold_homoglyphs(mention.text))
        self.tokens = tokenize(self.text)
        self.words = [token.lower() for token in self.tokens]
        """The tokens in lower case; names of subjects are hidden, one word each, and so is trouble that is denied."""
        self.subject_matches = matcher.find_subjects(self.words, self.tokens, self.text) if matcher else NOTHING
        self.masked_places: frozenset[int] = frozenset()
        """Places of the words that name a subject and are hidden."""
        self._masked_spans: tuple[list[str], list[tuple[int, int]]] | None = None
        if self.subject_matches.matches:
            self._mask_subjects(self.subject_matches.matches)
        self.tokens, self.words, denials = rewrite_denials(self.tokens, self.words)
        if denials and self.subject_matches.matches:
            self.masked_places = frozenset(shift_place(place, denials) for place in self.masked_places)
            moved = [one._replace(place=shift_place(one.place, denials)) for one in self.subject_matches.matches]
            self.subject_matches = self.subject_matches._replace(matches=moved)
        self.capitals = count_capitals(self.tokens, self.masked_places)
        self.word_flags = flag_words(self.words)
        self.intent_phrases = _group_by_family(self.word_flags.phrases.get(INTENTS))
        self.flags = self.word_flags.flags
        """What any of its words has, as bits of `lexicons.traits`."""
        self.links = self.word_flags.select_words(LINK)
        self.invisible_count = count_invisible_letters(mention.text)
        """Invisible letters in what was written, which are not in `text`."""
        self.prediction = UNHEARD
        """What the model makes of it; said before the first detector is asked."""
        self.onnx_probabilities: tuple[float, float, float] | None = None
        """Negative, neutral, positive as an ONNX model of the customer's own has it, where there is one."""
        self.signals: list[Signal] = []
        self._labels: set[str] = set()
        self._reasons: list[tuple[int, ReasonFunction]] = []

    def _mask_subjects(self, found: Sequence[SubjectMatch]) -> None:
        tokens = self.tokens
        masked = mask_names(tokens, self.words, found)
        if masked is None:
            return
        self.tokens, self.words, self.masked_places, moved, spans = masked
        self.subject_matches = self.subject_matches._replace(matches=moved)
        self._masked_spans = tokens, spans

    @property
    def masked_text(self) -> str:
        """The text, with the names hidden; worked out for who reads text, which hardly anybody does."""
        return mask_text(self.text, *self._masked_spans) if self._masked_spans else self.text

    def add_signal(self, signal: Signal, reason: "ReasonFunction | None" = None) -> None:
        """`why`: the reason, where words have to be weighed for it; asked for by whoever keeps what was heard."""
        if reason is not None:
            self._reasons.append((len(self.signals), reason))
        self.signals.append(signal)
        if signal.holds:
            self._labels.add(signal.label)

    def explain_signals(self) -> list[Signal]:
        """The signals, each with its reason."""
        signals = self.signals.copy()
        for place, why in self._reasons:
            signals[place] = signals[place]._replace(because=why(self))
        return signals

    def has_label(self, label: str) -> bool:
        return label in self._labels

    def has_any_label(self, labels: frozenset[str]) -> bool:
        return not labels.isdisjoint(self._labels)

    def get_confidence(self, label: str) -> float:
        """How sure an earlier detector was of this label, whether it holds or not; 0 if none spoke of it."""
        for signal in self.signals:
            if signal.label == label:
                return signal.confidence
        return 0.0

    def get_dimension_value(self, dimension: str) -> str:
        """The first word that holds in a dimension, such as the code of the language."""
        for signal in self.signals:
            if signal.holds and signal.dimension == dimension:
                return signal.word
        return ""


ReasonFunction = Callable[[AnalysisContext], str]
"""Is given the hearing, and does not hold it: a batch that holds on to itself stays until garbage is looked for."""


def _group_by_family(hits: Sequence[PhraseMatch] | None) -> dict[str, list[PhraseMatch]]:
    found: dict[str, list[PhraseMatch]] = {}
    for hit in hits or ():
        found.setdefault(hit.family, []).append(hit)
    return found


class Detector(Protocol):
    """Reads a batch and adds to each hearing what it made of it. It says nothing rather than raise."""

    @property
    def name(self) -> str: ...

    def detect(self, batch: Sequence[AnalysisContext]) -> None: ...
