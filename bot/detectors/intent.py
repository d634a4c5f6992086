"""intent: what somebody wants, several at once. A complaint is more than a negative word, and may be less than one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.base import Hearing
from bot.detectors.lexicons.care import COMPLAINT, NEED, PRAISE, PURCHASE
from bot.detectors.lexicons.harm import (
    HYPOTHETICAL,
    HYPOTHETICAL_POINTS,
    HYPOTHETICAL_REACH,
    IDIOMS,
    KINDS,
    WHERE,
    WHERE_POINTS,
)
from bot.detectors.lexicons.phrases import NEGATORS, Hit, Phrases, likelihood, preceded, quoted
from bot.domain.assessment import Signal

CUT_OFF = 0.5
COMPLAINT_BASE, COMPLAINT_BY_NEGATIVE, COMPLAINT_BY_POSITIVE, COMPLAINT_MOST = -2.2, 3.2, -1.2, 4.5
PRAISE_BASE, PRAISE_BY_POSITIVE, PRAISE_BY_NEGATIVE, PRAISE_MOST = -2.6, 3.0, -2.5, 3.5
NEED_BASE, PURCHASE_BASE, CRISIS_BASE = -2.1, -2.1, -2.3
QUESTION_BASE, QUESTION_MARK, QUESTION_WORD, QUESTION_HELP = -2.2, 3.0, 1.2, 1.0
NEGATED_PRAISE = 1.5

ASKING = frozenset(
    "who what when where why how which whose can could will would is are do does did should any anyone has have am may".split()
)
ASKS = frozenset(
    [
        "anyone know",
        "does anyone",
        "can anyone",
        "can someone",
        "do you know",
        "any idea",
        "wondering if",
        "please advise",
        "how do i",
        "how can i",
        "let me know",
    ]
)
NOT_MEANT = frozenset("who cares why not guess what".split())


class Found(NamedTuple):
    intent: str
    points: float
    because: str


class Intents:
    name = "intent"

    def __init__(self) -> None:
        self._care = Phrases(
            {
                "complaint": COMPLAINT,
                "praise": PRAISE,
                "need": NEED,
                "purchase": PURCHASE,
                "asks": dict.fromkeys(ASKS, 1.5),
            }
        )
        closed = dict.fromkeys(IDIOMS, 0.0)
        self._harm = Phrases({kind: {**phrases, **closed} for kind, phrases in KINDS.items()})

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            holding = hearing.held("intent:spam")
            for found in self._find(hearing):
                confidence = likelihood(found.points)
                holds = confidence >= CUT_OFF
                holding = holding or holds
                hearing.add(Signal(self.name, f"intent:{found.intent}", confidence, found.because, holds))
            if not holding:
                hearing.add(Signal(self.name, "intent:other", 0.5))

    def _find(self, hearing: Hearing) -> Iterator[Found]:
        words = hearing.words
        hits: dict[str, list[Hit]] = {}
        for hit in self._care.find(words):
            hits.setdefault(hit.family, []).append(hit)
        yield from self._crisis(words)
        yield _complaint(hearing, hits)
        yield _praise(hearing, hits.get("praise", []))
        yield _by_phrases("need", NEED_BASE, hits.get("need", []))
        yield _by_phrases("purchase", PURCHASE_BASE, hits.get("purchase", []))
        yield _question(words, hits.get("asks", []))

    def _crisis(self, words: list[str]) -> Iterator[Found]:
        """The worst of the kinds. Said to be untrue, feared, or in a film: not one."""
        worst: tuple[float, str, list[str]] | None = None
        points: dict[str, float] = {}
        phrases: dict[str, list[str]] = {}
        for hit in self._harm.find(words):
            if not hit.weight or preceded(words, hit.start, NEGATORS):
                continue
            weight = hit.weight
            if preceded(words, hit.start, HYPOTHETICAL, HYPOTHETICAL_REACH):
                weight += HYPOTHETICAL_POINTS
            points[hit.family] = points.get(hit.family, 0.0) + weight
            phrases.setdefault(hit.family, []).append(hit.phrase)
        for kind, worth in points.items():
            if kind == "safety" and not WHERE.isdisjoint(words):
                worth += WHERE_POINTS  # noqa: PLW2901
            if worst is None or worth > worst[0]:
                worst = worth, kind, phrases[kind]
        if worst:
            yield Found("crisis", CRISIS_BASE + worst[0], f"crisis, {worst[1]}: {quoted(worst[2])}")


def _by_phrases(intent: str, base: float, hits: list[Hit]) -> Found:
    return Found(intent, base + sum(hit.weight for hit in hits), f"{intent}: {quoted(hit.phrase for hit in hits)}")


def _complaint(hearing: Hearing, hits: dict[str, list[Hit]]) -> Found:
    """Words of complaint, praise that is denied, and how the whole sounds."""
    words = hearing.words
    said = sorted(hits.get("complaint", []), key=lambda hit: -hit.weight)
    denied = [hit for hit in hits.get("praise", []) if preceded(words, hit.start, NEGATORS)]
    points = min(COMPLAINT_MOST, sum(hit.weight for hit in said) + NEGATED_PRAISE * len(denied))
    points += COMPLAINT_BY_NEGATIVE * hearing.confidence("sentiment:negative")
    points += COMPLAINT_BY_POSITIVE * hearing.confidence("sentiment:positive")
    quotes = quoted([hit.phrase for hit in said if hit.weight >= 0.5] + [f"not {hit.phrase}" for hit in denied])
    return Found("complaint", COMPLAINT_BASE + points, f"complaint: {quotes or 'by its tone'}")


def _praise(hearing: Hearing, hits: list[Hit]) -> Found:
    meant = sorted(
        (hit for hit in hits if not preceded(hearing.words, hit.start, NEGATORS)), key=lambda hit: -hit.weight
    )
    points = min(PRAISE_MOST, sum(hit.weight for hit in meant))
    points += PRAISE_BY_POSITIVE * hearing.confidence("sentiment:positive")
    points += PRAISE_BY_NEGATIVE * hearing.confidence("sentiment:negative")
    return Found("praise", PRAISE_BASE + points, f"praise: {quoted(hit.phrase for hit in meant) or 'by its tone'}")


def _question(words: list[str], asks: list[Hit]) -> Found:
    marks = any(word[0] in "?!" and "?" in word for word in words)
    asking = next((word for word in words if word[0].isalpha()), "")
    points = QUESTION_BASE + sum(hit.weight for hit in asks)
    because = [hit.phrase for hit in asks]
    if marks:
        points += QUESTION_MARK
        because.append("?")
    if asking in ASKING:
        points += QUESTION_WORD
        because.append(asking)
    return Found("question", points, f"question: {quoted(because)}")
