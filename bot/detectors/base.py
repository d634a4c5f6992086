"""What a detector is, and what it is given: one mention on its way through, prepared once for all."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.domain.assessment import Signal
from bot.domain.mention import Mention

TEXT_HEARD = 1_500
"""Characters a detector reads. Of 10,025 airline posts (2026-11-22) none is longer; it bounds the time of all of them."""

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
STRETCHED = re.compile(r"(\w)\1{3,}")
QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'})
TOKEN = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|[@#]\w+"
    r"|[:;=8][-o^']?[)(\]\[dDpP/|\\]+(?!\w)|<3+"
    r"|[^\W\d_]+(?:['\-][^\W\d_]+)*"
    r"|[$€£]?\d+(?:[.,:]\d+)*%?"
    r"|[!?.]+"
    r"|[^\w\s]"
)


def prepared(text: str) -> str:
    """The text as detectors read it: one spelling for each letter, nothing invisible, bounded in length."""
    text = text[:TEXT_HEARD]
    if not text.isascii():
        text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(QUOTES)))
    if "&" in text:
        text = html.unescape(text)
    return STRETCHED.sub(r"\1\1\1", text)[:TEXT_HEARD]


class Background(NamedTuple):
    """What is known beside the post itself. Who assesses without knowing it leaves it out."""

    recent: int = 0
    """Posts about the subject in the last quarter of an hour."""
    usual: float = 0.0
    """How many of them are usual at this hour."""
    earlier: int = 0
    """Earlier mentions by the same person."""
    unanswered: int = 0
    """Those of them that nobody answered."""


class Hearing:
    """One mention on its way through the detectors. Each adds its signals; a later one may read those of an earlier."""

    def __init__(self, mention: Mention, background: Background = Background()) -> None:  # noqa: B008  (immutable)
        self.mention = mention
        self.background = background
        self.text = prepared(mention.text)
        self.signals: list[Signal] = []

    @cached_property
    def tokens(self) -> list[str]:
        """Words, links, @handles, #hashtags, emoticons, numbers and punctuation, as written."""
        return TOKEN.findall(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The tokens in lower case."""
        return TOKEN.findall(self.text.lower())

    @cached_property
    def links(self) -> list[str]:
        return (
            [token for token in self.tokens if token.startswith(("http", "www."))]
            if "http" in self.text or "www." in self.text
            else []
        )

    def add(self, signal: Signal) -> None:
        self.signals.append(signal)

    def held(self, label: str) -> bool:
        return any(signal.holds and signal.label == label for signal in self.signals)

    def confidence(self, label: str) -> float:
        """How sure an earlier detector was of this label, whether it holds or not; 0 if none spoke of it."""
        return max((signal.confidence for signal in self.signals if signal.label == label), default=0.0)

    def word(self, dimension: str) -> str:
        """The first word that holds in a dimension, such as the code of the language."""
        return next((s.word for s in self.signals if s.holds and s.dimension == dimension), "")


class Detector(Protocol):
    """Reads a batch and adds to each hearing what it made of it. It says nothing rather than raise."""

    @property
    def name(self) -> str: ...

    def detect(self, batch: Sequence[Hearing]) -> None: ...
