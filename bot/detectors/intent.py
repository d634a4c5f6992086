"""intent: what somebody wants, several at once. A complaint is more than a negative word, and may be less than one."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.detectors.base import Hearing
from bot.detectors.lexicons.failures import find_failure
from bot.detectors.lexicons.phrases import NEGATORS, Hit, likelihood, preceded, quoted
from bot.detectors.lexicons.traits import HANDLE, ODD, SAID, SECOND_PERSON
from bot.detectors.model.thresholds import cut_offs
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


class Intents:
    name = "intent"

    def __init__(self, language: str) -> None:
        self._language = language
        self._cut_offs = cut_offs()

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            read = (hearing.word("language") or self._language) == "en"
            holding = hearing.held("intent:spam") or hearing.held("intent:crisis")
            says = hearing.has & SAID > 0 or _says_without_words(hearing)
            told = _heard(hearing, self._cut_offs) if read else _abroad(hearing)
            for head, odds in told.items():
                holds = says and odds >= 0
                holding = holding or holds
                signal = Signal(self.name, LABEL[head], likelihood(odds), "", holds)
                hearing.add(signal, partial(_why, head) if holds else None)
            if not holding:
                hearing.add(Signal(self.name, "intent:other", 0.5))


def _heard(hearing: Hearing, cut_offs: Mapping[str, float]) -> dict[str, float]:
    """Log-odds of each head, told from the cut-off, so that half a chance is where it begins to hold."""
    odds = hearing.verdict.odds
    told = {head: odds[head] - cut_offs[head] for head in HEADS}
    if told["complaint"] > 0 and _to_nobody(hearing):
        told["complaint"] += COMPLAINT_TO_NOBODY
    if told["praise"] > 0 and (("sarcasm" in hearing.care and hearing.held(UNSURE)) or find_failure(hearing.words)):
        told["praise"] = PRAISE_IN_DOUBT
    if hearing.care:
        for head, before in SPOKEN.items():
            if hits := hearing.care.get(FAMILY.get(head, head)):
                told[head] = max(told[head], before + max([hit.weight for hit in hits]))
    return told


def _abroad(hearing: Hearing) -> dict[str, float]:
    told = {}
    for head in HEADS:
        sentiment, least = ABROAD.get(head, ("", 0.0))
        if sentiment:
            sure = hearing.held(f"sentiment:{sentiment}") and hearing.confidence(f"sentiment:{sentiment}") >= least
        else:
            sure = head == "question" and any("?" in word and word[0] in "?!" for word in hearing.known.having(ODD))
        told[head] = 1.0 if sure else -3.0
    return told


def _why(head: str, hearing: Hearing) -> str:
    return f"{head}: {_quotes(hearing, head) or 'by its tone'}"


def _quotes(hearing: Hearing, head: str) -> str:
    """The phrases that name it, then the words that speak for it most."""
    hits: Sequence[Hit] = hearing.care.get(FAMILY.get(head, head), ())
    phrases = sorted((hit for hit in hits if hit.weight >= SAYS_LITTLE), key=lambda hit: -hit.weight)
    denied = _denied(hearing) if head == "complaint" else []
    quotes = [*(hit.phrase for hit in phrases), *(f"not {hit.phrase}" for hit in denied)]
    return quoted(quotes or hearing.verdict.words(hearing.verdict.column(head), hearing.names))


def _denied(hearing: Hearing) -> list[Hit]:
    return [hit for hit in hearing.care.get("praise", ()) if preceded(hearing.words, hit.start, NEGATORS)]


def _to_nobody(hearing: Hearing) -> bool:
    said = any(hit.weight >= SAYS_LITTLE for hit in hearing.care.get("complaint", ()))
    return not said and not _denied(hearing) and not _addressed(hearing)


def _says_without_words(hearing: Hearing) -> bool:
    """With "???", a heart, or a hashtag; a heap of other signs says nothing that anybody could want."""
    return any(
        word[0] in "?!" or word[0] >= FIRST_SYMBOL or (len(word) > 1 and word[0] in BEGINS) for word in hearing.words
    )


def _addressed(hearing: Hearing) -> bool:
    return bool(hearing.word("subject")) or hearing.has & (HANDLE | SECOND_PERSON) > 0
