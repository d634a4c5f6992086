"""The interface of detectors, and the analysis context of one mention, prepared once for all of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.detectors.model.features import count_capitals
from bot.detectors.model.predictions import NO_PREDICTION
from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.subject_matches import NOTHING, SubjectMatch
from bot.detectors.text.denials import rewrite_denials, shift_place
from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.masking import mask_names, mask_text
from bot.detectors.text.phrases import INTENTS, PhraseMatch
from bot.detectors.text.tokenizer import count_invisible_letters, normalize, normalize_case, tokenize
from bot.detectors.text.word_flags import TROUBLE, WordFlags, flag_words
from bot.domain.assessment import Signal
from bot.domain.mention import Mention

INTENT_LEXICON = LexiconTable(INTENTS)


class TokenizedText(NamedTuple):
    """A text, normalized and tokenized once for all that read it."""

    text: str
    tokens: list[str]
    """Words, links, @handles, #hashtags, emoticons, numbers and punctuation, as written."""
    words: list[str]
    """The tokens in lower case; as many, in the same places."""
    capitals: int
    """Words of several letters that are in capitals."""
    word_flags: WordFlags
    intent_phrases: dict[str, list[PhraseMatch]]
    """Phrases of complaint, praise, need, purchase and sarcasm, by family."""


def tokenize_text(text: str) -> TokenizedText:
    text = normalize(text)
    tokens = tokenize(text)
    tokens, flags, _ = _flag_tokens(tokens, normalize_case(tokens))
    phrases = _group_by_family(flags.phrases.get(INTENTS))
    return TokenizedText(text, tokens, flags.words, count_capitals(tokens), flags, phrases)


def _flag_tokens(tokens: list[str], words: list[str]) -> tuple[list[str], WordFlags, list[tuple[int, int]]]:
    """Replace denied trouble, and flag the words. Return the tokens, the flags, and the spans that were replaced."""
    flags = flag_words(words)
    if not flags.flags & TROUBLE:
        return tokens, flags, []
    tokens, words, spans = rewrite_denials(tokens, words)
    return tokens, flag_words(words) if spans else flags, spans


class MentionStats(NamedTuple):
    """What is known of a mention beside its text. All of it is optional."""

    recent: int = 0
    """Posts in the last quarter of an hour."""
    expected: float = 0.0
    """Posts that are usual in a quarter of an hour."""
    earlier: int = 0
    """Earlier mentions by the same person within a day."""
    copies: int = 0
    """Accounts with the same words within a day, this one included; 0 if nobody counts."""
    received_at: datetime | None = None
    """When Earshot received it; None to assess it as of when it was posted."""


class AnalysisContext:
    """One mention under analysis. Each detector adds its signals; later ones may read those of earlier ones."""

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
        self.words = normalize_case(self.tokens)
        """The tokens in lower case. Subject names are masked, one word each; denied trouble is replaced."""
        self.subject_matches = matcher.find_subjects(self.words, self.tokens, self.text) if matcher else NOTHING
        self.masked_places: frozenset[int] = frozenset()
        """Places of the masked subject names."""
        self._masked_spans: tuple[list[str], list[tuple[int, int]]] | None = None
        if self.subject_matches.matches:
            self._mask_subjects(self.subject_matches.matches)
        self.tokens, self.word_flags, denials = _flag_tokens(self.tokens, self.words)
        self.words = self.word_flags.words
        if denials and self.subject_matches.matches:
            self.masked_places = frozenset(shift_place(place, denials) for place in self.masked_places)
            moved = [hit._replace(place=shift_place(hit.place, denials)) for hit in self.subject_matches.matches]
            self.subject_matches = self.subject_matches._replace(matches=moved)
        self.capitals = count_capitals(self.tokens, self.masked_places)
        self.intent_phrases = _group_by_family(self.word_flags.phrases.get(INTENTS))
        self.flags = self.word_flags.flags
        """The word flags of all words together."""
        self.invisible_count = count_invisible_letters(mention.text)
        """Invisible letters of the original, which are not in `text`."""
        self.prediction = NO_PREDICTION
        """Set before the first detector runs."""
        self.slow_probabilities: tuple[float, float, float] | None = None
        """Negative, neutral, positive by a customer's ONNX model or the keen one, if it has read the post."""
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
        """The text with subject names masked, built on demand: hardly any detector reads text."""
        return mask_text(self.text, *self._masked_spans) if self._masked_spans else self.text

    def add_signal(self, signal: Signal, reason: "ReasonFunction | None" = None) -> None:
        """Add a signal. `reason` is called only if the assessment is kept, because it has to weigh words."""
        if reason is not None:
            self._reasons.append((len(self.signals), reason))
        self.signals.append(signal)
        if signal.holds:
            self._labels.add(signal.label)

    def explain_signals(self) -> list[Signal]:
        """Return all signals with their reasons."""
        signals = self.signals.copy()
        for place, reason in self._reasons:
            signals[place] = signals[place]._replace(because=reason(self))
        return signals

    def has_label(self, label: str) -> bool:
        return label in self._labels

    def has_any_label(self, labels: frozenset[str]) -> bool:
        return not labels.isdisjoint(self._labels)

    def get_confidence(self, label: str) -> float:
        """Return the confidence of an earlier signal, whether it holds or not; 0 if there is none."""
        for signal in self.signals:
            if signal.label == label:
                return signal.confidence
        return 0.0

    def get_dimension_value(self, dimension: str) -> str:
        """Return the first value that holds in a dimension, such as the language code."""
        for signal in self.signals:
            if signal.holds and signal.dimension == dimension:
                return signal.word
        return ""


ReasonFunction = Callable[[AnalysisContext], str]
"""It gets the context instead of keeping it: a batch that refers to itself waits for garbage collection."""


def _group_by_family(hits: Sequence[PhraseMatch] | None) -> dict[str, list[PhraseMatch]]:
    found: dict[str, list[PhraseMatch]] = {}
    for hit in hits or ():
        found.setdefault(hit.family, []).append(hit)
    return found


class Detector(Protocol):
    """Adds signals to a context. It never raises because of a text."""

    @property
    def name(self) -> str: ...

    def detect(self, context: AnalysisContext) -> None: ...
