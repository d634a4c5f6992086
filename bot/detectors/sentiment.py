"""sentiment: negative, neutral, positive, each with its probability; unsure where the engines, or the tone, leave doubt."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.base import Hearing
from bot.detectors.engines.combination import probabilities, softmax
from bot.detectors.engines.features import Ears, Heard
from bot.detectors.lexicons.abroad import STRONG
from bot.detectors.lexicons.phrases import quoted
from bot.domain.assessment import UNSURE, Sentiment, Signal

CLEARLY = 0.35
"""A polarity beyond which an engine has said something clearly (both run from -1 to 1)."""
SARCASM_FROM = 2.0
"""Log-odds points of praise that is none, from which the reading is not trusted."""
DEAD_ZONE = 0.05
"""Neither engine says more than this, and no phrase either: then the post says nothing and is neutral."""
SILENT = (0.10, 0.80, 0.10)
"""What a post is taken for that says nothing; of such posts 73 % are neutral in `sentiment_val.jsonl`."""


class Reading(NamedTuple):
    chances: tuple[float, float, float]
    words: str
    doubt: str = ""


class HowItSounds:
    name = "sentiment"

    def __init__(self, *, unsure_below: float, language: str) -> None:
        self._unsure_below = unsure_below
        self._language = language
        self._ears = Ears()

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            language = hearing.word("language") or self._language
            reading = self._read(hearing) if language == "en" else self._read_abroad(hearing, language)
            self._say(hearing, reading)

    def _say(self, hearing: Hearing, reading: Reading) -> None:
        best = max(range(3), key=reading.chances.__getitem__)
        doubt = reading.doubt or ("no reading is likely enough" if reading.chances[best] < self._unsure_below else "")
        for place, sentiment in enumerate(Sentiment):
            chance = reading.chances[place]
            because = f"{sentiment.value} {chance:.2f}{reading.words}" if place == best else ""
            holds = place == best and not doubt
            hearing.add(Signal(self.name, f"sentiment:{sentiment.value}", chance, because, holds))
        if doubt:
            because = f"unsure, perhaps {tuple(Sentiment)[best].value}: {doubt}"
            hearing.add(Signal(self.name, UNSURE, 1.0 - reading.chances[best], because))

    def _read(self, hearing: Hearing) -> Reading:
        heard = self._ears.hear(hearing.text, hearing.tokens, hearing.words)
        chances = probabilities(heard.features)
        best = max(range(3), key=chances.__getitem__)
        return Reading(chances, _strongest(heard, best), _doubt(heard, best))

    def _read_abroad(self, hearing: Hearing, language: str) -> Reading:
        """Emoji, exclamation and a few words: that much can be read in a language that is not known."""
        strong = STRONG.get(language, {})
        found = [word for word in hearing.words if word in strong]
        emoji = self._ears.vader(
            " ".join(token for token in hearing.tokens if not token.isascii() and not token.isalpha())
        )
        points = sum(strong[word] for word in found) + 2.0 * emoji.compound
        if not points:
            return Reading((0.3, 0.4, 0.3), "", f"written in {language}")
        loud = 1.2 if "!" in hearing.text else 1.0
        chances = softmax(-0.6 * loud * points, 0.4, 0.6 * loud * points)
        return Reading(chances, f": {quoted(found) or 'emoji'}", "" if abs(points) >= 3 else f"written in {language}")


def _doubt(heard: Heard, best: int) -> str:
    if heard.sarcasm >= SARCASM_FROM and best != 0:
        return f"may be sarcasm: {quoted(heard.quotes)}"
    vader, pattern = heard.vader.compound, heard.pattern.polarity
    if vader * pattern < 0 and min(abs(vader), abs(pattern)) >= CLEARLY:
        return "the engines disagree"
    return ""


def _strongest(heard: Heard, best: int) -> str:
    """The words that pull hardest towards what won, as a tail of the reason."""
    if best == 1:
        return ""
    sign = -1 if best == 0 else 1
    pulls = [(sign * valence / 4, word) for word, valence in heard.vader.words]
    pulls += [(sign * polarity, word) for word, polarity in heard.pattern.words]
    words = [word.lower() for pull, word in sorted(pulls, reverse=True) if pull > 0]
    return f": {quoted(words)}" if words else ""
