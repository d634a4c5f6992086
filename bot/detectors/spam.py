"""spam: by the structure of a post rather than by its words; a genuine complaint must not look like it.

A pitch in words needs something to click, call or pay beside it, and what a customer writes ("my", "your flight")
counts against it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.detectors.base import Hearing
from bot.detectors.lexicons.phrases import Hit, Phrases, likelihood
from bot.detectors.lexicons.tables import Table
from bot.domain.assessment import Signal

BASE = -2.2
"""Log-odds of an ordinary post."""
FEW_BRANDS, MANY_HASHTAGS, MANY_LINKS, MANY_HANDLES = 3, 8, 3, 6
HOOK_POINTS = 1.2
"""Something to click, call or pay, beside a pitch."""
OWN_STORY = frozenset(
    [
        "my",
        "me",
        "our",
        "we",
        "i'm",
        "i've",
        "was",
        "waiting",
        "flight",
        "flights",
        "booked",
        "booking",
        "refund",
        "service",
    ]
)
OWN_STORY_POINTS = -1.5
FLATTERY = "flattery"


class Spam:
    name = "spam"

    def __init__(self) -> None:
        pitches = Table("pitches")
        self._foreign = pitches.words["brands"]
        self._phrases = Phrases({**pitches.families, FLATTERY: dict.fromkeys(pitches.words["flattery"], 1.0)})

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            shapes = list(self._shapes(hearing))
            if not shapes:
                continue
            points = BASE + sum(worth for _, worth in shapes)
            if not OWN_STORY.isdisjoint(hearing.words):
                points += OWN_STORY_POINTS
            confidence = likelihood(points)
            because = "spam: " + ", ".join(dict.fromkeys(shape for shape, _ in shapes))
            hearing.add(Signal(self.name, "intent:spam", confidence, because, holds=confidence >= 0.5))

    def _shapes(self, hearing: Hearing) -> Iterator[tuple[str, float]]:
        hits = self._phrases.find(hearing.words)
        hook = _hook(hearing)
        yield from _pitch(hits, hook=hook)
        if hook and any(hit.family == FLATTERY for hit in hits):
            yield "flattery and a link", 2.8 + 1.0 * (sum(hit.family == FLATTERY for hit in hits) - 1)
        yield from self._brands(hearing)
        yield from _structure(hearing)

    def _brands(self, hearing: Hearing) -> Iterator[tuple[str, float]]:
        if len(self._foreign.intersection(hearing.words)) >= FEW_BRANDS:
            yield "a list of brands", 2.2 + (1.8 if hearing.links else 0.0)


def _pitch(hits: list[Hit], *, hook: bool) -> Iterator[tuple[str, float]]:
    worth: defaultdict[str, float] = defaultdict(float)
    for hit in hits:
        if hit.family != FLATTERY:
            worth[hit.family] += hit.weight
    yield from worth.items()
    if hook and worth:
        yield "something to click, call or pay", HOOK_POINTS


def _hook(hearing: Hearing) -> bool:
    if hearing.links:
        return True
    return any((len(word) >= 5 and word.isdigit()) or (word[0] in "$€£" and len(word) > 1) for word in hearing.odd)


def _structure(hearing: Hearing) -> Iterator[tuple[str, float]]:
    words = hearing.words
    links = len(hearing.links)
    if links >= MANY_LINKS:
        yield "many links", 1.2 + 0.6 * (links - MANY_LINKS)
    if links and not any(word[0].isalnum() or word[0] in "@#" for word in words if word not in hearing.links):
        yield "nothing but a link", 3.6
    hashtags = [word for word in hearing.odd if word[0] == "#" and len(word) > 1]
    if len(hashtags) >= MANY_HASHTAGS:
        yield "a pile of hashtags", 0.5 * (len(hashtags) - MANY_HASHTAGS + 2) + (1.0 if links else 0.0)
    if len(hashtags) - len(set(hashtags)) >= 3:
        yield "the same hashtag again and again", 2.4
    if links and sum(word[0] == "@" for word in hearing.odd) >= MANY_HANDLES:
        yield "a crowd of handles and a link", 3.4
