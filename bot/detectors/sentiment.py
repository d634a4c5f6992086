"""sentiment: negative, neutral, positive, each with its probability; unsure where the model, or tone, leaves doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.detector import INTENT_LEXICON, AnalysisContext, ReasonFunction
from bot.detectors.engines.lexicon_engines import (
    SentimentEngine,
    TextBlobEngine,
    VaderEngine,
    convert_polarity,
    list_reasons,
)
from bot.detectors.engines.onnx import OnnxModel
from bot.detectors.model.softmax import NEGATIVE, NEUTRAL, POSITIVE, compute_softmax
from bot.detectors.text.failures import find_failure
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import PhraseMatch, quote_phrases
from bot.detectors.text.tokenizer import LINKS, TEXT_HEARD
from bot.domain.assessment import UNSURE, Sentiment, Signal

SARCASM_FROM = 2.0
"""Log-odds points of praise that is none, from which the reading is not trusted."""
WENT_WRONG_POINTS = 1.2
"""What is added where something that went wrong follows such praise."""
SURE_ABROAD = 3
"""Points from which a few words and emoji are believed in a language that is not known."""

LONG = 5 * TEXT_HEARD
"""Letters from which what was read is too little to go by."""
LATIN = "\u024f"
"""The last of its letters."""
MOST_SHOWN = 0.99
"""Nothing is certain, and nothing is said to be."""

CLASSES = tuple(Sentiment)
LABELS = tuple(f"sentiment:{sentiment.value}" for sentiment in CLASSES)
BLEND = "blend"
"""Our own model. The others are there for whoever wants to compare, or is used to them."""
ONNX = "onnx"
"""A larger model of the customer's own, which has read the batch before."""
ALONE: dict[str, type[VaderEngine | TextBlobEngine]] = {"vader": VaderEngine, "textblob": TextBlobEngine}


class SentimentReading(NamedTuple):
    probabilities: tuple[float, float, float]
    reason: ReasonFunction
    """What it rests on, to stand behind its name."""
    doubt: str = ""


class SentimentDetector:
    name = "sentiment"

    def __init__(self, engine: str, *, unsure_below: float, language: str, onnx_model: OnnxModel | None = None) -> None:
        self._engine: SentimentEngine | None = ALONE[engine]() if engine in ALONE else None
        self._onnx_model = onnx_model
        self._unsure_below = unsure_below
        self._language = language
        self._vader = VaderEngine()
        self._foreign_words = LexiconTable("non_english").families

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            language = hearing.get_dimension_value("language") or self._language
            reads = language in self._onnx_model.languages if self._onnx_model else language == "en"
            self._add_sentiment_signals(
                hearing, self._read_sentiment(hearing) if reads else self._read_foreign_language(hearing, language)
            )

    def _add_sentiment_signals(self, hearing: AnalysisContext, reading: SentimentReading) -> None:
        """Three classes always; the likeliest holds, or unsure holds in its stead."""
        chances, words, doubt = reading
        likely = max(chances)
        best = chances.index(likely)
        doubt = doubt or ("" if likely >= self._unsure_below else "nothing in it is likely enough")

        def explain_sentiment(hearing: AnalysisContext) -> str:
            return f"{CLASSES[best].value} {min(likely, MOST_SHOWN):.2f}{words(hearing)}"

        for place, (label, chance) in enumerate(zip(LABELS, chances, strict=True)):
            hearing.add_signal(
                Signal(self.name, label, chance, "", place == best and not doubt),
                explain_sentiment if place == best else None,
            )
        if doubt:
            hearing.add_signal(
                Signal(self.name, UNSURE, 1.0 - likely),
                lambda hearing: f"unsure, perhaps {CLASSES[best].value}{words(hearing)}: {doubt}",
            )

    def _read_sentiment(self, context: AnalysisContext) -> SentimentReading:
        if self._onnx_model and context.onnx_probabilities:
            chances, words = context.onnx_probabilities, _make_fixed_reason(f" by {self._onnx_model.name}")
        elif self._engine:
            chances, words = _read_by(self._engine, context.masked_text)
        else:
            chances, words = context.prediction.probabilities, _explain_prediction
        doubt = _find_unreadable_reason(context) or _detect_sarcasm(context, chances)
        return SentimentReading(chances, words, doubt)

    def _read_foreign_language(self, context: AnalysisContext, language: str) -> SentimentReading:
        """Emoji, exclamation and a few words: that much can be read in a language that is not known."""
        strong = self._foreign_words.get(language, {})
        found = [word for word in context.words if word in strong]
        emoji = "" if context.text.isascii() else " ".join(filter(_is_picture, context.tokens))
        points = sum(strong[word] for word in found) + 2.0 * self._vader.get_polarity(emoji)
        if not points:
            return SentimentReading((0.3, 0.4, 0.3), _make_fixed_reason(""), f"written in {language}")
        louder = 0.7 if "!" in context.text else 0.6
        chances = compute_softmax(-louder * points, 0.4, louder * points)
        doubt = "" if abs(points) >= SURE_ABROAD else f"written in {language}"
        return SentimentReading(chances, _make_fixed_reason(f": {quote_phrases(found) or 'its emoji'}"), doubt)


def _read_by(engine: SentimentEngine, text: str) -> tuple[tuple[float, float, float], ReasonFunction]:
    """The words are looked for when a reason is asked for, as that takes as long again."""
    chances = convert_polarity(engine.get_polarity(text), engine.neutral)
    return chances, lambda hearing: _format_quotes(list_reasons(engine, hearing.masked_text))


def _make_fixed_reason(words: str) -> ReasonFunction:
    return lambda _hearing: words


def _format_quotes(words: Sequence[str]) -> str:
    return f": {quote_phrases(words)}" if words else ""


def _explain_prediction(context: AnalysisContext) -> str:
    """What is neutral rests on nothing."""
    verdict = context.prediction
    best = verdict.probabilities.index(max(verdict.probabilities))
    return "" if best == NEUTRAL else _format_quotes(verdict.list_top_words(best, context.masked_places))


def _is_picture(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and not token.isalnum()


def _find_unreadable_reason(context: AnalysisContext) -> str:
    """What is there may well be felt, but words are what the engines were taught with."""
    if not any(map(_is_word, context.words)):
        return "there are no words in it"
    if len(context.mention.text) > LONG:
        return f"only its first {TEXT_HEARD:,} letters were read"
    if not context.text.isascii() and sum([word[0] > LATIN and word[0].isalpha() for word in context.words]) >= 2:
        return "it is written in several scripts"
    return ""


def _is_word(word: str) -> bool:
    """Links are none, and hashtags may be."""
    if word[0].isalpha():
        return not word.startswith(LINKS)
    return word[0] == "#" and len(word) > 1


def _detect_sarcasm(context: AnalysisContext, chances: tuple[float, float, float]) -> str:
    """Praise that is often none, and more so before something that went wrong. What is negative anyway is no matter."""
    likely = chances.index(max(chances))
    if likely == POSITIVE and (failed := find_failure(context.words)):
        return f"may be sarcasm, praise beside '{failed}'"
    hits: list[PhraseMatch] = context.intent_phrases.get("sarcasm", [])
    if not hits or likely == NEGATIVE:
        return ""
    points = sum(hit.weight for hit in hits)
    if not INTENT_LEXICON.words["went_wrong"].isdisjoint(context.words[hits[0].start :]):
        points += WENT_WRONG_POINTS
    return f"may be sarcasm, {quote_phrases(hit.phrase for hit in hits)}" if points >= SARCASM_FROM else ""
