"""intent: what somebody wants, several at once. A complaint is more than a negative word, and may be less than one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.base import CARE, Hearing
from bot.detectors.lexicons.phrases import NEGATORS, Hit, likelihood, preceded, quoted
from bot.domain.assessment import Signal

CUT_OFF = 0.5
SECOND_PERSON = frozenset(["you", "your", "u", "ur", "you're", "yourselves"])
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""

# Log-odds, set by hand (2026-11-22). A base is what a post is taken for before a word of it is read. The base of a
# complaint was chosen on complaints19 and on the airline week together, so neither is unseen by it; those of need and
# purchase on uservoice19 and iphonex18.
COMPLAINT_BASE, COMPLAINT_IF_NEGATIVE, COMPLAINT_IF_POSITIVE, COMPLAINT_MOST = -1.1, 3.2, -1.2, 4.5
COMPLAINT_TO_NOBODY = -2.0
"""Where nobody is spoken to or of, and nothing is complained of in words: sad news is no complaint."""
PRAISE_BASE, PRAISE_IF_POSITIVE, PRAISE_IF_NEGATIVE, PRAISE_MOST = -2.6, 3.0, -2.5, 3.5
PRAISE_DENIED = 1.5
NEED_BASE, PURCHASE_BASE = -1.5, -1.7
QUESTION_BASE, QUESTION_MARK, QUESTION_WORD = -2.2, 3.0, 1.2


class Found(NamedTuple):
    intent: str
    points: float
    hits: Sequence[Hit] = ()
    also: tuple[str, ...] = ()
    """What speaks for it beside the phrases."""

    def because(self) -> str:
        worth_quoting = sorted((hit for hit in self.hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
        quotes = quoted([*(hit.phrase for hit in worth_quoting), *self.also])
        return f"{self.intent}: {quotes or 'by its tone'}"


class Intents:
    name = "intent"

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            holding = hearing.held("intent:spam") or hearing.held("intent:crisis")
            for found in _find(hearing):
                confidence = likelihood(found.points)
                holds = confidence >= CUT_OFF
                holding = holding or holds
                because = found.because() if holds else ""
                hearing.add(Signal(self.name, f"intent:{found.intent}", confidence, because, holds))
            if not holding:
                hearing.add(Signal(self.name, "intent:other", 0.5))


def _find(hearing: Hearing) -> Iterator[Found]:
    care = hearing.care
    yield _complaint(hearing)
    yield _praise(hearing)
    yield _by_phrases("need", NEED_BASE, care.get("need", ()))
    yield _by_phrases("purchase", PURCHASE_BASE, care.get("purchase", ()))
    yield _question(hearing, care.get("asks", ()))


def _by_phrases(intent: str, base: float, hits: Sequence[Hit]) -> Found:
    return Found(intent, base + sum(hit.weight for hit in hits), hits)


def _complaint(hearing: Hearing) -> Found:
    """Words of complaint, praise that is denied, and how the whole sounds."""
    said = hearing.care.get("complaint", ())
    denied = [hit for hit in hearing.care.get("praise", ()) if preceded(hearing.words, hit.start, NEGATORS)]
    points = min(COMPLAINT_MOST, sum(hit.weight for hit in said) + PRAISE_DENIED * len(denied))
    points += COMPLAINT_IF_NEGATIVE * hearing.confidence("sentiment:negative")
    points += COMPLAINT_IF_POSITIVE * hearing.confidence("sentiment:positive")
    if not denied and all(hit.weight < SAYS_LITTLE for hit in said) and not _addressed(hearing):
        points += COMPLAINT_TO_NOBODY
    return Found("complaint", COMPLAINT_BASE + points, said, also=tuple(f"not {hit.phrase}" for hit in denied))


def _addressed(hearing: Hearing) -> bool:
    return bool(hearing.word("subject")) or any(word[0] == "@" or word in SECOND_PERSON for word in hearing.words)


def _praise(hearing: Hearing) -> Found:
    meant = [hit for hit in hearing.care.get("praise", ()) if not preceded(hearing.words, hit.start, NEGATORS)]
    points = min(PRAISE_MOST, sum(hit.weight for hit in meant))
    points += PRAISE_IF_POSITIVE * hearing.confidence("sentiment:positive")
    points += PRAISE_IF_NEGATIVE * hearing.confidence("sentiment:negative")
    return Found("praise", PRAISE_BASE + points, meant)


def _question(hearing: Hearing, asks: Sequence[Hit]) -> Found:
    points = QUESTION_BASE + sum(hit.weight for hit in asks)
    also: list[str] = []
    if any("?" in word and word[0] in "?!" for word in hearing.odd):
        points += QUESTION_MARK
        also.append("?")
    first = next((word for word in hearing.words if word[0].isalpha()), "")
    if first in CARE.words["asking"]:
        points += QUESTION_WORD
        also.append(first)
    return Found("question", points, asks, also=tuple(also))
