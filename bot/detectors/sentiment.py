"""sentiment: negative, neutral, positive, each with its probability; unsure where engines, or tone, leave doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.base import CARE, Hearing
from bot.detectors.engines.combination import NEGATIVE, NEUTRAL, probabilities, softmax
from bot.detectors.engines.features import Ears, Heard
from bot.detectors.lexicons.phrases import Hit, quoted
from bot.detectors.lexicons.tables import Table
from bot.domain.assessment import UNSURE, Sentiment, Signal

CLEARLY = 0.35
"""A polarity beyond which an engine has said something clearly (both run from -1 to 1)."""
SARCASM_FROM = 2.0
"""Log-odds points of praise that is none, from which the reading is not trusted."""
WENT_WRONG_POINTS = 1.2
"""What is added where something that went wrong follows such praise."""
SILENT = (0.06, 0.78, 0.16)
"""What a post is taken for in which no engine and no phrase says anything: the dead zone.

Of 1,600 such posts among the first 12,000 of `sentiment_train.jsonl`, 80 % are neutral; of 241 in `sentiment_val`,
64 % (2026-11-22)."""
SURE_ABROAD = 3
"""Points from which a few words and emoji are believed in a language that is not known."""

CLASSES = tuple(Sentiment)


class Reading(NamedTuple):
    chances: tuple[float, float, float]
    words: str = ""
    doubt: str = ""

    @property
    def best(self) -> int:
        return self.chances.index(max(self.chances))


class HowItSounds:
    name = "sentiment"

    def __init__(self, *, unsure_below: float, language: str) -> None:
        self._unsure_below = unsure_below
        self._language = language
        self._ears = Ears()
        self._abroad = Table("abroad").families

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            language = hearing.word("language") or self._language
            self._say(hearing, self._read(hearing) if language == "en" else self._read_abroad(hearing, language))

    def _say(self, hearing: Hearing, reading: Reading) -> None:
        """Three classes always; the likeliest holds, or unsure holds in its stead."""
        best = reading.best
        likely = reading.chances[best]
        doubt = reading.doubt or ("" if likely >= self._unsure_below else "nothing in it is likely enough")
        for place, sentiment in enumerate(CLASSES):
            because = f"{sentiment.value} {likely:.2f}{reading.words}" if place == best else ""
            holds = place == best and not doubt
            hearing.add(Signal(self.name, f"sentiment:{sentiment.value}", reading.chances[place], because, holds))
        if doubt:
            because = f"unsure, perhaps {CLASSES[best].value}{reading.words}: {doubt}"
            hearing.add(Signal(self.name, UNSURE, 1.0 - likely, because))

    def _read(self, hearing: Hearing) -> Reading:
        heard = self._ears.hear(hearing.text, hearing.words, hearing.care)
        chances = SILENT if heard.silent else probabilities(heard.features)
        best = chances.index(max(chances))
        return Reading(chances, _strongest(heard, best), _sarcasm(hearing, best) or _disagreement(heard))

    def _read_abroad(self, hearing: Hearing, language: str) -> Reading:
        """Emoji, exclamation and a few words: that much can be read in a language that is not known."""
        strong = self._abroad.get(language, {})
        found = [word for word in hearing.words if word in strong]
        emoji = "" if hearing.text.isascii() else " ".join(filter(_is_picture, hearing.tokens))
        points = sum(strong[word] for word in found) + 2.0 * self._ears.vader(emoji).compound
        if not points:
            return Reading((0.3, 0.4, 0.3), doubt=f"written in {language}")
        louder = 0.7 if "!" in hearing.text else 0.6
        chances = softmax(-louder * points, 0.4, louder * points)
        doubt = "" if abs(points) >= SURE_ABROAD else f"written in {language}"
        return Reading(chances, f": {quoted(found) or 'its emoji'}", doubt)


def _is_picture(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and not token.isalnum()


def _sarcasm(hearing: Hearing, best: int) -> str:
    """Praise that is often none, and more so before something that went wrong. What is negative anyway is no matter."""
    hits: list[Hit] = hearing.care.get("sarcasm", [])
    if not hits or best == NEGATIVE:
        return ""
    points = sum(hit.weight for hit in hits)
    if not CARE.words["went_wrong"].isdisjoint(hearing.words[hits[0].start :]):
        points += WENT_WRONG_POINTS
    return f"may be sarcasm, {quoted(hit.phrase for hit in hits)}" if points >= SARCASM_FROM else ""


def _disagreement(heard: Heard) -> str:
    vader, pattern = heard.vader.compound, heard.pattern.polarity
    opposed = vader * pattern < 0 and min(abs(vader), abs(pattern)) >= CLEARLY
    return "the engines disagree" if opposed else ""


def _strongest(heard: Heard, best: int) -> str:
    """The words that pull hardest towards what won, as a tail of the reason."""
    if best == NEUTRAL:
        return ""
    sign = -1 if best == NEGATIVE else 1
    pulls = {word: sign * polarity for word, polarity in heard.pattern.words}
    pulls.update((word.lower(), sign * valence / 4) for word, valence in heard.vader.words)
    words = sorted((word for word in pulls if pulls[word] > 0), key=lambda word: -pulls[word])
    return f": {quoted(words)}" if words else ""
