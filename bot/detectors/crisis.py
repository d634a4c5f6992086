"""Detect posts that report harm, by rules, because a person who is woken at 4 a.m. must be able to read why.

Disasters that no rule knows are found by the model, and are doubtful.

The points of the phrases are summed for each kind of harm. Denied phrases do not count; fears, fiction and the past
count for less. A crisis names its kinds (`harm:safety`), and `crisis:doubtful` if a person should look before another
is woken.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.crisis_rules import CrisisRules
from bot.detectors.detector import AnalysisContext
from bot.detectors.model.log_odds import convert_log_odds, load_cutoffs
from bot.detectors.text.phrases import DISASTER, PhraseMatch, is_preceded_by, quote_phrases
from bot.detectors.text.word_flags import FIGURES, HASHTAG
from bot.domain.assessment import Signal

SAFETY = "safety"
CUT_OFF = 0.5
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""
FEWEST_WORDS = 6
"""Words of a post that the model may take for a report of a disaster: in fewer, one word decides."""
BARELY = 0.55
"""A confidence below which one word fewer would make it no crisis."""

# Log-odds, set by hand (2026-11-22); that of a disaster on CrisisLexT6, whose events are shared by no brand.
BASE, DISASTER_BASE = -2.3, -2.95
WHERE = 1.3
FEARED, FEAR_REACH = -4.0, 4
FEARED_DISASTER = -1.5
"""Less than `FEARED`, because half of the posts about a storm say what it might do."""
FICTION, OVER, LAUGHS, POSITIVE = -2.5, -2.5, -1.0, -1.0
REAL = frozenset({DISASTER, SAFETY})
"""The kinds of harm about which there are films and jokes."""
ASKING = frozenset({"journalist"})
"""A kind that is polite: "would you" is no doubt."""
AFTER = frozenset({"after", "later", "since"})


class _HarmFinding(NamedTuple):
    kind: str
    confidence: float
    matches: Sequence[PhraseMatch]
    """Empty if the model found it and no rule."""

    def build_reason(self, context: AnalysisContext) -> str:
        if not self.matches:
            prediction = context.prediction
            words = prediction.list_top_words(prediction.find_column(self.kind), context.masked_places)
            return f"crisis, {self.kind} by its words together: {quote_phrases(words)}"
        strong = sorted((hit for hit in self.matches if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
        return f"crisis, {self.kind}: {quote_phrases(hit.phrase for hit in strong) or 'by its words together'}"


class CrisisDetector:
    name = "crisis"

    def __init__(self) -> None:
        self._rules = CrisisRules()
        self._cut_off = load_cutoffs()[DISASTER]

    def detect(self, context: AnalysisContext) -> None:
        flags = context.word_flags
        if flags.flags & HASHTAG:
            flags = self._rules.expand_hashtags(flags)
        hits = self._rules.find_harms(flags)
        findings = self._score_harms(context, flags.words, hits) if hits else []
        if not (findings and findings[0].confidence >= CUT_OFF) and (read := self._read_disaster(context)):
            findings = [read]
        if findings:
            self._add_crisis_signals(context, findings)

    def _add_crisis_signals(self, context: AnalysisContext, findings: Sequence[_HarmFinding]) -> None:
        worst = findings[0]
        holds = worst.confidence >= CUT_OFF
        signal = Signal(self.name, "intent:crisis", worst.confidence, "", holds)
        context.add_signal(signal, worst.build_reason if holds else None)
        if not holds:
            return
        for found in findings:
            if found.confidence >= CUT_OFF:
                context.add_signal(Signal(self.name, f"harm:{found.kind}", found.confidence))
        if doubts := list(self._list_doubts(context, worst)):
            context.add_signal(Signal(self.name, "crisis:doubtful", 1.0, f"doubtful: {', '.join(doubts)}"))

    def _read_disaster(self, context: AnalysisContext) -> _HarmFinding | None:
        """Return what the model finds where the rules find nothing: it has read thousands of posts about disasters."""
        odds = context.prediction.log_odds.get(DISASTER, -math.inf) - self._cut_off
        if odds < 0 or sum([word[0].isalpha() for word in context.words]) < FEWEST_WORDS:
            return None
        return _HarmFinding(DISASTER, convert_log_odds(odds), ())

    def _score_harms(
        self, context: AnalysisContext, words: list[str], hits: Sequence[PhraseMatch]
    ) -> list[_HarmFinding]:
        """Return the kinds of harm, the likeliest first."""
        findings: list[_HarmFinding] = []
        by_kind: dict[str, dict[str, PhraseMatch]] = {}
        for hit in hits:
            by_kind.setdefault(hit.family, {}).setdefault(hit.phrase, hit)
        discount = self._discount_distance(context, words)
        for kind, matches in by_kind.items():
            points = DISASTER_BASE if kind == DISASTER else BASE
            points += sum(self._weigh_phrase(words, hit) for hit in matches.values())
            points += discount if kind in REAL else 0.0
            if kind == SAFETY and discount > OVER and not self._rules.words["where"].isdisjoint(words):
                points += WHERE
            if kind != DISASTER and context.has_label("sentiment:positive"):
                points += POSITIVE
            findings.append(_HarmFinding(kind, convert_log_odds(points), tuple(matches.values())))
        return sorted(findings, key=lambda found: -found.confidence)

    def _weigh_phrase(self, words: list[str], hit: PhraseMatch) -> float:
        hypothetical = self._rules.words["hypothetical"]
        if hit.family in ASKING or not is_preceded_by(words, hit.start, hypothetical, FEAR_REACH):
            return hit.weight
        return hit.weight + (FEARED_DISASTER if hit.family == DISASTER else FEARED)

    def _discount_distance(self, context: AnalysisContext, words: list[str]) -> float:
        """Return zero or negative points for fiction, the past and laughter."""
        lexicon = self._rules.words
        points = FICTION * (not lexicon["fiction"].isdisjoint(words))
        points += OVER * (not lexicon["past"].isdisjoint(words) or _is_long_past(context))
        return points + LAUGHS * (not lexicon["laughs"].isdisjoint(words))

    def _list_doubts(self, context: AnalysisContext, worst: _HarmFinding) -> Iterator[str]:
        if not worst.matches:
            yield "no rule knows it"
        elif worst.confidence < BARELY:
            yield "hardly more than half sure"
        if not self._rules.words["laughs"].isdisjoint(context.words):
            yield "it laughs"
        if context.has_label("intent:spam"):
            yield "it looks like spam"
        if context.has_label("voice:doubtful"):
            yield "the author may be a bot"


def _is_long_past(context: AnalysisContext) -> bool:
    this_year, numbers = context.mention.created_at.year, context.word_flags.select_words(FIGURES)
    if any(len(word) == 4 and word.isdecimal() and 1900 <= int(word) < this_year for word in numbers):
        return True
    return "years" in context.words and not AFTER.isdisjoint(context.words)
