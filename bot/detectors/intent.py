"""intent: what somebody wants, several at once. A complaint is more than a negative word, and may be less than one."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files

from bot.detectors.detector import AnalysisContext
from bot.detectors.text.failures import find_failure
from bot.detectors.text.phrases import NEGATORS, PhraseMatch, convert_log_odds, is_preceded_by, quote_phrases
from bot.detectors.text.word_flags import HANDLE, ODD, SAID, SECOND_PERSON
from bot.domain.assessment import UNSURE, Signal

HEADS = ("complaint", "praise", "need", "purchase", "question")
LABEL = {head: f"intent:{head}" for head in HEADS}
FAMILY = {"question": "asks"}
"""What the phrases of a head are called, where not like the head."""
SAYS_LITTLE = 0.5
"""Points below which a word is not worth quoting."""
COMPLAINT_TO_NOBODY = -2.0
"""Where nobody is spoken to or of, and nothing is complained of in words: sad news is no complaint. Log-odds, set by
hand (2026-11-22): hardly a post of the sets that taught the head speaks to nobody, so it cannot know."""
PRAISE_IN_DOUBT = -1.0
"""At most, where a phrase of praise that is often sarcasm leaves the sentiment unsure, or where something failed beside
it. Log-odds, set by hand (2026-11-22)."""
SPOKEN = {"complaint": -2.5, "need": -1.5, "purchase": -1.7, "question": -1.4}
"""Log-odds of a post before its phrases, set by hand (2026-11-22) on uservoice19 and iphonex18. Those sets are of one
kind each, so that the model knows few of the ways in which others say it: what is said in so many words holds too,
by its strongest phrase."""
ABROAD = {"complaint": ("negative", 0.75), "praise": ("positive", 0.75)}
"""In a language that the model does not read, what its sentiment alone tells, and from where."""

BEGINS = ":;=8<#"
"""Of an emoticon or a hashtag."""
FIRST_SYMBOL = "\u2100"


@cache
def load_cutoffs() -> Mapping[str, float]:
    """Return the log-odds of the model from which each head holds."""
    tables = tomllib.loads((files("bot.detectors.model") / "thresholds.toml").read_text("utf-8"))
    return {head: float(table["odds"]) for head, table in tables.items()}


class IntentDetector:
    name = "intent"

    def __init__(self, language: str) -> None:
        self._language = language
        self._cut_offs = load_cutoffs()

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            read = (hearing.get_dimension_value("language") or self._language) == "en"
            holding = hearing.has_label("intent:spam") or hearing.has_label("intent:crisis")
            says = hearing.flags & SAID > 0 or _has_wordless_content(hearing)
            told = _score_heads(hearing, self._cut_offs) if read else _score_foreign_language(hearing)
            for head, odds in told.items():
                holds = says and odds >= 0
                holding = holding or holds
                signal = Signal(self.name, LABEL[head], convert_log_odds(odds), "", holds)
                hearing.add_signal(signal, partial(_explain_head, head) if holds else None)
            if not holding:
                hearing.add_signal(Signal(self.name, "intent:other", 0.5))


def _score_heads(context: AnalysisContext, cut_offs: Mapping[str, float]) -> dict[str, float]:
    """Log-odds of each head, told from the cut-off, so that half a chance is where it begins to hold."""
    odds = context.prediction.log_odds
    told = {head: odds[head] - cut_offs[head] for head in HEADS}
    if told["complaint"] > 0 and _is_directed_at_nobody(context):
        told["complaint"] += COMPLAINT_TO_NOBODY
    if told["praise"] > 0 and (
        ("sarcasm" in context.intent_phrases and context.has_label(UNSURE)) or find_failure(context.words)
    ):
        told["praise"] = PRAISE_IN_DOUBT
    if context.intent_phrases:
        for head, before in SPOKEN.items():
            if hits := context.intent_phrases.get(FAMILY.get(head, head)):
                told[head] = max(told[head], before + max([hit.weight for hit in hits]))
    return told


def _score_foreign_language(context: AnalysisContext) -> dict[str, float]:
    told = {}
    for head in HEADS:
        sentiment, least = ABROAD.get(head, ("", 0.0))
        if sentiment:
            sure = (
                context.has_label(f"sentiment:{sentiment}")
                and context.get_confidence(f"sentiment:{sentiment}") >= least
            )
        else:
            sure = head == "question" and any(
                "?" in word and word[0] in "?!" for word in context.word_flags.select_words(ODD)
            )
        told[head] = 1.0 if sure else -3.0
    return told


def _explain_head(head: str, context: AnalysisContext) -> str:
    return f"{head}: {_quote_evidence(context, head) or 'by its tone'}"


def _quote_evidence(context: AnalysisContext, head: str) -> str:
    """The phrases that name it, then the words that speak for it most."""
    hits: Sequence[PhraseMatch] = context.intent_phrases.get(FAMILY.get(head, head), ())
    phrases = sorted((hit for hit in hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
    denied = _find_denied_praise(context) if head == "complaint" else []
    quotes = [*(hit.phrase for hit in phrases), *(f"not {hit.phrase}" for hit in denied)]
    return quote_phrases(
        quotes or context.prediction.list_top_words(context.prediction.find_column(head), context.masked_places)
    )


def _find_denied_praise(context: AnalysisContext) -> list[PhraseMatch]:
    return [
        hit for hit in context.intent_phrases.get("praise", ()) if is_preceded_by(context.words, hit.start, NEGATORS)
    ]


def _is_directed_at_nobody(context: AnalysisContext) -> bool:
    said = any(hit.weight >= SAYS_LITTLE for hit in context.intent_phrases.get("complaint", ()))
    return not said and not _find_denied_praise(context) and not _is_addressed(context)


def _has_wordless_content(context: AnalysisContext) -> bool:
    """With "???", a heart, or a hashtag; a heap of other signs says nothing that anybody could want."""
    return any(
        word[0] in "?!" or word[0] >= FIRST_SYMBOL or (len(word) > 1 and word[0] in BEGINS) for word in context.words
    )


def _is_addressed(context: AnalysisContext) -> bool:
    return bool(context.get_dimension_value("subject")) or context.flags & (HANDLE | SECOND_PERSON) > 0
