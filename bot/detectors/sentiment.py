"""Detect the sentiment, each class with its probability; unsure if the model or the tone leaves doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.detector import INTENT_LEXICON, AnalysisContext, ReasonFunction
from bot.detectors.engines.keen import KeenModel
from bot.detectors.engines.lexicon_engines import (
    SentimentEngine,
    TextBlobEngine,
    VaderEngine,
    convert_polarity,
    list_reasons,
)
from bot.detectors.engines.onnx import OnnxModel
from bot.detectors.model.log_odds import NEGATIVE, NEUTRAL, POSITIVE, compute_softmax
from bot.detectors.text.failures import find_failure
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import PhraseMatch, quote_phrases
from bot.detectors.text.tokenizer import LINKS, MAX_TEXT
from bot.domain.assessment import UNSURE, Sentiment, Signal
from bot.domain.post_details import Rating

SARCASM_FROM = 2.0
"""Points of sarcastic praise from which the prediction is not trusted."""
WENT_WRONG_POINTS = 1.2
"""Points added if something that went wrong follows such praise."""
SURE_NON_ENGLISH = 3
"""Points from which a few words and emoji are trusted in a language that the engine does not read."""

LONG = 5 * MAX_TEXT
"""Characters of a post from which the part that was read says too little."""
LATIN = "\u024f"
"""The last Latin letter."""
MAX_SHOWN = 0.99
"""The highest probability that a reason shows."""

LOW_RATING = (0.80, 0.15, 0.05)
"""How likely up to two stars of five are negative, neutral and positive; four and more are the reverse."""
HIGH_RATING = LOW_RATING[::-1]
UPSIDE_DOWN = "\N{UPSIDE-DOWN FACE}"
"""Weighs as much as a low rating: the training sets are older, and people put it behind what went wrong."""
UNREAD = (0.3, 0.4, 0.3)
"""How likely each sentiment is where nothing was read."""
CLASSES = tuple(Sentiment)
LABELS = tuple(f"sentiment:{sentiment.value}" for sentiment in CLASSES)
BLEND = "blend"
"""Our own model. The others are for comparison."""
ONNX = "onnx"
"""The customer's own model, which has read the batch before."""
KEEN = "keen"
"""The transformer of the package earshot-keen, which has read the batch before, unless too much waited."""
UNDER_LOAD = "by the light model, because many posts were waiting"
ENGINES: dict[str, type[VaderEngine | TextBlobEngine]] = {"vader": VaderEngine, "textblob": TextBlobEngine}


Shares = tuple[float, float, float]
"""Of negative, neutral and positive."""


class SentimentReading(NamedTuple):
    probabilities: Shares
    reason: ReasonFunction
    """What follows the class in the reason."""
    doubt: str = ""


class SentimentDetector:
    name = "sentiment"

    def __init__(
        self, engine: str, *, unsure_below: float, language: str, slow_model: OnnxModel | KeenModel | None = None
    ) -> None:
        self._engine: SentimentEngine | None = ENGINES[engine]() if engine in ENGINES else None
        self._slow_model = slow_model
        self._unsure_below = unsure_below
        self._language = language
        self._vader = VaderEngine()
        self._foreign_words = LexiconTable("non_english").families

    def detect(self, context: AnalysisContext) -> None:
        language = context.get_dimension_value("language") or self._language
        supported = language in self._slow_model.languages if self._slow_model else language == "en"
        reading = self._read_sentiment(context) if supported else self._read_foreign_language(context, language)
        rating = context.mention.rating
        self._add_sentiment_signals(context, _weigh_rating(reading, rating) if rating else reading)

    def _add_sentiment_signals(self, context: AnalysisContext, reading: SentimentReading) -> None:
        """Add a signal for each class; the likeliest holds, or unsure holds instead."""
        probabilities, explain_words, doubt = reading
        likely = max(probabilities)
        best = probabilities.index(likely)
        doubt = doubt or ("" if likely >= self._unsure_below else "nothing in it is likely enough")

        def explain_sentiment(context: AnalysisContext) -> str:
            return f"{CLASSES[best].value} {min(likely, MAX_SHOWN):.2f}{explain_words(context)}"

        def explain_doubt(context: AnalysisContext) -> str:
            return f"unsure, perhaps {CLASSES[best].value}{explain_words(context)}: {doubt}"

        for place, (label, probability) in enumerate(zip(LABELS, probabilities, strict=True)):
            signal = Signal(self.name, label, probability, "", place == best and not doubt)
            context.add_signal(signal, explain_sentiment if place == best else None)
        if doubt:
            context.add_signal(Signal(self.name, UNSURE, 1.0 - likely), explain_doubt)

    def _read_sentiment(self, context: AnalysisContext) -> SentimentReading:
        if isinstance(self._slow_model, KeenModel):
            probabilities, explain = _mix_predictions(self._slow_model, context)
        elif self._slow_model and context.slow_probabilities:
            probabilities, explain = context.slow_probabilities, _make_fixed_reason(f" by {self._slow_model.name}")
        elif not context.words:
            probabilities, explain = UNREAD, _make_fixed_reason("")
        elif self._engine:
            probabilities, explain = _predict_by_engine(self._engine, context.masked_text)
        else:
            probabilities, explain = context.prediction.probabilities, _explain_prediction
        if UPSIDE_DOWN in context.words:
            probabilities = _multiply(probabilities, LOW_RATING)
        doubt = _find_unreadable_reason(context) or _detect_sarcasm(context, probabilities)
        return SentimentReading(probabilities, explain, doubt)

    def _read_foreign_language(self, context: AnalysisContext, language: str) -> SentimentReading:
        """Use emoji, exclamation marks and a few words, which are readable in any language."""
        weights = self._foreign_words.get(language, {})
        found = [word for word in context.words if word in weights]
        emoji = "" if context.text.isascii() else " ".join(filter(_is_emoji, context.tokens))
        points = sum(weights[word] for word in found) + 2.0 * self._vader.get_polarity(emoji)
        if not points:
            return SentimentReading(UNREAD, _make_fixed_reason(""), f"written in {language}")
        scale = 0.7 if "!" in context.text else 0.6
        probabilities = compute_softmax(-scale * points, 0.4, scale * points)
        doubt = "" if abs(points) >= SURE_NON_ENGLISH else f"written in {language}"
        return SentimentReading(probabilities, _make_fixed_reason(f": {quote_phrases(found) or 'its emoji'}"), doubt)


def _weigh_rating(reading: SentimentReading, rating: Rating) -> SentimentReading:
    """Let few or many stars weigh as much as the words, and settle doubts. If the two disagree, it is unsure."""
    if 2 < rating.stars < 4:
        return reading
    weights, opposite = (LOW_RATING, POSITIVE) if rating.stars <= 2 else (HIGH_RATING, NEGATIVE)
    probabilities = _multiply(reading.probabilities, weights)
    disagrees = max(reading.probabilities) == reading.probabilities[opposite]

    def explain_words(context: AnalysisContext) -> str:
        return f"{reading.reason(context)}, {rating.describe()}"

    doubt = "the words and the stars disagree" if disagrees else ""
    return SentimentReading(probabilities, explain_words, doubt)


def _multiply(shares: Shares, weights: Shares) -> Shares:
    negative, neutral, positive = (share * weight for share, weight in zip(shares, weights, strict=True))
    total = negative + neutral + positive or 1.0
    return negative / total, neutral / total, positive / total


def _predict_by_engine(engine: SentimentEngine, text: str) -> tuple[tuple[float, float, float], ReasonFunction]:
    """Predict now and find the words when a reason is needed, as that takes as long again."""
    probabilities = convert_polarity(engine.get_polarity(text), engine.neutral)
    return probabilities, lambda context: _format_quotes(list_reasons(engine, context.masked_text))


def _mix_predictions(keen: KeenModel, context: AnalysisContext) -> tuple[tuple[float, float, float], ReasonFunction]:
    """Mix the predictions of both models. Its reasons quote the words of ours, if it found the same."""
    light, read_by = context.prediction.probabilities, UNDER_LOAD
    mixed = light
    if context.slow_probabilities:
        mixed, read_by = keen.mix(context.slow_probabilities, light), f"by {keen.name}"
    is_same = mixed.index(max(mixed)) == light.index(max(light))

    def explain_prediction(context: AnalysisContext) -> str:
        words = _explain_prediction(context) if is_same else ""
        return f"{words}, {read_by}" if words else f": {read_by}"

    return mixed, explain_prediction


def _make_fixed_reason(words: str) -> ReasonFunction:
    return lambda _context: words


def _format_quotes(words: Sequence[str]) -> str:
    return f": {quote_phrases(words)}" if words else ""


def _explain_prediction(context: AnalysisContext) -> str:
    prediction = context.prediction
    best = prediction.probabilities.index(max(prediction.probabilities))
    return "" if best == NEUTRAL else _format_quotes(prediction.list_top_words(best, context.masked_places))


def _is_emoji(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and not token.isalnum()


def _find_unreadable_reason(context: AnalysisContext) -> str:
    """Return why engines that were trained on words cannot judge the post; empty if they can."""
    if not any(map(_is_word, context.words)):
        return "there are no words in it"
    if len(context.mention.text) > LONG:
        return f"only its first {MAX_TEXT:,} letters were read"
    if not context.text.isascii() and sum([word[0] > LATIN and word[0].isalpha() for word in context.words]) >= 2:
        return "it is written in several scripts"
    return ""


def _is_word(word: str) -> bool:
    """Hashtags count as words, links do not."""
    if word[0].isalpha():
        return not word.startswith(LINKS)
    return word[0] == "#" and len(word) > 1


def _detect_sarcasm(context: AnalysisContext, probabilities: tuple[float, float, float]) -> str:
    """Return why praise may be sarcasm, above all before something that went wrong; empty for the rest."""
    likely = probabilities.index(max(probabilities))
    if likely == POSITIVE and (failure := find_failure(context.words)):
        return f"may be sarcasm, praise next to '{failure}'"
    hits: list[PhraseMatch] = context.intent_phrases.get("sarcasm", [])
    if not hits or likely == NEGATIVE:
        return ""
    points = sum(hit.weight for hit in hits)
    if not INTENT_LEXICON.words["went_wrong"].isdisjoint(context.words[hits[0].start :]):
        points += WENT_WRONG_POINTS
    return f"may be sarcasm, {quote_phrases(hit.phrase for hit in hits)}" if points >= SARCASM_FROM else ""
