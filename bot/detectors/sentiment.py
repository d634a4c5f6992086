"""sentiment: negative, neutral, positive, each with its probability; unsure where the model, or tone, leaves doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.base import CARE, Hearing, Why
from bot.detectors.engines.lexicon_engines import (
    SentimentEngine,
    TextBlobEngine,
    VaderEngine,
    convert_polarity,
    list_reasons,
)
from bot.detectors.engines.onnx import OwnModel
from bot.detectors.lexicons.failures import find_failure
from bot.detectors.lexicons.phrases import Hit, quoted
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.text import LINKS, TEXT_HEARD
from bot.detectors.model.softmax import NEGATIVE, NEUTRAL, POSITIVE, softmax
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


class Reading(NamedTuple):
    chances: tuple[float, float, float]
    words: Why
    """What it rests on, to stand behind its name."""
    doubt: str = ""


class HowItSounds:
    name = "sentiment"

    def __init__(self, engine: str, *, unsure_below: float, language: str, own: OwnModel | None = None) -> None:
        self._engine: SentimentEngine | None = ALONE[engine]() if engine in ALONE else None
        self._own = own
        self._unsure_below = unsure_below
        self._language = language
        self._vader = VaderEngine()
        self._abroad = Table("abroad").families

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            language = hearing.word("language") or self._language
            reads = language in self._own.languages if self._own else language == "en"
            self._say(hearing, self._read(hearing) if reads else self._read_abroad(hearing, language))

    def _say(self, hearing: Hearing, reading: Reading) -> None:
        """Three classes always; the likeliest holds, or unsure holds in its stead."""
        chances, words, doubt = reading
        likely = max(chances)
        best = chances.index(likely)
        doubt = doubt or ("" if likely >= self._unsure_below else "nothing in it is likely enough")

        def explain_sentiment(hearing: Hearing) -> str:
            return f"{CLASSES[best].value} {min(likely, MOST_SHOWN):.2f}{words(hearing)}"

        for place, (label, chance) in enumerate(zip(LABELS, chances, strict=True)):
            hearing.add(
                Signal(self.name, label, chance, "", place == best and not doubt),
                explain_sentiment if place == best else None,
            )
        if doubt:
            hearing.add(
                Signal(self.name, UNSURE, 1.0 - likely),
                lambda hearing: f"unsure, perhaps {CLASSES[best].value}{words(hearing)}: {doubt}",
            )

    def _read(self, hearing: Hearing) -> Reading:
        if self._own and hearing.told:
            chances, words = hearing.told, _already(f" by {self._own.name}")
        elif self._engine:
            chances, words = _read_by(self._engine, hearing.unnamed)
        else:
            chances, words = hearing.verdict.chances, _rests_on
        doubt = _unreadable(hearing) or _sarcasm(hearing, chances)
        return Reading(chances, words, doubt)

    def _read_abroad(self, hearing: Hearing, language: str) -> Reading:
        """Emoji, exclamation and a few words: that much can be read in a language that is not known."""
        strong = self._abroad.get(language, {})
        found = [word for word in hearing.words if word in strong]
        emoji = "" if hearing.text.isascii() else " ".join(filter(_is_picture, hearing.tokens))
        points = sum(strong[word] for word in found) + 2.0 * self._vader.get_polarity(emoji)
        if not points:
            return Reading((0.3, 0.4, 0.3), _already(""), f"written in {language}")
        louder = 0.7 if "!" in hearing.text else 0.6
        chances = softmax(-louder * points, 0.4, louder * points)
        doubt = "" if abs(points) >= SURE_ABROAD else f"written in {language}"
        return Reading(chances, _already(f": {quoted(found) or 'its emoji'}"), doubt)


def _read_by(engine: SentimentEngine, text: str) -> tuple[tuple[float, float, float], Why]:
    """The words are looked for when a reason is asked for, as that takes as long again."""
    chances = convert_polarity(engine.get_polarity(text), engine.neutral)
    return chances, lambda hearing: _told(list_reasons(engine, hearing.unnamed))


def _already(words: str) -> Why:
    return lambda _hearing: words


def _told(words: Sequence[str]) -> str:
    return f": {quoted(words)}" if words else ""


def _rests_on(hearing: Hearing) -> str:
    """What is neutral rests on nothing."""
    verdict = hearing.verdict
    best = verdict.chances.index(max(verdict.chances))
    return "" if best == NEUTRAL else _told(verdict.words(best, hearing.names))


def _is_picture(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and not token.isalnum()


def _unreadable(hearing: Hearing) -> str:
    """What is there may well be felt, but words are what the engines were taught with."""
    if not any(map(_is_word, hearing.words)):
        return "there are no words in it"
    if len(hearing.mention.text) > LONG:
        return f"only its first {TEXT_HEARD:,} letters were read"
    if not hearing.text.isascii() and sum([word[0] > LATIN and word[0].isalpha() for word in hearing.words]) >= 2:
        return "it is written in several scripts"
    return ""


def _is_word(word: str) -> bool:
    """Links are none, and hashtags may be."""
    if word[0].isalpha():
        return not word.startswith(LINKS)
    return word[0] == "#" and len(word) > 1


def _sarcasm(hearing: Hearing, chances: tuple[float, float, float]) -> str:
    """Praise that is often none, and more so before something that went wrong. What is negative anyway is no matter."""
    likely = chances.index(max(chances))
    if likely == POSITIVE and (failed := find_failure(hearing.words)):
        return f"may be sarcasm, praise beside '{failed}'"
    hits: list[Hit] = hearing.care.get("sarcasm", [])
    if not hits or likely == NEGATIVE:
        return ""
    points = sum(hit.weight for hit in hits)
    if not CARE.words["went_wrong"].isdisjoint(hearing.words[hits[0].start :]):
        points += WENT_WRONG_POINTS
    return f"may be sarcasm, {quoted(hit.phrase for hit in hits)}" if points >= SARCASM_FROM else ""
