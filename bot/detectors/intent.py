"""Detect what the author wants, several intents at once. A complaint is more than a negative word, and may be less."""

import math
from collections.abc import Mapping, Sequence
from functools import partial

from bot.detectors.detector import AnalysisContext
from bot.detectors.model.log_odds import convert_log_odds, load_cutoffs
from bot.detectors.text.failures import find_failure
from bot.detectors.text.phrases import NEGATORS, PhraseMatch, is_preceded_by, quote_phrases
from bot.detectors.text.questions import find_question
from bot.detectors.text.word_flags import HANDLE, ODD, SAID, SECOND_PERSON
from bot.domain.assessment import UNSURE, Signal

HEADS = ("complaint", "praise", "need", "purchase", "question")
LABEL = {head: f"intent:{head}" for head in HEADS}
FAMILY = {"question": "asks"}
"""The phrase family of a head if its name differs."""
ADVICE = "advice"
"""A head for advice to anybody, which is a need, too. Weights before 2026-11-30 lack it."""
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""
COMPLAINT_TO_NOBODY = -2.0
"""Log-odds for sad news without a complaint in words that addresses nobody, set by hand (2026-11-22): hardly a post of
the training sets addresses nobody, so the head cannot know."""
PRAISE_IN_DOUBT = -1.0
"""The maximum for praise that may be sarcasm, or beside a failure. Log-odds, set by hand (2026-11-22)."""
ASKED = 0.5
"""The minimum for a question in the words of one but without its mark. Log-odds, set by hand (2026-11-30): of 30 such
posts of the airline week 26 ask, and the head finds one in ten."""
PHRASE_BASE = {"complaint": -2.5, "need": -1.5, "purchase": -1.7, "question": -1.4}
"""Log-odds before the points of its strongest phrase, set by hand (2026-11-22) on uservoice19 and iphonex18. Those sets
are of one kind each, so the model knows few of the ways in which people say it."""
NON_ENGLISH = {"complaint": ("sentiment:negative", 0.75), "praise": ("sentiment:positive", 0.75)}
"""In a language that the model does not read: the sentiment that decides, and its minimum confidence."""

BEGINS = ":;=8<#"
"""First characters of an emoticon or a hashtag."""
FIRST_SYMBOL = "\u2100"


class IntentDetector:
    name = "intent"

    def __init__(self, language: str) -> None:
        self._language = language
        self._cut_offs = load_cutoffs()

    def detect(self, context: AnalysisContext) -> None:
        english = (context.get_dimension_value("language") or self._language) == "en"
        any_holds = context.has_label("intent:spam") or context.has_label("intent:crisis")
        has_content = context.flags & SAID > 0 or _has_wordless_content(context)
        scores = _score_heads(context, self._cut_offs) if english else _score_foreign_language(context)
        for head, odds in scores.items():
            holds = has_content and odds >= 0
            any_holds = any_holds or holds
            signal = Signal(self.name, LABEL[head], convert_log_odds(odds), "", holds)
            context.add_signal(signal, partial(_explain_head, head) if holds else None)
        if not any_holds:
            context.add_signal(Signal(self.name, "intent:other", 0.5))


def _score_heads(context: AnalysisContext, cut_offs: Mapping[str, float]) -> dict[str, float]:
    """Return log-odds relative to the cut-off, so that a head holds from 0."""
    odds, phrases = context.prediction.log_odds, context.intent_phrases
    scores = {head: odds[head] - cut_offs[head] for head in HEADS}
    scores["need"] = max(scores["need"], odds.get(ADVICE, -math.inf) - cut_offs[ADVICE])
    if scores["complaint"] > 0 and _is_directed_at_nobody(context):
        scores["complaint"] += COMPLAINT_TO_NOBODY
    if scores["praise"] > 0 and (("sarcasm" in phrases and context.has_label(UNSURE)) or find_failure(context.words)):
        scores["praise"] = PRAISE_IN_DOUBT
    if scores["question"] < ASKED and find_question(context.word_flags):
        scores["question"] = ASKED
    if phrases:
        for head, base in PHRASE_BASE.items():
            if hits := phrases.get(FAMILY.get(head, head)):
                scores[head] = max(scores[head], base + max([hit.weight for hit in hits]))
    return scores


def _score_foreign_language(context: AnalysisContext) -> dict[str, float]:
    scores = {}
    for head in HEADS:
        if head in NON_ENGLISH:
            label, least = NON_ENGLISH[head]
            sure = context.has_label(label) and context.get_confidence(label) >= least
        else:
            marks = context.word_flags.select_words(ODD) if head == "question" else ()
            sure = any("?" in word and word[0] in "?!" for word in marks)
        scores[head] = 1.0 if sure else -3.0
    return scores


def _explain_head(head: str, context: AnalysisContext) -> str:
    return f"{head}: {_quote_evidence(context, head) or 'by its tone'}"


def _quote_evidence(context: AnalysisContext, head: str) -> str:
    """Quote the phrases of the head, else the words that added most to it."""
    hits: Sequence[PhraseMatch] = context.intent_phrases.get(FAMILY.get(head, head), ())
    phrases = sorted((hit for hit in hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
    denied = _find_denied_praise(context) if head == "complaint" else []
    if head == "question" and (asked := find_question(context.word_flags)):
        return quote_phrases([asked])
    quotes = [*(hit.phrase for hit in phrases), *(f"not {hit.phrase}" for hit in denied)]
    prediction = context.prediction
    return quote_phrases(quotes or prediction.list_top_words(prediction.find_column(head), context.masked_places))


def _find_denied_praise(context: AnalysisContext) -> list[PhraseMatch]:
    praise = context.intent_phrases.get("praise", ())
    return [hit for hit in praise if is_preceded_by(context.words, hit.start, NEGATORS)]


def _is_directed_at_nobody(context: AnalysisContext) -> bool:
    complains = any(hit.weight >= SAYS_LITTLE for hit in context.intent_phrases.get("complaint", ()))
    return not complains and not _find_denied_praise(context) and not _is_addressed(context)


def _has_wordless_content(context: AnalysisContext) -> bool:
    """Return True for "???", a heart or a hashtag; other signs say nothing that anybody could want."""
    return any(
        word[0] in "?!" or word[0] >= FIRST_SYMBOL or (len(word) > 1 and word[0] in BEGINS) for word in context.words
    )


def _is_addressed(context: AnalysisContext) -> bool:
    return bool(context.get_dimension_value("subject")) or context.flags & (HANDLE | SECOND_PERSON) > 0
