"""crisis: what may hurt somebody, told by rules: who is woken at 4am must be able to read why.

Of each kind of harm the points of its words are summed. What is denied does not count; what is feared, told of a film,
or long over counts for less. A crisis that holds says its kinds (`harm:safety`), and `crisis:doubtful` where a person
should look before another is woken.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.base import Hearing
from bot.detectors.lexicons.book import DISASTER
from bot.detectors.lexicons.harms import Harms
from bot.detectors.lexicons.phrases import Hit, likelihood, preceded, quoted
from bot.detectors.lexicons.traits import FIGURES, HASHTAG
from bot.domain.assessment import Signal

SAFETY = "safety"
CUT_OFF = 0.5
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""
BARELY = 0.55
"""A confidence at which one word fewer would have made it no crisis."""

# Log-odds, set by hand (2026-11-22); that of a disaster on CrisisLexT6, whose events are shared by no brand.
BASE, DISASTER_BASE = -2.3, -2.95
WHERE = 1.3
FEARED, FEARED_REACH = -4.0, 4
FEARED_DISASTER = -1.5
"""Less, as half of what is said of a storm is what it might do."""
TOLD, OVER, LAUGHS, POSITIVE = -2.5, -2.5, -1.0, -1.0
REAL = frozenset({DISASTER, SAFETY})
"""The kinds of harm of which there are films and jokes."""
ASKING = frozenset({"journalist"})
"""A kind that is polite: "would you" is no doubt."""


AFTER = frozenset({"after", "later", "since"})


class _Kind(NamedTuple):
    kind: str
    confidence: float
    hits: Sequence[Hit]

    def because(self) -> str:
        telling = sorted((hit for hit in self.hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
        return f"crisis, {self.kind}: {quoted(hit.phrase for hit in telling) or 'by its words together'}"


class Crisis:
    name = "crisis"

    def __init__(self) -> None:
        self._harms = Harms()

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            found = hearing.known
            if found.has & HASHTAG:
                found = self._harms.untagged(found)
            if hits := self._harms.find(found):
                self._add(hearing, sorted(self._kinds(hearing, found.words, hits), key=lambda kind: -kind.confidence))

    def _add(self, hearing: Hearing, kinds: Sequence[_Kind]) -> None:
        worst = kinds[0]
        holds = worst.confidence >= CUT_OFF
        hearing.add(Signal(self.name, "intent:crisis", worst.confidence, worst.because() if holds else "", holds))
        if not holds:
            return
        for kind in kinds:
            if kind.confidence >= CUT_OFF:
                hearing.add(Signal(self.name, f"harm:{kind.kind}", kind.confidence))
        if doubts := list(self._doubts(hearing, worst)):
            hearing.add(Signal(self.name, "crisis:doubtful", 1.0, f"doubtful: {', '.join(doubts)}"))

    def _kinds(self, hearing: Hearing, words: list[str], hits: Sequence[Hit]) -> Iterator[_Kind]:
        by_kind: dict[str, dict[str, Hit]] = {}
        for hit in hits:
            by_kind.setdefault(hit.family, {}).setdefault(hit.phrase, hit)
        away = self._away(hearing, words)
        for kind, said in by_kind.items():
            points = DISASTER_BASE if kind == DISASTER else BASE
            points += sum(self._weighed(words, hit) for hit in said.values())
            points += away if kind in REAL else 0.0
            if kind == SAFETY and away > OVER and not self._harms.words["where"].isdisjoint(words):
                points += WHERE
            if kind != DISASTER and hearing.held("sentiment:positive"):
                points += POSITIVE
            yield _Kind(kind, likelihood(points), tuple(said.values()))

    def _weighed(self, words: list[str], hit: Hit) -> float:
        hypothetical = self._harms.words["hypothetical"]
        if hit.family in ASKING or not preceded(words, hit.start, hypothetical, FEARED_REACH):
            return hit.weight
        return hit.weight + (FEARED_DISASTER if hit.family == DISASTER else FEARED)

    def _away(self, hearing: Hearing, words: list[str]) -> float:
        """How far the post is from here and now."""
        marks = self._harms.words
        points = TOLD * (not marks["fiction"].isdisjoint(words))
        points += OVER * (not marks["past"].isdisjoint(words) or _years_over(hearing))
        return points + LAUGHS * (not marks["laughs"].isdisjoint(words))

    def _doubts(self, hearing: Hearing, worst: _Kind) -> Iterator[str]:
        if worst.confidence < BARELY:
            yield "hardly more than half sure"
        if not self._harms.words["laughs"].isdisjoint(hearing.words):
            yield "it laughs"
        if hearing.held("intent:spam"):
            yield "it looks like spam"
        if hearing.held("voice:doubtful"):
            yield "the voice may not be real"


def _years_over(hearing: Hearing) -> bool:
    this = hearing.mention.created_at.year
    if any(len(word) == 4 and word.isdecimal() and 1900 <= int(word) < this for word in hearing.known.having(FIGURES)):
        return True
    return "years" in hearing.words and not AFTER.isdisjoint(hearing.words)
