"""spam: by the structure of a post rather than by its words; a genuine complaint must not look like it.

A pitch in words needs something to click, call or pay beside it, and what a customer writes ("my", "your flight") counts
against it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.detectors.base import Hearing
from bot.detectors.lexicons.phrases import Hit, Phrases, likelihood
from bot.detectors.lexicons.pitches import FLATTERY, FOREIGN_BRANDS, SHAPES
from bot.domain.assessment import Signal

BASE = -3.2
"""Log-odds of an ordinary post."""
FEW_BRANDS, MANY_HASHTAGS, MANY_LINKS, MANY_HANDLES = 3, 6, 3, 6
HOOK_POINTS = 1.2
"""Something to click, call or pay, beside a pitch."""
OWN_STORY = frozenset("my me our we i'm i've was waiting flight flights booked booking refund service".split())
OWN_STORY_POINTS = -1.5


class Spam:
    name = "spam"

    def __init__(self) -> None:
        self._phrases = Phrases({**SHAPES, "flattery": dict.fromkeys(FLATTERY, 1.0)})

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
        if hook and any(hit.family == "flattery" for hit in hits):
            yield "flattery and a link", 2.0 + 0.8 * (sum(hit.family == "flattery" for hit in hits) - 1)
        yield from _brands(hearing)
        yield from _structure(hearing)


def _pitch(hits: list[Hit], *, hook: bool) -> Iterator[tuple[str, float]]:
    worth: Counter[str] = Counter()
    for hit in hits:
        if hit.family != "flattery":
            worth[hit.family] += hit.weight  # type: ignore[assignment]
    for shape, points in worth.items():
        yield shape, points
    if hook and worth:
        yield "something to click, call or pay", HOOK_POINTS


def _hook(hearing: Hearing) -> bool:
    if hearing.links:
        return True
    return any((len(word) >= 5 and word.isdigit()) or (word[0] in "$€£" and len(word) > 1) for word in hearing.words)


def _brands(hearing: Hearing) -> Iterator[tuple[str, float]]:
    brands = FOREIGN_BRANDS.intersection(hearing.words)
    if len(brands) >= FEW_BRANDS:
        yield "a list of brands", 2.2 + (1.8 if hearing.links else 0.0)


def _structure(hearing: Hearing) -> Iterator[tuple[str, float]]:
    words = hearing.words
    links = len(hearing.links)
    if links >= MANY_LINKS:
        yield "many links", 1.2 + 0.6 * (links - MANY_LINKS)
    if links and not any(word[0].isalnum() or word[0] in "@#" for word in words if word not in hearing.links):
        yield "nothing but a link", 3.6
    hashtags = [word for word in words if word[0] == "#" and len(word) > 1]
    if len(hashtags) >= MANY_HASHTAGS:
        yield "a pile of hashtags", 0.5 * (len(hashtags) - MANY_HASHTAGS + 2) + (1.0 if links else 0.0)
    if len(hashtags) - len(set(hashtags)) >= 3:
        yield "the same hashtag again and again", 2.4
    if links and sum(word[0] == "@" for word in words) >= MANY_HANDLES:
        yield "a crowd of handles and a link", 3.4
