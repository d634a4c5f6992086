"""crisis: what may hurt somebody, told by rules: who is woken at 4am must be able to read why."""

from collections.abc import Sequence

from bot.detectors.base import Hearing
from bot.detectors.lexicons.phrases import NEGATORS, Hit, Phrases, likelihood, preceded, quoted
from bot.detectors.lexicons.tables import Table
from bot.domain.assessment import Signal

CUT_OFF = 0.5
IDIOM = "idiom"
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""

# Log-odds, set by hand (2026-11-22).
BASE = -2.3
WHERE_POINTS, HYPOTHETICAL_POINTS, HYPOTHETICAL_REACH = 1.3, -4.0, 4


class Crisis:
    name = "crisis"

    def __init__(self) -> None:
        self._harm = Table("harm")
        self._kinds = Phrases({**self._harm.families, IDIOM: dict.fromkeys(self._harm.words["idioms"], 0.0)})

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            if meant := self._meant(hearing.words):
                self._judge(hearing, meant)

    def _judge(self, hearing: Hearing, meant: Sequence[Hit]) -> None:
        """The worst of the kinds of harm. What is denied, feared, or happens in a film, did not happen."""
        points: dict[str, float] = {}
        for hit in meant:
            feared = preceded(hearing.words, hit.start, self._harm.words["hypothetical"], HYPOTHETICAL_REACH)
            points[hit.family] = points.get(hit.family, 0.0) + hit.weight + feared * HYPOTHETICAL_POINTS
        if "safety" in points and not self._harm.words["where"].isdisjoint(hearing.words):
            points["safety"] += WHERE_POINTS
        worst = max(points, key=lambda kind: points[kind])
        confidence = likelihood(BASE + points[worst])
        holds = confidence >= CUT_OFF
        because = _because(worst, [hit for hit in meant if hit.family == worst]) if holds else ""
        hearing.add(Signal(self.name, "intent:crisis", confidence, because, holds))

    def _meant(self, words: list[str]) -> list[Hit]:
        found = self._kinds.find(words)
        idioms = [hit for hit in found if hit.family == IDIOM]
        return [
            hit
            for hit in found
            if hit.family != IDIOM
            and not any(idiom.start <= hit.start and hit.end <= idiom.end for idiom in idioms)
            and not preceded(words, hit.start, NEGATORS)
        ]


def _because(kind: str, hits: Sequence[Hit]) -> str:
    telling = sorted((hit for hit in hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
    return f"crisis, {kind}: {quoted(hit.phrase for hit in telling) or 'by its words together'}"
