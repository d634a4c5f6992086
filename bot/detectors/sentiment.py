"""sentiment: negative, neutral, positive, each with its probability; unsure where the model, or tone, leaves doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.base import CARE, Hearing
from bot.detectors.engines.alone import Engine, TextBlobAlone, VaderAlone
from bot.detectors.engines.onnx import OwnModel
from bot.detectors.engines.vader import Vader
from bot.detectors.lexicons.phrases import Hit, quoted
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.text import TEXT_HEARD
from bot.detectors.model.softmax import NEGATIVE, NEUTRAL, softmax
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
ALONE: dict[str, type[VaderAlone | TextBlobAlone]] = {"vader": VaderAlone, "textblob": TextBlobAlone}


class Reading(NamedTuple):
    chances: tuple[float, float, float]
    words: str = ""
    doubt: str = ""

    @property
    def best(self) -> int:
        return self.chances.index(max(self.chances))


class HowItSounds:
    name = "sentiment"

    def __init__(self, engine: str, *, unsure_below: float, language: str, own: OwnModel | None = None) -> None:
        self._engine: Engine | None = ALONE[engine]() if engine in ALONE else None
        self._own = own
        self._unsure_below = unsure_below
        self._language = language
        self._vader = Vader()
        self._abroad = Table("abroad").families

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            language = hearing.word("language") or self._language
            reads = language in self._own.languages if self._own else language == "en"
            self._say(hearing, self._read(hearing) if reads else self._read_abroad(hearing, language))

    def _say(self, hearing: Hearing, reading: Reading) -> None:
        """Three classes always; the likeliest holds, or unsure holds in its stead."""
        best = reading.best
        likely = reading.chances[best]
        doubt = reading.doubt or ("" if likely >= self._unsure_below else "nothing in it is likely enough")
        for place, (label, chance) in enumerate(zip(LABELS, reading.chances, strict=True)):
            told = f"{CLASSES[best].value} {min(likely, MOST_SHOWN):.2f}{reading.words}" if place == best else ""
            hearing.add(Signal(self.name, label, chance, told, place == best and not doubt))
        if doubt:
            because = f"unsure, perhaps {CLASSES[best].value}{reading.words}: {doubt}"
            hearing.add(Signal(self.name, UNSURE, 1.0 - likely, because))

    def _read(self, hearing: Hearing) -> Reading:
        words: list[str] = []
        if self._own and hearing.told:
            chances = hearing.told
            best = chances.index(max(chances))
        elif self._engine:
            chances, words = self._engine(hearing.text, hearing.words)
            best = chances.index(max(chances))
        else:
            chances = hearing.verdict.chances
            best = chances.index(max(chances))
            words = [] if best == NEUTRAL else hearing.verdict.words(best)
        doubt = _unreadable(hearing) or _sarcasm(hearing, best)
        by = f" by {self._own.name}" if self._own else ""
        return Reading(chances, f": {quoted(words)}" if words else by, doubt)

    def _read_abroad(self, hearing: Hearing, language: str) -> Reading:
        """Emoji, exclamation and a few words: that much can be read in a language that is not known."""
        strong = self._abroad.get(language, {})
        found = [word for word in hearing.words if word in strong]
        emoji = "" if hearing.text.isascii() else " ".join(filter(_is_picture, hearing.tokens))
        points = sum(strong[word] for word in found) + 2.0 * self._vader(emoji).compound
        if not points:
            return Reading((0.3, 0.4, 0.3), doubt=f"written in {language}")
        louder = 0.7 if "!" in hearing.text else 0.6
        chances = softmax(-louder * points, 0.4, louder * points)
        doubt = "" if abs(points) >= SURE_ABROAD else f"written in {language}"
        return Reading(chances, f": {quoted(found) or 'its emoji'}", doubt)


def _is_picture(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and not token.isalnum()


def _unreadable(hearing: Hearing) -> str:
    """What is there may well be felt, but words are what the engines were taught with."""
    if not any(
        word[0].isalpha() or (word[0] == "#" and len(word) > 1) for word in hearing.words if word not in hearing.links
    ):
        return "there are no words in it"
    if len(hearing.mention.text) > LONG:
        return f"only its first {TEXT_HEARD:,} letters were read"
    if not hearing.text.isascii() and sum(word[0] > LATIN and word[0].isalpha() for word in hearing.words) >= 2:
        return "it is written in several scripts"
    return ""


def _sarcasm(hearing: Hearing, best: int) -> str:
    """Praise that is often none, and more so before something that went wrong. What is negative anyway is no matter."""
    hits: list[Hit] = hearing.care.get("sarcasm", [])
    if not hits or best == NEGATIVE:
        return ""
    points = sum(hit.weight for hit in hits)
    if not CARE.words["went_wrong"].isdisjoint(hearing.words[hits[0].start :]):
        points += WENT_WRONG_POINTS
    return f"may be sarcasm, {quoted(hit.phrase for hit in hits)}" if points >= SARCASM_FROM else ""
