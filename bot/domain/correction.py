"""What somebody who read a post says of what was heard in it: followed at once, and kept for learning."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Signal
from bot.domain.stored_tuples import store_by_name

COLLEAGUE = "colleague"
"""The detector of what a person said."""
GENUINE, SPAM = "genuine", "spam"
ABOUT_US, NOT_ABOUT_US = "about us", "not about us"
UNSURE_WORD = "unsure"
_SPAM_LABEL = f"intent:{Intent.SPAM.value}"
_COLLEAGUE_REASON = "a colleague says so"


class CorrectionKind(StrEnum):
    """What was heard wrongly. The last is about the rules: it was heard well, and went to the wrong department."""

    SENTIMENT = "sentiment"
    INTENT = "intent"
    SPAM = "spam"
    SUBJECT = "subject"
    ABOUT = "about"
    DEPARTMENT = "department"


DETECTION_KINDS = tuple(kind for kind in CorrectionKind if kind is not CorrectionKind.DEPARTMENT)
"""The kinds from which the detectors can learn."""
CLOSING_KINDS = frozenset({CorrectionKind.SPAM, CorrectionKind.ABOUT})
"""The kinds that say that nobody need answer."""
_DIMENSIONS = {
    CorrectionKind.SENTIMENT: frozenset({"sentiment"}),
    CorrectionKind.INTENT: frozenset({"intent"}),
    CorrectionKind.SPAM: frozenset({"intent"}),
    CorrectionKind.SUBJECT: frozenset({"subject", "kind"}),
    CorrectionKind.ABOUT: frozenset({"subject", "kind"}),
}


@store_by_name
class Correction(NamedTuple):
    """`was` is the word that was heard, whoever corrected it before; `now` the right one, the same where it is undone.

    `labels` are those that hold instead.
    """

    kind: CorrectionKind
    was: str
    now: str
    by: str
    at: datetime
    labels: tuple[str, ...] = ()

    @property
    def is_undone(self) -> bool:
        return self.was == self.now


def get_label_word(assessment: Assessment, kind: CorrectionKind) -> str:
    """What this assessment says in one word of what may be corrected."""
    match kind:
        case CorrectionKind.SENTIMENT:
            return UNSURE_WORD if assessment.is_unsure else assessment.sentiment.value
        case CorrectionKind.INTENT:
            return assessment.intent.value
        case CorrectionKind.SPAM:
            return SPAM if _SPAM_LABEL in assessment.labels else GENUINE
        case CorrectionKind.SUBJECT:
            return assessment.subject
        case CorrectionKind.ABOUT:
            return ABOUT_US
        case CorrectionKind.DEPARTMENT:
            return ""


def apply_corrections(assessment: Assessment, corrections: Iterable[Correction]) -> Assessment:
    """What was heard, with what people know better put in the place of what they corrected, in their order."""
    signals = assessment.signals
    for correction in corrections:
        dimensions = _DIMENSIONS.get(correction.kind, frozenset())
        if correction.kind is CorrectionKind.SPAM and correction.now == GENUINE:
            signals = tuple(signal for signal in signals if signal.label != _SPAM_LABEL)
            if not any(signal.holds and signal.dimension == "intent" for signal in signals):
                signals += (Signal(COLLEAGUE, f"intent:{Intent.OTHER.value}", 1.0),)
        else:
            signals = tuple(signal for signal in signals if signal.dimension not in dimensions)
        signals += tuple(Signal(COLLEAGUE, label, 1.0, _explain_label(label)) for label in correction.labels)
    return Assessment(signals=signals)


def _explain_label(label: str) -> str:
    dimension, _, word = label.partition(":")
    return "" if dimension == "kind" else f"{word}: {_COLLEAGUE_REASON}"


def derive_labels(kind: CorrectionKind, now: str, subject_kind: str = "") -> tuple[str, ...]:
    """The labels that hold once it is known that `now` is the right word."""
    match kind:
        case CorrectionKind.SENTIMENT | CorrectionKind.INTENT:
            return (f"{kind.value}:{now}",)
        case CorrectionKind.SPAM:
            return (_SPAM_LABEL,) if now == SPAM else ()
        case CorrectionKind.SUBJECT:
            return (f"subject:{now}", f"kind:{subject_kind}") if subject_kind else (f"subject:{now}",)
        case _:
            return ()


def replace_correction(corrections: Iterable[Correction], correction: Correction) -> tuple[Correction, ...]:
    """Of one kind the newest counts, and none where it was undone."""
    others = tuple(one for one in corrections if one.kind is not correction.kind)
    return others if correction.is_undone else (*others, correction)
