"""crisis: what may hurt somebody, told by rules: who is woken at 4am must be able to read why.

Of each kind of harm the points of its words are summed. What is denied does not count; what is feared, told of a film,
or long over counts for less. A crisis that holds says its kinds (`harm:safety`), and `crisis:doubtful` where a person
should look before another is woken.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.crisis_rules import CrisisRules
from bot.detectors.detector import AnalysisContext
from bot.detectors.text.phrase_index import DISASTER
from bot.detectors.text.phrases import PhraseMatch, convert_log_odds, is_preceded_by, quote_phrases
from bot.detectors.text.word_flags import FIGURES, HASHTAG
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


class _HarmFinding(NamedTuple):
    kind: str
    confidence: float
    matches: Sequence[PhraseMatch]

    def build_reason(self) -> str:
        telling = sorted((hit for hit in self.matches if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
        return f"crisis, {self.kind}: {quote_phrases(hit.phrase for hit in telling) or 'by its words together'}"


class CrisisDetector:
    name = "crisis"

    def __init__(self) -> None:
        self._harms = CrisisRules()

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            found = hearing.word_flags
            if found.flags & HASHTAG:
                found = self._harms.expand_hashtags(found)
            if hits := self._harms.find_harms(found):
                self._add_crisis_signals(
                    hearing, sorted(self._score_harms(hearing, found.words, hits), key=lambda kind: -kind.confidence)
                )

    def _add_crisis_signals(self, context: AnalysisContext, kinds: Sequence[_HarmFinding]) -> None:
        worst = kinds[0]
        holds = worst.confidence >= CUT_OFF
        context.add_signal(
            Signal(self.name, "intent:crisis", worst.confidence, worst.build_reason() if holds else "", holds)
        )
        if not holds:
            return
        for kind in kinds:
            if kind.confidence >= CUT_OFF:
                context.add_signal(Signal(self.name, f"harm:{kind.kind}", kind.confidence))
        if doubts := list(self._list_doubts(context, worst)):
            context.add_signal(Signal(self.name, "crisis:doubtful", 1.0, f"doubtful: {', '.join(doubts)}"))

    def _score_harms(
        self, context: AnalysisContext, words: list[str], hits: Sequence[PhraseMatch]
    ) -> Iterator[_HarmFinding]:
        by_kind: dict[str, dict[str, PhraseMatch]] = {}
        for hit in hits:
            by_kind.setdefault(hit.family, {}).setdefault(hit.phrase, hit)
        away = self._score_distance(context, words)
        for kind, said in by_kind.items():
            points = DISASTER_BASE if kind == DISASTER else BASE
            points += sum(self._weigh_phrase(words, hit) for hit in said.values())
            points += away if kind in REAL else 0.0
            if kind == SAFETY and away > OVER and not self._harms.words["where"].isdisjoint(words):
                points += WHERE
            if kind != DISASTER and context.has_label("sentiment:positive"):
                points += POSITIVE
            yield _HarmFinding(kind, convert_log_odds(points), tuple(said.values()))

    def _weigh_phrase(self, words: list[str], hit: PhraseMatch) -> float:
        hypothetical = self._harms.words["hypothetical"]
        if hit.family in ASKING or not is_preceded_by(words, hit.start, hypothetical, FEARED_REACH):
            return hit.weight
        return hit.weight + (FEARED_DISASTER if hit.family == DISASTER else FEARED)

    def _score_distance(self, context: AnalysisContext, words: list[str]) -> float:
        """How far the post is from here and now."""
        marks = self._harms.words
        points = TOLD * (not marks["fiction"].isdisjoint(words))
        points += OVER * (not marks["past"].isdisjoint(words) or _is_long_past(context))
        return points + LAUGHS * (not marks["laughs"].isdisjoint(words))

    def _list_doubts(self, context: AnalysisContext, worst: _HarmFinding) -> Iterator[str]:
        if worst.confidence < BARELY:
            yield "hardly more than half sure"
        if not self._harms.words["laughs"].isdisjoint(context.words):
            yield "it laughs"
        if context.has_label("intent:spam"):
            yield "it looks like spam"
        if context.has_label("voice:doubtful"):
            yield "the voice may not be real"


def _is_long_past(context: AnalysisContext) -> bool:
    this = context.mention.created_at.year
    if any(
        len(word) == 4 and word.isdecimal() and 1900 <= int(word) < this
        for word in context.word_flags.select_words(FIGURES)
    ):
        return True
    return "years" in context.words and not AFTER.isdisjoint(context.words)
